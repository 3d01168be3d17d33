//! Reads a finished layout back, as a player would, and holds every frame against the part headers and the plan.
//! Shares no code with the writer: it finds the writer's mistakes.

mod tables;
mod webm;

use std::ops::Range;

use farm_core::content_key::ContentKey;
use farm_core::export::Format;
use farm_core::part::PartCodec;
use farm_core::plan::PlannedOutput;
use thiserror::Error;

use super::{Headers, Layout, Piece};
use tables::{Front, Track};

/// What is wrong with a layout. Always a mistake of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    /// A box is missing, torn, or contradicts another.
    #[error("read the finished layout back: {what}")]
    Malformed {
        /// What.
        what: &'static str,
    },
    /// A frame is not where it should be, or not when, or not what.
    #[error("read the finished layout back: {what} of frame {ordinal} of the {track} is wrong")]
    Frame {
        /// `picture` or `sound`.
        track: &'static str,
        /// In decode order, from 0.
        ordinal: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A frame as plan and headers want it.
struct Wanted {
    part: ContentKey,
    /// In the part's payload.
    offset: u64,
    size: u64,
    /// On the track's clock.
    shown: i64,
    key: bool,
}

/// Reads `layout` back and compares it frame by frame.
pub fn check(layout: &Layout, output: &PlannedOutput, headers: &Headers) -> Result<(), CheckError> {
    match output.format {
        Format::Mp4 | Format::Mov => check_boxes(layout, output, headers),
        Format::Webm => webm::check(layout, output, headers),
    }
}

fn check_boxes(layout: &Layout, output: &PlannedOutput, headers: &Headers) -> Result<(), CheckError> {
    let Some(Piece::Bytes(front)) = layout.pieces().first() else {
        return Err(CheckError::Malformed { what: "it does not begin with boxes" });
    };
    let front = Front::read(front, layout.size_bytes())?;
    let mut covered = Vec::new();
    let picture = front.track(*b"vide")?.ok_or(CheckError::Malformed { what: "there is no picture" })?;
    let ticks = u64::try_from(output.duration.0).unwrap_or(0) * u64::from(output.rate.den());
    if picture.media_duration != ticks {
        return Err(CheckError::Malformed { what: "the picture does not last as long as planned" });
    }
    compare("picture", layout, &picture, wanted_picture(output, headers), &mut covered)?;
    match (output.sound, front.track(*b"soun")?) {
        (None, None) => {}
        (Some(part), Some(sound)) => {
            let samples = samples(part, headers);
            if sound.media_duration != samples.end {
                return Err(CheckError::Malformed { what: "the sound does not last as long as rendered" });
            }
            compare("sound", layout, &sound, wanted_sound(part, headers, &samples), &mut covered)?;
        }
        _ => return Err(CheckError::Malformed { what: "there is sound where none belongs, or none where it does" }),
    }
    tiles(covered, front.payload)
}

fn compare(
    track: &'static str,
    layout: &Layout,
    found: &Track,
    wanted: impl Iterator<Item = Wanted>,
    covered: &mut Vec<Range<u64>>,
) -> Result<(), CheckError> {
    let mut found = found.samples();
    let mut ordinal = 0;
    for wanted in wanted {
        let wrong = |what| CheckError::Frame { track, ordinal, what };
        let sample = found.next().ok_or_else(|| wrong("the existence"))?;
        if sample.size != wanted.size {
            return Err(wrong("the size"));
        }
        if sample.shown != wanted.shown {
            return Err(wrong("the time"));
        }
        if sample.decoded > sample.shown + sample.delay {
            return Err(wrong("the order of decoding"));
        }
        if sample.key != wanted.key {
            return Err(wrong("the key mark"));
        }
        let bytes = sample.offset..sample.offset + sample.size;
        let slice = Piece::Slice { part: wanted.part, offset: wanted.offset, length: wanted.size };
        if wanted.size > 0 && !layout.range(bytes.clone()).eq([slice]) {
            return Err(wrong("the place"));
        }
        match covered.last_mut() {
            Some(last) if last.end == bytes.start => last.end = bytes.end,
            _ => covered.push(bytes),
        }
        ordinal += 1;
    }
    match found.next() {
        None => Ok(()),
        Some(_) => Err(CheckError::Frame { track, ordinal, what: "the absence" }),
    }
}

fn wanted_picture<'a>(output: &'a PlannedOutput, headers: &'a Headers) -> impl Iterator<Item = Wanted> {
    let scale = i64::from(output.rate.den());
    output.picture.iter().flat_map(move |place| {
        let frames = headers.get(&place.content_key).map(|header| &header.frames[..]).unwrap_or_default();
        let mut end = 0;
        frames.iter().map(move |frame| {
            let offset = end;
            end += u64::from(frame.size_bytes);
            let shown = (place.offset.0 + frame.pts) * scale;
            Wanted { part: place.content_key, offset, size: u64::from(frame.size_bytes), shown, key: frame.key }
        })
    })
}

/// The samples that count, numbered from the first of the priming.
fn samples(part: ContentKey, headers: &Headers) -> Range<u64> {
    match headers.get(&part).map(|header| &header.codec) {
        Some(
            PartCodec::Aac { priming_samples: priming, sample_count, .. }
            | PartCodec::Opus { pre_skip_samples: priming, sample_count, .. },
        ) => {
            let priming = u64::from(*priming);
            priming..priming + sample_count
        }
        _ => 0..0,
    }
}

/// As many packets as it takes, one after another; the first of them before time zero.
fn wanted_sound<'a>(
    part: ContentKey,
    headers: &'a Headers,
    samples: &Range<u64>,
) -> impl Iterator<Item = Wanted> + use<'a> {
    let header = headers.get(&part);
    let packets = header.map(|header| &header.frames[..]).unwrap_or_default();
    let is_opus = header.is_some_and(|header| matches!(header.codec, PartCodec::Opus { .. }));
    let packet_samples = if is_opus { 960 } else { 1024 };
    let priming = i64::try_from(samples.start).unwrap_or(0);
    let mut end = 0;
    packets.iter().zip((0..samples.end).step_by(packet_samples)).map(move |(packet, sample)| {
        let offset = end;
        end += u64::from(packet.size_bytes);
        let shown = i64::try_from(sample).unwrap_or(i64::MAX) - priming;
        Wanted { part, offset, size: u64::from(packet.size_bytes), shown, key: true }
    })
}

/// Whether ranges lie side by side and are the whole payload: every byte is some frame's, no byte two frames'.
fn tiles(mut ranges: Vec<Range<u64>>, payload: Range<u64>) -> Result<(), CheckError> {
    ranges.sort_unstable_by_key(|range| range.start);
    let end = ranges.iter().try_fold(payload.start, |end, range| (range.start == end).then_some(range.end));
    if end == Some(payload.end) {
        Ok(())
    } else {
        Err(CheckError::Malformed { what: "the frames are not the payload" })
    }
}

#[cfg(test)]
mod tests;
