//! What cannot be done is said in one line on stderr with exit status 2, and leaves nothing behind.
//! And what can be done by the command line is done: the last line is the export's JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use reelfarm_tests::cut_list::{Cut, CutList, Kind};
use reelfarm_tests::farm::{Farm, files_under};
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge};
use serde_json::Value;

#[test]
fn what_cannot_be_exported_is_refused_in_one_line_and_leaves_nothing() {
    let farm = Farm::start();
    let desk = farm.desk();
    let source = Source::make(gallery::ordinary(), &desk).expect("a source");
    let good = source.path.to_str().expect("a plain path").to_owned();
    let text = written(&desk.join("text.mp4"), b"This is a shopping list: eggs, bread, a film.\n");
    let empty = written(&desk.join("empty.mp4"), b"");
    let cut_off = written(&desk.join("cut_off.mp4"), &fs::read(&source.path).expect("the source")[..4000]);
    let missing = desk.join("missing.mp4").to_str().expect("a plain path").to_owned();
    let output = desk.join("out.mp4");

    let before = Left::of(&farm);
    for (planted, input, words) in [
        ("a missing file", missing.as_str(), vec!["--segment", "1-2"]),
        ("a folder", desk.to_str().expect("a plain path"), vec!["--segment", "1-2"]),
        ("text named .mp4", &text, vec!["--segment", "1-2"]),
        ("an empty file", &empty, vec![]),
        ("a file cut off before its index", &cut_off, vec![]),
        ("a segment past the end", &good, vec!["--segment", "10-17"]),
        ("a segment that begins past the end", &good, vec!["--segment", "20-21"]),
        ("a reversed segment", &good, vec!["--segment", "5-4"]),
        ("an empty segment", &good, vec!["--segment", "5-5"]),
        ("a segment that holds no frame", &good, vec!["--segment", "5.001-5.002"]),
        ("single with two segments", &good, vec!["--segment", "1-2", "--segment", "3-4", "--type", "single"]),
        ("a time that is none", &good, vec!["--segment", "one-two"]),
        ("an unknown resolution", &good, vec!["--resolution", "719p"]),
    ] {
        let ended = export(&farm, input, &output, &words);
        refused(planted, &ended);
        assert!(!output.exists(), "{planted}: a file was made");
        assert_eq!(Left::of(&farm), before, "{planted}: something is left behind");
    }
    let in_the_way = desk.join("folder.mp4");
    fs::create_dir(&in_the_way).expect("a folder in the way");
    refused("an output that is a folder", &export(&farm, &good, &in_the_way, &["--segment", "1-2"]));
    refused("an output in no folder", &export(&farm, &good, &desk.join("no/such/out.mp4"), &["--segment", "1-2"]));
    farm.stop();
}

#[test]
fn the_command_line_exports_what_the_api_does() {
    let farm = Farm::start();
    let desk = farm.desk();
    let source = Source::make(gallery::ordinary(), &desk).expect("a source");
    let good = source.path.to_str().expect("a plain path").to_owned();
    let list =
        CutList::combined(vec![Cut { start: 1_020_000, end: 5_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }]);
    let arguments = list.arguments();
    let words: Vec<&str> = arguments.iter().map(String::as_str).chain(["--json"]).collect();
    let output = desk.join("made.mp4");
    let ended = export(&farm, &good, &output, &words);
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let made: Value = serde_json::from_str(said.lines().last().expect("a last line")).expect("the last line is JSON");
    assert_eq!(made["status"], "completed", "{made}");
    assert_eq!(made["file_size_bytes"].as_u64(), fs::metadata(&output).ok().map(|found| found.len()), "{made}");
    let expected = &expectation::of(&source, &list)[0];
    assert_eq!(judge::faults(&output, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());

    let clips = CutList { kind: Kind::Clips, ..list };
    let arguments = clips.arguments();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let archive = desk.join("made.zip");
    let ended = export(&farm, &good, &archive, &words);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let bytes = fs::read(&archive).expect("an archive");
    assert_eq!(&bytes[..4], b"PK\x03\x04", "a ZIP begins with its first file");
    farm.stop();
}

/// What an export could leave behind.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    videos: i64,
    exports: i64,
    objects: Vec<PathBuf>,
    desk: Vec<PathBuf>,
}

impl Left {
    fn of(farm: &Farm) -> Left {
        let ledger = farm.ledger();
        Left {
            videos: ledger.count("videos"),
            exports: ledger.count("exports"),
            objects: files_under(&farm.data().join("storage")),
            desk: files_under(&farm.desk()),
        }
    }
}

fn export(farm: &Farm, input: &str, output: &Path, words: &[&str]) -> Output {
    let output = output.to_str().expect("a plain path");
    let mut all = vec!["export", input, "--output", output];
    all.extend(words);
    farm.command(&all)
}

#[track_caller]
fn refused(planted: &str, ended: &Output) {
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{planted}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{planted}: not one line: {said}");
    assert!(said.trim().len() > 10 && !said.contains("panicked"), "{planted}: {said}");
    assert!(ended.stdout.is_empty(), "{planted}: {}", String::from_utf8_lossy(&ended.stdout));
}

fn written(file: &Path, bytes: &[u8]) -> String {
    fs::write(file, bytes).expect("a file");
    file.to_str().expect("a plain path").to_owned()
}
