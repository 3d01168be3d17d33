//! Index and picture tasks on real files: sources made by ffmpeg, rendered by the real child, decoded and judged by ffmpeg.
//! Does not test failures; `attempt.rs` does.

#![expect(clippy::cast_precision_loss, reason = "tests compare times of a few seconds")]
#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the attempt tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}

use render::bench::{Bench, work};
use render::server::Faults;
use render::source::{Source, numbers};
use wire::v1::{Container, Index, Orientation};

const LONG_GROUPS: [&str; 10] = ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "250"];
const SIZE: (u32, u32) = (320, 192);

/// Indexes a source, holds the index against ffprobe, renders stretches of it and reads the number on every frame.
async fn judge(source: &Source, stretches: &[(usize, usize)]) -> Index {
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let picture = &index.picture;
    let seconds = |ticks: i64| ticks as f64 * f64::from(picture.rate_den) / f64::from(picture.rate_num);
    let times = source.times();
    assert_eq!(picture.frames.len(), times.len(), "{}", source.path().display());
    for (frame, time) in picture.frames.iter().zip(&times) {
        assert!((seconds(frame.pts) - time).abs() < 1e-5, "{} against {time}", seconds(frame.pts));
    }

    let numbered = numbers(source.path(), "null");
    for &(from, to) in stretches {
        let to = to.min(numbered.len());
        let part = bench.picture(work(&index, from, to, SIZE)).await.unwrap();
        assert_eq!(
            numbers(&bench.stream(&part), "null"),
            numbered[from..to],
            "{} {from}..{to}",
            source.path().display()
        );
        let mut shown: Vec<i64> = part.frames.iter().map(|frame| frame.pts).collect();
        shown.sort_unstable();
        let expected: Vec<i64> =
            picture.frames[from..to].iter().map(|frame| frame.pts - picture.frames[from].pts).collect();
        assert_eq!(shown, expected, "times are the source's own");
        assert!(part.frames.iter().all(|frame| frame.dts <= frame.pts));
        assert!(part.frames.windows(2).all(|pair| pair[0].dts < pair[1].dts));
        assert!(part.frames[0].key);
        let size: u64 = part.frames.iter().map(|frame| u64::from(frame.size_bytes)).sum();
        assert_eq!(size, part.payload_bytes);
        assert_eq!(part.payload_hash, *blake3::hash(&std::fs::read(&part.payload).unwrap()).as_bytes());
    }
    index
}

#[tokio::test]
async fn frames_between_key_frames_of_long_groups() {
    let source = Source::make("long.mp4", 420, "25", &LONG_GROUPS);
    let index = judge(&source, &[(0, 10), (111, 112), (240, 270), (413, 420)]).await;
    assert_eq!(index.container, Container::IsoBmff);
    assert_eq!((index.picture.frame_rate_num, index.picture.frame_rate_den), (25, 1));
    assert_eq!(index.picture.end, index.picture.frames[419].pts + i64::from(index.picture.rate_num / 25));
    assert!(!index.picture.decoded && index.warnings.is_empty());
}

#[tokio::test]
async fn ntsc_in_a_mov_and_in_matroska() {
    let source = Source::make("ntsc.mov", 200, "30000/1001", &LONG_GROUPS);
    let index = judge(&source, &[(0, 3), (99, 130), (195, 200)]).await;
    assert_eq!((index.picture.frame_rate_num, index.picture.frame_rate_den), (30_000, 1001));
    assert_eq!((index.picture.rate_num, index.picture.rate_den), (30_000, 1));
    let copied = source.copied("ntsc.mkv", &[], &[]);
    let index = judge(&copied, &[(0, 3), (99, 130), (195, 200)]).await;
    assert_eq!(index.container, Container::Matroska);
    assert_eq!((index.picture.frame_rate_num, index.picture.frame_rate_den), (30_000, 1001));
}

