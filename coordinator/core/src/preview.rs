//! What a preview of a video and a poster of an output shall be, from facts and frame table alone.
//! Numbers only; elements are the node's.

use std::ops::Range;

use timeline::{FrameTable, Rate, Rounding};

use crate::export::Segment;
use crate::video::{SoundFacts, VideoFacts};
use crate::work::{PosterWork, PreviewSound, PreviewWork, Sprite, Track};

/// What a proxy fits into: 480 lines.
const PROXY_BOX: (u32, u32) = (854, 480);
/// What a thumbnail fits into.
const THUMBNAIL_BOX: (u32, u32) = (160, 160);
/// What a poster of an output fits into.
const POSTER_BOX: (u32, u32) = (1280, 720);
/// Thumbnails on a sheet: at the largest 1600 × 1600 pixels, which every browser takes as one image.
const THUMBNAILS_MAX: u32 = 100;
/// Thumbnails in a row.
const COLUMNS_MAX: u32 = 10;
/// Thumbnails are no closer: a strip of them shows no more.
const THUMBNAILS_APART_MIN_NS: i64 = 500_000_000;
/// Speech and music are still recognised at this rate for one channel.
const MONO_BITRATE_BPS: u32 = 64_000;
/// The same for two.
const STEREO_BITRATE_BPS: u32 = 96_000;
/// Peaks a second for sound up to so many seconds; finer ones would be lost on a screen, and the file would grow.
const PEAKS: [(i64, u32); 3] = [(600, 100), (3_600, 50), (i64::MAX, 20)];

/// The preview of a video. Its amount is its length in milliseconds.
#[must_use]
pub fn work(facts: &VideoFacts, table: &FrameTable) -> PreviewWork {
    let picture = &facts.picture;
    let (width, height) = fit_inside(picture.displayed(), PROXY_BOX);
    let track = |ordinal, codec: &str| Track { container: facts.container, ordinal, codec: codec.to_owned() };
    let sound = |sound: &SoundFacts| PreviewSound {
        track: track(sound.ordinal, &sound.codec),
        channels: if sound.channels == 1 { 1 } else { 2 },
        bitrate_bps: if sound.channels == 1 { MONO_BITRATE_BPS } else { STEREO_BITRATE_BPS },
        peaks_per_second: peaks_per_second(table),
    };
    PreviewWork {
        picture: track(picture.ordinal, &picture.codec),
        rate: table.rate(),
        start: table.span().start,
        end: table.end(),
        frame_count: table.frame_count() as u64,
        frame_rate: picture.frame_rate,
        orientation: picture.orientation,
        deinterlace: picture.interlaced,
        width,
        height,
        sound: facts.sound.as_ref().map(sound),
        sprite: sprite(picture.displayed(), length(table, Rate::NANOSECONDS)),
    }
}

/// How long a preview is: what its task counts in.
#[must_use]
pub fn amount_ms(work: &PreviewWork) -> u64 {
    let millis = work.rate.convert(work.end, Rate::MILLISECONDS, Rounding::Ceil).0;
    u64::try_from(millis).unwrap_or(0).max(1)
}

/// The poster of a file: the middle frame of its longest segment, which is seldom black or blurred by a cut.
#[must_use]
pub fn poster(facts: &VideoFacts, table: &FrameTable, segments: &[Segment]) -> PosterWork {
    let picture = &facts.picture;
    let (width, height) = fit_inside(picture.displayed(), POSTER_BOX);
    let frame = telling_frame(segments.iter().map(|segment| &segment.frames));
    PosterWork {
        track: Track { container: facts.container, ordinal: picture.ordinal, codec: picture.codec.clone() },
        rate: table.rate(),
        pts: table.instant(frame).0,
        end: table.instant(frame + 1),
        orientation: picture.orientation,
        deinterlace: picture.interlaced,
        width,
        height,
    }
}

/// The middle of the longest range; of the first among equals.
fn telling_frame<'a>(ranges: impl Iterator<Item = &'a Range<usize>>) -> usize {
    let longest = ranges.reduce(|longest, range| if range.len() > longest.len() { range } else { longest });
    let longest = longest.expect("a file has at least one segment");
    longest.start + longest.len() / 2
}

/// Width and height inside a box, never larger than displayed: aspect kept, even, at least 2.
fn fit_inside(displayed: (u32, u32), bounds: (u32, u32)) -> (u32, u32) {
    let (width, height) = (u64::from(displayed.0.max(1)), u64::from(displayed.1.max(1)));
    let (box_width, box_height) = (u64::from(bounds.0).min(width), u64::from(bounds.1).min(height));
    if width * box_height >= height * box_width {
        (even(box_width, 1, box_width), even(height * box_width, width, box_height))
    } else {
        (even(width * box_height, height, box_width), even(box_height, 1, box_height))
    }
}

