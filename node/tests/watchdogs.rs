//! Children that hang, babble, crash, eat or never end: each is ended by its watchdog, with a sentence.
//! The children are impostors, shell scripts in the place of the node's program. Real files are tried elsewhere.

#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the picture tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use reelfarm_node::render::RenderFailure;
use render::bench::{Bench, work};
use render::server::Faults;
use render::source::Source;
use tokio_util::sync::CancellationToken;
use wire::v1::{FailureClass, Work};

const PLAIN: [&str; 10] =
    ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-movflags", "+faststart"];
/// One access unit without a payload: kind 4, 21 bytes of times and flags.
const ACCESS_UNIT: &str = r"printf '\004\025\000\000\000'; head -c 21 /dev/zero";

fn plain() -> Source {
    Source::make("plain.mp4", 50, "25", &PLAIN)
}

/// A source and a child that runs this script instead of the node's program.
fn bench(source: &Source, script: &str) -> Bench {
    let mut bench = Bench::serving(source.bytes(), Faults::default());
    bench.limits.child_program = impostor(source, script);
    bench
}

fn impostor(source: &Source, script: &str) -> PathBuf {
    let file = source.folder().join("impostor");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

#[track_caller]
fn failed(failure: &RenderFailure, class: &FailureClass, words: &str) {
    assert_eq!(failure.class, *class, "{failure:?}");
    assert!(failure.message.contains(words) && failure.message.ends_with('.'), "{failure:?}");
}

#[tokio::test]
async fn a_silent_child_is_ended() {
    let source = plain();
    let mut bench = bench(&source, "exec sleep 60");
    bench.limits.stall = Duration::from_millis(300);
    failed(&bench.index().await.unwrap_err(), &FailureClass::Media, "stand still");
}

#[tokio::test]
async fn a_child_that_never_comes_to_an_end_is_ended() {
    // It asks for nothing of the source over and over: a sign of life each time.
    let source = plain();
    let mut bench = bench(&source, "while :; do head -c 12 /dev/zero >&0; sleep 0.05; done");
    bench.limits.stall = Duration::from_secs(20);
    bench.limits.wall_clock = Duration::from_millis(600);
    failed(&bench.index().await.unwrap_err(), &FailureClass::Media, "took longer than it may");
}

#[tokio::test]
async fn a_child_that_reads_in_circles_is_ended() {
    // Requests of no bytes at offset 0, each of which costs what a small read does: 5000 are more than 4 × size + 16 MiB.
    let source = plain();
    let bench = bench(&source, "exec 3<&0; cat <&3 >/dev/null & head -c 60000 /dev/zero >&0; exec sleep 60");
    failed(&bench.index().await.unwrap_err(), &FailureClass::Media, "round in circles");
}

#[tokio::test]
async fn a_child_that_complains_without_end_is_ended() {
    let source = plain();
    let bench = bench(&source, "head -c 3000000 /dev/zero >&2; exec sleep 60");
    failed(&bench.index().await.unwrap_err(), &FailureClass::Media, "nothing but errors");
}

#[tokio::test]
async fn a_child_that_eats_memory_is_ended() {
    let source = plain();
    let mut bench = bench(&source, "eaten=$(head -c 200000000 /dev/zero | tr '\\0' x); exec sleep 60");
    bench.limits.memory_bytes = 64 << 20;
    let failure = bench.index().await.unwrap_err();
    failed(&failure, &FailureClass::Media, "more memory than the 64 MiB");
    assert!(failure.detail.contains("bytes resident"), "{failure:?}");
}

#[tokio::test]
async fn a_real_child_lives_within_its_memory_or_not_at_all() {
    let mut bench = Bench::serving(plain().bytes(), Faults::default());
    bench.limits.memory_bytes = 256 << 20;
    let index = bench.index().await.unwrap();
    bench.picture(work(&index, 0, 5, (320, 192))).await.expect("a small picture fits into the least memory");
    let large = bench.picture(work(&index, 0, 50, (7680, 4320))).await.unwrap_err();
    failed(&large, &FailureClass::Media, "more memory than");
}

#[tokio::test]
async fn a_child_that_crashes_is_told_from_one_that_somebody_killed() {
    let source = plain();
    let crashed = bench(&source, "kill -SEGV $$").index().await.unwrap_err();
    failed(&crashed, &FailureClass::Media, "crash");
    assert!(crashed.detail.contains("signal: 11"), "{crashed:?}");
    let killed = bench(&source, "kill -KILL $$").index().await.unwrap_err();
    failed(&killed, &FailureClass::Node, "killed from outside");
    let mute = bench(&source, "exec >&-; exec sleep 60").index().await.unwrap_err();
    failed(&mute, &FailureClass::Media, "crash");
    let starved = bench(&source, "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$");
    failed(&starved.index().await.unwrap_err(), &FailureClass::Media, "more memory");
}

#[tokio::test]
async fn a_child_that_breaks_the_protocol_is_ended() {
    let source = plain();
    let bench = bench(&source, "exec head -c 3000000 /dev/zero");
    failed(&bench.index().await.unwrap_err(), &FailureClass::Media, "broke its protocol");
}

#[tokio::test]
async fn a_child_that_makes_more_frames_or_fewer_than_promised_is_found_out() {
    let source = plain();
    let index = Bench::serving(source.bytes(), Faults::default()).index().await.unwrap();
    let more = bench(&source, &format!("while :; do {ACCESS_UNIT}; done"));
    let failure = more.picture(work(&index, 0, 5, (320, 192))).await.unwrap_err();
    failed(&failure, &FailureClass::Node, "more than it was asked for");
    assert!(failure.detail.contains("6 access units"), "{failure:?}");
    // Kind 8 without a body: everything was said.
    let fewer =
        bench(&source, &format!("{ACCESS_UNIT}; {ACCESS_UNIT}; printf '\\010\\000\\000\\000\\000'; exec sleep 60"));
    let failure = fewer.picture(work(&index, 0, 5, (320, 192))).await.unwrap_err();
    failed(&failure, &FailureClass::Node, "only 2 of 5 frames");
}

#[tokio::test]
async fn a_stopped_attempt_ends_at_once() {
    let source = plain();
    let bench = bench(&source, "exec sleep 60");
    let stop = CancellationToken::new();
    stop.cancel();
    let stopped = tokio::time::timeout(Duration::from_secs(10), bench.attempt_until(Work::Index, stop)).await;
    assert!(stopped.expect("it ends long before the child would").is_err());
}
