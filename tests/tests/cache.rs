//! Nothing is rendered twice: equal exports share every part, containers that hold the same share theirs, a moved cut renders
//! only the parts it touches.

use std::collections::BTreeSet;
use std::fs;

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::format::Format;
use reelfarm_tests::ledger::TaskRow;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge};

#[test]
fn the_same_export_again_renders_nothing_and_gives_the_same_bytes() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let list =
        CutList::combined(vec![Cut { start: 1_020_000, end: 9_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }]);
    let (first, first_tasks) = export(&farm, &video, &list, "first.mp4");
    let parts = farm.ledger().parts();
    assert!(first_tasks.iter().all(|task| !task.reused && task.epoch == 1), "{first_tasks:#?}");
    assert_eq!(parts.len(), first_tasks.len());

    let (second, second_tasks) = export(&farm, &video, &list, "second.mp4");
    assert!(first == second, "the same order gives the same bytes");
    assert_eq!(second_tasks.len(), first_tasks.len());
    assert!(second_tasks.iter().all(|task| task.reused && task.epoch == 0), "{second_tasks:#?}");
    assert_eq!(farm.ledger().parts(), parts, "no part was received again");
    farm.stop();
}

#[test]
fn a_mov_of_an_exported_mp4_renders_nothing_and_is_as_exact() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let mp4 =
        CutList::combined(vec![Cut { start: 1_020_000, end: 9_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }]);
    export(&farm, &video, &mp4, "made.mp4");
    let mov = CutList { format: Format::Mov, ..mp4 };
    let (_, tasks) = export(&farm, &video, &mov, "made.mov");
    assert!(!tasks.is_empty() && tasks.iter().all(|task| task.reused), "{tasks:#?}");
    let (file, expected) = (farm.desk().join("made.mov"), &expectation::of(&source, &mov)[0]);
    assert_eq!(judge::faults(&file, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());
    farm.stop();
}

#[test]
fn a_moved_cut_renders_only_the_parts_it_touches() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    // Grid lines lie at 4, 8 and 12 s: [1, 15) is cut into four parts.
    let whole = CutList::combined(vec![Cut { start: 1_000_000, end: 15_000_000 }]);
    let (_, before) = export(&farm, &video, &whole, "before.mp4");
    assert_eq!(keys(&before, "picture", false).len(), 4, "{before:#?}");

    let moved = CutList::combined(vec![Cut { start: 1_000_000, end: 14_000_000 }]);
    let (bytes, after) = export(&farm, &video, &moved, "after.mp4");
    assert_eq!(keys(&after, "picture", true).len(), 3, "the head and the middle are there already: {after:#?}");
    assert_eq!(keys(&after, "picture", false).len(), 1, "only the tail is new: {after:#?}");
    assert_eq!(keys(&after, "sound", false).len(), 1, "sound is one part: {after:#?}");
    assert!(keys(&after, "picture", true).is_subset(&keys(&before, "picture", false)));

    let file = farm.desk().join("judged.mp4");
    fs::write(&file, bytes).expect("a file to judge");
    let expected = &expectation::of(&source, &moved)[0];
    assert_eq!(judge::faults(&file, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());
    farm.stop();
}

fn export(farm: &Farm, video: &str, list: &CutList, name: &str) -> (Vec<u8>, Vec<TaskRow>) {
    let export = farm.api().order(video, &list.body());
    let file = farm.desk().join(name);
    farm.api().fetch(&export, None, &file);
    (fs::read(&file).expect("a fetched file"), farm.ledger().tasks(&export))
}

fn keys(tasks: &[TaskRow], kind: &str, reused: bool) -> BTreeSet<Vec<u8>> {
    let chosen = tasks.iter().filter(|task| task.kind == kind && task.reused == reused);
    chosen.map(|task| task.content_key.clone()).collect()
}
