//! What a report says of each codec. The one place of the report that tells them apart.

use crate::part::PartCodec;
use crate::video::Colour;

/// Samples in a packet of AAC-LC.
const AAC_PACKET_SAMPLES: u32 = 1024;
/// Samples in a packet of Opus of 20 ms.
const OPUS_PACKET_SAMPLES: u32 = 960;

/// A picture track.
pub(super) struct PictureCodec {
    pub(super) name: &'static str,
    pub(super) config: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colour: Colour,
}

/// A sound track.
pub(super) struct SoundCodec {
    pub(super) name: &'static str,
    pub(super) config: Vec<u8>,
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    pub(super) sample_count: u64,
    pub(super) priming_samples: u64,
    pub(super) packet_samples: u32,
}

pub(super) fn picture(codec: &PartCodec) -> PictureCodec {
    match codec {
        PartCodec::H264 { avcc, width, height, colour } => {
            PictureCodec { name: "h264", config: avcc.clone(), width: *width, height: *height, colour: *colour }
        }
        PartCodec::Vp9 { width, height, profile, level, bit_depth, chroma_subsampling, colour } => PictureCodec {
            name: "vp9",
            // The features of a VP9 `CodecPrivate`, each with its number and length.
            config: vec![1, 1, *profile, 2, 1, *level, 3, 1, *bit_depth, 4, 1, *chroma_subsampling],
            width: *width,
            height: *height,
            colour: *colour,
        },
        PartCodec::Aac { .. } | PartCodec::Opus { .. } | PartCodec::Files { .. } => {
            unreachable!("a file was laid out from it, so its picture is one")
        }
    }
}

pub(super) fn sound(codec: &PartCodec) -> SoundCodec {
    match codec {
        PartCodec::Aac { specific_config, channels, sample_rate, priming_samples, sample_count, .. } => SoundCodec {
            name: "aac",
            config: specific_config.clone(),
            channels: *channels,
            sample_rate: *sample_rate,
            sample_count: *sample_count,
            priming_samples: u64::from(*priming_samples),
            packet_samples: AAC_PACKET_SAMPLES,
        },
        PartCodec::Opus { head, channels, pre_skip_samples, sample_count, .. } => SoundCodec {
            name: "opus",
            config: head.clone(),
            channels: *channels,
            sample_rate: 48_000,
            sample_count: *sample_count,
            priming_samples: u64::from(*pre_skip_samples),
            packet_samples: OPUS_PACKET_SAMPLES,
        },
        PartCodec::H264 { .. } | PartCodec::Vp9 { .. } | PartCodec::Files { .. } => {
            unreachable!("a file was laid out from it, so its sound is some")
        }
    }
}
