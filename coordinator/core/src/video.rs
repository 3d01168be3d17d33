//! What the farm knows of a source: the facts its index found, apart from the frame table.

use serde::{Deserialize, Serialize};
use timeline::Rate;

use crate::at_rest;

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// MP4, MOV.
    IsoBmff,
    /// Matroska, WebM.
    Matroska,
}

/// The turn that makes a picture upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// As it is.
    Upright,
    /// 90° clockwise.
    Clockwise90,
    /// 180°.
    Rotate180,
    /// 270° clockwise.
    Clockwise270,
    /// Mirrored left to right.
    MirrorHorizontal,
    /// Mirrored top to bottom.
    MirrorVertical,
    /// Mirrored along the diagonal from top left.
    Transpose,
    /// Mirrored along the diagonal from top right.
    Antitranspose,
}

impl Orientation {
    /// Whether width and height change places.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Clockwise90 | Self::Clockwise270 | Self::Transpose | Self::Antitranspose)
    }

    /// Clockwise degrees, mirror images counted as the turn they contain.
    #[must_use]
    pub const fn degrees(self) -> u32 {
        match self {
            Self::Upright | Self::MirrorHorizontal => 0,
            Self::Clockwise90 | Self::Antitranspose => 90,
            Self::Rotate180 | Self::MirrorVertical => 180,
            Self::Clockwise270 | Self::Transpose => 270,
        }
    }
}

/// Colour by ISO/IEC 23091-2 code points; 2 means unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// Colour primaries.
    pub primaries: u8,
    /// Transfer characteristics.
    pub transfer: u8,
    /// Matrix coefficients.
    pub matrix: u8,
    /// Full range instead of studio range.
    pub full_range: bool,
}

impl Colour {
    /// Whether the transfer is PQ (16) or HLG (18).
    #[must_use]
    pub const fn is_hdr(self) -> bool {
        matches!(self.transfer, 16 | 18)
    }
}

/// Everything an index found except the frame table, which is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// How the file is laid out.
    pub container: Container,
    /// The picture track that is exported.
    pub picture: PictureFacts,
    /// The sound track that is exported, if the source has one.
    pub sound: Option<SoundFacts>,
    /// The source's own creation time, seconds since 1970.
    pub created_at: Option<i64>,
    /// Codes of things worth knowing.
    pub warnings: Vec<String>,
}

/// A picture track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFacts {
    /// Position among the container's picture tracks.
    pub ordinal: u32,
    /// `h264`, `hevc`, `vp8`, `vp9`, `av1`, `mpeg4`, `prores`, `mjpeg`.
    pub codec: String,
    /// Coded width in pixels.
    pub width: u32,
    /// Coded height in pixels.
    pub height: u32,
    /// Pixel aspect ratio, numerator.
    pub pixel_aspect_num: u32,
    /// Pixel aspect ratio, denominator.
    pub pixel_aspect_den: u32,
    /// The turn that makes it upright.
    pub orientation: Orientation,
    /// Whether frames are two fields.
    pub interlaced: bool,
    /// Bits per sample.
    pub bit_depth: u32,
    /// Colour as the stream says.
    pub colour: Colour,
    /// Nominal frames per second.
    #[serde(with = "at_rest::rate")]
    pub frame_rate: Rate,
    /// Whether frame times are unequal by more than rounding.
    pub variable_frame_rate: bool,
}

impl PictureFacts {
    /// Width and height as displayed: square pixels, upright.
    #[must_use]
    pub fn displayed(&self) -> (u32, u32) {
        let width = u64::from(self.width) * u64::from(self.pixel_aspect_num) / u64::from(self.pixel_aspect_den.max(1));
        let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
        if self.orientation.swaps_sides() { (self.height, width) } else { (width, self.height) }
    }
}

/// A sound track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundFacts {
    /// Position among the container's sound tracks.
    pub ordinal: u32,
    /// `aac`, `mp3`, `opus`, `vorbis`, `ac3`, `eac3`, `pcm`, `flac`.
    pub codec: String,
    /// Channels in the source.
    pub channels: u32,
    /// Samples per second in the source.
    pub sample_rate: u32,
    /// When the first sample sounds, nanoseconds of source time.
    pub start_ns: i64,
    /// When the last sample has sounded, nanoseconds of source time.
    pub end_ns: i64,
}
