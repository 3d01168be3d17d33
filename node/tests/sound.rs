//! The sound task on real files: sources made by ffmpeg, rendered here, decoded and judged by ffmpeg.
//! Does not test the parent's side of the pipes.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "tests compute with small numbers and document themselves by their names"
)]

#[expect(dead_code, reason = "shared with the tests of codecs; each uses a part of it")]
mod sound {
    pub mod judge;
    pub mod ogg;
    pub mod render;
    pub mod signal;
    pub mod source;
}

use sound::judge;
use sound::render::{Rendered, cut, render};
use sound::signal::{centre_of_energy, clicks, noise, peak, tone};
use sound::source::{SourceFile, Spec};
use wire::v1::{FailureClass, SoundSegment};

const KINDS: [Spec; 20] = [
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
    // `fl32` with the little-endian mark, and `lpcm`, which ffmpeg writes above 65,535 Hz.
    Spec { encode: &["-c:a", "pcm_f32le"], ..Spec::PCM_MOV },
    Spec { encode: &["-c:a", "pcm_s24le"], rate: 96_000, ..Spec::PCM_MOV },
    Spec { encode: &["-c:a", "pcm_u8"], channels: 1, ..Spec::PCM_MOV },
    Spec { encode: &["-c:a", "pcm_s16le"], extension: "mkv", ..Spec::PCM_MOV },
    Spec { codec: "flac", extension: "mkv", encode: &["-c:a", "flac"], rate: 44_100, ..Spec::AAC_MP4 },
    Spec { codec: "ac3", extension: "mkv", encode: &["-c:a", "ac3"], channels: 6, ..Spec::AAC_MP4 },
    Spec { codec: "eac3", extension: "mkv", encode: &["-c:a", "eac3"], ..Spec::AAC_MP4 },
    Spec { codec: "mp3", extension: "mkv", encode: &["-c:a", "libmp3lame"], rate: 44_100, ..Spec::AAC_MP4 },
    Spec { codec: "aac", extension: "mkv", rate: 44_100, channels: 1, ..Spec::AAC_MP4 },
    Spec { codec: "flac", extension: "mp4", encode: &["-c:a", "flac", "-strict", "-2"], ..Spec::AAC_MP4 },
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
fn every_access_unit_is_counted() {
    let file = SourceFile::make(Spec::AAC_MP4, &clicks(48_000, 2, 4.0), 4.0);
    for count in [1, 1_023, 1_024, 1_025, 47_104, 48_001] {
        let rendered =
            render(&file, vec![SoundSegment { start_sample: 24_000, sample_count: count, overlap_samples: 0 }], false)
                .unwrap();
        assert_eq!((rendered.config().sample_count, rendered.config().priming_samples), (count, 1_024));
        assert_eq!(rendered.units.len() as u64, (1_024 + count).div_ceil(1_024));
        assert_eq!((rendered.config().specific_config[..2].to_vec(), rendered.rate), (vec![0x11, 0x90], (48_000, 1)));
        for (index, frame) in (0..).zip(&rendered.frames) {
            assert_eq!((frame.pts, frame.dts, frame.duration, frame.key), (index * 1_024, index * 1_024, 1_024, true));
        }
        assert_eq!(rendered.sound().len() as u64, count * 2);
    }
}

#[test]
fn where_the_source_has_no_sound_there_is_silence() {
    // Sound from 2 s to 5 s beside 8 s of picture.
    let sound = tone(48_000, 2, 3.0, 997.0, 0.5);
    for spec in [Spec::AAC_MP4, Spec { extension: "mkv", ..Spec::AAC_MP4 }] {
        let file = SourceFile::make_late(spec, &sound, 8.0, 2.0);
        let rendered = render(&file, vec![cut(1.0, 6.5), cut(6.0, 7.0), cut(0.5, 1.0), cut(3.0, 4.0)], false).unwrap();
        let sound = channel(&rendered, 0);
        assert_eq!(sound.len(), 384_000);
        let seconds = |from: f64, to: f64| peak(&sound[(from * 48_000.0) as usize..(to * 48_000.0) as usize]);
        assert!(seconds(0.0, 0.95) < 1e-3, "{spec:?}: silence before");
        assert!(seconds(1.05, 3.95) > 0.49, "{spec:?}: sound");
        assert!(seconds(4.08, 6.95) < 1e-3, "{spec:?}: silence after, and in segments without sound");
        assert!(seconds(7.05, 7.95) > 0.49, "{spec:?}: sound again");
    }
}

#[test]
fn a_gap_in_the_source_stays_a_gap() {
    // Packets 100 to 149 never reach the muxer, the rest keep their times: no sound from about 2.1 s to 3.2 s.
    let drop = ["-bsf:a", "noise=drop='between(n\\,100\\,149)'"];
    for spec in [Spec::AAC_MP4, Spec { extension: "mkv", ..Spec::AAC_MP4 }] {
        let file = SourceFile::make_with(spec, &tone(48_000, 2, 6.0, 997.0, 0.5), 6.0, &drop);
        let heard = channel(&render(&file, vec![cut(0.5, 5.5)], false).unwrap(), 0);
        assert!(peak(&heard[82_000..125_000]) < 1e-2, "the gap is silent");
        for (from, to) in [(0, 76_800), (129_600, 240_000)] {
            assert!(heard[from..to].chunks(480).all(|piece| peak(piece) > 0.45), "the rest is not");
        }
    }
}

#[test]
fn joints_do_not_click() {
    let file = SourceFile::make(Spec::PCM_MOV, &tone(48_000, 2, 10.0, 997.0, 0.5), 10.0);
    // Cut where the phase jumps by half a turn or so.
    let segments = vec![cut(1.0, 2.0), cut(4.000_5, 5.0), cut(8.000_25, 9.0)];
    for normalize in [false, true] {
        let rendered = render(&file, segments.clone(), normalize).unwrap();
        let sound = channel(&rendered, 0);
        let level = peak(&sound[10_000..30_000]);
        // A 997 Hz tone moves by at most 0.13 of its peak from one sample to the next, and AAC adds a
        // little around each joint; a click moves by far more.
        let jump = sound[500..sound.len() - 500].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(jump < 0.2 * level, "normalize {normalize}: a jump of {jump} at a level of {level}");
        assert!(peak(&sound[47_995..48_005]) < 0.15 * level, "faded at the joint");
        assert!(peak(&sound[..240]) > 0.9 * level, "the beginning of the output is no joint");
        assert!(peak(&sound[sound.len() - 240..]) > 0.9 * level, "the end of the output is no joint");
    }
}

#[test]
fn segments_that_go_on_show_no_joint() {
    let file = SourceFile::make(Spec::PCM_MOV, &tone(48_000, 2, 4.0, 997.0, 0.5), 4.0);
    let cuts = render(&file, vec![cut(1.0, 1.7), cut(1.7, 2.2), cut(2.2, 3.0)], false).unwrap();
    let whole = render(&file, vec![cut(1.0, 3.0)], false).unwrap();
    assert_eq!(cuts.units, whole.units);
}

#[test]
fn the_same_task_gives_the_same_bytes() {
    let file = SourceFile::make(Spec { rate: 44_100, ..Spec::AAC_MP4 }, &clicks(44_100, 2, 8.0), 8.0);
    let render = || render(&file, vec![cut(5.0, 7.0), cut(0.3, 2.0)], true).unwrap();
    assert_eq!(render().units, render().units);
}

#[test]
fn levelled_segments_are_as_loud_as_they_should_be() {
    // Quiet, loud, silent: one after another.
    let mut sound = noise(48_000, 2, 6.0, 0.01);
    sound.extend(noise(48_000, 2, 6.0, 0.7));
    sound.extend(vec![0.0; 4 * 96_000]);
    for spec in [Spec::PCM_MOV, Spec::AAC_MP4] {
        let file = SourceFile::make(spec, &sound, 16.0);
        let rendered = render(&file, vec![cut(0.5, 5.5), cut(6.5, 11.5), cut(13.0, 15.0)], true).unwrap();
        let heard = rendered.sound();
        for (from, to) in [(0, 5), (5, 10)] {
            let loudness = judge::loudness_lufs(&heard[from * 96_000..to * 96_000], 2);
            assert!((loudness + 14.0).abs() <= 0.5, "{spec:?}: {loudness} LUFS");
        }
        assert!(peak(&heard[10 * 96_000 + 2_000..]) < 1e-3, "silence is left alone");
    }
}

#[test]
fn levelled_or_not_long_segments_are_streamed() {
    // Longer than what is kept from the first pass, so that the second reads again.
    let file = SourceFile::make(Spec::AAC_MP4, &clicks(48_000, 2, 70.0), 70.0);
    let segments = vec![cut(1.0, 69.0)];
    let expected = expected_clicks(&segments, &judge::clicks_s(&file));
    let rendered = render(&file, segments, true).unwrap();
    let sound = channel(&rendered, 0);
    assert!(expected.len() > 130);
    for place in expected {
        let found = centre_of_energy(&sound, place.round() as i64).unwrap_or(f64::INFINITY);
        assert!((found - place).abs() < 3.0);
    }
    assert!(rendered.progress_ms.is_sorted() && rendered.progress_ms.len() > 10);
    assert!(*rendered.progress_ms.last().unwrap() <= 68_000);
}

#[test]
fn surround_is_mixed_down_by_the_standard() {
    // ffmpeg's order: left, right, centre, low frequencies, back left, back right. Only one sounds at a time.
    let sound: Vec<f32> = (0..6)
        .flat_map(|speaker| {
            tone(48_000, 1, 1.0, 997.0, 0.5)
                .into_iter()
                .flat_map(move |sample| (0..6).map(move |channel| if channel == speaker { sample } else { 0.0 }))
        })
        .collect();
    let file = SourceFile::make(Spec { channels: 6, ..Spec::PCM_MOV }, &sound, 6.0);
    let rendered = render(&file, vec![cut(0.0, 6.0)], false).unwrap();
    let whole = 1.0 + 2.0 * std::f32::consts::FRAC_1_SQRT_2;
    let third = std::f32::consts::FRAC_1_SQRT_2 / whole;
    let shares = [(1.0 / whole, 0.0), (0.0, 1.0 / whole), (third, third), (0.0, 0.0), (third, 0.0), (0.0, third)];
    for (speaker, (left, right)) in shares.into_iter().enumerate() {
        let middle = speaker * 48_000 + 12_000..speaker * 48_000 + 36_000;
        for (side, share) in [left, right].into_iter().enumerate() {
            let level = peak(&channel(&rendered, side)[middle.clone()]);
            assert!((level - 0.5 * share).abs() < 0.02, "speaker {speaker}, side {side}: {level}");
        }
    }
}

#[test]
fn damaged_sound_is_a_failure_that_says_how_much_was_there() {
    let file = SourceFile::make(Spec::AAC_MP4, &noise(48_000, 2, 30.0, 0.3), 30.0);
    let mut bytes = std::fs::read(&file.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 50_000].fill(0x55);
    std::fs::write(&file.path, bytes).unwrap();
    let failure = render(&file, vec![cut(1.0, 29.0)], false).err().unwrap();
    assert_eq!(failure.class, FailureClass::Media, "{failure:?}");
    assert!(failure.message.contains("of 28.0 s of its sound were read before that."), "{failure:?}");
}

#[test]
fn a_short_cut_of_a_long_file_reads_little_and_once() {
    let file = SourceFile::make(Spec::AAC_MP4, &noise(48_000, 2, 120.0, 0.3), 120.0);
    let whole = std::fs::metadata(&file.path).unwrap().len();
    let plain = render(&file, vec![cut(60.0, 63.0)], false).unwrap();
    let levelled = render(&file, vec![cut(60.0, 63.0)], true).unwrap();
    assert!(plain.read_bytes < whole / 4, "{} of {whole} bytes", plain.read_bytes);
    assert_eq!(levelled.read_bytes, plain.read_bytes, "what was measured is kept, not read again");
}

#[test]
fn a_track_without_any_sound_is_a_failure() {
    for extension in ["mkv", "mp4"] {
        let spec = Spec { extension, ..Spec::AAC_MP4 };
        let file = SourceFile::make_with(spec, &tone(48_000, 2, 2.0, 997.0, 0.5), 2.0, &["-bsf:a", "noise=drop=1"]);
        let failure = render(&file, vec![cut(0.5, 1.5)], false).err().unwrap();
        assert_eq!(failure.class, FailureClass::Media, "{extension}: {failure:?}");
    }
}

/// Runs on real files where `REELFARM_MEDIA` names their folder; the files are not part of the project.
#[test]
fn real_files_sound_as_ffmpeg_plays_them() {
    // Name, codec, channels, and a second or two with something to be heard.
    const FILES: [(&str, &str, u32, f64, f64); 15] = [
        ("android_h264_rot180_vfr_mono.mp4", "aac", 1, 0.5, 2.0),
        ("audio_shorter_than_video.mp4", "aac", 1, 0.1, 0.7),
        ("bbb_720p25_aac51_65s_moovend.mp4", "aac", 6, 31.37, 33.0),
        ("burnt_in_timecode_720p30_aac_42s.mp4", "aac", 2, 11.2, 13.2),
        ("gopro_max_tmcd_gpmd_29.97.mp4", "aac", 2, 5.0, 7.0),
        ("greenscreen_720p30_24s.mp4", "aac", 2, 0.0, 1.0),
        ("hdr10_av1_10bit_portrait.mp4", "aac", 2, 1.0, 3.0),
        ("iphone_hevc10_hlg_dovi_rot90_editlist.mp4", "aac", 2, 0.5, 2.0),
        ("nasa_multitrack_2v2a2s.mp4", "aac", 2, 6.0, 8.0),
        ("phone_selfie_h264_vfr.mp4", "aac", 2, 2.0, 4.0),
        ("camera_1080p50_pcm_sowt.mov", "pcm", 2, 0.5, 1.5),
        ("iphone_h264_rot90_vfr_mebx.mov", "aac", 1, 1.0, 3.0),
        ("bbb_1080p60_vp8_vorbis51.webm", "vorbis", 6, 0.1, 0.9),
        ("bbb_720p24_vp8_vorbis_30s.webm", "vorbis", 2, 10.0, 12.0),
        ("chrome57_mediarecorder_vp8_opus.webm", "opus", 1, 0.1, 1.0),
    ];
    let Some(folder) = std::env::var_os("REELFARM_MEDIA").map(std::path::PathBuf::from) else { return };
    for (name, codec, channels, from_s, to_s) in FILES {
        let file = SourceFile::existing(folder.join(name), Spec { codec, channels, ..Spec::AAC_MP4 });
        let segments = vec![cut(from_s, to_s)];
        let rendered = render(&file, segments, false).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let (left, right) = (channel(&rendered, 0), channel(&rendered, rendered.config().channels as usize - 1));
        let found: Vec<f32> = left.iter().zip(right).map(|(left, right)| left + right).collect();
        let truth = judge::on_the_time_line(&file);
        let truth = &truth[(from_s * 48_000.0) as usize..(to_s * 48_000.0) as usize];
        let (late, alike) = judge::lateness(truth, &found);
        assert!(alike > 0.95, "{name}: like the truth by {alike}, {late} samples late");
        assert!(late.abs() <= 24, "{name}: {late} samples late");
    }
}
