//! Random cut lists over recognisable sources, through the real farm: every frame and every click in its place.
//! `REELFARM_CASES` says how many lists in all, `REELFARM_SOURCES` of which sources (`core` when nobody says, `all`, or names
//! with commas between), `REELFARM_FORMATS` into which containers, `REELFARM_SEED` another run (`random` for a fresh one).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reelfarm_tests::cut_list::{self, Cut, CutList, Kind};
use reelfarm_tests::expectation;
use reelfarm_tests::farm::Farm;
use reelfarm_tests::format::Format;
use reelfarm_tests::judge::{self, Verdict};
use reelfarm_tests::patience::timed;
use reelfarm_tests::random::Random;
use reelfarm_tests::side_by_side::side_by_side;
use reelfarm_tests::source::{Recipe, Source, gallery};
use reelfarm_tests::tally::Tally;

#[test]
fn random_cut_lists_are_exact_to_the_frame_and_click() {
    let mut random = Random::announced("random cut lists");
    let farm = Farm::start();
    let benches = side_by_side(&gallery::chosen(), |recipe| Bench::prepare(&farm, recipe.clone()));
    // Every source has its turn, however few the lists.
    let cases =
        std::env::var("REELFARM_CASES").map_or(benches.len(), |text| text.parse().expect("REELFARM_CASES is a number"));
    let formats = Format::chosen();
    let lists = benches.iter().cycle().take(cases);
    let lists = lists.map(|bench| (bench, cut_list::random(&bench.source, &formats, &mut random)));
    let faults = told_in_one_line(&lists.collect::<Vec<_>>());
    farm.stop();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The cuts that go wrong first, on the ordinary source: named here so that no luck is needed to meet them.
#[test]
fn cuts_at_every_kind_of_place_are_exact() {
    let farm = Farm::start();
    let bench = Bench::prepare(&farm, gallery::ordinary());
    let frame = 40_000;
    let places = [
        // The whole video.
        vec![(0, 400 * frame)],
        // One frame that is no key frame.
        vec![(61 * frame, 62 * frame)],
        // The first frame and the last.
        vec![(0, frame), (399 * frame, 400 * frame)],
        // From grid line to grid line.
        vec![(4_000_000, 8_000_000)],
        // A frame on either side of a grid line.
        vec![(99 * frame, 101 * frame)],
        // The same range twice, then an earlier one.
        vec![(3_000_000, 3_200_000), (3_000_000, 3_200_000), (0, 200_000)],
        // Between the frames.
        vec![(1_010_500, 2_029_500), (7_999_500, 8_000_500)],
    ];
    let cuts = |place: &Vec<(i64, i64)>| place.iter().map(|&(start, end)| Cut { start, end }).collect();
    // Which frames are kept does not depend on the container, so each place is tried in one of them.
    let lists = places.iter().zip(Format::MADE.iter().cycle());
    let lists = lists.map(|(place, &format)| (&bench, CutList { format, ..CutList::combined(cuts(place)) }));
    let faults = told_in_one_line(&lists.collect::<Vec<_>>());
    farm.stop();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Forty segments of three quarters of a second: what was rounded once in each would be far off at the end.
#[test]
fn nothing_drifts_over_forty_segments() {
    let farm = Farm::start();
    // Neither a frame nor a sample lasts a whole number of the other's ticks.
    let television = Recipe { name: "television", group: 60, ..gallery::one_key_frame() };
    let bench = Bench::prepare(&farm, television);
    let frame = |number: i64| bench.source.picture.base.micros(number * 1001);
    let cut = |number: i64| Cut { start: frame(10 * number), end: frame(10 * number + 23) };
    let cuts: Vec<Cut> = (0..40).map(|number| cut(7 * number % 40)).collect();
    let lists = Format::MADE.iter().map(|&format| (&bench, CutList { format, ..CutList::combined(cuts.clone()) }));
    let faults = told_in_one_line(&lists.collect::<Vec<_>>());
    farm.stop();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Tries every list, prints what they came to, and gives every fault with the list that made it.
fn told_in_one_line(lists: &[(&Bench, CutList)]) -> Vec<String> {
    let (verdicts, elapsed): (_, Duration) = timed(|| side_by_side(lists, |(bench, list)| bench.try_list(list)));
    let mut tally = Tally::default();
    for ((_, list), verdicts) in lists.iter().zip(&verdicts) {
        tally.add(list, verdicts);
    }
    println!("{}", tally.after(elapsed));
    verdicts.into_iter().flatten().flat_map(|verdict| verdict.faults).collect()
}

/// A source on a farm.
struct Bench<'a> {
    farm: &'a Farm,
    source: Source,
    video: String,
}

impl<'a> Bench<'a> {
    fn prepare(farm: &'a Farm, recipe: Recipe) -> Self {
        let name = recipe.name;
        let source = Source::make(recipe, &farm.desk()).unwrap_or_else(|cause| panic!("{name}: {cause:#}"));
        let video = farm.api().upload(&source.path);
        Self { farm, source, video }
    }

    /// Exports a list and judges every file of it; each fault says which list made it.
    fn try_list(&self, list: &CutList) -> Vec<Verdict> {
        let export = self.farm.api().order(&self.video, &list.body());
        let expected = expectation::of(&self.source, list);
        let judged = expected.iter().enumerate().map(|(place, expected)| {
            let clip = (list.kind == Kind::Clips).then_some(place + 1);
            let file = self.file(&export, list.format, clip);
            let found = judge::verdict(&file, expected, self.source.picture.base);
            let mut found =
                found.unwrap_or_else(|cause| Verdict { faults: vec![format!("{cause:#}")], ..Verdict::default() });
            for fault in &mut found.faults {
                *fault = format!("{} clip {clip:?} of {list:?}: {fault}", self.source.recipe.name);
                println!("{fault}");
            }
            put_away(&file, &found);
            found
        });
        judged.collect()
    }

    fn file(&self, export: &str, format: Format, clip: Option<usize>) -> PathBuf {
        let file = self.farm.desk().join(format!("{export}-{}.{}", clip.unwrap_or(0), format.as_str()));
        self.farm.api().fetch(export, clip, &file);
        file
    }
}

/// Faulty files outlive the test where `REELFARM_KEEP` names a folder for them; the others need not wait for its end.
fn put_away(file: &Path, verdict: &Verdict) {
    if let (Some(folder), false) = (std::env::var_os("REELFARM_KEEP"), verdict.faults.is_empty()) {
        let kept = Path::new(&folder).join(file.file_name().expect("a file"));
        fs::copy(file, &kept).expect("a faulty file can be kept");
        println!("kept {}", kept.display());
    }
    fs::remove_file(file).expect("a judged file can be removed");
}
