//! No bad file harms, hangs or fools the farm: each is refused or failed in one sentence, or exported as far as it really goes.
//! Runs where `REELFARM_MEDIA` names the folder that holds them in `bad`; they are not part of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reelfarm_tests::farm::{Farm, Role, files_under};
use reelfarm_tests::patience::found_within;
use reelfarm_tests::reading::thumbnails;

/// Names the folder of real files.
const MEDIA_VARIABLE: &str = "REELFARM_MEDIA";
/// The longest that anybody waits to hear what becomes of a bad file.
const VERDICT_WITHIN: Duration = Duration::from_secs(30);
/// A child of a failed attempt is killed and waited for before the failure is told; the kernel may take a moment more.
const CHILDREN_GONE_WITHIN: Duration = Duration::from_secs(5);
/// What a preview of the longest of them takes on a busy machine.
const PREVIEWS_WITHIN: Duration = Duration::from_mins(2);
/// `up`, nats-server, the coordinator and the node.
const PROCESSES: usize = 4;
/// Mean difference of luma, of 255, between a frame and its source: coding at the lowest quality makes less, noise much more.
const DIFFERENCE_MAX: f64 = 8.0;

/// What must become of a file.
enum Meant {
    /// Refused or failed, with these words in the sentence.
    No(&'static str),
    /// Exported, with exactly so many frames that end within so many seconds.
    Frames(usize, f64),
}

use Meant::{Frames, No};

/// The files and their fates.
const FATES: [(&str, Meant); 24] = [
    ("afl_mutated_1.mp4", No("sound but no picture")),
    ("afl_mutated_2.mp4", No("sound but no picture")),
    ("annexb_in_mkv_noduration.mkv", Frames(745, 35.3)),
    ("avi_wrong_length.avi", No("AVI file")),
    ("chunk_out_of_range.mp4", No("damaged")),
    ("encrypted_sgpd_plays_as_noise.mp4", No("encrypted")),
    ("encrypted_widevine.mp4", No("encrypted")),
    ("fragment_duration_143165s.mp4", Frames(30, 1.1)),
    ("header_only_231s_claimed.mp4", No("damaged")),
    ("mdat_too_long.mp4", Frames(30, 1.1)),
    ("missing_stsd_audio.mp4", Frames(30, 1.1)),
    ("moov_not_found_bad_free.mp4", No("damaged")),
    ("negative_timescale.mp4", No("damaged")),
    ("no_timescale.mp4", No("damaged")),
    ("segment_without_init.mp4", No("damaged")),
    ("timestamp_jump_4s_becomes_605s.ogv", No("Ogg file")),
    ("tiny_1x1_yuv444.mp4", Frames(5, 5.0)),
    ("truncated_annexb_claims_35s.mp4", No("damaged")),
    ("video_with_failing_audio.mp4", Frames(280, 11.3)),
    ("vp9_invalid_sync_code.webm", No("decoded")),
    ("zero_duration_fake_tracks.mp4", Frames(5, 0.2)),
    ("zero_empty_stsc.mp4", No("damaged")),
    ("zero_timescale_empty_success.mp4", No("damaged")),
    ("MANIFEST.tsv", No("looks like text")),
];

#[test]
fn no_bad_file_harms_hangs_or_fools_the_farm() {
    let Some(media) = std::env::var_os(MEDIA_VARIABLE).map(PathBuf::from) else {
        println!("{MEDIA_VARIABLE} is not set: no bad file is tried");
        return;
    };
    let farm = Farm::start();
    let mut wrong = Vec::new();
    for file in files_under(&media.join("bad")) {
        wrong.extend(faults(&farm, &file).into_iter().map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let good = media.join("flower_540p29.97_h264_aac.mp4");
    let tried = Tried::on(&farm, &good);
    assert_eq!(tried.code, Some(0), "the farm is as good as before: {}", tried.sentence);
    farm.stop();
}

/// What is wrong with what the farm did to a file.
fn faults(farm: &Farm, file: &Path) -> Vec<String> {
    let name = file.file_name().and_then(|name| name.to_str()).expect("a plain file name");
    let meant = FATES.iter().find(|(known, _)| *known == name).map(|(_, meant)| meant);
    let (before, node) = (Left::of(farm), farm.pid(Role::Node));
    let tried = Tried::on(farm, file);
    println!("{name}: {:?} after {:.1} s: {}", tried.code, tried.took.as_secs_f64(), tried.sentence);
    let mut faults = Vec::new();
    if tried.took > VERDICT_WITHIN {
        faults.push(format!("it took {:?}", tried.took));
    }
    if farm.pid(Role::Node) != node {
        faults.push("the node died of it".to_owned());
    }
    match (meant, tried.code) {
        (None | Some(No(_)), Some(1 | 2)) => {
            let words = if let Some(No(words)) = meant { words } else { "" };
            faults.extend(sentence_fault(&tried.sentence, words));
            if Left::of(farm) != before || tried.output.exists() {
                faults.push(format!("something is left behind: {:?}, not {before:?}", Left::of(farm)));
            }
        }
        (None, Some(0)) => faults.extend(picture_faults(file, &tried.output, None)),
        (Some(&Frames(count, seconds)), Some(0)) => {
            faults.extend(picture_faults(file, &tried.output, Some((count, seconds))));
        }
        (_, code) => faults.push(format!("it ended with {code:?}: {}", tried.sentence)),
    }
    let _ = fs::remove_file(&tried.output);
    faults.extend(leftovers(farm));
    faults
}

/// One try of a file by the command line.
struct Tried {
    code: Option<i32>,
    /// What it said on stderr.
    sentence: String,
    output: PathBuf,
    took: Duration,
}

impl Tried {
    #[expect(clippy::disallowed_methods, reason = "how long a person waits is what is tested")]
    fn on(farm: &Farm, file: &Path) -> Tried {
        let output = farm.desk().join("made.mp4");
        let paths = [file, &output].map(|path| path.to_str().expect("a plain path"));
        let words = ["export", paths[0], "--output", paths[1], "--resolution", "720p", "--quality", "low"];
        let began = Instant::now();
        let ended = farm.command(&words);
        let took = began.elapsed();
        Tried {
            code: ended.status.code(),
            sentence: String::from_utf8_lossy(&ended.stderr).trim().to_owned(),
            output,
            took,
        }
    }
}

/// A sentence is one line that says what is wrong, in words of people.
fn sentence_fault(said: &str, words: &str) -> Option<String> {
    let is_line = said.lines().count() == 1 && said.len() > 20;
    let is_human = !["panicked", "Gst", "0x", "streaming stopped"].iter().any(|library| said.contains(library));
    (!is_line || !is_human || !said.contains(words)).then(|| format!("not a sentence about {words:?}: {said:?}"))
}

/// Holds a finished file against what ffmpeg decodes of the source, frame by frame in order.
fn picture_faults(source: &Path, made: &Path, meant: Option<(usize, f64)>) -> Vec<String> {
    let mut faults = Vec::new();
    let source = thumbnails::read(source).unwrap_or_default();
    let made = match thumbnails::read(made) {
        Ok(made) => made,
        Err(cause) => return vec![format!("what was made cannot be read: {cause:#}")],
    };
    let (count, seconds) = meant.unwrap_or((source.len(), 30.0));
    if made.len() != count || made.is_empty() {
        faults.push(format!("{} frames instead of {count}", made.len()));
    }
    if let Some(late) = made.iter().find(|frame| frame.seconds > seconds) {
        faults.push(format!("a frame is shown at {} s", late.seconds));
    }
    let worst = made.iter().zip(&source).map(|(made, source)| made.distance(source)).fold(0.0, f64::max);
    if worst > DIFFERENCE_MAX {
        faults.push(format!("a frame differs from its source by {worst:.1}"));
    }
    faults
}

/// What a try could leave behind on the farm for its owner.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    videos: i64,
    exports: i64,
    objects: Vec<PathBuf>,
}

impl Left {
    fn of(farm: &Farm) -> Left {
        let ledger = farm.ledger();
        let objects = files_under(&farm.data().join("storage"));
        Left { videos: ledger.count("videos"), exports: ledger.count("exports"), objects }
    }
}

/// What must not be there between two tries, whatever became of the first.
fn leftovers(farm: &Farm) -> Vec<String> {
    let mut left = Vec::new();
    // A preview is made in what time exports leave, then published, and is nothing that an export left behind.
    let published = || (farm.ledger().open_previews() + farm.ledger().preview_parts() == 0).then_some(());
    if found_within(PREVIEWS_WITHIN, published).is_none() {
        left.push("a preview never ends".to_owned());
    }
    let alone = || (farm.processes().len() == PROCESSES).then_some(());
    if found_within(CHILDREN_GONE_WITHIN, alone).is_none() {
        left.push(format!("processes are left: {:?}", farm.processes()));
    }
    left.extend(
        files_under(&farm.data().join("node").join("scratch")).iter().map(|file| format!("left: {}", file.display())),
    );
    let parts = files_under(&farm.data().join("coordinator"));
    let half = parts.iter().filter(|file| file.extension().is_some_and(|end| end == "tmp"));
    left.extend(half.map(|file| format!("half a part: {}", file.display())));
    left
}