/// The sound's first block comes before the picture's in time, and after it in the file.
#[tokio::test]
async fn matroska_whose_sound_begins_first() {
    let source =
        Source::make("plain.mp4", 240, "30", &["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "60"]);
    let sound = ["-f", "lavfi", "-i", "sine=duration=8:sample_rate=44100"];
    let beside = |codec| ["-map", "1:v", "-map", "0:a", "-c:a", codec];
    for (name, codec) in [("aac.mkv", "aac"), ("mp3.mkv", "libmp3lame"), ("opus.mkv", "libopus")] {
        let source = source.copied(name, &sound, &beside(codec));
        assert!(source.times()[0] > 0.005, "the picture of {name} begins late");
        let index = judge(&source, &[(0, 3), (1, 2), (58, 64), (121, 150), (236, 240)]).await;
        assert_eq!((index.picture.frame_rate_num, index.picture.frame_rate_den), (30, 1));
    }
}

/// Neither length nor cues, and more of both tracks than the header claims.
#[tokio::test]
async fn matroska_that_does_not_know_its_length() {
    let source = Source::make("plain.mp4", 300, "25", &LONG_GROUPS[..8]);
    let index = judge(&source.copied("live.mkv", &[], &["-live", "1"]), &[(0, 5), (100, 120), (290, 300)]).await;
    assert_eq!(index.warnings, Vec::<String>::new());
    let mut wrong = source.copied("wrong.mkv", &[], &[]);
    wrong.overwrite(&[0x44, 0x89, 0x88], &4_000.0_f64.to_be_bytes());
    judge(&wrong, &[(0, 5), (70, 120), (290, 300)]).await;
}

#[tokio::test]
async fn variable_frame_rate_keeps_its_times() {
    let uneven = ["-vf", "select='not(eq(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,5))'", "-fps_mode", "vfr"];
    let source = Source::make("vfr.mp4", 200, "30", &[&uneven[..], &LONG_GROUPS].concat());
    judge(&source, &[(0, 20), (57, 101), (140, 200)]).await;
}

#[tokio::test]
async fn edit_lists_at_either_end() {
    let source = Source::make("plain.mp4", 300, "25", &LONG_GROUPS);
    let trimmed = source.copied("trimmed.mp4", &["-ss", "10.84"], &[]);
    judge(&trimmed, &[(0, 5), (3, 9)]).await;
    let late = source.copied("late.mov", &["-itsoffset", "0.5"], &[]);
    let index = judge(&late, &[(0, 5), (251, 260)]).await;
    assert_eq!(index.picture.frames[0].pts, i64::from(index.picture.rate_num / 2));
    assert!(!index.picture.decoded, "an empty edit is no reason to decode");
}

#[tokio::test]
async fn fragments_with_and_without_an_index_of_their_own() {
    let source = Source::make("plain.mp4", 200, "25", &LONG_GROUPS);
    for flags in ["frag_keyframe+empty_moov", "frag_keyframe+empty_moov+skip_trailer", "dash+global_sidx+empty_moov"] {
        let fragmented = source.copied("fragmented.mp4", &[], &["-movflags", flags, "-frag_duration", "1000000"]);
        judge(&fragmented, &[(0, 10), (120, 140), (190, 200)]).await;
    }
}

#[tokio::test]
async fn frames_that_packets_hide() {
    let hidden = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "60"];
    let ahead = ["-auto-alt-ref", "1", "-lag-in-frames", "16"];
    let source = Source::make("hidden.webm", 120, "25", &[&hidden[..], &ahead].concat());
    judge(&source, &[(0, 10), (70, 90), (115, 120)]).await;
}

#[tokio::test]
async fn a_turned_picture_is_set_upright() {
    let source = Source::make("plain.mp4", 40, "25", &LONG_GROUPS);
    for (degrees, orientation, back) in [
        ("90", Orientation::Clockwise270, "transpose=clock"),
        ("180", Orientation::Rotate180, "hflip,vflip"),
        ("270", Orientation::Clockwise90, "transpose=cclock"),
    ] {
        let turned = source.copied("turned.mp4", &[], &["-metadata:s:v:0", &format!("rotate={degrees}")]);
        let bench = Bench::serving(turned.bytes(), Faults::default());
        let index = bench.index().await.unwrap();
        let upright = if degrees == "180" { (320, 192) } else { (192, 320) };
        let part = bench.picture(work(&index, 5, 15, upright)).await.unwrap();
        // Turned back, the numbers can be read again.
        assert_eq!(numbers(&bench.stream(&part), back), (5..15).collect::<Vec<_>>(), "{degrees}");
        assert_eq!(index.picture.orientation, orientation, "{degrees}");
    }
}

#[tokio::test]
async fn the_same_recipe_yields_the_same_bytes() {
    let source = Source::make("plain.mp4", 100, "25", &LONG_GROUPS);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let first = bench.picture(work(&index, 20, 90, SIZE)).await.unwrap();
    let second = bench.picture(work(&index, 20, 90, SIZE)).await.unwrap();
    assert_eq!(first, second);
    let other = bench.picture(work(&index, 40, 90, SIZE)).await.unwrap();
    assert_eq!(first.codec, other.codec, "every part of an output has the same codec configuration");
}

#[tokio::test]
async fn x264_is_set_up_as_ffmpeg_sets_it_up() {
    let source = Source::make("plain.mp4", 30, "25", &LONG_GROUPS);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let part = bench.picture(work(&index, 0, 30, SIZE)).await.unwrap();
    let ours = options(&std::fs::read(&part.payload).unwrap());
    let rates = ["-crf", "23", "-maxrate", "4000k", "-bufsize", "8000k", "-g", "50", "-threads", "2"];
    let judge = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
    let zones = ["-x264-params", "zones=0,0,b=1.4/18,23,b=1.15/24,29,b=1.4"];
    let theirs = Source::make("judge.h264", 30, "25", &[&judge[..], &rates, &zones].concat());
    assert_eq!(ours, options(&theirs.bytes()));
    assert!(ours.contains("rc=crf") && ours.contains("threads=2"), "{ours}");
}

/// The options x264 writes into its stream.
fn options(stream: &[u8]) -> String {
    let text = String::from_utf8_lossy(stream);
    let from = text.find("options: ").expect("x264 says its options");
    text[from..].split('\0').next().unwrap().chars().take_while(char::is_ascii_graphic_or_space).collect()
}

trait GraphicOrSpace {
    fn is_ascii_graphic_or_space(&self) -> bool;
}

impl GraphicOrSpace for char {
    fn is_ascii_graphic_or_space(&self) -> bool {
        self.is_ascii_graphic() || *self == ' '
    }
}
