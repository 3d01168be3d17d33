//! Draws cut lists at random, with a bias for borders, single frames, instants between frames and overlaps that just fit.
//! What a list must come to, `expectation` says; a list it could make nothing of is not drawn.

use super::{Cut, CutList, Kind};
use crate::expectation;
use crate::format::Format;
use crate::random::Random;
use crate::source::Source;

/// Ranges of one list: so many that anything which drifted would have drifted far.
const CUTS_MAX: usize = 40;
/// Ranges of the lists that are not about drift.
const CUTS_OFTEN_MAX: usize = 10;
/// Frames one range may keep: long enough for a click of every half second, short enough to be cheap.
const FRAMES_OFTEN_MAX: usize = 24;
/// Frames one range may keep now and then: longer than a part.
const FRAMES_MAX: usize = 130;
/// Frames a range keeps at least where neighbours overlap, as a rule.
const FRAMES_FADED_MIN: usize = 6;
/// Seconds between the lines of the source's grid; cuts near them are the ones that go wrong.
const GRID_MICROS: i64 = 4_000_000;

/// A random cut list over `source`.
#[must_use]
pub fn random(source: &Source, formats: &[Format], random: &mut Random) -> CutList {
    let kind = *random.pick(&[Kind::Single, Kind::Combined, Kind::Combined, Kind::Combined, Kind::Clips]);
    let format = *random.pick(formats);
    let faded = kind == Kind::Combined && random.once_in(2);
    let count = match kind {
        Kind::Single => 1,
        Kind::Combined if random.once_in(4) => random.within(CUTS_OFTEN_MAX..CUTS_MAX + 1),
        Kind::Combined | Kind::Clips => random.within(2..CUTS_OFTEN_MAX + 1),
    };
    let long = random.within(0..count);
    let cuts = (0..count)
        .map(|place| {
            let frames_max = if place == long && count <= CUTS_OFTEN_MAX { FRAMES_MAX } else { FRAMES_OFTEN_MAX };
            let frames_min = if faded { FRAMES_FADED_MIN } else { 1 };
            random_cut(source, place + 1 < count && kind == Kind::Combined, frames_min..frames_max + 1, random)
        })
        .collect();
    let normalize = random.once_in(3);
    let list = CutList { kind, format, cuts, crossfade_ms: 0, normalize, quality: "low", resolution: "720p" };
    if faded { crossfaded(source, list, random) } else { list }
}

fn random_cut(source: &Source, more_follows: bool, lengths: std::ops::Range<usize>, random: &mut Random) -> Cut {
    let count = source.picture.frames.len();
    // How long the very last frame lasts is not said by every container, so only the last range may end with it.
    let ends = if more_follows { 1..count } else { 1..count + 1 };
    let end = match random.within(0..4) {
        0 => near_grid(source, random).clamp(1, ends.end - 1),
        _ => random.within(ends),
    };
    let longest = end.min(lengths.end - 1);
    let shortest = lengths.start.min(longest);
    let length = if random.once_in(5) { shortest } else { random.within(shortest..longest + 1) };
    Cut { start: instant(source, end - length, random), end: instant(source, end, random) }
}

/// A frame beside a grid line.
fn near_grid(source: &Source, random: &mut Random) -> usize {
    let (frames, base) = (&source.picture.frames, source.picture.base);
    let lines = usize::try_from(base.micros(source.end()) / GRID_MICROS).expect("no negative length");
    let line = GRID_MICROS * i64::try_from(random.within(0..lines + 1)).expect("a few lines");
    let at = frames.partition_point(|frame| base.micros(frame.pts) < line);
    (at + random.within(0..3)).saturating_sub(1)
}

