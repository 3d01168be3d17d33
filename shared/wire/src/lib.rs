//! Everything that crosses a process boundary, and nothing else: preface, versions, messages, part header.
//! Knows neither the coordinator's decisions nor the node's media library.

pub mod doorbell;
pub mod frame;
pub mod preface;
pub mod stream;
pub mod v1;
pub mod version;

pub use frame::{Frame, FrameError, MESSAGE_BYTES_MAX, TABLE_BYTES_MAX, decode, encode};
pub use preface::{PREFACE_BYTES, Preface, PrefaceError};
pub use stream::{ReadError, Received, read_message};
pub use version::{CURRENT, OLDEST_ACCEPTED, Version, VersionMismatch, negotiate};

/// The protocol name both ends of a QUIC connection must offer.
pub const ALPN: &[u8] = b"reelfarm/1";
