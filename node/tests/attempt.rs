//! Attempts that fail, and whose fault it is: sources that are no video, storage that breaks, encoders that are not here.
//! Does not judge pictures; `picture.rs` does. Nor children that misbehave; `watchdogs.rs` does.

#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the picture tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}

use std::sync::atomic::AtomicU32;

use render::bench::{Bench, work};
use render::server::Faults;
use render::source::{Source, numbers};
use wire::v1::FailureClass;

const PLAIN: [&str; 8] = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"];
const SIZE: (u32, u32) = (320, 192);

fn plain() -> Source {
    Source::make("plain.mp4", 200, "25", &[&PLAIN[..], &["-movflags", "+faststart"]].concat())
}

#[tokio::test]
async fn what_is_no_video_is_refused_in_words() {
    let refusals: [(&[u8], &str); 3] = [
        (b"Dear diary, today I called a text file a video.", "looks like text"),
        (b"", "is empty"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/segment.ts\n", "is a playlist"),
    ];
    for (bytes, words) in refusals {
        let refused = Bench::serving(bytes.to_vec(), Faults::default()).index().await.unwrap_err();
        assert_eq!(refused.class, FailureClass::Unsupported, "{refused:?}");
        assert!(refused.message.contains(words), "{}", refused.message);
    }
}

#[tokio::test]
async fn sound_alone_is_refused() {
    let source = plain();
    let sound = source.folder().join("sound.mp4");
    let mut make = std::process::Command::new("ffmpeg");
    make.args(["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"]).arg(&sound);
    assert!(make.status().unwrap().success());
    let refused = Bench::serving(std::fs::read(sound).unwrap(), Faults::default()).index().await.unwrap_err();
    assert_eq!(refused.class, FailureClass::Unsupported);
    assert!(refused.message.contains("sound but no picture"), "{}", refused.message);
}

#[tokio::test]
async fn a_sound_track_that_does_not_say_what_it_is_costs_no_picture() {
    let source = plain();
    let file = source.folder().join("with_sound.mp4");
    let mut make = std::process::Command::new("ffmpeg");
    make.args(["-v", "error", "-i"]).arg(source.path()).args(["-f", "lavfi", "-i", "sine=duration=8"]);
    make.args(["-c:v", "copy", "-c:a", "aac", "-shortest"]).arg(&file);
    assert!(make.status().unwrap().success());
    let mut bytes = std::fs::read(file).unwrap();
    let descriptions: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"stsd")).collect();
    let [_of_picture, of_sound] = descriptions[..] else { panic!("two tracks, not {descriptions:?}") };
    bytes[of_sound..of_sound + 4].copy_from_slice(b"free");
    let bench = Bench::serving(bytes, Faults::default());
    let index = bench.index().await.unwrap();
    assert_eq!((index.picture.frames.len(), index.sound.is_some()), (200, false));
    assert_eq!(index.warnings, ["sound_not_playable"]);
    let part = bench.picture(work(&index, 100, 110, SIZE)).await.unwrap();
    assert_eq!(numbers(&bench.stream(&part), "null"), (100..110).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_refused_before_it_is_decoded() {
    let source = plain();
    let file = source.folder().join("large.mov");
    let mut make = std::process::Command::new("ffmpeg");
    make.args(["-v", "error", "-f", "lavfi", "-i", "color=s=9000x9000:d=0.04", "-c:v", "mjpeg"]).arg(&file);
    assert!(make.status().unwrap().success());
    let refused = Bench::serving(std::fs::read(file).unwrap(), Faults::default()).index().await.unwrap_err();
    assert_eq!(refused.class, FailureClass::Unsupported, "{refused:?}");
    assert!(refused.message.contains("9000 × 9000 pixels"), "{}", refused.message);
}

#[tokio::test]
async fn a_truncated_video_is_indexed_as_far_as_it_goes_and_held_to_an_older_promise() {
    let source = plain();
    let whole = Bench::serving(source.bytes(), Faults::default());
    let promised = whole.index().await.unwrap();
    let mut bytes = source.bytes();
    bytes.truncate(bytes.len() * 6 / 10);
    let truncated = Bench::serving(bytes, Faults::default());
    let index = truncated.index().await.unwrap();
    assert!(index.picture.frames.len() < 150, "{} frames", index.picture.frames.len());
    assert_eq!(index.warnings, ["shorter_than_declared"]);
    let there = index.picture.frames.len();
    let part = truncated.picture(work(&index, there - 10, there, SIZE)).await.unwrap();
    assert_eq!(numbers(&truncated.stream(&part), "null"), (there - 10..there).collect::<Vec<_>>());

    let short = truncated.picture(work(&promised, there - 10, there + 10, SIZE)).await.unwrap_err();
    assert_eq!(short.class, FailureClass::Media, "{short:?}");
    assert!(short.message.contains("10 of the 20 frames"), "{}", short.message);
    let none = truncated.picture(work(&promised, 190, 200, SIZE)).await.unwrap_err();
    assert!(none.message.contains("0 of the 10 frames"), "{}", none.message);
}

#[tokio::test]
async fn storage_that_recovers_is_no_failure() {
    let source = plain();
    let broken_at_first = AtomicU32::new(2);
    let bench = Bench::serving(source.bytes(), Faults { broken_at_first, ..Faults::default() });
    assert_eq!(bench.index().await.unwrap().picture.frames.len(), 200);
}

#[tokio::test]
async fn storage_that_does_not_is_nobody_elses_fault() {
    let faults = [
        (Faults { status: AtomicU32::new(500), ..Faults::default() }, "could not be read from storage"),
        (Faults { status: AtomicU32::new(403), ..Faults::default() }, "no longer valid"),
        (Faults { ignores_ranges: true, ..Faults::default() }, "does not serve parts of files"),
        (Faults { hangs_up: true, ..Faults::default() }, "could not be read from storage"),
    ];
    for (faults, words) in faults {
        let failed = Bench::serving(plain().bytes(), faults).index().await.unwrap_err();
        assert_eq!(failed.class, FailureClass::Infra, "{failed:?}");
        assert!(failed.message.contains(words), "{failed:?}");
        assert!(!failed.detail.contains("secret"), "the presigned URL stays out of every message");
    }
}

#[tokio::test]
async fn a_planned_encoder_that_is_not_here_is_the_nodes_fault() {
    let bench = Bench::serving(plain().bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let mut other = work(&index, 0, 5, SIZE);
    other.recipe.encoder_identity = "x264/9/gst-0.0.1/x264enc".to_owned();
    let failed = bench.picture(other).await.unwrap_err();
    assert_eq!(failed.class, FailureClass::Node, "{failed:?}");
}

#[tokio::test]
async fn a_short_stretch_reads_little_of_a_long_source() {
    let big = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-qp", "1", "-vf"];
    let source = Source::make("big.mp4", 750, "25", &[&big[..], &["noise=alls=30:allf=t"]].concat());
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let before = bench.server.served_bytes();
    bench.picture(work(&index, 380, 455, SIZE)).await.unwrap();
    let read = bench.server.served_bytes() - before;
    let groups: u64 = index.picture.frames[375..475].iter().map(|frame| u64::from(frame.size_bytes)).sum();
    assert!(read < 3 * groups, "{read} bytes read for {groups} bytes of groups, of {}", bench.server.size);
}

#[tokio::test]
async fn the_probe_says_what_works_and_why_the_rest_does_not() {
    let bench = Bench::serving(Vec::new(), Faults::default());
    let probe = reelfarm_node::render::probe(&bench.limits).await.unwrap();
    let x264 = probe.encoders.iter().find(|fact| fact.family == "x264").expect("x264 encodes everywhere");
    assert!(x264.identity.starts_with("x264/") && x264.identity.ends_with("/x264enc"), "{}", x264.identity);
    assert!(probe.media_library.starts_with("GStreamer"), "{}", probe.media_library);
    for layer in ["no_core_dump", "bounded_memory"] {
        assert!(probe.sandbox_layers.iter().any(|active| active == layer), "{layer}: {:?}", probe.sandbox_layers);
    }
    for (family, why) in &probe.refused {
        assert!(why.starts_with(&format!("{family} needs ")), "{why}");
    }
    assert_eq!(probe.encoders.len() + probe.refused.len(), reelfarm_node::render::encoders::ENCODERS.len());
}