/// An instant in microseconds at which frame `ordinal` is the first that is not before it: on its time, or between the
/// frames, at least 0.5 ms from either, so that no clock's rounding can be blamed. A source whose clock ticks no oftener
/// than its frames come has no instants between them: such a time is rounded to a frame's.
fn instant(source: &Source, ordinal: usize, random: &mut Random) -> i64 {
    const CLEAR_MICROS: i64 = 500;
    let (frames, base) = (&source.picture.frames, source.picture.base);
    let here = base.micros(frames.get(ordinal).map_or_else(|| source.end(), |frame| frame.pts));
    let Some(before) = ordinal.checked_sub(1).map(|before| frames[before].pts) else { return here };
    let clear = base.micros(before) + CLEAR_MICROS..here - CLEAR_MICROS;
    let room = usize::try_from(clear.end - clear.start).unwrap_or(0);
    if room < 2 || random.once_in(2) {
        return here;
    }
    let between = clear.start + i64::try_from(random.within(0..room)).expect("a small gap");
    if base.nearest(between) > before { between } else { here }
}

/// The list with an overlap of its neighbours drawn between one frame and half of its shortest range; with hard joints where
/// none fits.
fn crossfaded(source: &Source, list: CutList, random: &mut Random) -> CutList {
    let shortest = list.cuts.iter().map(|cut| cut.end - cut.start).min().unwrap_or(0);
    let longest_ms = usize::try_from(shortest / 2_000).unwrap_or(0).max(1);
    // Half of a crossfade that does not fit may; of eight halvings nothing is left.
    let mut crossfade_ms = i64::try_from(random.within(1..longest_ms + 1)).expect("a short range");
    while crossfade_ms > 0 {
        let faded = CutList { crossfade_ms, ..list.clone() };
        if expectation::fits(source, &faded) {
            return faded;
        }
        crossfade_ms /= 2;
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Base, Picture, ReadFrame};
    use crate::source::barcode::Barcode;
    use crate::source::gallery;

    fn source(ticks_per_second: i64, ticks_per_frame: i64) -> Source {
        let cells = Barcode::WIDE.cells(&Barcode::WIDE.draw(7, 96, 16), 96, 16);
        let frame = |number: u16| ReadFrame { pts: i64::from(number) * ticks_per_frame, number: Some(number), cells };
        let base = Base { numerator: ticks_per_second, denominator: 1 };
        let picture = Picture { base, width: 384, height: 48, frames: (0..400).map(frame).collect() };
        let path = "ordinary.mp4".into();
        Source { recipe: gallery::ordinary(), path, picture, last_length: None, clicks: Vec::new() }
    }

    #[test]
    fn random_cuts_hold_frames_and_lie_inside_the_source() {
        let source = source(12_800, 512);
        let mut random = Random::seeded(1);
        let mut kinds = Vec::new();
        for _ in 0..2000 {
            let list = super::random(&source, &[Format::Mp4, Format::Webm], &mut random);
            for cut in &list.cuts {
                assert!(0 <= cut.start && cut.start < cut.end && cut.end <= 16_000_000, "{cut:?}");
            }
            kinds.push((list.kind, list.format, list.cuts.len(), list.crossfade_ms > 0));
        }
        for kind in [
            (Kind::Combined, Format::Mp4, 2, false),
            (Kind::Combined, Format::Webm, CUTS_MAX, false),
            (Kind::Combined, Format::Webm, 3, true),
            (Kind::Single, Format::Mp4, 1, false),
            (Kind::Clips, Format::Webm, CUTS_OFTEN_MAX, false),
        ] {
            assert!(kinds.contains(&kind), "{kind:?} never came");
        }
    }

    /// A time between two frames is rounded to one of them there, and a range must not be rounded away.
    #[test]
    fn a_clock_that_ticks_once_a_frame_leaves_no_range_empty() {
        let source = source(25, 1);
        let mut random = Random::seeded(2);
        for _ in 0..500 {
            for cut in super::random(&source, &[Format::Mp4], &mut random).cuts {
                let base = source.picture.base;
                assert!(base.nearest(cut.start) < base.nearest(cut.end), "{cut:?}");
            }
        }
    }
}
