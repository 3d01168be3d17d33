//! Which frames a crossfade lays over each other, worked out from its rule alone: the overlap is made of the outgoing
//! range's last frames, as many as come nearest to what was asked, and keeps their times. Judges nothing.

use std::ops::Range;

use crate::reading::{Base, ReadFrame};

/// Where two ranges overlap. Frames are ordinals of the source, times its ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// Every frame of it.
    pub laid: Vec<Laid>,
    /// How long it is; the incoming range begins so much before the outgoing one ends.
    pub length: i64,
    /// An incoming frame that stays on the screen after the overlap until the next one comes.
    pub held: Option<usize>,
    /// The first incoming frame with a time of its own.
    pub resume: usize,
}

impl Overlap {
    /// The first outgoing frame that another one lies over.
    #[must_use]
    pub fn begin(&self) -> usize {
        self.laid.first().map_or(0, |laid| laid.outgoing)
    }
}

/// A frame over another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laid {
    /// The frame below.
    pub outgoing: usize,
    /// The frame above.
    pub incoming: usize,
    /// What the one above counts for, of 1.
    pub share: f64,
}

/// The frames of a source with its end.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'a> {
    /// In order.
    pub all: &'a [ReadFrame],
    /// When the last one stops being shown.
    pub end: i64,
    /// What times count.
    pub base: Base,
}

impl Frames<'_> {
    /// When a frame is shown; one after the last is the end.
    #[must_use]
    pub fn instant(&self, ordinal: usize) -> i64 {
        self.all.get(ordinal).map_or(self.end, |frame| frame.pts)
    }

    fn length(&self, ordinals: &Range<usize>) -> i64 {
        self.instant(ordinals.end) - self.instant(ordinals.start)
    }
}

/// The overlap of two neighbours, `None` when there is no room for it. `taken` is how much of the outgoing range's time the
/// overlap before this one has.
#[must_use]
pub fn of(
    source: Frames<'_>,
    outgoing: &Range<usize>,
    taken: i64,
    incoming: &Range<usize>,
    crossfade_ms: i64,
) -> Option<Overlap> {
    let at = |ordinal| source.instant(ordinal);
    let wanted = at(outgoing.end) - source.base.nearest(crossfade_ms * 1000);
    // Of two borders equally near, the later one: the shorter overlap.
    let begin = (outgoing.start..=outgoing.end).rev().min_by_key(|&frame| (at(frame) - wanted).abs())?;
    let overlapped = begin..outgoing.end;
    let length = source.length(&overlapped);
    let is_whole = at(outgoing.start) <= wanted && length + taken <= source.length(outgoing);
    if overlapped.is_empty() || !is_whole || length > source.length(incoming) {
        return None;
    }
    // When an incoming frame would be shown, counted from the overlap's beginning.
    let own = |frame| at(frame) - at(incoming.start);
    let last = source.length(&(outgoing.end - 1..outgoing.end));
    let resume = incoming.clone().find(|&frame| 2 * (length - own(frame)) < last).unwrap_or(incoming.end);
    let laid = overlapped.map(|frame| {
        let shown = at(frame) - at(begin);
        // As far as the middle of a frame's time lies into the overlap.
        let share = ratio(shown + at(frame + 1) - at(begin), 2 * length);
        let nearest = (incoming.start..resume).min_by_key(|&over| (own(over) - shown).abs());
        nearest.map(|incoming| Laid { outgoing: frame, incoming, share })
    });
    let laid = laid.collect::<Option<Vec<Laid>>>()?;
    let held = (own(resume) - length >= last).then(|| resume - 1);
    Some(Overlap { laid, length, held, resume })
}

#[expect(clippy::cast_precision_loss, reason = "ticks of test files are far below 2⁵³")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::barcode::Barcode;

    const FILM: Base = Base { numerator: 25, denominator: 1 };

    fn frames(times: impl IntoIterator<Item = i64>) -> Vec<ReadFrame> {
        let cells = Barcode::WIDE.cells(&[0; 96 * 16], 96, 16);
        times.into_iter().map(|pts| ReadFrame { pts, number: None, cells }).collect()
    }

    #[test]
    fn an_even_overlap_goes_frame_by_frame() {
        let frames = frames(0..100);
        let source = Frames { all: &frames, end: 100, base: FILM };
        let overlap = of(source, &(10..30), 0, &(50..70), 165).unwrap();
        assert_eq!((overlap.length, overlap.held, overlap.resume), (4, None, 54));
        let pairs: Vec<_> = overlap.laid.iter().map(|laid| (laid.outgoing, laid.incoming, laid.share)).collect();
        assert_eq!(pairs, [(26, 50, 0.125), (27, 51, 0.375), (28, 52, 0.625), (29, 53, 0.875)]);
        assert_eq!(of(source, &(10..30), 17, &(50..70), 165), None, "taken");
        assert_eq!(of(source, &(10..30), 0, &(50..53), 165), None, "too short");
        assert_eq!(of(source, &(10..30), 0, &(50..70), 19), None, "less than half a frame");
    }

    #[test]
    fn a_frame_that_stays_is_held() {
        let frames = frames((0..10).chain([30, 31, 32]));
        let source = Frames { all: &frames, end: 33, base: FILM };
        let overlap = of(source, &(0..6), 0, &(8..13), 120).unwrap();
        assert_eq!((overlap.length, overlap.held, overlap.resume), (3, Some(9), 10));
        assert_eq!(overlap.laid.iter().map(|laid| laid.incoming).collect::<Vec<_>>(), [8, 9, 9]);
    }
}
