//! What is worth knowing of an odd video is said when it is indexed, and what is said is so.
//! Renders nothing.

#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the picture tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}

use render::bench::Bench;
use render::server::Faults;
use wire::v1::Index;

/// Four seconds of picture, four of a low tone and one of a high one.
const INPUTS: [&str; 12] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc=size=320x192:rate=25:duration=4",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=200:sample_rate=48000:duration=4",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=900:sample_rate=44100:duration=1",
];
const CODING: [&str; 8] = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];

/// Indexes what ffmpeg makes of the inputs.
async fn index(name: &str, arguments: &[&str]) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    let mut make = std::process::Command::new("ffmpeg");
    make.args(["-v", "error"]).args(INPUTS).args(arguments).arg(&file);
    assert!(make.status().unwrap().success());
    Bench::serving(std::fs::read(file).unwrap(), Faults::default()).index().await.unwrap()
}

#[tokio::test]
async fn of_several_tracks_the_first_are_taken_and_that_is_said() {
    for name in ["several.mp4", "several.mkv"] {
        let maps = ["-map", "0", "-map", "0", "-map", "1", "-map", "2", "-s:v:1", "160x96"];
        let index = index(name, &[&CODING[..], &maps].concat()).await;
        assert_eq!((index.picture.ordinal, index.picture.width, index.picture.frames.len()), (0, 320, 100), "{name}");
        let sound = index.sound.unwrap();
        assert_eq!((sound.ordinal, sound.sample_rate), (0, 48_000), "{name}");
        assert_eq!(index.warnings, ["several_tracks"], "{name}");
    }
}

#[tokio::test]
async fn sound_that_ends_before_the_picture_is_told() {
    let index = index("silent_end.mp4", &[&CODING[..], &["-map", "0", "-map", "2"]].concat()).await;
    assert_eq!(index.warnings, ["sound_ends_early"]);
}

#[tokio::test]
async fn frames_of_one_time_are_moved_apart_and_none_is_lost() {
    // Every other frame comes a twentieth of a millisecond after the one before it, and WebM counts milliseconds.
    let times = "settb=1/90000,setpts='floor(N/2)*7200+mod(N,2)*4'";
    let coding = ["-map", "0", "-vf", times, "-fps_mode", "passthrough", "-enc_time_base", "1:90000"];
    let coding = [&coding[..], &["-c:v", "libvpx", "-deadline", "realtime", "-g", "40", "-auto-alt-ref", "0"]].concat();
    let index = index("burst.webm", &coding).await;
    let times: Vec<i64> = index.picture.frames.iter().map(|frame| frame.pts).collect();
    let meant: Vec<i64> = (0..100).map(|number| number / 2 * 7200 + number % 2 * 90).collect();
    assert_eq!((index.picture.rate_num, times), (90_000, meant));
    assert_eq!(index.warnings, ["frames_moved_apart"]);
}
