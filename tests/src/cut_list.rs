//! Cut lists: what a test asks an export to keep, and random ones that lie where cuts go wrong.
//! Says what is asked for; what must come out is said in `expectation`.

use serde_json::{Value, json};

use crate::format::Format;
use crate::random::Random;
use crate::source::Source;

/// What files an export yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One range, one file.
    Single,
    /// All ranges in one file.
    Combined,
    /// A file for each range.
    Clips,
}

impl Kind {
    /// As the API and the command line name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Combined => "combined",
            Self::Clips => "clips",
        }
    }
}

/// A range `[start, end)` in microseconds of the source's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first instant that is kept.
    pub start: i64,
    /// The first instant that is not.
    pub end: i64,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CutList {
    /// What files.
    pub kind: Kind,
    /// In which container.
    pub format: Format,
    /// The ranges in output order.
    pub cuts: Vec<Cut>,
    /// Whether loudness is levelled.
    pub normalize: bool,
    /// `high`, `medium`, `low`.
    pub quality: &'static str,
    /// `720p`, `1080p`, `4k`.
    pub resolution: &'static str,
}

impl CutList {
    /// One file of these ranges, as cheap to render as can be.
    #[must_use]
    pub fn combined(cuts: Vec<Cut>) -> CutList {
        let kind = if cuts.len() == 1 { Kind::Single } else { Kind::Combined };
        CutList { kind, format: Format::Mp4, cuts, normalize: false, quality: "low", resolution: "720p" }
    }

    /// The body of the order.
    #[must_use]
    pub fn body(&self) -> Value {
        let segments: Vec<Value> =
            self.cuts.iter().map(|cut| json!({"start": seconds(cut.start), "end": seconds(cut.end)})).collect();
        json!({
            "resolution": self.resolution,
            "format": self.format.as_str(),
            "quality": self.quality,
            "export_type": self.kind.as_str(),
            "segments": segments,
            "normalize_audio": self.normalize,
        })
    }

    /// The same order in the words of the command line.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> =
            self.cuts.iter().flat_map(|cut| ["--segment".to_owned(), cut.typed()]).collect();
        for (name, value) in [
            ("--type", self.kind.as_str()),
            ("--format", self.format.as_str()),
            ("--resolution", self.resolution),
            ("--quality", self.quality),
        ] {
            arguments.extend([name.to_owned(), value.to_owned()]);
        }
        if !self.normalize {
            arguments.push("--no-normalize".to_owned());
        }
        arguments
    }
}

impl Cut {
    /// As people type it.
    #[must_use]
    pub fn typed(&self) -> String {
        format!("{}-{}", seconds(self.start), seconds(self.end))
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a test file are far below 2⁵³")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Ranges of one list: so many that anything which drifted would have drifted far.
const CUTS_MAX: usize = 40;
/// Ranges of the lists that are not about drift.
const CUTS_OFTEN_MAX: usize = 10;
/// Frames one range may keep: long enough for a click of every half second, short enough to be cheap.
const FRAMES_OFTEN_MAX: usize = 24;
/// Frames one range may keep now and then: longer than a part.
const FRAMES_MAX: usize = 130;
/// Seconds between the lines of the source's grid; cuts near them are the ones that go wrong.
const GRID_MICROS: i64 = 4_000_000;

/// A random cut list over `source`, with a bias for borders, single frames and instants between frames.
#[must_use]
pub fn random(source: &Source, formats: &[Format], random: &mut Random) -> CutList {
    let kind = *random.pick(&[Kind::Single, Kind::Combined, Kind::Combined, Kind::Combined, Kind::Clips]);
    let format = *random.pick(formats);
    let count = match kind {
        Kind::Single => 1,
        Kind::Combined if random.once_in(4) => random.within(CUTS_OFTEN_MAX..CUTS_MAX + 1),
        Kind::Combined | Kind::Clips => random.within(2..CUTS_OFTEN_MAX + 1),
    };
    let long = random.within(0..count);
    let cuts = (0..count)
        .map(|place| {
            let frames_max = if place == long && count <= CUTS_OFTEN_MAX { FRAMES_MAX } else { FRAMES_OFTEN_MAX };
            random_cut(source, place + 1 < count && kind == Kind::Combined, frames_max, random)
        })
        .collect();
    CutList { kind, format, cuts, normalize: random.once_in(3), quality: "low", resolution: "720p" }
}

fn random_cut(source: &Source, more_follows: bool, frames_max: usize, random: &mut Random) -> Cut {
    let count = source.picture.frames.len();
    // How long the very last frame lasts is not said by every container, so only the last range may end with it.
    let ends = if more_follows { 1..count } else { 1..count + 1 };
    let end = match random.within(0..4) {
        0 => near_grid(source, random).clamp(1, ends.end - 1),
        _ => random.within(ends),
    };
    let longest = frames_max.min(end);
    let length = if random.once_in(5) { 1 } else { random.within(1..longest + 1) };
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
/// frames, at least 0.5 ms from either, so that no clock's rounding can be blamed.
fn instant(source: &Source, ordinal: usize, random: &mut Random) -> i64 {
    const CLEAR_MICROS: i64 = 500;
    let (frames, base) = (&source.picture.frames, source.picture.base);
    let here = base.micros(frames.get(ordinal).map_or_else(|| source.end(), |frame| frame.pts));
    let before = ordinal.checked_sub(1).map(|before| base.micros(frames[before].pts));
    match before {
        Some(before) if here - before > 2 * CLEAR_MICROS + 1 && random.once_in(2) => {
            let room = usize::try_from(here - before - 2 * CLEAR_MICROS).expect("a positive gap");
            before + CLEAR_MICROS + i64::try_from(random.within(0..room)).expect("a small gap")
        }
        _ => here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Base, Picture, ReadFrame};
    use crate::source::gallery;

    fn source() -> Source {
        let frames = (0..400).map(|number| ReadFrame { pts: i64::from(number) * 512, number: Some(number) }).collect();
        let picture = Picture { base: Base { numerator: 12_800, denominator: 1 }, width: 384, height: 48, frames };
        Source { recipe: gallery::ordinary(), path: "ordinary.mp4".into(), picture, clicks: Vec::new() }
    }

    #[test]
    fn random_cuts_hold_frames_and_lie_inside_the_source() {
        let source = source();
        let mut random = Random::seeded(1);
        let mut kinds = Vec::new();
        for _ in 0..500 {
            let list = super::random(&source, &[Format::Mp4, Format::Webm], &mut random);
            for cut in &list.cuts {
                assert!(0 <= cut.start && cut.start < cut.end && cut.end <= 16_000_000, "{cut:?}");
            }
            kinds.push((list.kind, list.format, list.cuts.len()));
        }
        for kind in [
            (Kind::Combined, Format::Mp4, 2),
            (Kind::Combined, Format::Webm, CUTS_MAX),
            (Kind::Single, Format::Mp4, 1),
            (Kind::Clips, Format::Webm, CUTS_OFTEN_MAX),
        ] {
            assert!(kinds.contains(&kind), "{kind:?} never came");
        }
    }

    #[test]
    fn a_cut_is_typed_as_seconds() {
        assert_eq!(Cut { start: 1_020_500, end: 3_000_000 }.typed(), "1.0205-3");
    }
}
