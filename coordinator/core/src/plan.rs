//! The plan of an export: what must be rendered, and how the parts are laid out. Made once, stored, never changed.

use serde::{Deserialize, Serialize};
use timeline::{Rate, Ticks};

use crate::at_rest;
use crate::content_key::ContentKey;
use crate::work::Work;

/// The immutable answer to "what must be rendered".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Every part the outputs need, each once.
    pub tasks: Vec<PlannedTask>,
    /// The files, in order; numbers start at 1.
    pub outputs: Vec<PlannedOutput>,
}

/// One part to be rendered, or found in the part store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// The part it yields.
    pub content_key: ContentKey,
    /// What to do.
    pub work: Work,
    /// Frames of picture, milliseconds of sound.
    pub amount: u64,
}

/// One finished file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOutput {
    /// From 1, in segment order.
    pub number: u32,
    /// With extension, safe in any file system and archive.
    pub filename: String,
    /// Ticks per second of the picture track: the source's own rate.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// The picture's parts in timeline order.
    pub picture: Vec<PlacedPart>,
    /// The one part of sound; `None` for a source without sound.
    pub sound: Option<ContentKey>,
    /// Frames in all.
    pub frame_count: u64,
    /// Length of the picture, on `rate`.
    #[serde(with = "at_rest::ticks")]
    pub duration: Ticks,
    /// Title in the file's metadata.
    pub title: String,
    /// Creation time in the file's metadata, seconds since 1970: the source's own, else none.
    pub created_at: Option<i64>,
}

/// A part at its place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedPart {
    /// Which part.
    pub content_key: ContentKey,
    /// When its first frame is shown, on the output's rate.
    #[serde(with = "at_rest::ticks")]
    pub offset: Ticks,
    /// How many frames it must hold.
    pub frame_count: u64,
}
