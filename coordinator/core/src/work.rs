//! What a task asks of a node: the domain's own words, translated to the wire at the edge.

use serde::{Deserialize, Serialize};
use timeline::{Rate, Ticks};

use crate::at_rest;
use crate::video::{Container, Orientation};

/// What kind of task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Learn what a source is.
    Index,
    /// Render frames.
    Picture,
    /// Render sound.
    Sound,
}

impl TaskKind {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Picture => "picture",
            Self::Sound => "sound",
        }
    }
}

/// What a task asks for, complete: the node decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Learn what a source is.
    Index,
    /// Render frames.
    Picture(PictureWork),
    /// Render sound.
    Sound(SoundWork),
}

impl Work {
    /// The kind of task this is.
    #[must_use]
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::Index => TaskKind::Index,
            Self::Picture(_) => TaskKind::Picture,
            Self::Sound(_) => TaskKind::Sound,
        }
    }

    /// The pool whose nodes can do it: one per encoder family for picture, every node for the rest.
    #[must_use]
    pub fn pool(&self) -> &str {
        match self {
            Self::Picture(work) => &work.recipe.encoder.family,
            Self::Index | Self::Sound(_) => MEDIA_POOL,
        }
    }
}

/// The pool every node belongs to.
pub const MEDIA_POOL: &str = "media";

/// Where a track is and how to open it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// How the file is laid out.
    pub container: Container,
    /// Position among the container's tracks of the same kind.
    pub ordinal: u32,
    /// The codec's name.
    pub codec: String,
}

/// Frames to be decoded, turned, scaled, encoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureWork {
    /// The picture track.
    pub track: Track,
    /// Ticks per second of `keep_pts` and `end`.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// Every frame to keep, by pts, in presentation order.
    pub keep_pts: Vec<i64>,
    /// When the last kept frame stops being shown.
    #[serde(with = "at_rest::ticks")]
    pub end: Ticks,
    /// How it shall look and be coded.
    pub recipe: PictureRecipe,
}

/// How picture shall look and be coded. Equal for every part of an output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRecipe {
    /// The turn that makes it upright.
    pub orientation: Orientation,
    /// Whether the source is interlaced.
    pub deinterlace: bool,
    /// Finished width in square pixels, even.
    pub width: u32,
    /// Finished height in square pixels, even.
    pub height: u32,
    /// Nominal frames per second, pinned in the stream.
    #[serde(with = "at_rest::rate")]
    pub frame_rate: Rate,
    /// Who encodes.
    pub encoder: Encoder,
    /// Constant rate factor on x264's scale.
    pub crf: u32,
    /// Speed preset in x264's names.
    pub speed: String,
    /// VBV maximum rate.
    pub max_bitrate_kbps: u32,
    /// VBV buffer.
    pub vbv_ms: u32,
    /// Frames between key frames at the most.
    pub key_interval_frames: u32,
    /// Encoder threads; they change the bytes.
    pub threads: u32,
}

/// A picture encoder with its exact version: equal identity, equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Encoder {
    /// The row of the encoder table; also the pool's name.
    pub family: String,
    /// Family and exact versions.
    pub identity: String,
}

/// Sound to be decoded, cut, joined, encoded once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundWork {
    /// The sound track.
    pub track: Track,
    /// What to cut, in output order.
    pub segments: Vec<SoundSegment>,
    /// 1 or 2.
    pub channels: u32,
    /// Of the finished sound.
    pub bitrate_bps: u32,
    /// Level each segment.
    pub normalize: bool,
}

/// A stretch of source sound at 48 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundSegment {
    /// First sample, counted from the source's time zero.
    pub start_sample: i64,
    /// How many samples.
    pub sample_count: u64,
}
