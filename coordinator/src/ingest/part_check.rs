//! Holds a part's header against what its attempt owed. Pure; looks at no payload.

use farm_core::part::{PartFrame, PartHeader};
use farm_core::recipe::VP9_FAMILY;
use farm_core::work::{PictureWork, SoundCodec, SoundWork, Work};
use timeline::Rate;
use wire::v1;

use super::{files_check, translate};

/// Samples in one AAC access unit.
const AAC_UNIT_SAMPLES: u64 = 1024;
/// Samples in one packet of Opus: 20 ms.
const OPUS_PACKET_SAMPLES: u64 = 960;
/// No encoder of sound delays by more.
const PRIMING_SAMPLES_MAX: u32 = 4 * 1024;
/// `OpusHead` for one or two channels, which need no mapping table.
const OPUS_HEAD_BYTES: usize = 19;
/// The levels of VP9, times ten.
const VP9_LEVELS: [u8; 14] = [10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 52, 60, 61, 62];
/// Sound parts are always at this rate.
const SOUND_RATE: u32 = 48_000;
/// SPS and PPS of one output take about 60 bytes.
const CODEC_CONFIG_BYTES_MAX: usize = 4 * 1024;

/// The header as the coordinator keeps it, or what is wrong with it.
pub(super) fn check(header: &v1::PartHeader, work: &Work) -> Result<PartHeader, String> {
    let sizes: u64 = header.frames.iter().map(|frame| u64::from(frame.size_bytes)).sum();
    if sizes != header.payload_bytes {
        return Err(format!("its frames are {sizes} bytes, its payload {}", header.payload_bytes));
    }
    if header.frames.iter().any(|frame| frame.size_bytes == 0) {
        return Err("a frame has no bytes".to_owned());
    }
    check_levels(header, work)?;
    let rate = Rate::new(header.rate_num, header.rate_den).ok_or("its rate holds a zero")?;
    match (work, &header.codec) {
        (Work::Picture(work), v1::CodecConfig::H264(codec)) if work.recipe.encoder.family != VP9_FAMILY => {
            h264(codec, work)?;
            picture(header, rate, work)?;
        }
        (Work::Picture(work), v1::CodecConfig::Vp9(codec)) if work.recipe.encoder.family == VP9_FAMILY => {
            vp9(codec, work)?;
            picture(header, rate, work)?;
        }
        (Work::Sound(work), v1::CodecConfig::Aac(codec)) if work.codec == SoundCodec::Aac => {
            sound(header, rate, &aac(codec)?, work)?;
        }
        (Work::Sound(work), v1::CodecConfig::Opus(codec)) if work.codec == SoundCodec::Opus => {
            sound(header, rate, &opus(codec)?, work)?;
        }
        (Work::Preview(_) | Work::Poster(_), v1::CodecConfig::Files(config)) => {
            files_check::check(header, &config.files, work)?;
        }
        _ => return Err(format!("{:?} is not what was asked for", header.codec)),
    }
    let frames = header.frames.iter();
    let frames = frames.map(|&v1::PartFrame { pts, duration, size_bytes, key, .. }| PartFrame {
        pts,
        duration,
        size_bytes,
        key,
    });
    Ok(PartHeader {
        codec: translate::codec(&header.codec),
        rate,
        frames: frames.collect(),
        payload_bytes: header.payload_bytes,
        levels: header.levels.iter().map(translate::level).collect(),
    })
}

/// A level for each segment where sound is levelled, and for none elsewhere.
fn check_levels(header: &v1::PartHeader, work: &Work) -> Result<(), String> {
    let owed = match work {
        Work::Sound(work) if work.normalize => work.segments.len(),
        _ => 0,
    };
    let found = header.levels.len();
    if found == owed {
        Ok(())
    } else {
        Err(format!("it says what levelling did to {found} segments instead of {owed}"))
    }
}

fn h264(codec: &v1::H264Config, work: &PictureWork) -> Result<(), String> {
    check_size(codec.width, codec.height, work)?;
    // Version 1, and room for the profile and at least one parameter set.
    if codec.avcc.first() != Some(&1) || codec.avcc.len() < 8 || codec.avcc.len() > CODEC_CONFIG_BYTES_MAX {
        return Err("its codec configuration is none".to_owned());
    }
    Ok(())
}

/// Eight bits, 4:2:0: what every player takes, and what recipes ask for.
fn vp9(codec: &v1::Vp9Config, work: &PictureWork) -> Result<(), String> {
    check_size(codec.width, codec.height, work)?;
    if (codec.profile, codec.bit_depth) != (0, 8) {
        return Err(format!("it is of profile {} with {} bits", codec.profile, codec.bit_depth));
    }
    if codec.chroma_subsampling > 1 || !VP9_LEVELS.contains(&codec.level) {
        return Err("its codec configuration is none".to_owned());
    }
    Ok(())
}

