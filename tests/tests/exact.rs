//! Random cut lists over recognisable sources, through the real farm: every frame and every click in its place.
//! `REELFARM_CASES` says how many lists per source, `REELFARM_SEED` another run (`random` for a fresh one), `REELFARM_SOURCES`
//! which sources: `core` (when nobody says), `all`, or names with commas between.

use std::fs;
use std::path::{Path, PathBuf};

use reelfarm_tests::cut_list::{self, Cut, CutList, Kind};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::random::Random;
use reelfarm_tests::source::{Recipe, Source, gallery};
use reelfarm_tests::{expectation, judge};

/// Lists per source when nobody asks for more.
const CASES: usize = 2;

#[test]
fn random_cut_lists_are_exact_to_the_frame_and_click() {
    let cases = std::env::var("REELFARM_CASES").map_or(CASES, |text| text.parse().expect("REELFARM_CASES is a number"));
    let mut random = Random::announced("random cut lists");
    let farm = Farm::start();
    let mut faults = Vec::new();
    for recipe in gallery::chosen() {
        let bench = Bench::prepare(&farm, recipe);
        for _ in 0..cases {
            faults.extend(bench.try_list(&cut_list::random(&bench.source, &mut random)));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The cuts that go wrong first, on the ordinary source: named here so that no luck is needed to meet them.
#[test]
fn cuts_at_every_kind_of_place_are_exact() {
    let farm = Farm::start();
    let bench = Bench::prepare(&farm, gallery::ordinary());
    let frame = 40_000;
    let mut faults = Vec::new();
    for (place, cuts) in [
        ("the whole video", vec![(0, 400 * frame)]),
        ("one frame that is no key frame", vec![(61 * frame, 62 * frame)]),
        ("the first frame and the last", vec![(0, frame), (399 * frame, 400 * frame)]),
        ("from grid line to grid line", vec![(4_000_000, 8_000_000)]),
        ("a frame on either side of a grid line", vec![(99 * frame, 101 * frame)]),
        (
            "the same range twice, then an earlier one",
            vec![(3_000_000, 3_200_000), (3_000_000, 3_200_000), (0, 200_000)],
        ),
        ("between the frames", vec![(1_010_500, 2_029_500), (7_999_500, 8_000_500)]),
    ] {
        let cuts = cuts.into_iter().map(|(start, end)| Cut { start, end }).collect();
        faults.extend(bench.try_list(&CutList::combined(cuts)).into_iter().map(|fault| format!("{place}: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
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

    /// Exports a list and gives every fault of every file, each with the list that made it.
    fn try_list(&self, list: &CutList) -> Vec<String> {
        let export = self.farm.api().order(&self.video, &list.body());
        let expected = expectation::of(&self.source, list);
        let mut faults = Vec::new();
        for (place, expected) in expected.iter().enumerate() {
            let clip = (list.kind == Kind::Clips).then_some(place + 1);
            let file = self.file(&export, clip);
            let found = judge::faults(&file, expected, self.source.picture.base);
            let found = found.unwrap_or_else(|cause| vec![format!("{cause:#}")]);
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| format!("{} clip {clip:?} of {list:?}: {fault}", self.source.recipe.name)),
            );
            keep_if_faulty(&file, &faults);
        }
        faults
    }

    fn file(&self, export: &str, clip: Option<usize>) -> PathBuf {
        let file = self.farm.desk().join(format!("{export}-{}.mp4", clip.unwrap_or(0)));
        self.farm.api().fetch(export, clip, &file);
        file
    }
}

/// Faulty files outlive the test where `REELFARM_KEEP` names a folder for them.
fn keep_if_faulty(file: &Path, faults: &[String]) {
    if let (Some(folder), false) = (std::env::var_os("REELFARM_KEEP"), faults.is_empty()) {
        let kept = Path::new(&folder).join(file.file_name().expect("a file"));
        fs::copy(file, &kept).expect("a faulty file can be kept");
        println!("kept {}", kept.display());
    }
}
