//! Turns a node's index into the video's facts and frame table, or says why the video cannot be exported. Pure.

use farm_core::video::{PictureFacts, SoundFacts, VideoFacts};
use timeline::{Frame, FrameTable, FrameTableError, Rate, Rounding, Ticks};
use wire::v1;

use super::translate;

/// Neither side of a picture is longer, in pixels.
const SIDE_MAX: u32 = 16_384;
/// No picture has more pixels.
const PIXELS_MAX: u64 = 8_192 * 8_192;
/// No video is longer.
const HOURS_MAX: i64 = 12;
/// No video shows more frames a second, nominally.
const FRAME_RATE_MAX: i64 = 300;
/// No video has more frames: twelve hours at 120 a second.
const FRAMES_MAX: usize = 12 * 3_600 * 120;
/// Pixels are at most so much wider than high, or the other way round.
const PIXEL_ASPECT_MAX: u64 = 16;
/// No source's sound has more channels.
const CHANNELS_MAX: u32 = 64;
/// No source's sound has a higher rate.
const SAMPLE_RATE_MAX: u32 = 768_000;
/// Warnings kept, and characters of each word a node may choose.
const WARNINGS_MAX: usize = 32;
const WORD_CHARACTERS_MAX: usize = 40;

/// Why an index is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The video is nothing Reelfarm accepts: one sentence for its owner.
    Unsupported(String),
    /// The index contradicts itself: the node's fault, for the log.
    Senseless(String),
}

fn unsupported<T>(sentence: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Unsupported(sentence.into()))
}

fn senseless(reason: impl Into<String>) -> Refusal {
    Refusal::Senseless(reason.into())
}

/// Facts and frame table of an index that holds.
pub(super) fn check(index: v1::Index) -> Result<(VideoFacts, FrameTable), Refusal> {
    let rate = rate(index.picture.rate_num, index.picture.rate_den)?;
    // First the table: it bounds every time the rest calculates with.
    let table = table(&index.picture, rate)?;
    let picture = picture(&index.picture, rate)?;
    let facts = VideoFacts {
        container: translate::container(&index.container),
        picture,
        sound: index.sound.map(sound).transpose()?,
        created_at: index.created_at,
        warnings: index.warnings.into_iter().take(WARNINGS_MAX).map(word).collect::<Result<_, _>>()?,
    };
    Ok((facts, table))
}

fn picture(picture: &v1::PictureIndex, ticks: Rate) -> Result<PictureFacts, Refusal> {
    let &v1::PictureIndex { width, height, pixel_aspect_num, pixel_aspect_den, .. } = picture;
    if width == 0 || height == 0 {
        return Err(senseless("the picture has no size"));
    }
    if width > SIDE_MAX || height > SIDE_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return unsupported(format!("The picture is {width}×{height} pixels, larger than Reelfarm can process."));
    }
    let aspect = (u64::from(pixel_aspect_num), u64::from(pixel_aspect_den));
    if aspect.0 == 0
        || aspect.1 == 0
        || aspect.0 > aspect.1 * PIXEL_ASPECT_MAX
        || aspect.1 > aspect.0 * PIXEL_ASPECT_MAX
    {
        return unsupported(format!("The picture's pixels are {}:{}, which no display shows.", aspect.0, aspect.1));
    }
    let frame_rate = rate(picture.frame_rate_num, picture.frame_rate_den)?;
    if i64::from(frame_rate.num()) > FRAME_RATE_MAX * i64::from(frame_rate.den()) {
        return unsupported(format!("The video has more than {FRAME_RATE_MAX} frames a second."));
    }
    Ok(PictureFacts {
        ordinal: picture.ordinal,
        codec: word(picture.codec.clone())?,
        width,
        height,
        pixel_aspect_num,
        pixel_aspect_den,
        orientation: translate::orientation(&picture.orientation),
        interlaced: picture.interlaced,
        bit_depth: picture.bit_depth,
        colour: translate::colour(&picture.colour),
        frame_rate,
        variable_frame_rate: variable(&picture.frames, ticks),
    })
}

fn table(picture: &v1::PictureIndex, rate: Rate) -> Result<FrameTable, Refusal> {
    if picture.frames.len() > FRAMES_MAX {
        return unsupported(format!("The video has {} frames, more than Reelfarm can process.", picture.frames.len()));
    }
    let longest = rate.seconds(HOURS_MAX * 3_600).0;
    if picture.end > longest || picture.frames.first().is_some_and(|frame| frame.pts < -longest) {
        return unsupported(format!("The video is longer than {HOURS_MAX} hours."));
    }
    let frames = picture.frames.iter().map(|frame| Frame { pts: Ticks(frame.pts), key: frame.key });
    FrameTable::new(rate, frames.collect(), Ticks(picture.end)).map_err(|wrong: FrameTableError| match wrong {
        FrameTableError::Empty => Refusal::Unsupported("The video holds no picture.".to_owned()),
        other => senseless(other.to_string()),
    })
}

fn sound(sound: v1::SoundIndex) -> Result<SoundFacts, Refusal> {
    let v1::SoundIndex { ordinal, codec, channels, sample_rate, start_ns, end_ns } = sound;
    if channels == 0 || channels > CHANNELS_MAX || sample_rate == 0 || sample_rate > SAMPLE_RATE_MAX {
        return unsupported(format!("The sound has {channels} channels at {sample_rate} Hz."));
    }
    let longest = Rate::NANOSECONDS.seconds(2 * HOURS_MAX * 3_600).0;
    if end_ns < start_ns || start_ns < -longest || end_ns > longest {
        return Err(senseless("the sound's times make no sense"));
    }
    Ok(SoundFacts { ordinal, codec: word(codec)?, channels, sample_rate, start_ns, end_ns })
}

fn rate(num: u32, den: u32) -> Result<Rate, Refusal> {
    Rate::new(num, den).ok_or_else(|| senseless("a rate holds a zero"))
}

/// A code from one of the closed lists: short, and safe wherever it is shown.
fn word(word: String) -> Result<String, Refusal> {
    let fits = !word.is_empty()
        && word.len() <= WORD_CHARACTERS_MAX
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if fits { Ok(word) } else { Err(senseless("a code is none")) }
}

/// Whether distances of frames differ by more than the rounding of their times: one tick, or one millisecond.
fn variable(frames: &[v1::IndexFrame], rate: Rate) -> bool {
    let gaps = || frames.windows(2).map(|pair| pair[1].pts.saturating_sub(pair[0].pts));
    let spread = gaps().max().unwrap_or(0) - gaps().min().unwrap_or(0);
    let rounding = Rate::MILLISECONDS.convert(Ticks(1), rate, Rounding::Ceil).0.max(1);
    spread > rounding
}

#[cfg(test)]
pub(super) mod tests;
