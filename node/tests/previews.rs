//! Previews and posters of real files: made by the real child, taken apart here, and judged by ffprobe and ffmpeg.
//! Does not play anything in a browser.

#![expect(clippy::cast_precision_loss, reason = "tests compare times of a few seconds")]
#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the picture tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}
mod preview {
    pub mod made;
}

use preview::made::{Made, poster_work, preview_work, with_sound};
use render::bench::Bench;
use render::server::Faults;
use render::source::{Source, numbers};
use serde_json::Value;
use wire::v1::{FailureClass, Work};

const LONG_GROUPS: [&str; 10] = ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "250"];
/// Loud in every odd second, silent in every even one.
const EVERY_OTHER_SECOND: &str = "aevalsrc=0.8*sin(2*PI*1000*t)*gt(mod(t\\,2)\\,1):s=48000:d=12";

async fn made(source: &Source) -> (Bench, Made) {
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let made = Made::of(&bench, preview_work(&index)).await.unwrap();
    (bench, made)
}

/// Every frame of the source, none other, each at its own time, and no group longer than a second.
fn judge_proxy(source: &Source, made: &Made, back: &str) {
    let proxy = made.file("proxy");
    assert_eq!(&std::fs::read(proxy).unwrap()[4..8], b"ftyp");
    assert_eq!(made.complaint("proxy"), "", "ffmpeg decodes all of it without a word");
    assert_eq!(numbers(proxy, back), numbers(source.path(), "null"), "{}", source.path().display());
    let (times, expected) = (made.times(), source.times());
    assert_eq!(times.len(), expected.len());
    for (time, expected) in times.iter().zip(&expected) {
        assert!((time - expected).abs() < 1e-5, "a frame is at {time} s, not {expected} s");
    }
    let (keys, last) = (made.key_times(), expected[expected.len() - 1]);
    assert!((keys[0] - expected[0]).abs() < 1e-5);
    for (key, next) in keys.iter().zip(keys.iter().skip(1).chain([&last])) {
        assert!(next - key <= 1.0, "a group from {key} s to {next} s");
    }
}

/// Every thumbnail is the frame that is on screen at its time.
fn judge_sprite(source: &Source, made: &Made, back: &str) {
    let (work, times, numbered) = (&made.work, source.times(), numbers(source.path(), "null"));
    let rows = work.sprite_count.div_ceil(work.sprite_columns);
    assert_eq!(made.size("sprite"), (work.sprite_columns * work.sprite_width, rows * work.sprite_height));
    for place in 0..work.sprite_count {
        let (x, y) =
            (place % work.sprite_columns * work.sprite_width, place / work.sprite_columns * work.sprite_height);
        let crop = format!("crop={}:{}:{x}:{y}:exact=1,{back}", work.sprite_width, work.sprite_height);
        let at = f64::from(place) * work.sprite_interval_ns as f64 / 1e9;
        let expected = numbered[times.iter().rposition(|time| *time <= at + 1e-6).unwrap_or(0)];
        assert_eq!(numbers(made.file("sprite"), &crop), [expected], "thumbnail {place} at {at} s");
    }
}

#[tokio::test]
async fn a_video_with_sound() {
    let plain = Source::make("plain.mp4", 300, "25", &LONG_GROUPS);
    let source = with_sound(&plain, EVERY_OTHER_SECOND, &["-c:a", "aac"]);
    let (bench, made) = made(&source).await;
    judge_proxy(&source, &made, "null");
    judge_sprite(&source, &made, "null");
    assert_eq!(made.size("poster"), (320, 192));
    assert!(numbers(made.file("poster"), "null")[0] < 300);

    let peaks: Value = serde_json::from_slice(&std::fs::read(made.file("peaks")).unwrap()).unwrap();
    assert_eq!(
        (&peaks["version"], &peaks["channels"], &peaks["peaks_per_second"]),
        (&1.into(), &1.into(), &100.into())
    );
    let peaks: Vec<u64> = peaks["peaks"].as_array().unwrap().iter().map(|peak| peak.as_u64().unwrap()).collect();
    assert_eq!(peaks.len(), 1200);
    for (place, peak) in peaks.iter().enumerate().filter(|(place, _)| (5..95).contains(&(place % 100))) {
        let expected = if place / 100 % 2 == 1 { 780..=820 } else { 0..=10 };
        assert!(expected.contains(peak), "peak {place} is {peak}");
    }
    let sound = made.sound();
    assert!((575_000..577_100).contains(&sound.len()), "{} samples", sound.len());
    let first = sound.iter().position(|sample| sample.abs() > 0.2).unwrap();
    assert!((48_000..48_200).contains(&first), "the sound begins at sample {first}");

    let (read, size) = (bench.server.served_bytes(), bench.server.size);
    assert!(read < 2 * size + (1 << 20), "{read} bytes read of {size}");
}

