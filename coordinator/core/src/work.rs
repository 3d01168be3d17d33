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
    /// Make what an editor needs of a video.
    Preview,
    /// Make one frame a JPEG.
    Poster,
}

impl TaskKind {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Picture => "picture",
            Self::Sound => "sound",
            Self::Preview => "preview",
            Self::Poster => "poster",
        }
    }

    /// Reads what [`Self::as_str`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Index, Self::Picture, Self::Sound, Self::Preview, Self::Poster]
            .into_iter()
            .find(|kind| kind.as_str() == text)
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
    /// Make what an editor needs of a video.
    Preview(PreviewWork),
    /// Make one frame a JPEG.
    Poster(PosterWork),
}

impl Work {
    /// The kind of task this is.
    #[must_use]
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::Index => TaskKind::Index,
            Self::Picture(_) => TaskKind::Picture,
            Self::Sound(_) => TaskKind::Sound,
            Self::Preview(_) => TaskKind::Preview,
            Self::Poster(_) => TaskKind::Poster,
        }
    }

    /// The pool whose nodes can do it: one per encoder family for picture, every node for the rest.
    #[must_use]
    pub fn pool(&self) -> &str {
        match self {
            Self::Picture(work) => &work.recipe.encoder.family,
            Self::Index | Self::Sound(_) | Self::Preview(_) | Self::Poster(_) => MEDIA_POOL,
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
    /// The picture that fades in over the kept frames; `None` outside of a crossfade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fade: Option<FadeWork>,
    /// How it shall look and be coded.
    pub recipe: PictureRecipe,
}

/// The incoming half of a crossfade: frames of the same track, one for each kept frame, laid over it by weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FadeWork {
    /// The incoming frame for each kept frame, by pts: never falls, repeats where the incoming picture is shown longer.
    pub incoming_pts: Vec<i64>,
    /// When the last incoming frame stops being shown.
    #[serde(with = "at_rest::ticks")]
    pub incoming_end: Ticks,
    /// Weight of the incoming frame in 65,535ths; the kept frame has the rest.
    pub weights: Vec<u16>,
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
    /// Constant quality on the family's own scale: x264's CRF, VP9's cq-level.
    pub crf: u32,
    /// Speed preset by the family's own name: x264's `fast`; VP9's `good-4`.
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
    /// How the finished sound is coded.
    #[serde(default, skip_serializing_if = "SoundCodec::is_aac")]
    pub codec: SoundCodec,
    /// 1 or 2.
    pub channels: u32,
    /// Of the finished sound.
    pub bitrate_bps: u32,
    /// Level each segment.
    pub normalize: bool,
}

impl SoundWork {
    /// Samples of the finished sound.
    #[must_use]
    pub fn sample_count(&self) -> u64 {
        let segment = |segment: &SoundSegment| segment.sample_count.saturating_sub(segment.overlap_samples);
        self.segments.iter().map(segment).fold(0, u64::saturating_add)
    }
}

/// A stretch of source sound at 48 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundSegment {
    /// First sample, counted from the source's time zero.
    pub start_sample: i64,
    /// How many samples.
    pub sample_count: u64,
    /// By how many samples it overlaps the segment before it, crossfaded with equal power; 0 is a hard joint.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub overlap_samples: u64,
}

/// How finished sound is coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoundCodec {
    /// AAC-LC, for MP4 and MOV.
    #[default]
    Aac,
    /// Opus, for WebM.
    Opus,
}

impl SoundCodec {
    /// What sound was coded as before there was a choice: left out at rest, so that keys of parts stay what they were.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_aac(&self) -> bool {
        *self == Self::Aac
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What an editor needs of a video: a proxy, a sprite sheet, a waveform, a poster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewWork {
    /// The picture track.
    pub picture: Track,
    /// Ticks per second of `start` and `end`, and of the proxy.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// When the first frame is shown: the proxy's time zero is the source's.
    #[serde(with = "at_rest::ticks")]
    pub start: Ticks,
    /// When the last frame stops being shown.
    #[serde(with = "at_rest::ticks")]
    pub end: Ticks,
    /// Frames from `start` to `end`.
    pub frame_count: u64,
    /// Nominal frames per second.
    #[serde(with = "at_rest::rate")]
    pub frame_rate: Rate,
    /// The turn that makes it upright.
    pub orientation: Orientation,
    /// Whether the source is interlaced.
    pub deinterlace: bool,
    /// Width of the proxy, even.
    pub width: u32,
    /// Height of the proxy, even.
    pub height: u32,
    /// The sound, if there is any.
    pub sound: Option<PreviewSound>,
    /// How the sprite sheet is laid out.
    pub sprite: Sprite,
}

/// The sound of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewSound {
    /// The sound track.
    pub track: Track,
    /// 1 or 2.
    pub channels: u32,
    /// Of the proxy's sound.
    pub bitrate_bps: u32,
    /// Waveform peaks a second; divides 48,000.
    pub peaks_per_second: u32,
}

/// How a sprite sheet is laid out: thumbnails in rows, left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sprite {
    /// Thumbnails.
    pub count: u32,
    /// Columns of the sheet.
    pub columns: u32,
    /// Width of a thumbnail, even.
    pub width: u32,
    /// Height of a thumbnail, even.
    pub height: u32,
    /// Source time between two thumbnails, in nanoseconds.
    pub interval_ns: i64,
}

/// One frame as a JPEG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PosterWork {
    /// The picture track.
    pub track: Track,
    /// Ticks per second of `pts` and `end`.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// The frame.
    pub pts: i64,
    /// When that frame stops being shown.
    #[serde(with = "at_rest::ticks")]
    pub end: Ticks,
    /// The turn that makes it upright.
    pub orientation: Orientation,
    /// Whether the source is interlaced.
    pub deinterlace: bool,
    /// Finished width.
    pub width: u32,
    /// Finished height.
    pub height: u32,
}
