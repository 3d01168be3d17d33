//! Exactness reports and `reelfarm verify`: good files pass, and whatever is done to one is found and named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reelfarm_tests::cut_list::{Cut, CutList, Kind};
use reelfarm_tests::expectation::{self, Expected};
use reelfarm_tests::farm::{Farm, Programs};
use reelfarm_tests::media_tool;
use reelfarm_tests::source::{Source, gallery};
use serde_json::Value;

/// What `reelfarm verify` said.
#[derive(Debug)]
struct Said {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

fn verify(file: &Path, report: &Path, more: &[&str]) -> Said {
    let mut command = Command::new(Programs::found().reelfarm());
    command.arg("verify").arg(file).arg(report).args(more).stdin(Stdio::null());
    let output = command.output().expect("reelfarm starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[track_caller]
fn passes(file: &Path, report: &Path, counted: &str) {
    let said = verify(file, report, &["--decode"]);
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let line = format!("{} is exactly what its report says: {counted}; decoded by ffmpeg as well\n", file.display());
    assert_eq!(said.stdout, line);
}

#[track_caller]
fn fails(file: &Path, report: &Path, named: &str) {
    let said = verify(file, report, &[]);
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.stderr.contains(named), "{named:?} is not said: {}", said.stderr);
}

#[track_caller]
fn refused(file: &Path, report: &Path, named: &str) {
    let said = verify(file, report, &[]);
    assert_eq!((said.status, said.stdout.as_str(), said.stderr.lines().count()), (Some(2), "", 1), "{said:?}");
    assert!(said.stderr.contains(named), "{named:?} is not said: {}", said.stderr);
}

/// A farm with one source on it.
struct Bench {
    farm: Farm,
    source: Source,
    video: String,
}

impl Bench {
    fn new() -> Bench {
        let farm = Farm::start();
        let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
        let video = farm.api().upload(&source.path);
        Bench { farm, source, video }
    }

    /// Exports a list; gives its file and its report.
    fn export(&self, list: &CutList, name: &str) -> (PathBuf, PathBuf) {
        let export = self.farm.api().order(&self.video, &list.body());
        let file = self.farm.desk().join(name);
        self.farm.api().fetch(&export, None, &file);
        (file, self.report(&export, name))
    }

    fn report(&self, export: &str, name: &str) -> PathBuf {
        let report = self.farm.api().get(&format!("/api/exports/{export}/report")).expect(200);
        let path = self.farm.desk().join(format!("{name}.json"));
        fs::write(&path, report.to_string()).expect("the report can be kept");
        path
    }

    /// A copy with one change.
    fn changed(&self, file: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
        let mut bytes = fs::read(file).expect("the file can be read");
        change(&mut bytes);
        let path = self.farm.desk().join(name);
        fs::write(&path, bytes).expect("the copy can be written");
        path
    }
}

fn read(report: &Path) -> Value {
    serde_json::from_slice(&fs::read(report).expect("the report is there")).expect("the report is JSON")
}

#[test]
fn a_good_file_passes_and_every_change_is_named() {
    let bench = Bench::new();
    let cuts = vec![Cut { start: 1_020_000, end: 9_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }];
    let list = CutList::combined(cuts.clone());
    let (file, report) = bench.export(&list, "joined.mp4");
    // 212 and 25 frames of 40 ms; the first segment is cut at 4 and 8 s; sound is one part more.
    passes(&file, &report, "237 frames, 455040 samples, 5 parts");
    agrees(&read(&report), &expectation::of(&bench.source, &list)[0]);

    let packets = media_tool::probe(&file, ["-select_streams", "v", "-show_entries", "packet=pos,size"]);
    let packets = packets.expect("the file can be probed");
    let position = packets["packets"][100]["pos"].as_str().and_then(|pos| pos.parse::<usize>().ok()).expect("a place");
    let flipped = bench.changed(&file, "flipped.mp4", |bytes| bytes[position + 6] ^= 2);
    fails(&flipped, &report, "the bytes of part 2 of the picture (frames 74 to 173");

    let dropped = bench.farm.desk().join("dropped.mp4");
    let mut remux = media_tool::ffmpeg();
    remux.arg("-i").arg(&file).args(["-c", "copy", "-bsf:v", "noise=drop='eq(n,100)'"]).arg(&dropped);
    media_tool::run(&mut remux).expect("ffmpeg remuxes");
    fails(&dropped, &report, "the picture has 236 frames, not 237");
    fails(&dropped, &report, "part 2 of the picture (frames 74 to 173");

    let shifted = bench.changed(&file, "shifted.mp4", |bytes| {
        let at = bytes.windows(4).position(|window| window == b"elst").expect("an edit list");
        // Version and flags, a count, a length; then where the media begins. Version 1 has fields of 8 bytes.
        let low = if bytes[at + 4] == 1 { at + 24 } else { at + 16 };
        let start = u32::from_be_bytes(bytes[low..low + 4].try_into().expect("4 bytes"));
        bytes[low..low + 4].copy_from_slice(&(start + 512).to_be_bytes());
    });
    fails(&shifted, &report, "every frame of the picture is 0.040000 s too early");

    let mut turned = list.clone();
    turned.cuts.reverse();
    let (other, other_report) = bench.export(&turned, "turned.mp4");
    fails(&other, &report, "where part 1 of the picture (frames 0 to 73");
    fails(&file, &other_report, "where part 1 of the picture (frames 0 to 24");
    let reused = read(&other_report)["outputs"][0]["picture"]["parts"].clone();
    let reused = reused.as_array().expect("parts").iter().all(|part| part["reused"] == true);
    assert!(reused, "its picture was there already");

    let cut_off = bench.changed(&file, "cut off.mp4", |bytes| bytes.truncate(bytes.len() / 2));
    fails(&cut_off, &report, "the file has ");
    refused(&bench.farm.desk().join("none.mp4"), &report, "cannot read");
    refused(&file, &file, "cannot read");
    let newer = bench.changed(&report, "newer.json", |json| {
        let text = String::from_utf8(json.clone()).expect("UTF-8");
        *json = text.replace("\"report\":1", "\"report\":2").into_bytes();
    });
    refused(&file, &newer, "version 2");
    bench.farm.stop();
}

/// The report says what must have come out, frame by frame.
fn agrees(report: &Value, expected: &Expected) {
    let file = &report["outputs"][0];
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{value} is no number"));
    let runs = file["picture"]["frame_map"].as_array().expect("runs");
    let shown: Vec<u64> = runs
        .iter()
        .flat_map(|run| {
            let first = number(&run["source_frame"]);
            first..first + number(&run["frame_count"])
        })
        .collect();
    let meant: Vec<u64> =
        expected.frames.iter().map(|frame| frame.number().expect("a frame of its own").into()).collect();
    assert_eq!(shown, meant, "which frame of the source every frame is");

    let mut at = 0;
    let mut times = Vec::new();
    for run in file["picture"]["frame_times"].as_array().expect("runs") {
        for _ in 0..number(&run[0]) {
            times.push(at);
            at += i64::try_from(number(&run[1])).expect("ticks");
        }
    }
    assert_eq!(times, expected.frames.iter().map(|frame| frame.pts).collect::<Vec<_>>(), "when every frame is shown");
    assert_eq!((at, number(&file["duration_ticks"])), (expected.duration, u64::try_from(at).expect("ticks")));
}

#[test]
fn clips_pass_in_their_archive_and_singly() {
    let bench = Bench::new();
    let cuts = vec![Cut { start: 0, end: 1_000_000 }, Cut { start: 3_960_000, end: 6_000_000 }];
    let list = CutList { kind: Kind::Clips, ..CutList::combined(cuts) };
    let export = bench.farm.api().order(&bench.video, &list.body());
    let archive = bench.farm.desk().join("clips.zip");
    bench.farm.api().fetch(&export, None, &archive);
    let report = bench.report(&export, "clips");
    passes(&archive, &report, "2 files, 76 frames, 145920 samples, 4 parts");
    let names: Vec<String> = read(&report)["outputs"]
        .as_array()
        .expect("outputs")
        .iter()
        .map(|output| output["filename"].as_str().expect("a name").to_owned())
        .collect();

    let second = bench.farm.desk().join("renamed.mp4");
    bench.farm.api().fetch(&export, Some(2), &second);
    passes(&second, &report, "51 frames, 97920 samples, 2 parts");
    let damaged = bench.changed(&second, &names[1], |bytes| *bytes.last_mut().expect("bytes") ^= 1);
    fails(&damaged, &report, "are not the ones that were rendered");
    let strange = bench.changed(&damaged, "strange.mp4", |_| {});
    refused(&strange, &report, "the report is of 2 files");
    let torn = bench.changed(&archive, "torn.zip", |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    fails(&torn, &report, &format!("{}: the bytes of", names[1]));
    bench.farm.stop();
}

#[test]
fn the_command_line_saves_a_report_that_fits() {
    let bench = Bench::new();
    let path = |name: &str| bench.farm.desk().join(name);
    let (file, report) = (path("cut.mp4"), path("cut.json"));
    let shown = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let words = ["export", &shown(&bench.source.path), "--output", &shown(&file), "--report", &shown(&report)];
    let more = ["--segment", "2-3", "--resolution", "720p", "--quality", "low"];
    let exported = bench.farm.command(&[&words[..], &more].concat());
    assert!(exported.status.success(), "{exported:?}");
    passes(&file, &report, "25 frames, 48000 samples, 2 parts");
    let report = read(&report);
    assert_eq!((&report["report"], &report["normalize_audio"]), (&Value::from(1), &Value::from(true)));
    assert!(report["outputs"][0]["segments"][0]["loudness"]["gain_db"].is_number(), "{report:#}");
    assert_eq!(report["tools"]["nodes"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert!(report["tools"]["nodes"][0]["media_library"].is_string(), "{report:#}");
    bench.farm.stop();
}
