//! The closed lists of words about tasks, one for one those of the core. Holds no rules.

use poem_openapi::Enum;

/// What kind of task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::work::TaskKind")]
pub enum TaskKind {
    /// Learns what a source is.
    Index,
    /// Renders frames.
    Picture,
    /// Renders sound.
    Sound,
    /// Makes what an editor needs of a video.
    Preview,
    /// Makes one frame a JPEG.
    Poster,
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::status::TaskState")]
pub enum TaskState {
    /// May be claimed.
    Ready,
    /// A node has it until its lease ends.
    Leased,
    /// Its part is there.
    Done,
    /// It failed for good.
    Poisoned,
    /// Its export ended without it.
    Dropped,
}
