//! Holds a part's header against what its attempt owed. Pure; looks at no payload.

use farm_core::part::{PartFrame, PartHeader};
use farm_core::work::{PictureWork, SoundWork, Work};
use timeline::Rate;
use wire::v1;

use super::{files_check, translate};

/// Samples in one AAC access unit.
const AAC_UNIT_SAMPLES: u64 = 1024;
/// No AAC encoder delays by more.
const PRIMING_SAMPLES_MAX: u32 = 4 * 1024;
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
        (Work::Picture(work), v1::CodecConfig::H264(codec)) => picture(header, rate, codec, work)?,
        (Work::Sound(work), v1::CodecConfig::Aac(codec)) => sound(header, rate, codec, work)?,
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

/// Every promised frame, no other, each as long as promised, and a decoder can begin at the first.
fn picture(header: &v1::PartHeader, rate: Rate, codec: &v1::H264Config, work: &PictureWork) -> Result<(), String> {
    if (codec.width, codec.height) != (work.recipe.width, work.recipe.height) {
        let (width, height) = (work.recipe.width, work.recipe.height);
        return Err(format!("it is {}×{} instead of {width}×{height}", codec.width, codec.height));
    }
    // Version 1, and room for the profile and at least one parameter set.
    if codec.avcc.first() != Some(&1) || codec.avcc.len() < 8 || codec.avcc.len() > CODEC_CONFIG_BYTES_MAX {
        return Err("its codec configuration is none".to_owned());
    }
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

/// As many samples as promised, in whole access units, one after the other.
fn sound(header: &v1::PartHeader, rate: Rate, codec: &v1::AacConfig, work: &SoundWork) -> Result<(), String> {
    if codec.channels != work.channels || codec.sample_rate != SOUND_RATE || rate != Rate::SOUND {
        return Err(format!("it has {} channels at {} Hz", codec.channels, codec.sample_rate));
    }
    if codec.specific_config.len() < 2 || codec.specific_config.len() > CODEC_CONFIG_BYTES_MAX {
        return Err("its codec configuration is none".to_owned());
    }
    let promised = work.sample_count();
    if codec.sample_count != promised {
        return Err(format!("it has {} samples instead of {promised}", codec.sample_count));
    }
    if codec.priming_samples > PRIMING_SAMPLES_MAX {
        return Err(format!("its encoder delays by {} samples", codec.priming_samples));
    }
    let units = (promised + u64::from(codec.priming_samples)).div_ceil(AAC_UNIT_SAMPLES);
    if header.frames.len() as u64 != units {
        return Err(format!("it has {} access units instead of {units}", header.frames.len()));
    }
    for (frame, place) in header.frames.iter().zip(0..) {
        if u64::try_from(frame.pts) != Ok(place * AAC_UNIT_SAMPLES) || u64::from(frame.duration) != AAC_UNIT_SAMPLES {
            return Err(format!("access unit {place} is not where it belongs"));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
