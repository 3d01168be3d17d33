//! Crossfades on the frame grid: which frames of two neighbours overlap, for how long, and how much each of them counts.
//! Cuts no parts and plays no sound: the plan follows from what is decided here.

use std::ops::Range;

use timeline::{FrameTable, Span, Ticks};

/// What a picture that covers the other one whole weighs.
const WHOLE: i64 = u16::MAX as i64;

/// Where two segments overlap. Frames are ordinals of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The outgoing segment's last frames. They give the overlap its length and its frames their times.
    pub outgoing: Range<usize>,
    /// From the first of these frames to the end of the outgoing segment; the incoming one begins so much earlier.
    pub length: Ticks,
    /// The incoming frame that is laid over each of them.
    pub incoming: Vec<usize>,
    /// What each incoming frame weighs, in 65,535ths; the outgoing one has the rest.
    pub weights: Vec<u16>,
    /// An incoming frame that stays on the screen for long after the overlap, so that it must be shown there by itself too.
    pub held: Option<usize>,
    /// The incoming segment's first frame that has its own time again; its end where there is none.
    pub resume: usize,
}

/// Why segments cannot overlap by a crossfade. Segments are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Less than half of the frame it would have to be made of, the last one of a segment.
    TooShort {
        /// The outgoing segment.
        segment: usize,
        /// How long its last frame is shown.
        frame: Ticks,
    },
    /// A segment is not long enough to overlap its neighbours.
    TooLong {
        /// The segment.
        segment: usize,
        /// What it has left for this overlap.
        room: Ticks,
    },
}

/// The overlaps of consecutive segments, one for each joint; none for a crossfade of zero, which is no crossfade.
///
/// An overlap consists of whole frames: it begins with the outgoing frame whose time is nearest to `crossfade` before the end.
/// A segment in the middle has room for both of its overlaps; they may meet.
pub fn overlaps(table: &FrameTable, segments: &[Range<usize>], crossfade: Ticks) -> Result<Vec<Overlap>, Misfit> {
    if crossfade <= Ticks::ZERO {
        return Ok(Vec::new());
    }
    let mut overlaps: Vec<Overlap> = Vec::with_capacity(segments.len().saturating_sub(1));
    for (segment, pair) in segments.windows(2).enumerate() {
        let taken = overlaps.last().map_or(Ticks::ZERO, |before| before.length);
        let begin = beginning(table, &pair[0], taken, crossfade).map_err(|misfit| misfit.of(segment))?;
        let (outgoing, incoming) = (begin..pair[0].end, &pair[1]);
        let room = table.snapped(incoming).length();
        if table.snapped(&outgoing).length() > room {
            return Err(Misfit::TooLong { segment: segment + 1, room });
        }
        overlaps.push(overlap(table, outgoing, incoming));
    }
    Ok(overlaps)
}

/// What is wrong with one overlap, before it is known which.
enum Wrong {
    TooShort { frame: Ticks },
    TooLong { room: Ticks },
}

impl Wrong {
    fn of(self, segment: usize) -> Misfit {
        match self {
            Self::TooShort { frame } => Misfit::TooShort { segment, frame },
            Self::TooLong { room } => Misfit::TooLong { segment, room },
        }
    }
}

/// The frame of a segment at which its overlap begins, when the overlap before has taken so much of its time.
fn beginning(table: &FrameTable, segment: &Range<usize>, taken: Ticks, crossfade: Ticks) -> Result<usize, Wrong> {
    let Span { start, end } = table.snapped(segment);
    let first_at = |instant| table.within(Span::new(instant, end)).start.min(segment.end);
    let free = first_at(start + taken);
    let room = end - table.instant(free);
    if room == Ticks::ZERO {
        return Err(Wrong::TooLong { room });
    }
    let wanted = end - crossfade;
    let after = first_at(wanted).max(free);
    let before = after.saturating_sub(1).max(free);
    // Of two boundaries equally near, the later: the shorter overlap.
    let nearest = if wanted - table.instant(before) < table.instant(after) - wanted { before } else { after };
    if nearest == segment.end {
        return Err(Wrong::TooShort { frame: table.snapped(&(nearest - 1..nearest)).length() });
    }
    // Where the overlap before leaves too little, rounding to whole frames explains no more than half of one.
    let missing = table.instant(nearest) - wanted;
    if nearest == free && missing.0 * 2 > table.snapped(&(nearest..nearest + 1)).length().0 {
        return Err(Wrong::TooLong { room });
    }
    Ok(nearest)
}

/// Lays the incoming segment's beginning over these frames.
fn overlap(table: &FrameTable, outgoing: Range<usize>, incoming: &Range<usize>) -> Overlap {
    let (from, to) = (table.snapped(&outgoing), table.snapped(incoming));
    let length = from.length();
    let last_frame = table.snapped(&(outgoing.end - 1..outgoing.end)).length();
    // Incoming frames nearer to the overlap's end than to its last frame go on by themselves.
    let on_their_own = |frame: usize| (table.instant(frame) - to.start - length).0 * 2 > -last_frame.0;
    let resume = incoming.clone().find(|frame| on_their_own(*frame)).unwrap_or(incoming.end);
    let gap = table.instant(resume) - to.start - length;
    let laid_over = outgoing.clone().map(|frame| {
        let wanted = to.start + table.instant(frame) - from.start;
        nearest_frame(table, &(incoming.start..resume), wanted)
    });
    Overlap {
        length,
        incoming: laid_over.collect(),
        weights: outgoing.clone().map(|frame| weight(table.snapped(&(frame..frame + 1)), from)).collect(),
        held: (gap >= last_frame).then_some(resume - 1),
        resume,
        outgoing,
    }
}

/// The frame whose time is nearest to an instant; of two equally near, the earlier. Times that are rounded or jitter do not lead to
/// doubled and dropped frames that way: two stretches of one rate go together one to one.
fn nearest_frame(table: &FrameTable, frames: &Range<usize>, instant: Ticks) -> usize {
    let after = table.within(Span::new(instant, table.end())).start.clamp(frames.start, frames.end - 1);
    let before = after.saturating_sub(1).max(frames.start);
    if (instant - table.instant(before)).0.abs() <= (table.instant(after) - instant).0.abs() { before } else { after }
}

/// How far the middle of a frame's time is into the overlap, as a share of its length, to nearest.
fn weight(frame: Span, overlap: Span) -> u16 {
    let twice_middle = (frame.start - overlap.start).0 + (frame.end - overlap.start).0;
    let (dividend, divisor) = (twice_middle * WHOLE, 2 * overlap.length().0);
    u16::try_from((2 * dividend + divisor).div_euclid(2 * divisor)).expect("a frame lies within its overlap")
}

/// By how many frames fewer an output has than its segments: incoming frames that are shown only in the overlap.
#[must_use]
pub fn hidden_frames(segments: &[Range<usize>], overlaps: &[Overlap]) -> usize {
    let incoming = segments.iter().skip(1).zip(overlaps);
    incoming.map(|(segment, overlap)| overlap.resume - segment.start - usize::from(overlap.held.is_some())).sum()
}

#[cfg(test)]
mod tests;