#[tokio::test]
async fn uneven_times_late_pictures_and_turned_ones() {
    let uneven = ["-vf", "select='not(eq(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,5))'", "-fps_mode", "vfr"];
    let source = Source::make("vfr.mp4", 200, "30", &[&uneven[..], &LONG_GROUPS].concat());
    let (_, vfr) = made(&source).await;
    judge_proxy(&source, &vfr, "null");
    judge_sprite(&source, &vfr, "null");
    assert_eq!(vfr.names(), ["poster", "proxy", "sprite"], "no sound, no peaks");

    let ntsc = Source::make("ntsc.mov", 100, "30000/1001", &LONG_GROUPS);
    let late = ntsc.copied("late.mov", &["-itsoffset", "0.5"], &[]);
    let (_, made_late) = made(&late).await;
    judge_proxy(&late, &made_late, "null");
    judge_sprite(&late, &made_late, "null");

    let turned = ntsc.copied("turned.mp4", &[], &["-metadata:s:v:0", "rotate=270"]);
    let (_, upright) = made(&turned).await;
    assert_eq!(upright.size("proxy"), (192, 320));
    judge_proxy(&turned, &upright, "transpose=cclock");
    judge_sprite(&turned, &upright, "transpose=cclock");
}

#[tokio::test]
async fn a_matroska_file() {
    let source = Source::make("plain.mkv", 120, "25", &LONG_GROUPS);
    let (_, made) = made(&source).await;
    judge_proxy(&source, &made, "null");
    judge_sprite(&source, &made, "null");
}

#[tokio::test]
async fn a_poster_is_no_black_frame() {
    let fade = ["-vf", "drawbox=enable='not(between(n,50,70))':color=black:t=fill"];
    let source = Source::make("mostly_black.mp4", 200, "25", &[&fade[..], &LONG_GROUPS].concat());
    let (_, made) = made(&source).await;
    assert!((50..=70).contains(&numbers(made.file("poster"), "null")[0]));
}

#[tokio::test]
async fn a_video_that_holds_less_than_it_promised_says_so() {
    let source = Source::make("plain.mp4", 200, "25", &[&LONG_GROUPS[..], &["-movflags", "+faststart"]].concat());
    let index = Bench::serving(source.bytes(), Faults::default()).index().await.unwrap();
    let mut bytes = source.bytes();
    bytes.truncate(bytes.len() * 6 / 10);
    let truncated = Bench::serving(bytes, Faults::default());
    let failed = Made::of(&truncated, preview_work(&index)).await.unwrap_err();
    assert_eq!(failed.class, FailureClass::Media, "{failed:?}");
}

#[tokio::test]
async fn a_poster_is_exactly_the_asked_frame() {
    let plain = Source::make("plain.mp4", 300, "25", &LONG_GROUPS);
    let trimmed = plain.copied("trimmed.mp4", &["-ss", "3.16"], &[]);
    let turned = plain.copied("turned.mp4", &[], &["-metadata:s:v:0", "rotate=90"]);
    for (source, size, back) in
        [(&plain, (320, 192), "null"), (&trimmed, (160, 96), "null"), (&turned, (192, 320), "transpose=clock")]
    {
        let bench = Bench::serving(source.bytes(), Faults::default());
        let index = bench.index().await.unwrap();
        let numbered = numbers(source.path(), "null");
        for ordinal in [0, 1, 137, numbered.len() - 1] {
            let made = Made::of(&bench, poster_work(&index, ordinal, size)).await.unwrap();
            assert_eq!(made.names(), ["poster"]);
            assert_eq!(made.size("poster"), size);
            assert_eq!(numbers(made.file("poster"), back), [numbered[ordinal]], "{}", source.path().display());
        }
    }
}

#[tokio::test]
async fn a_poster_reads_little() {
    let big = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-qp", "1", "-vf"];
    let source = Source::make("big.mp4", 750, "25", &[&big[..], &["noise=alls=30:allf=t"]].concat());
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let before = bench.server.served_bytes();
    let Work::Poster(work) = poster_work(&index, 400, (320, 192)) else { unreachable!() };
    Made::of(&bench, Work::Poster(work)).await.unwrap();
    let read = bench.server.served_bytes() - before;
    let groups: u64 = index.picture.frames[400..425].iter().map(|frame| u64::from(frame.size_bytes)).sum();
    assert!(read < 4 * groups, "{read} bytes read for a group of {groups}, of {}", bench.server.size);
}
