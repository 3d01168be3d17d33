//! What each codec's configuration says of a track. Knows no container.

use farm_core::part::PartCodec;
use farm_core::video::Colour;
use timeline::Rate;

/// A codec of picture that some container holds.
pub(super) trait PictureCodec<'a>: Sized {
    /// Reads a part's configuration; `None` when it is another codec's.
    fn read(codec: &'a PartCodec) -> Option<(Self, Look)>;
}

/// A codec of sound that some container holds.
pub(super) trait SoundCodec<'a>: Sized {
    /// Samples in every packet.
    const PACKET_SAMPLES: u64;

    /// Reads a part's configuration; `None` when it is another codec's.
    fn read(codec: &'a PartCodec) -> Option<(Self, Shape)>;
}

/// What every picture has.
pub(super) struct Look {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colour: Colour,
}

/// What every sound has.
pub(super) struct Shape {
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    /// Samples in front of the first that counts.
    pub(super) priming_samples: u32,
    pub(super) sample_count: u64,
    pub(super) bitrate_bps: u32,
}

/// H.264 picture.
pub(super) struct H264<'a> {
    /// The `avcC` record.
    pub(super) avcc: &'a [u8],
}

/// VP9 picture.
pub(super) struct Vp9 {
    pub(super) profile: u8,
    /// Times ten.
    pub(super) level: u8,
    pub(super) bit_depth: u8,
    pub(super) chroma_subsampling: u8,
}

/// AAC sound.
pub(super) struct Aac<'a> {
    /// The `AudioSpecificConfig`.
    pub(super) specific_config: &'a [u8],
}

/// Opus sound.
pub(super) struct Opus<'a> {
    /// The `OpusHead` packet.
    pub(super) head: &'a [u8],
}

impl<'a> PictureCodec<'a> for H264<'a> {
    fn read(codec: &'a PartCodec) -> Option<(Self, Look)> {
        let PartCodec::H264 { avcc, width, height, colour } = codec else { return None };
        Some((H264 { avcc }, Look { width: *width, height: *height, colour: *colour }))
    }
}

impl PictureCodec<'_> for Vp9 {
    fn read(codec: &PartCodec) -> Option<(Self, Look)> {
        let &PartCodec::Vp9 { width, height, profile, level, bit_depth, chroma_subsampling, colour } = codec else {
            return None;
        };
        Some((Vp9 { profile, level, bit_depth, chroma_subsampling }, Look { width, height, colour }))
    }
}

impl<'a> SoundCodec<'a> for Aac<'a> {
    const PACKET_SAMPLES: u64 = 1024;

    fn read(codec: &'a PartCodec) -> Option<(Self, Shape)> {
        let PartCodec::Aac { specific_config, channels, sample_rate, priming_samples, sample_count, bitrate_bps } =
            codec
        else {
            return None;
        };
        let shape = Shape {
            channels: *channels,
            sample_rate: *sample_rate,
            priming_samples: *priming_samples,
            sample_count: *sample_count,
            bitrate_bps: *bitrate_bps,
        };
        Some((Aac { specific_config }, shape))
    }
}

impl<'a> SoundCodec<'a> for Opus<'a> {
    /// 20 ms: what encoders make when nobody asks for less delay.
    const PACKET_SAMPLES: u64 = 960;

    fn read(codec: &'a PartCodec) -> Option<(Self, Shape)> {
        let PartCodec::Opus { head, channels, pre_skip_samples, sample_count, bitrate_bps } = codec else {
            return None;
        };
        let shape = Shape {
            channels: *channels,
            sample_rate: Rate::SOUND.num(),
            priming_samples: *pre_skip_samples,
            sample_count: *sample_count,
            bitrate_bps: *bitrate_bps,
        };
        Some((Opus { head }, shape))
    }
}
