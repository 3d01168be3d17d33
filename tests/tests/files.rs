//! Files that other people made, through the real farm, judged by ffprobe and by comparing every frame with its source.
//! Runs where `REELFARM_MEDIA` names the folder that holds them; they are not part of the repository.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use reelfarm_tests::cut_list::{Cut, CutList, Kind};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::judge;
use reelfarm_tests::random::Random;
use reelfarm_tests::reading::thumbnails::{self, Thumbnail};
use reelfarm_tests::reading::{self, Facts};

/// Names the folder of real files.
const MEDIA_VARIABLE: &str = "REELFARM_MEDIA";
/// Times are compared as seconds here; one tick of the finest clock of these files is 11 µs.
const TICK_SECONDS: f64 = 0.000_005;
/// Faults told of one file.
const FAULTS_TOLD_MAX: usize = 5;

#[test]
fn a_film_with_surround_sound_and_its_index_at_the_end() {
    let Some(tried) = Tried::on("bbb_720p25_aac51_65s_moovend.mp4") else { return };
    let list = CutList {
        resolution: "1080p",
        quality: "medium",
        ..combined(&[(3_170_000, 9_730_000), (41_050_000, 47_390_000)])
    };
    let [made] = &tried.export(&list)[..] else { panic!("one file") };
    assert_eq!((made.facts.picture.width, made.facts.picture.height), (1920, 1080));
    assert_eq!(made.facts.sound.as_ref().map(|sound| (sound.channels, sound.sample_rate)), Some((2, 48_000)));
}

#[test]
fn a_camera_without_sound() {
    let Some(tried) = Tried::on("corridor_768x432_10fps_noaudio_139s.mp4") else { return };
    let list = combined(&[(11_150_000, 19_020_000), (100_000_000, 104_550_000), (138_900_000, 139_400_000)]);
    let [made] = &tried.export(&list)[..] else { panic!("one file") };
    assert!(made.facts.sound.is_none() && made.facts.track_count == 1);
}

#[test]
fn clips_of_a_burnt_in_timecode() {
    let Some(tried) = Tried::on("burnt_in_timecode_720p30_aac_42s.mp4") else { return };
    let cuts = [(1_500_000, 2_500_000), (10_033_334, 12_000_000), (40_000_000, 42_400_000)];
    let made = tried.export(&CutList { kind: Kind::Clips, ..combined(&cuts) });
    assert_eq!(made.len(), 3);
}

#[test]
fn a_phone_held_upright_with_uneven_times() {
    let Some(tried) = Tried::on("iphone_h264_rot90_vfr_mebx.mov") else { return };
    let [made] = &tried.export(&combined(&[(300_000, 1_900_000), (2_500_000, 3_700_000)]))[..] else {
        panic!("one file")
    };
    let picture = &made.facts.picture;
    assert!(picture.height > picture.width && picture.rotation == 0, "{}×{}", picture.width, picture.height);
    assert_eq!(made.facts.sound.as_ref().map(|sound| sound.channels), Some(1), "mono stays mono");
}

#[test]
fn a_flower_at_the_rate_of_television() {
    let Some(tried) = Tried::on("flower_540p29.97_h264_aac.mp4") else { return };
    let [made] = &tried.export(&combined(&[(500_000, 2_750_000), (3_100_000, 4_900_000)]))[..] else {
        panic!("one file")
    };
    let source = reading::facts(&tried.source).expect("the source can be probed");
    assert_eq!(made.facts.picture.colour, source.picture.colour, "colour tags travel");
}

/// Endings of the files that are accepted.
const ACCEPTED: [&str; 4] = ["mp4", "mov", "mkv", "webm"];
/// Frames that are kept of each file.
const FRAMES_MAX: usize = 120;

