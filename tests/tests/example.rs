//! The example of the API's page does what it says: run as it is, on a real farm, and its file judged like any other.

use std::process::Command;

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge};
use serde_json::Value;

#[test]
fn the_python_example_exports_what_it_was_asked_for() {
    let farm = Farm::start();
    let desk = farm.desk();
    let source = Source::make(gallery::ordinary(), &desk).expect("a source");
    let list =
        CutList::combined(vec![Cut { start: 1_000_000, end: 3_500_000 }, Cut { start: 6_000_000, end: 7_000_000 }]);
    let output = desk.join("example.mp4");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/export.py");
    let token = farm.ready()["token"].as_str().expect("a token").to_owned();
    let ended = Command::new("python3")
        .args([example, "--server", farm.api().url(), "--token", &token, "--segment", "1-3.5", "--segment", "6-7"])
        .args([&source.path, &output])
        .output()
        .expect("python3 is installed");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    let export: Value = serde_json::from_slice(&ended.stdout).expect("its last word is the export");
    assert_eq!((&export["status"], &export["progress_percentage"]), (&"completed".into(), &100.into()), "{export}");
    let stages: Vec<&str> = said.lines().filter(|line| line.contains(" % ")).collect();
    assert!(stages.last().is_some_and(|line| line.contains("100 % complete")), "{said}");
    let expected = &expectation::of(&source, &list)[0];
    assert_eq!(judge::faults(&output, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());

    let wrong = Command::new("python3")
        .args([example, "--server", farm.api().url(), "--token", &token, "--segment", "9000-9001"])
        .args([&source.path, &output])
        .output()
        .expect("python3 is installed");
    let said = String::from_utf8_lossy(&wrong.stderr);
    assert!(wrong.status.code() == Some(1) && said.contains("segments[0].start"), "{said}");
    farm.stop();
}