/// The even number nearest to a fraction, at least 2, and otherwise no larger than `limit`.
fn even(numerator: u64, denominator: u64, limit: u64) -> u32 {
    let halves = (numerator + denominator) / (2 * denominator);
    let halves = halves.min(limit / 2).max(1);
    u32::try_from(halves * 2).expect("sides stay inside the box")
}

fn length(table: &FrameTable, rate: Rate) -> i64 {
    table.rate().convert(table.end(), rate, Rounding::Ceil).0.max(1)
}

/// Thumbnail k shows what is on screen at k times the interval.
fn sprite(displayed: (u32, u32), length_ns: i64) -> Sprite {
    const MILLISECOND_NS: i64 = 1_000_000;
    let spread = (length_ns - 1) / i64::from(THUMBNAILS_MAX) + 1;
    let interval_ns = spread.max(THUMBNAILS_APART_MIN_NS);
    let interval_ns = ((interval_ns - 1) / MILLISECOND_NS + 1) * MILLISECOND_NS;
    let count = u32::try_from((length_ns - 1) / interval_ns + 1).expect("at most a hundred");
    let (width, height) = fit_inside(displayed, THUMBNAIL_BOX);
    Sprite { count, columns: count.min(COLUMNS_MAX), width, height, interval_ns }
}

fn peaks_per_second(table: &FrameTable) -> u32 {
    let seconds = length(table, Rate::hz(1).expect("not zero"));
    let fitting = PEAKS.into_iter().find(|(longest, _)| seconds <= *longest);
    fitting.expect("the last row takes every length").1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timeline::{Frame, Ticks};

    use super::*;
    use crate::plan::tests::facts;

    fn table(seconds: i64) -> FrameTable {
        let frames = (0..seconds * 25).map(|n| Frame { pts: Ticks(n), key: n % 25 == 0 }).collect();
        FrameTable::new(Rate::hz(25).unwrap(), frames, Ticks(seconds * 25)).unwrap()
    }

    #[test]
    fn a_preview_of_a_minute() {
        let work = work(&facts(Rate::hz(25).unwrap()), &table(60));
        assert_eq!((work.width, work.height), (854, 480));
        assert_eq!((work.start, work.end, work.frame_count), (Ticks(0), Ticks(1500), 1500));
        let sprite = Sprite { count: 100, columns: 10, width: 160, height: 90, interval_ns: 600_000_000 };
        assert_eq!(work.sprite, sprite);
        let sound = work.sound.as_ref().unwrap();
        assert_eq!((sound.channels, sound.bitrate_bps, sound.peaks_per_second), (2, 96_000, 100));
        assert_eq!(amount_ms(&work), 60_000);
    }

    #[test]
    fn long_videos_have_coarser_peaks() {
        for (seconds, expected) in [(600, 100), (601, 50), (3_600, 50), (3_601, 20)] {
            assert_eq!(peaks_per_second(&table(seconds)), expected, "{seconds} s");
        }
    }

    #[test]
    fn nothing_is_made_larger() {
        for (displayed, expected) in [
            ((1920, 1080), (854, 480)),
            ((1080, 1920), (270, 480)),
            ((384, 48), (384, 48)),
            ((161, 121), (160, 120)),
            ((4096, 16), (854, 4)),
            ((1, 1), (2, 2)),
        ] {
            assert_eq!(fit_inside(displayed, PROXY_BOX), expected, "{displayed:?}");
        }
    }

    #[test]
    fn a_poster_is_the_middle_of_the_longest_segment() {
        let segment = |frames: Range<usize>| Segment { start: Ticks::ZERO, end: Ticks::ZERO, frames, clip_id: None };
        let segments = [segment(0..10), segment(100..150), segment(200..250)];
        let work = poster(&facts(Rate::hz(25).unwrap()), &table(60), &segments);
        assert_eq!((work.pts, work.end), (125, Ticks(126)));
        assert_eq!((work.width, work.height), (1280, 720));
        let last = poster(&facts(Rate::hz(25).unwrap()), &table(60), &[segment(1499..1500)]);
        assert_eq!((last.pts, last.end), (1499, Ticks(1500)));
    }

    proptest! {
        #[test]
        fn sides_are_even_and_inside(width in 1_u32..10_000, height in 1_u32..10_000) {
            let (w, h) = fit_inside((width, height), PROXY_BOX);
            prop_assert!(w % 2 == 0 && h % 2 == 0 && w >= 2 && h >= 2);
            prop_assert!(w <= 854 && h <= 480 && w <= width.max(2) && h <= height.max(2));
        }

        #[test]
        fn a_sheet_covers_the_video_and_is_bounded(length_ns in 1_i64..400_000_000_000_000) {
            let sprite = sprite((1920, 1080), length_ns);
            prop_assert!((1..=THUMBNAILS_MAX).contains(&sprite.count) && sprite.columns <= COLUMNS_MAX);
            prop_assert!(i64::from(sprite.count) * sprite.interval_ns >= length_ns);
            prop_assert!(i64::from(sprite.count - 1) * sprite.interval_ns < length_ns);
        }
    }
}
