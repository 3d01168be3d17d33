//! The maker of sources, the reader of files and the judge, held against each other through ffmpeg alone.
//! No program of ours runs here: this is the proof that the judge finds what is wrong and nothing else.

use std::path::{Path, PathBuf};

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::format::Format;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge, media_tool};

#[test]
fn every_source_is_what_it_was_to_be() {
    let folder = tempfile::tempdir().expect("a folder for sources");
    let mut faults = Vec::new();
    for recipe in gallery::all() {
        let name = recipe.name;
        match Source::make(recipe, folder.path()) {
            Ok(source) => {
                let unreadable = source.picture.frames.iter().filter(|frame| frame.number.is_none()).count();
                faults.extend((unreadable > 0).then(|| format!("{name}: {unreadable} frames cannot be read")));
            }
            Err(cause) => faults.push(format!("{name}: {cause:#}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// An honest cut of frames 60 to 199 by ffmpeg, and the same with one thing wrong each.
#[test]
fn the_judge_passes_an_honest_file_and_finds_every_planted_fault() {
    let honest = Stand::honest(Format::Mp4);
    finds_every_planted_fault(
        &honest,
        &[
            ("a frame dropped", Stand { drop: Some(40), ..honest }, "139 frames instead of 140"),
            ("a frame doubled", Stand { double: Some(40), ..honest }, "141 frames instead of 140"),
            (
                "a frame in place of the next",
                Stand { freeze: Some(40), ..honest },
                "frame 41 is source frame 100, not 101",
            ),
            ("one frame late", Stand { first_frame: 61, ..honest }, "frame 0 is source frame 61, not 60"),
            ("times a hair off", Stand { late_ticks: 1, ..honest }, "frame 70 is at"),
            ("sound 2 ms late", Stand { sound_shift_ms: 2, ..honest }, "no click at"),
            ("sound 2 ms early", Stand { sound_shift_ms: -2, ..honest }, "no click at"),
            ("sound half a second off", Stand { sound_shift_ms: 500, ..honest }, "no click at"),
            ("no sound", Stand { sound: false, ..honest }, "the sound is missing"),
            ("squeezed", Stand { height: 320, ..honest }, "the wrong shape"),
            ("another profile", Stand { high: false, ..honest }, "Constrained Baseline, not h264 High"),
            ("moov behind", Stand { index_first: false, ..honest }, "moov is not first"),
        ],
    );
}

/// The same in WebM, whose clock is coarser and whose index is another.
#[test]
fn the_judge_knows_webm() {
    let honest = Stand::honest(Format::Webm);
    finds_every_planted_fault(
        &honest,
        &[
            ("a frame dropped", Stand { drop: Some(40), ..honest }, "139 frames instead of 140"),
            ("times a millisecond off", Stand { late_ticks: 13, ..honest }, "frame 70 is at"),
            ("sound 2 ms late", Stand { sound_shift_ms: 2, ..honest }, "no click at"),
            ("no sound", Stand { sound: false, ..honest }, "the sound is missing"),
            ("cues behind", Stand { index_first: false, ..honest }, "the cues are not first"),
        ],
    );
}

fn finds_every_planted_fault(honest: &Stand, planted: &[(&str, Stand, &str)]) {
    let folder = tempfile::tempdir().expect("a folder for files");
    let source = Source::make(gallery::ordinary(), folder.path()).expect("a source");
    assert_eq!(honest.faults(&source, folder.path()), Vec::<String>::new());
    for (planted, stand, word) in planted {
        let faults = stand.faults(&source, folder.path());
        assert!(faults.iter().any(|fault| fault.contains(word)), "{planted}: {faults:#?}");
    }
}

/// What stands in for the farm: one ffmpeg command, and what it does wrong.
#[derive(Clone, Copy)]
struct Stand {
    format: Format,
    first_frame: usize,
    drop: Option<usize>,
    double: Option<usize>,
    freeze: Option<usize>,
    late_ticks: i64,
    sound_shift_ms: i64,
    sound: bool,
    height: usize,
    high: bool,
    index_first: bool,
}

impl Stand {
    const FIRST: usize = 60;
    const COUNT: usize = 140;

    fn honest(format: Format) -> Stand {
        Stand {
            format,
            first_frame: Self::FIRST,
            drop: None,
            double: None,
            freeze: None,
            late_ticks: 0,
            sound_shift_ms: 0,
            sound: true,
            height: 160,
            high: true,
            index_first: true,
        }
    }

    fn faults(&self, source: &Source, folder: &Path) -> Vec<String> {
        let file = self.cut(source, folder);
        let cuts = vec![Cut { start: 2_400_000, end: 8_000_000 }];
        let list = CutList { format: self.format, ..CutList::combined(cuts) };
        let expected = &expectation::of(source, &list)[0];
        assert_eq!(expected.frames.len(), Self::COUNT);
        judge::faults(&file, expected, source.picture.base).expect("a readable file")
    }

    fn cut(&self, source: &Source, folder: &Path) -> PathBuf {
        let file = folder.join("stand").with_extension(self.format.as_str());
        let (first, after) = (self.first_frame, self.first_frame + Self::COUNT);
        let mut picture = vec![format!("trim=start_frame={first}:end_frame={after}"), "setpts=PTS-STARTPTS".to_owned()];
        picture.extend(self.drop.map(|frame| format!("select=not(eq(n\\,{frame})),setpts=N*512")));
        picture.extend(self.double.map(|frame| format!("loop=loop=1:size=1:start={frame},setpts=N*512")));
        picture.extend(
            self.freeze.map(|frame| {
                format!("select=not(eq(n\\,{})),loop=loop=1:size=1:start={frame},setpts=N*512", frame + 1)
            }),
        );
        picture.push(format!("setpts=PTS+{}*gte(N\\,70),scale=1280:{}", self.late_ticks, self.height));
        let start = 2_400 - self.sound_shift_ms;
        // ffmpeg writes Opus so that its priming ends at zero; a WebM in which it must be counted begins that much later.
        let priming_samples = if self.format == Format::Webm { 312 } else { 0 };
        let sound = format!("atrim=start={start}ms:end={}ms,asetpts=PTS-STARTPTS+{priming_samples}", start + 5_600);

        let mut command = media_tool::ffmpeg();
        command.arg("-i").arg(&source.path).args(["-vf", &picture.join(","), "-af", &sound]);
        command.args(["-fps_mode", "passthrough", "-enc_time_base:v", "1:12800"]);
        match self.format {
            Format::Mp4 | Format::Mov => {
                command.args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "28"]);
                command.args([
                    "-x264-params",
                    if self.high { "8x8dct=1" } else { "8x8dct=0" },
                    "-c:a",
                    "aac",
                    "-b:a",
                    "128k",
                ]);
                command.args(["-video_track_timescale", "12800"]);
            }
            Format::Webm => {
                command.args(["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"]);
                command.args(["-c:a", "libopus", "-b:a", "128k"]);
            }
        }
        if !self.sound {
            command.arg("-an");
        }
        match (self.index_first, self.format) {
            (true, Format::Mp4 | Format::Mov) => command.args(["-movflags", "+faststart"]),
            (true, Format::Webm) => command.args(["-cues_to_front", "1"]),
            (false, _) => &mut command,
        };
        media_tool::run(command.arg(&file)).expect("ffmpeg cuts");
        file
    }
}
