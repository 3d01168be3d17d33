//! Containers other than MP4 through the real farm: the same frames and clicks in their places, and no part rendered twice.

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::media_tool;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge};

#[test]
fn a_mov_of_an_exported_mp4_renders_nothing_and_is_as_exact() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let list =
        CutList::combined(vec![Cut { start: 1_020_000, end: 9_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }]);
    let mut body = list.body();
    let mp4 = farm.api().order(&video, &body);
    assert_eq!(farm.api().wait(&mp4)["status"], "completed");
    body["format"] = "mov".into();
    let export = farm.api().order(&video, &body);
    let file = farm.desk().join("made.mov");
    farm.api().fetch(&export, None, &file);

    let tasks = farm.ledger().tasks(&export);
    assert!(!tasks.is_empty() && tasks.iter().all(|task| task.reused), "{tasks:#?}");
    let said = media_tool::probe(&file, ["-show_format"]).expect("a readable file");
    assert_eq!(said["format"]["tags"]["major_brand"], "qt  ");
    let expected = &expectation::of(&source, &list)[0];
    assert_eq!(judge::faults(&file, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());
    farm.stop();
}
