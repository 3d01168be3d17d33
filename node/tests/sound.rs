//! The sound task on real files: sources made by ffmpeg, rendered here, decoded and judged by ffmpeg.
//! Does not test the parent's side of the pipes.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests compute with small numbers and document themselves by their names"
)]

mod sound {
    pub mod judge;
    pub mod render;
    pub mod signal;
    pub mod source;
}

use sound::judge;
use sound::render::{Rendered, cut, render};
use sound::signal::{centre_of_energy, clicks};
use sound::source::{SourceFile, Spec};
use wire::v1::SoundSegment;

const KINDS: [Spec; 13] = [
    Spec::AAC_MP4,
    Spec { rate: 44_100, ..Spec::AAC_MP4 },
    Spec { rate: 44_100, channels: 1, ..Spec::AAC_MP4 },
    Spec { channels: 6, ..Spec::AAC_MP4 },
    Spec { extension: "mkv", ..Spec::AAC_MP4 },
    Spec { codec: "mp3", encode: &["-c:a", "libmp3lame"], rate: 44_100, ..Spec::AAC_MP4 },
    Spec { codec: "opus", extension: "webm", encode: &["-c:a", "libopus"], ..Spec::AAC_MP4 },
    Spec { codec: "vorbis", extension: "webm", encode: &["-c:a", "libvorbis"], rate: 44_100, ..Spec::AAC_MP4 },
    Spec::PCM_MOV,
    Spec { encode: &["-c:a", "pcm_s24be"], rate: 44_100, ..Spec::PCM_MOV },
    Spec { codec: "flac", extension: "mkv", encode: &["-c:a", "flac"], rate: 44_100, ..Spec::AAC_MP4 },
    Spec { codec: "ac3", extension: "mkv", encode: &["-c:a", "ac3"], channels: 6, ..Spec::AAC_MP4 },
    Spec { codec: "eac3", extension: "mkv", encode: &["-c:a", "eac3"], ..Spec::AAC_MP4 },
];

/// Where each click of a cut list should be, in samples of the output, if it lies well inside its segment.
fn expected_clicks(segments: &[SoundSegment], source_clicks_s: &[f64]) -> Vec<f64> {
    let mut places = Vec::new();
    let mut segment_begins = 0.0;
    for segment in segments {
        let length = segment.sample_count as f64;
        let inside = source_clicks_s.iter().map(|time| time * 48_000.0 - segment.start_sample as f64);
        places.extend(
            inside.filter(|&place| place > 960.0 && place < length - 960.0).map(|place| segment_begins + place),
        );
        segment_begins += length;
    }
    places
}

fn channel(rendered: &Rendered, channel: usize) -> Vec<f32> {
    rendered.sound().into_iter().skip(channel).step_by(rendered.config().channels as usize).collect()
}

#[test]
fn every_click_is_at_its_place() {
    for spec in KINDS {
        let file = SourceFile::make(spec, &clicks(spec.rate, spec.channels as usize, 12.0), 12.0);
        // Far apart, back and forth, and once going on where the one before ended.
        let segments = vec![cut(3.337, 5.9), cut(0.0, 1.5), cut(9.1234, 11.6), cut(5.9, 6.4), cut(6.4, 7.0)];
        let expected = expected_clicks(&segments, &judge::clicks_s(&file));
        let total: u64 = segments.iter().map(|segment| segment.sample_count).sum();
        let rendered = render(&file, segments, false).unwrap();
        assert_eq!(rendered.config().sample_count, total);
        assert!(expected.len() >= 14, "{spec:?} has clicks to look for");
        for side in 0..rendered.config().channels as usize {
            let sound = channel(&rendered, side);
            assert_eq!(sound.len() as u64, total);
            for &place in &expected {
                let found = centre_of_energy(&sound, place.round() as i64).unwrap_or(f64::INFINITY);
                let late_ms = (found - place) / 48.0;
                assert!(late_ms.abs() <= spec.tolerance_ms(), "{spec:?}: a click is {late_ms} ms late");
            }
        }
    }
}

#[test]
fn debug_bytes() {
    for name in std::env::var("FILES").unwrap().split(' ') {
        let spec = Spec { channels: 2, ..Spec::AAC_MP4 };
        let file = SourceFile::existing(name.into(), spec);
        let begin = std::time::Instant::now();
        let whole = std::fs::metadata(name).unwrap().len();
        for (a, b) in [(20.0, 23.0), (2.0, 40.0)] {
            let r = render(&file, vec![cut(a, b)], false);
            println!(
                "{name} {whole} {a}-{b}: {:?} {:?}",
                r.map(|r| r.read_bytes).map_err(|e| e.to_string()),
                begin.elapsed()
            );
        }
    }
}
