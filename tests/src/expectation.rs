//! What must come out of a cut list: every frame at its exact time, every click at its place.
//! Works from the source as ffmpeg reads it and from the rule that a segment is its frames; knows no plan and no grid.

mod overlap;

use std::ops::Range;

use crate::cut_list::{Cut, CutList, Kind};
use crate::format::Format;
use crate::reading::Base;
use crate::source::Source;
use crate::source::barcode::Cells;
use overlap::{Frames, Overlap};

/// Hard joints get fades this long inside the segments; a click that touches one is not held against anybody.
const FADE_SECONDS: f64 = 0.005;
/// Half the length of a click.
const CLICK_REACH_SECONDS: f64 = 0.001_2;

/// What one finished file must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The container.
    pub format: Format,
    /// Every frame in order.
    pub frames: Vec<ExpectedFrame>,
    /// Length of the picture, in ticks of the source.
    pub duration: i64,
    /// The sound, if there must be any.
    pub sound: Option<ExpectedSound>,
    /// Whether the source's samples are of full range, and so those of the file.
    pub full_range: bool,
    /// What it must be fitted into, as the source is turned.
    pub fitted: Fitted,
}

/// A frame that must be there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedFrame {
    /// What it must show.
    pub shown: Shown,
    /// When it must be shown, in ticks of the source.
    pub pts: i64,
}

impl ExpectedFrame {
    /// The number drawn in it; `None` where two are laid over each other.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        match self.shown {
            Shown::Frame(number) => Some(number),
            Shown::Blend(_) => None,
        }
    }
}

/// What a frame shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// The source's frame that carries this number.
    Frame(u16),
    /// Two of them, one laid over the other.
    Blend(Blend),
}

/// Two frames of the source in one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    /// The number of the one below, and its cells as they are in the source.
    pub outgoing: (u16, Cells),
    /// The same of the one above.
    pub incoming: (u16, Cells),
    /// What the one above counts for, of 1.
    pub share: f64,
}

/// Sound that must be there, in seconds of the finished file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedSound {
    /// Clicks that must be found.
    pub clicks: Vec<f64>,
    /// Where something may be found: clicks that a cut or its fade touches.
    pub tolerated: Vec<Range<f64>>,
}

/// Shape of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fitted {
    /// The source's width as displayed.
    pub width: usize,
    /// The source's height as displayed.
    pub height: usize,
    /// The shorter side of the box: 720 or 1080 or 2160.
    pub short_side: usize,
}

/// What each file of the list must be: one, or one per range for clips.
#[must_use]
pub fn of(source: &Source, list: &CutList) -> Vec<Expected> {
    let files: Vec<&[Cut]> = match list.kind {
        Kind::Clips => list.cuts.chunks(1).collect(),
        Kind::Single | Kind::Combined => vec![&list.cuts],
    };
    files.into_iter().map(|cuts| file(source, cuts, list)).collect()
}

/// Whether every two neighbours of the list have room for their crossfade.
#[must_use]
pub fn fits(source: &Source, list: &CutList) -> bool {
    overlaps(source, &list.cuts, list.crossfade_ms).is_some()
}

fn file(source: &Source, cuts: &[Cut], list: &CutList) -> Expected {
    let picture = &source.picture;
    let short_side = match list.resolution {
        "720p" => 720,
        "1080p" => 1080,
        _ => 2160,
    };
    let fitted = Fitted { width: picture.width, height: picture.height, short_side };
    let sound = source.recipe.sound.map(|_| ExpectedSound::default());
    let full_range = source.recipe.pixels.starts_with("yuvj");
    let mut expected = Expected { format: list.format, frames: Vec::new(), duration: 0, sound, full_range, fitted };
    let overlaps = overlaps(source, cuts, list.crossfade_ms).expect("a list whose crossfades fit");
    for (place, cut) in cuts.iter().enumerate() {
        let kept = kept(source, *cut);
        assert!(!kept.is_empty(), "{cut:?} of {} holds no frame", source.recipe.name);
        let before = place.checked_sub(1).and_then(|before| overlaps.get(before));
        add_segment(&mut expected, source, &kept, (before, overlaps.get(place)), list.normalize);
    }
    expected
}

