//! Pure media time: ticks on rational rates, half-open spans, frame tables and the part grid.
//! Knows nothing of files, codecs, clocks or networks, and depends on nothing.

pub mod frames;
pub mod grid;
pub mod rate;
pub mod span;
mod varint;

pub use frames::{Frame, FrameTable, FrameTableError};
pub use rate::{Rate, Rounding, Ticks};
pub use span::Span;