fn check_size(width: u32, height: u32, work: &PictureWork) -> Result<(), String> {
    let owed = (work.recipe.width, work.recipe.height);
    if (width, height) == owed {
        Ok(())
    } else {
        Err(format!("it is {width}×{height} instead of {}×{}", owed.0, owed.1))
    }
}

/// Every promised frame, no other, each as long as promised, and a decoder can begin at the first.
fn picture(header: &v1::PartHeader, rate: Rate, work: &PictureWork) -> Result<(), String> {
    if rate != work.rate {
        return Err("it counts at another rate than its source".to_owned());
    }
    if header.frames.len() != work.keep_pts.len() {
        return Err(format!("it has {} frames instead of {}", header.frames.len(), work.keep_pts.len()));
    }
    if !header.frames.first().is_some_and(|frame| frame.key) {
        return Err("it does not begin with a key frame".to_owned());
    }
    let mut shown: Vec<(i64, u32)> = header.frames.iter().map(|frame| (frame.pts, frame.duration)).collect();
    shown.sort_unstable();
    let first = *work.keep_pts.first().ok_or("nothing was asked for")?;
    let ends = work.keep_pts.iter().skip(1).copied().chain([work.end.0]);
    for ((pts, duration), (&kept, end)) in shown.into_iter().zip(work.keep_pts.iter().zip(ends)) {
        if pts != kept - first {
            return Err(format!("it shows a frame at {pts} instead of {}", kept - first));
        }
        if i64::from(duration) != end - kept {
            return Err(format!("its frame at {pts} lasts {duration} instead of {}", end - kept));
        }
    }
    Ok(())
}

/// What a codec's configuration says of sound.
struct Sound {
    channels: u32,
    sample_rate: u32,
    priming_samples: u32,
    sample_count: u64,
    /// Samples in each access unit.
    unit_samples: u64,
}

fn aac(codec: &v1::AacConfig) -> Result<Sound, String> {
    if codec.specific_config.len() < 2 || codec.specific_config.len() > CODEC_CONFIG_BYTES_MAX {
        return Err("its codec configuration is none".to_owned());
    }
    let v1::AacConfig { channels, sample_rate, priming_samples, sample_count, .. } = *codec;
    Ok(Sound { channels, sample_rate, priming_samples, sample_count, unit_samples: AAC_UNIT_SAMPLES })
}

/// `OpusHead` (RFC 7845, section 5.1) must say what the header says: players believe the one, we the other.
fn opus(codec: &v1::OpusConfig) -> Result<Sound, String> {
    let head: &[u8; OPUS_HEAD_BYTES] = codec.head.as_slice().try_into().map_err(|_| "its OpusHead is none")?;
    let [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, channels, low, high, ..] = *head else {
        return Err("its OpusHead is none".to_owned());
    };
    let pre_skip = u32::from(u16::from_le_bytes([low, high]));
    if (u32::from(channels), pre_skip) != (codec.channels, codec.pre_skip_samples) {
        return Err(format!("its OpusHead has {channels} channels and skips {pre_skip} samples"));
    }
    // Gain and mapping family, behind the rate of the input, which says nothing.
    if head[16..] != [0; 3] {
        return Err("its OpusHead asks for a gain or a mapping".to_owned());
    }
    Ok(Sound {
        channels: codec.channels,
        sample_rate: SOUND_RATE,
        priming_samples: codec.pre_skip_samples,
        sample_count: codec.sample_count,
        unit_samples: OPUS_PACKET_SAMPLES,
    })
}

/// As many samples as promised, in whole access units, one after the other.
fn sound(header: &v1::PartHeader, rate: Rate, said: &Sound, work: &SoundWork) -> Result<(), String> {
    if said.channels != work.channels || said.sample_rate != SOUND_RATE || rate != Rate::SOUND {
        return Err(format!("it has {} channels at {} Hz", said.channels, said.sample_rate));
    }
    let promised = work.sample_count();
    if said.sample_count != promised {
        return Err(format!("it has {} samples instead of {promised}", said.sample_count));
    }
    if said.priming_samples > PRIMING_SAMPLES_MAX {
        return Err(format!("its encoder delays by {} samples", said.priming_samples));
    }
    let unit_samples = said.unit_samples;
    let units = (promised + u64::from(said.priming_samples)).div_ceil(unit_samples);
    if header.frames.len() as u64 != units {
        return Err(format!("it has {} access units instead of {units}", header.frames.len()));
    }
    for (frame, place) in header.frames.iter().zip(0..) {
        if u64::try_from(frame.pts) != Ok(place * unit_samples) || u64::from(frame.duration) != unit_samples {
            return Err(format!("access unit {place} is not where it belongs"));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