#[test]
fn random_cuts_of_every_accepted_file() {
    let Some(folder) = std::env::var_os(MEDIA_VARIABLE) else {
        println!("{MEDIA_VARIABLE} is not set: no real file is tried");
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder can be listed")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|file| file.extension().is_some_and(|ending| ACCEPTED.iter().any(|accepted| ending == *accepted)))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the folder holds files");
    let farm = Farm::start();
    let mut random = Random::announced("random cuts of real files");
    let mut faults = Vec::new();
    for file in files {
        let mut source = thumbnails::read(&file).expect("ffmpeg reads the source");
        move_apart(&mut source);
        let list = random_list(&source, &mut random);
        let video = farm.api().upload(&file);
        let export = farm.api().order(&video, &list.body());
        let made = farm.desk().join("made.mp4");
        farm.api().fetch(&export, None, &made);
        let name = file.file_name().unwrap_or_default().display();
        faults
            .extend(faults_of(&made, &source, &list.cuts).into_iter().map(|fault| format!("{name} {list:?}: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Of frames that share a time, each is shown a millisecond after the one before it (decision 0011).
fn move_apart(frames: &mut [Thumbnail]) {
    for place in 1..frames.len() {
        let before = frames[place - 1].seconds;
        if frames[place].seconds < before + TICK_SECONDS {
            frames[place].seconds = before + 0.001;
        }
    }
}

/// One to four ranges, each from a frame to another. How long the very last frame lasts is not said by every container, so
/// only the last range may end with it.
fn random_list(source: &[Thumbnail], random: &mut Random) -> CutList {
    let count = random.within(1..5);
    let micros = |ordinal: usize| source.get(ordinal).map_or(i64::MAX, |frame| rounded(frame.seconds * 1e6));
    let last = micros(source.len() - 1);
    let cuts = (0..count).map(|place| {
        let end = random.within(1..source.len() + usize::from(place + 1 == count));
        let length = random.within(1..end.min(FRAMES_MAX / count) + 1);
        Cut { start: micros(end - length), end: micros(end).min(last + 5_000) }
    });
    // Coded any worse, what little moves in some of these films is lost.
    CutList { quality: "high", ..CutList::combined(cuts.collect()) }
}

#[expect(clippy::cast_possible_truncation, reason = "microseconds of a short file")]
fn rounded(micros: f64) -> i64 {
    micros.round() as i64
}

fn combined(cuts: &[(i64, i64)]) -> CutList {
    CutList::combined(cuts.iter().map(|&(start, end)| Cut { start, end }).collect())
}

/// A real file on a farm.
struct Tried {
    farm: Farm,
    source: PathBuf,
    video: String,
}

/// A finished file.
struct Made {
    facts: Facts,
}

impl Tried {
    fn on(name: &str) -> Option<Tried> {
        let Some(folder) = std::env::var_os(MEDIA_VARIABLE) else {
            println!("{MEDIA_VARIABLE} is not set: {name} is not tried");
            return None;
        };
        let source = Path::new(&folder).join(name);
        assert!(source.is_file(), "{MEDIA_VARIABLE} has no {name}");
        let farm = Farm::start();
        let video = farm.api().upload(&source);
        Some(Tried { farm, source, video })
    }

    /// Exports a list and judges every file of it.
    fn export(&self, list: &CutList) -> Vec<Made> {
        let export = self.farm.api().order(&self.video, &list.body());
        let source = thumbnails::read(&self.source).expect("the source can be read");
        let files: Vec<&[Cut]> =
            if list.kind == Kind::Clips { list.cuts.chunks(1).collect() } else { vec![&list.cuts] };
        let judged = files.iter().zip(1..).map(|(cuts, number)| {
            let file = self.farm.desk().join(format!("{number}.mp4"));
            self.farm.api().fetch(&export, (list.kind == Kind::Clips).then_some(number), &file);
            judged(&file, &source, cuts)
        });
        judged.collect()
    }
}

fn judged(file: &Path, source: &[Thumbnail], cuts: &[Cut]) -> Made {
    let facts = reading::facts(file).expect("the file can be probed");
    let picture = &facts.picture;
    assert_eq!((picture.codec.as_str(), picture.profile.as_str()), ("h264", "High"));
    assert_eq!(picture.pixel_format, "yuv420p");
    if let Some(sound) = &facts.sound {
        assert_eq!((sound.codec.as_str(), sound.profile.as_str()), ("aac", "LC"));
    }
    assert!(reading::moov_is_first(file).expect("boxes"), "moov is first");
    let faults = faults_of(file, source, cuts);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Made { facts }
}

/// Everything that is wrong with the frames of a file.
fn faults_of(file: &Path, source: &[Thumbnail], cuts: &[Cut]) -> Vec<String> {
    let mut faults = Vec::from_iter(judge::decode_complaint(file));
    let made = thumbnails::read(file).expect("the file can be read");
    let meant = meant(source, cuts);
    if made.len() != meant.len() {
        faults.push(format!("{} frames instead of the {} with start ≤ pts < end", made.len(), meant.len()));
    }
    for (place, (frame, meant)) in made.iter().zip(&meant).enumerate() {
        let late = frame.seconds - meant.seconds;
        if late.abs() >= TICK_SECONDS {
            faults.push(format!("frame {place} is {late} s late"));
        }
        let own = frame.distance(&source[meant.ordinal]);
        for other in [meant.ordinal.wrapping_sub(1), meant.ordinal + 1] {
            let strange = source.get(other).map_or(f64::INFINITY, |neighbour| frame.distance(neighbour));
            if own > strange + thumbnails::SAME {
                let told = format!("frame {place} looks like {other} ({strange:.2}), not {} ({own:.2})", meant.ordinal);
                faults.push(told);
            }
        }
    }
    faults.truncate(FAULTS_TOLD_MAX);
    faults
}

/// A frame that must be there.
struct Meant {
    ordinal: usize,
    seconds: f64,
}

/// The frames of every cut, each at its time: the frames with `start ≤ pts < end`, shown as far from the cut's first
/// frame as in the source, and each cut as long as until the frame after its last.
fn meant(source: &[Thumbnail], cuts: &[Cut]) -> Vec<Meant> {
    let mut meant = Vec::new();
    let mut offset = 0.0;
    for cut in cuts {
        let kept = kept(source, *cut);
        let first = source[kept.start].seconds;
        meant.extend(kept.clone().map(|ordinal| Meant { ordinal, seconds: offset + source[ordinal].seconds - first }));
        // After the source's last frame nothing follows that could be late.
        offset += source.get(kept.end).map_or(0.0, |after| after.seconds) - first;
    }
    meant
}

fn kept(source: &[Thumbnail], cut: Cut) -> Range<usize> {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a short file")]
    let seconds = |micros: i64| micros as f64 / 1e6;
    let before = |limit: f64| source.partition_point(|frame| frame.seconds < limit - 1e-6);
    before(seconds(cut.start))..before(seconds(cut.end))
}
