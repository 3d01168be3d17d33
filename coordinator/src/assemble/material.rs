//! What a file is laid out from: a plan's parts with their headers, held against each other. Lays out nothing.

use std::collections::HashMap;

use farm_core::content_key::ContentKey;
use farm_core::part::{PartFrame, PartHeader};
use farm_core::plan::PlannedOutput;
use farm_core::video::Colour;
use timeline::Rate;

use super::LayoutError;
use super::codecs::{Look, PictureCodec, SoundCodec};

/// The headers of an output's parts, by content key.
pub type Headers<'a> = HashMap<ContentKey, &'a PartHeader>;

/// Picture, in decode order part by part.
pub(super) struct Picture<'a, Codec> {
    pub(super) codec: Codec,
    pub(super) parts: Vec<Placed<'a>>,
    /// When each frame's turn to be decoded comes, less the delay: the presentation times of the whole track in order,
    /// whatever frames they belong to. With decode times kept per part, parts of a few frames lose two in decoders
    /// although every muxer is content.
    pub(super) turns: Vec<i64>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) colour: Colour,
    pub(super) rate: Rate,
    /// On `rate`; from the first frame to the end of the last.
    pub(super) duration: i64,
    /// How much later than decoding presentation must start so that no frame is shown before it is decoded.
    pub(super) delay: i64,
}

/// A part at its place.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) key: ContentKey,
    pub(super) frames: &'a [PartFrame],
    /// When the part begins, on the picture's rate.
    pub(super) offset: i64,
}

/// The one part of sound.
pub(super) struct Sound<'a, Codec> {
    pub(super) codec: Codec,
    pub(super) key: ContentKey,
    /// The packets that are needed, and no more.
    pub(super) packets: &'a [PartFrame],
    /// Samples in each of them.
    pub(super) packet_samples: u64,
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    pub(super) priming_samples: u64,
    pub(super) sample_count: u64,
    pub(super) bitrate_bps: u32,
}

/// A frame of picture in decode order.
#[derive(Clone, Copy)]
pub(super) struct Decoded<'a> {
    pub(super) frame: &'a PartFrame,
    /// When its turn to be decoded comes, less the delay.
    pub(super) turn: i64,
    /// When it is shown.
    pub(super) shown: i64,
}

impl<'a, Codec: PictureCodec<'a>> Picture<'a, Codec> {
    pub(super) fn gather(output: &PlannedOutput, headers: &Headers<'a>) -> Result<Picture<'a, Codec>, LayoutError> {
        let first = output.picture.first().expect("an output holds at least one frame").content_key;
        let configuration = &header(headers, first)?.codec;
        let (codec, look) = Codec::read(configuration).ok_or(LayoutError::WrongKind { part: first })?;
        let starts = output.picture.iter().map(|place| place.offset.0);
        let ends = starts.skip(1).chain(std::iter::once(output.duration.0));
        let mut parts = Vec::with_capacity(output.picture.len());
        let mut turns = Vec::with_capacity(usize::try_from(output.frame_count).unwrap_or(0));
        let mut delay = 0;
        for (place, end) in output.picture.iter().zip(ends) {
            let part = place.content_key;
            let header = header(headers, part)?;
            if header.codec != *configuration {
                return Err(LayoutError::CodecsDiffer { first, other: part });
            }
            if header.rate != output.rate {
                return Err(LayoutError::Rate { part });
            }
            let found = header.frames.len() as u64;
            if found != place.frame_count || found == 0 {
                return Err(LayoutError::FrameCount { part, planned: place.frame_count, found });
            }
            if payload_bytes(&header.frames) != header.payload_bytes {
                return Err(LayoutError::Payload { part });
            }
            let placed = Placed { key: part, frames: &header.frames, offset: place.offset.0 };
            delay = delay.max(take_turns(&placed, end, &mut turns)?);
            parts.push(placed);
        }
        let (rate, duration) = (output.rate, output.duration.0);
        let Look { width, height, colour } = look;
        Ok(Picture { codec, parts, turns, width, height, colour, rate, duration, delay })
    }
}

impl<'a, Codec> Picture<'a, Codec> {
    /// Every frame in decode order.
    pub(super) fn frames(&self) -> impl Iterator<Item = Decoded<'a>> {
        let shown = self.parts.iter().flat_map(|part| part.frames.iter().map(|frame| (frame, part.offset + frame.pts)));
        shown.zip(&self.turns).map(|((frame, shown), &turn)| Decoded { frame, turn, shown })
    }
}

/// Appends the turns of a part's frames. Returns by how much one of them is shown before its turn at the most.
/// Refuses frames that do not fill their place from its first tick, or leave it.
fn take_turns(part: &Placed, end: i64, turns: &mut Vec<i64>) -> Result<i64, LayoutError> {
    if !part.frames[0].key {
        return Err(LayoutError::NoKey { part: part.key });
    }
    let first = turns.len();
    turns.extend(part.frames.iter().map(|frame| part.offset + frame.pts));
    let sorted = &mut turns[first..];
    sorted.sort_unstable();
    let increasing = sorted.windows(2).all(|pair| pair[0] < pair[1]);
    let inside = sorted[0] == part.offset && sorted[sorted.len() - 1] < end;
    if !increasing || !inside {
        return Err(LayoutError::Times { part: part.key });
    }
    let early = part.frames.iter().zip(sorted).map(|(frame, turn)| *turn - part.offset - frame.pts);
    Ok(early.max().unwrap_or(0))
}

impl<'a, Codec: SoundCodec<'a>> Sound<'a, Codec> {
    pub(super) fn gather(
        output: &PlannedOutput,
        headers: &Headers<'a>,
    ) -> Result<Option<Sound<'a, Codec>>, LayoutError> {
        let Some(key) = output.sound else { return Ok(None) };
        let header = header(headers, key)?;
        let (codec, shape) = Codec::read(&header.codec).ok_or(LayoutError::WrongKind { part: key })?;
        if payload_bytes(&header.frames) != header.payload_bytes {
            return Err(LayoutError::Payload { part: key });
        }
        if header.rate != Rate::hz(shape.sample_rate).ok_or(LayoutError::Rate { part: key })? {
            return Err(LayoutError::Rate { part: key });
        }
        let priming_samples = u64::from(shape.priming_samples);
        let needed = priming_samples + shape.sample_count;
        let found = header.frames.len() as u64 * Codec::PACKET_SAMPLES;
        if found < needed || shape.sample_count == 0 {
            return Err(LayoutError::SoundShort { part: key, needed, found });
        }
        let packets = usize::try_from(needed.div_ceil(Codec::PACKET_SAMPLES)).expect("no more than there are");
        Ok(Some(Sound {
            codec,
            key,
            packets: &header.frames[..packets],
            packet_samples: Codec::PACKET_SAMPLES,
            channels: shape.channels,
            sample_rate: shape.sample_rate,
            priming_samples,
            sample_count: shape.sample_count,
            bitrate_bps: shape.bitrate_bps,
        }))
    }
}

fn header<'a>(headers: &Headers<'a>, part: ContentKey) -> Result<&'a PartHeader, LayoutError> {
    headers.get(&part).copied().ok_or(LayoutError::Missing { part })
}

fn payload_bytes(frames: &[PartFrame]) -> u64 {
    frames.iter().map(|frame| u64::from(frame.size_bytes)).sum()
}