/// Adds the frames and clicks of a segment; its overlap with the one after it is a part of it, that with the one before is not.
fn add_segment(
    expected: &mut Expected,
    source: &Source,
    kept: &Range<usize>,
    (before, after): (Option<&Overlap>, Option<&Overlap>),
    normalize: bool,
) {
    let (frames, base) = (frames(source), source.picture.base);
    let (start, end) = (frames.instant(kept.start), frames.instant(kept.end));
    let offset = expected.duration - before.map_or(0, |overlap| overlap.length);
    if let Some(sound) = &mut expected.sound {
        let seconds = |ticks| base.seconds(ticks);
        let overlapped = [before, after].map(|overlap| overlap.map_or(0.0, |overlap| seconds(overlap.length)));
        let stretch = Stretch { span: seconds(start)..seconds(end), overlapped, offset: seconds(offset) };
        add_clicks(sound, &source.clicks, &stretch, normalize);
    }
    let read = |ordinal: usize| {
        let frame = &source.picture.frames[ordinal];
        (frame.number.expect("every frame of a source carries its number"), frame.cells)
    };
    let mut show = |shown, pts| expected.frames.push(ExpectedFrame { shown, pts });
    if let Some((overlap, held)) = before.and_then(|overlap| Some((overlap, overlap.held?))) {
        show(Shown::Frame(read(held).0), offset + overlap.length);
    }
    let own = before.map_or(kept.start, |overlap| overlap.resume)..after.map_or(kept.end, Overlap::begin);
    for ordinal in own {
        show(Shown::Frame(read(ordinal).0), offset + frames.instant(ordinal) - start);
    }
    for laid in after.iter().flat_map(|overlap| &overlap.laid) {
        let blend = Blend { outgoing: read(laid.outgoing), incoming: read(laid.incoming), share: laid.share };
        show(Shown::Blend(blend), offset + frames.instant(laid.outgoing) - start);
    }
    expected.duration = offset + end - start;
}

/// The overlaps of neighbours, joint by joint; none at hard joints, `None` where one has no room.
fn overlaps(source: &Source, cuts: &[Cut], crossfade_ms: i64) -> Option<Vec<Overlap>> {
    let mut overlaps = Vec::<Overlap>::new();
    for pair in cuts.windows(2).filter(|_| crossfade_ms > 0) {
        let taken = overlaps.last().map_or(0, |before| before.length);
        let (outgoing, incoming) = (kept(source, pair[0]), kept(source, pair[1]));
        overlaps.push(overlap::of(frames(source), &outgoing, taken, &incoming, crossfade_ms)?);
    }
    Some(overlaps)
}

fn frames(source: &Source) -> Frames<'_> {
    Frames { all: &source.picture.frames, end: source.end(), base: source.picture.base }
}

/// The frames with `start ≤ pts < end`, by ordinal.
fn kept(source: &Source, cut: Cut) -> Range<usize> {
    let (frames, base): (_, Base) = (&source.picture.frames, source.picture.base);
    let (start, end) = (base.nearest(cut.start), base.nearest(cut.end));
    frames.partition_point(|frame| frame.pts < start)..frames.partition_point(|frame| frame.pts < end)
}

/// A segment's sound, in seconds.
struct Stretch {
    /// What is kept of the source.
    span: Range<f64>,
    /// How much of it, at its beginning and at its end, sounds together with a neighbour.
    overlapped: [f64; 2],
    /// Where it begins in the file.
    offset: f64,
}

/// Places the clicks of a stretch. One that a neighbour's sound lies over may be as faint as it likes.
fn add_clicks(sound: &mut ExpectedSound, clicks: &[f64], stretch: &Stretch, normalize: bool) {
    let Stretch { span, overlapped: [before, after], offset } = stretch;
    let placed = |seconds: f64| offset + seconds - span.start;
    let [head, tail] = [before, after].map(|overlapped| overlapped + FADE_SECONDS + CLICK_REACH_SECONDS);
    let inner = span.start + head..span.end - tail;
    let whole: Vec<f64> = clicks.iter().copied().filter(|click| inner.contains(click)).collect();
    if whole.is_empty() && normalize {
        // Levelling may lift whatever little is left in a stretch without a whole click.
        sound.tolerated.push(*offset..placed(span.end));
    }
    sound.clicks.extend(whole.iter().map(|&click| placed(click)));
    for overlapped in [span.start..span.start + before, span.end - after..span.end] {
        sound
            .tolerated
            .push(placed(overlapped.start) - 3.0 * FADE_SECONDS..placed(overlapped.end) + 3.0 * FADE_SECONDS);
    }
}
