//! What must come out of a cut list: every frame at its exact time, every click at its place.
//! Works from the source as ffmpeg reads it and from the rule that a segment is its frames; knows no plan and no grid.

use std::ops::Range;

use crate::cut_list::{Cut, CutList, Kind};
use crate::format::Format;
use crate::reading::Base;
use crate::source::Source;

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
    /// What it must be fitted into, as the source is turned.
    pub fitted: Fitted,
}

/// A frame that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedFrame {
    /// The number drawn in it.
    pub number: u16,
    /// When it must be shown, in ticks of the source.
    pub pts: i64,
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

fn file(source: &Source, cuts: &[Cut], list: &CutList) -> Expected {
    let picture = &source.picture;
    let short_side = match list.resolution {
        "720p" => 720,
        "1080p" => 1080,
        _ => 2160,
    };
    let fitted = Fitted { width: picture.width, height: picture.height, short_side };
    let sound = source.recipe.sound.map(|_| ExpectedSound::default());
    let mut expected = Expected { format: list.format, frames: Vec::new(), duration: 0, sound, fitted };
    for cut in cuts {
        let kept = kept(source, *cut);
        assert!(!kept.is_empty(), "{cut:?} of {} holds no frame", source.recipe.name);
        let start = picture.frames[kept.start].pts;
        let end = picture.frames.get(kept.end).map_or_else(|| source.end(), |frame| frame.pts);
        if let Some(sound) = &mut expected.sound {
            let seconds = |ticks| picture.base.seconds(ticks);
            let span = seconds(start)..seconds(end);
            add_clicks(sound, &source.clicks, &span, seconds(expected.duration), list.normalize);
        }
        expected.frames.extend(picture.frames[kept].iter().map(|frame| ExpectedFrame {
            number: frame.number.expect("every frame of a source carries its number"),
            pts: expected.duration + frame.pts - start,
        }));
        expected.duration += end - start;
    }
    expected
}

/// The frames with `start ≤ pts < end`, by ordinal.
fn kept(source: &Source, cut: Cut) -> Range<usize> {
    let (frames, base): (_, Base) = (&source.picture.frames, source.picture.base);
    let (start, end) = (base.nearest(cut.start), base.nearest(cut.end));
    frames.partition_point(|frame| frame.pts < start)..frames.partition_point(|frame| frame.pts < end)
}

/// Places the clicks under `span` of the source at `offset` of the file.
fn add_clicks(sound: &mut ExpectedSound, clicks: &[f64], span: &Range<f64>, offset: f64, normalize: bool) {
    let placed = |seconds: f64| offset + seconds - span.start;
    let inner = span.start + FADE_SECONDS + CLICK_REACH_SECONDS..span.end - FADE_SECONDS - CLICK_REACH_SECONDS;
    let whole: Vec<f64> = clicks.iter().copied().filter(|click| inner.contains(click)).collect();
    if whole.is_empty() && normalize {
        // Levelling may lift whatever little is left in a stretch without a whole click.
        sound.tolerated.push(offset..placed(span.end));
    }
    sound.clicks.extend(whole.iter().map(|&click| placed(click)));
    for border in [span.start, span.end] {
        sound.tolerated.push(placed(border) - 3.0 * FADE_SECONDS..placed(border) + 3.0 * FADE_SECONDS);
    }
}
