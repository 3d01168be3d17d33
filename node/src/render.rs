//! Rendering: one media child per attempt, fed with source bytes, watched, and its frames collected.
//! Knows nothing of leases, the coordinator or QUIC.

pub mod child;
pub mod failure;
pub mod protocol;

pub use failure::RenderFailure;

/// The hidden command under which the node's own program is a media child.
pub const CHILD_COMMAND: &str = "__child";
