//! A crossfade typed on the command line, through the real farm: lengths, times, and which frame is under which, by ffmpeg.
//! How exactly two frames are blended, the node's tests judge.

use reelfarm_tests::farm::Farm;
use reelfarm_tests::reading;
use reelfarm_tests::source::{Source, gallery};

/// Segments in frames of the source, 25 a second, and the frames by which they overlap.
const SEGMENTS: [(u16, u16); 3] = [(25, 100), (200, 300), (125, 175)];
const OVERLAP: u16 = 25;
/// Ticks of a frame.
const FRAME: i64 = 512;

/// What each output frame must show: its number, or none where two frames are blended so evenly that neither can be read.
fn expected() -> Vec<Option<u16>> {
    let mut expected: Vec<Option<u16>> = Vec::new();
    for (place, (start, end)) in SEGMENTS.into_iter().enumerate() {
        let overlap = if place == 0 { 0 } else { OVERLAP };
        let from = expected.len() - usize::from(overlap);
        for (frame, shown) in expected[from..].iter_mut().enumerate() {
            let incoming = u16::try_from(frame).expect("a few frames");
            // A frame of less than a quarter does not hide the other's number.
            if 2 * incoming + 1 >= 3 * OVERLAP / 2 {
                *shown = Some(start + incoming);
            } else if 2 * incoming + 1 > OVERLAP / 2 {
                *shown = None;
            }
        }
        expected.extend((start + overlap..end).map(Some));
    }
    expected
}

#[test]
fn a_crossfade_shortens_the_file_by_whole_frames_and_blends_the_right_ones() {
    let farm = Farm::start();
    let desk = farm.desk();
    let source = Source::make(gallery::ordinary(), &desk).expect("a source");
    let output = desk.join("faded.mp4");
    let words = ["--segment", "1-4", "--segment", "8-12", "--segment", "5-7", "--crossfade", "1", "--quality", "high"];
    let paths = [source.path.to_str().expect("a plain path"), "--output", output.to_str().expect("a plain path")];
    let all: Vec<&str> = ["export"].into_iter().chain(paths).chain(words).chain(["--resolution", "720p"]).collect();
    let ended = farm.command(&all);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));

    let expected = expected();
    assert_eq!(expected.len(), 75 + 100 + 50 - 2 * 25);
    let picture = reading::picture(&output).expect("a readable file");
    assert_eq!(picture.frames.len(), expected.len());
    for (place, (frame, meant)) in (0..).zip(picture.frames.iter().zip(&expected)) {
        assert!(picture.base.same(frame.pts, source.picture.base, place * FRAME), "frame {place} is at {}", frame.pts);
        assert!(meant.is_none() || frame.number == *meant, "frame {place} shows {:?}, not {meant:?}", frame.number);
    }
    let facts = reading::facts(&output).expect("a readable file");
    let sound = facts.sound.expect("sound");
    assert!((sound.base.seconds(sound.duration) - 7.0).abs() < 1e-4);
    assert!((facts.picture.base.seconds(facts.picture.duration) - 7.0).abs() < 1e-6);

    let too_long = ["--segment", "1-4", "--segment", "8-8.5", "--crossfade", "1"];
    let refused = farm.command(&["export"].into_iter().chain(paths).chain(too_long).collect::<Vec<_>>());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("segments[1]") && said.trim_end().lines().count() == 1, "{said}");
    farm.stop();
}
