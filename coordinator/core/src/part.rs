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
}
