//! Finished files in a browser: Chromium plays every container from its beginning and to its end, and every seek brings
//! the frame to the screen that lies there, told by its time and by the number drawn in it.

use reelfarm_tests::browser::{self, Film, Seen, Shown, Task};
use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::expectation::{self, Expected};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::format::{Clock, Format};
use reelfarm_tests::reading::Base;
use reelfarm_tests::source::barcode::Barcode;
use reelfarm_tests::source::{Source, gallery};

/// A browser tells times in whole microseconds.
const BROWSER_OFF_SECONDS_MAX: f64 = 0.000_002;
/// Seconds of sound may go on after the picture: a browser goes by the longer track, and a last packet is whole.
const LENGTH_OFF_SECONDS_MAX: f64 = 0.03;

#[test]
fn chromium_plays_and_seeks_every_container() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let base = source.picture.base;
    let (mut films, mut meant) = (Vec::new(), Vec::new());
    for &format in Format::MADE {
        let list = list(format);
        let export = farm.api().order(&video, &list.body());
        let url = farm.api().address(&export, None);
        farm.api().expect_ranges(&url);
        let expected = expectation::of(&source, &list).remove(0);
        let seeks: Vec<f64> = places(&expected).iter().map(|&place| middle(&expected, base, place)).collect();
        for way in ways(format) {
            films.push(Film { url: url.clone(), appended_as: way.map(str::to_owned), seeks: seeks.clone() });
            meant.push(expected.clone());
        }
    }
    let (width, height) = (source.recipe.width, source.recipe.height);
    let seen = browser::watch(&Task { width, height, films: films.clone() });
    farm.stop();
    assert_eq!(seen.len(), films.len());
    for ((seen, film), expected) in seen.iter().zip(&films).zip(&meant) {
        let way = film.appended_as.as_deref().unwrap_or("src");
        println!("{} by {way}: {} frames played", expected.format.as_str(), seen.played.len());
        let screen = Screen { expected, base, width, height };
        screen.hold(seen);
    }
}

/// Three ranges that are not in the source's order; a joint of parts lies in the second.
fn list(format: Format) -> CutList {
    let cuts = [(9_000_000, 10_480_000), (3_000_000, 5_000_000), (14_520_000, 16_000_000)];
    CutList { format, ..CutList::combined(cuts.map(|(start, end)| Cut { start, end }).to_vec()) }
}

/// How a browser can be given a file of a container: as the `src` of an element, or piece by piece as a type.
fn ways(format: Format) -> &'static [Option<&'static str>] {
    match format {
        Format::Mp4 | Format::Mov => &[None],
        Format::Webm => &[None, Some("video/webm; codecs=\"vp9, opus\"")],
    }
}

/// Frames to seek to: at both ends, on both sides of the joints, and between; never the same twice in a row.
fn places(expected: &Expected) -> Vec<usize> {
    let last = expected.frames.len() - 1;
    let joints = expected
        .frames
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[1].number() != pair[0].number().map(|number| number + 1));
    let mut places = vec![last / 2, last, 0];
    places.extend(joints.flat_map(|(place, _)| [place + 1, place]));
    places.extend([last / 3, 0, last - 1]);
    places
}

/// The middle of the time that a frame is shown.
fn middle(expected: &Expected, base: Base, place: usize) -> f64 {
    let begin = expected.frames[place].pts;
    let end = expected.frames.get(place + 1).map_or(expected.duration, |next| next.pts);
    base.seconds(begin + end) / 2.0
}

/// What must come to the screen, and how large.
struct Screen<'a> {
    expected: &'a Expected,
    base: Base,
    width: usize,
    height: usize,
}

impl Screen<'_> {
    #[track_caller]
    fn hold(&self, seen: &Seen) {
        let name = self.expected.format.as_str();
        assert_eq!(seen.error, None, "{name}: {seen:?}");
        let fitted = self.expected.fitted;
        let height = 1280 * fitted.height / fitted.width;
        assert_eq!((seen.width, seen.height), (Some(1280), Some(height)), "{name}");
        let (is, should) = (seen.duration.expect("a duration"), self.base.seconds(self.expected.duration));
        assert!((is - should).abs() <= LENGTH_OFF_SECONDS_MAX, "{name} lasts {is} s in a browser, not {should} s");
        assert!(seen.sound_bytes > 0, "{name}: no sound was decoded");
        self.hold_played(&seen.played);
        let places = places(self.expected);
        assert_eq!(seen.seeks.len(), places.len(), "{name}");
        for (shown, place) in seen.seeks.iter().zip(places) {
            self.hold_shown(shown, place);
        }
        self.hold_shown(seen.ended.as_ref().expect("it came to its end"), self.expected.frames.len() - 1);
    }

    /// A busy machine may leave frames out, but each that came is one of the file's, and they came in order.
    fn hold_played(&self, played: &[f64]) {
        let places: Vec<usize> = played
            .iter()
            .map(|&seconds| {
                let found = (0..self.expected.frames.len()).find(|&place| self.is_at(seconds, place));
                found.unwrap_or_else(|| panic!("{}: no frame lies at {seconds} s", self.expected.format.as_str()))
            })
            .collect();
        assert!(places.len() > 1 && places.is_sorted_by(|a, b| a < b), "{places:?}");
    }

    fn hold_shown(&self, shown: &Shown, place: usize) {
        let name = self.expected.format.as_str();
        assert!(self.is_at(shown.seconds, place), "{name}: a frame at {} s instead of frame {place}", shown.seconds);
        let number = Barcode::fitting(self.width, self.height).read(&shown.grey, self.width, self.height);
        assert_eq!(number, self.expected.frames[place].number(), "{name}: frame {place}");
    }

    fn is_at(&self, seconds: f64, place: usize) -> bool {
        let rounded = match self.expected.format.clock() {
            Clock::Source => 0.0,
            Clock::Own(clock) => clock.seconds(1) / 2.0,
        };
        (seconds - self.base.seconds(self.expected.frames[place].pts)).abs() <= rounded + BROWSER_OFF_SECONDS_MAX
    }
}
