//! A part as the coordinator knows it: enough to lay out a file without looking at the payload.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use timeline::Rate;

use crate::at_rest;
use crate::video::Colour;

/// What came in front of a part's payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartHeader {
    /// Track-level facts; equal in every part of an output.
    pub codec: PartCodec,
    /// Ticks per second of the frames' times.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// Access units in payload order, which is decode order.
    pub frames: Vec<PartFrame>,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// What levelling did to each segment, in output order; empty where nothing was levelled.
    pub levels: Vec<SegmentLevel>,
}

impl PartHeader {
    /// The files it holds; none for frames of a track.
    #[must_use]
    pub fn files(&self) -> &[FileEntry] {
        match &self.codec {
            PartCodec::Files { files } => files,
            _ => &[],
        }
    }

    /// The stretches of the payload that are a file, in file order. The entry was held against the frames before.
    #[must_use]
    pub fn slices(&self, file: &FileEntry) -> Vec<Range<u64>> {
        let size = |frames: &[PartFrame]| frames.iter().map(|frame| u64::from(frame.size_bytes)).sum::<u64>();
        let slice = |run: &Range<u32>| {
            let (first, last) = (run.start as usize, run.end as usize);
            let start = size(&self.frames[..first]);
            start..start + size(&self.frames[first..last])
        };
        file.runs.iter().map(slice).collect()
    }
}

/// What levelling did to a segment of sound. Loudness by EBU R128, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentLevel {
    /// Integrated loudness as it was, in thousandths of a LUFS; `None` for silence, which is left alone.
    pub loudness_in_mlufs: Option<i32>,
    /// Gain applied, in thousandths of a decibel.
    pub gain_mdb: i32,
    /// Integrated loudness as it left the limiter, before fades and coding, in thousandths of a LUFS.
    pub loudness_out_mlufs: Option<i32>,
    /// True peak as it left the limiter, in thousandths of a dBTP; `None` for digital silence.
    pub true_peak_out_mdbtp: Option<i32>,
}

/// One access unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFrame {
    /// When it is shown, from the beginning of the part.
    pub pts: i64,
    /// How long it lasts.
    pub duration: u32,
    /// Bytes in the payload.
    pub size_bytes: u32,
    /// Whether a decoder can begin here.
    pub key: bool,
}

/// Codec configuration of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartCodec {
    /// H.264 picture.
    H264 {
        /// The `avcC` record, SPS and PPS inside.
        avcc: Vec<u8>,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Colour as signalled in the stream.
        colour: Colour,
    },
    /// AAC-LC sound.
    Aac {
        /// The `AudioSpecificConfig`.
        specific_config: Vec<u8>,
        /// 1 or 2.
        channels: u32,
        /// Samples per second.
        sample_rate: u32,
        /// Encoder delay at the front, in samples.
        priming_samples: u32,
        /// Samples that count, after the priming.
        sample_count: u64,
        /// Target bit rate.
        bitrate_bps: u32,
    },
    /// VP9 picture.
    Vp9 {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bitstream profile, 0 to 3.
        profile: u8,
        /// Level times ten.
        level: u8,
        /// Bits per sample.
        bit_depth: u8,
        /// Chroma subsampling as `WebM`'s `CodecPrivate` counts it: 0 is 4:2:0 vertical, 1 is 4:2:0 colocated.
        chroma_subsampling: u8,
        /// Colour as signalled in the stream.
        colour: Colour,
    },
    /// Opus sound; times count at 48 kHz.
    Opus {
        /// The `OpusHead` packet.
        head: Vec<u8>,
        /// 1 or 2.
        channels: u32,
        /// Samples to be skipped at the front.
        pre_skip_samples: u32,
        /// Samples that count, after the pre-skip.
        sample_count: u64,
        /// Target bit rate.
        bitrate_bps: u32,
    },
    /// Whole files: each is runs of access units one after the other.
    Files {
        /// What each is, and where in the part.
        files: Vec<FileEntry>,
    },
}

/// A file in a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// What it is.
    pub kind: FileKind,
    /// Its bytes in file order, by access units in payload order.
    pub runs: Vec<Range<u32>>,
}

/// What a file in a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A small copy of the whole video that browsers play.
    Proxy,
    /// Thumbnails in rows.
    Sprite,
    /// The waveform.
    Peaks,
    /// One telling frame.
    Poster,
}

impl FileKind {
    /// All there are.
    pub const ALL: [FileKind; 4] = [Self::Poster, Self::Sprite, Self::Peaks, Self::Proxy];

    /// As sent and stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Sprite => "sprite",
            Self::Peaks => "peaks",
            Self::Poster => "poster",
        }
    }

    /// Reads what [`Self::as_str`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<FileKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The media type such files always have.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Proxy => "video/mp4",
            Self::Sprite | Self::Poster => "image/jpeg",
            Self::Peaks => "application/json",
        }
    }

    /// How names of such files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Proxy => "mp4",
            Self::Sprite | Self::Poster => "jpg",
            Self::Peaks => "json",
        }
    }
}
