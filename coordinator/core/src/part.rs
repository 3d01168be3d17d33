//! A part as the coordinator knows it: enough to lay out a file without looking at the payload.

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
    /// Whole files, one access unit each.
    Files {
        /// What each is and its media type, in payload order.
        files: Vec<FileEntry>,
    },
}

/// A file in a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// What it is: `proxy`, `sprite`, `peaks`, `poster`.
    pub name: String,
    /// Its media type.
    pub content_type: String,
}
