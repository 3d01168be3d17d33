//! The maker of sources, the reader of files and the judge, held against each other through ffmpeg alone.
//! No program of ours runs here: this is the proof that the judge finds what is wrong and nothing else.

use std::path::{Path, PathBuf};

use reelfarm_tests::cut_list::{Cut, CutList};
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
    let folder = tempfile::tempdir().expect("a folder for files");
    let source = Source::make(gallery::ordinary(), folder.path()).expect("a source");
    let honest = Stand::honest();
    assert_eq!(honest.faults(&source, folder.path()), Vec::<String>::new());

    for (planted, stand, word) in [
        ("a frame dropped", Stand { drop: Some(40), ..honest }, "139 frames instead of 140"),
        ("a frame doubled", Stand { double: Some(40), ..honest }, "141 frames instead of 140"),
        ("a frame in place of the next", Stand { freeze: Some(40), ..honest }, "frame 41 is source frame 100, not 101"),
        ("one frame late", Stand { first_frame: 61, ..honest }, "frame 0 is source frame 61, not 60"),
        ("times a hair off", Stand { late_ticks: 1, ..honest }, "frame 70 is at"),
        ("sound 2 ms late", Stand { sound_shift_ms: 2, ..honest }, "the nearest is 1.9"),
        ("sound 2 ms early", Stand { sound_shift_ms: -2, ..honest }, "the nearest is -2.0"),
        ("sound half a second off", Stand { sound_shift_ms: 500, ..honest }, "no click at"),
        ("no sound", Stand { sound: false, ..honest }, "the sound is missing"),
        ("squeezed", Stand { height: 320, ..honest }, "the wrong shape"),
        ("moov behind", Stand { faststart: false, ..honest }, "moov is not first"),
    ] {
        let faults = stand.faults(&source, folder.path());
        assert!(faults.iter().any(|fault| fault.contains(word)), "{planted}: {faults:#?}");
    }
}

/// What stands in for the farm: one ffmpeg command, and what it does wrong.
#[derive(Clone, Copy)]
struct Stand {
    first_frame: usize,
    drop: Option<usize>,
    double: Option<usize>,
    freeze: Option<usize>,
    late_ticks: i64,
    sound_shift_ms: i64,
    sound: bool,
    height: usize,
    faststart: bool,
}

impl Stand {
    const FIRST: usize = 60;
    const COUNT: usize = 140;

    fn honest() -> Stand {
        Stand {
            first_frame: Self::FIRST,
            drop: None,
            double: None,
            freeze: None,
            late_ticks: 0,
            sound_shift_ms: 0,
            sound: true,
            height: 160,
            faststart: true,
        }
    }

    fn faults(&self, source: &Source, folder: &Path) -> Vec<String> {
        let file = self.cut(source, folder);
        let list = CutList::combined(vec![Cut { start: 2_400_000, end: 8_000_000 }]);
        let expected = &expectation::of(source, &list)[0];
        assert_eq!(expected.frames.len(), Self::COUNT);
        judge::faults(&file, expected, source.picture.base).expect("a readable file")
    }

    fn cut(&self, source: &Source, folder: &Path) -> PathBuf {
        let file = folder.join("stand.mp4");
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
        let sound = format!("atrim=start={start}ms:end={}ms,asetpts=PTS-STARTPTS", start + 5_600);

        let mut command = media_tool::ffmpeg();
        command.arg("-i").arg(&source.path).args(["-vf", &picture.join(","), "-af", &sound]);
        command.args(["-fps_mode", "passthrough", "-enc_time_base", "1:12800", "-video_track_timescale", "12800"]);
        command.args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-c:a", "aac", "-b:a", "128k"]);
        if !self.sound {
            command.arg("-an");
        }
        if self.faststart {
            command.args(["-movflags", "+faststart"]);
        }
        media_tool::run(command.arg(&file)).expect("ffmpeg cuts");
        file
    }
}
