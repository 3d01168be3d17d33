//! A part that keeps its promise passes; each way of not keeping it is named.

use farm_core::video::{Container, Orientation};
use farm_core::work::{Encoder, PictureRecipe, SoundCodec, SoundSegment, Track};
use timeline::Ticks;

use super::*;

fn track() -> Track {
    Track { container: Container::IsoBmff, ordinal: 0, codec: "h264".to_owned() }
}

fn picture_work() -> Work {
    let second = Rate::hz(25).unwrap();
    let recipe = PictureRecipe {
        orientation: Orientation::Upright,
        deinterlace: false,
        width: 64,
        height: 36,
        frame_rate: second,
        encoder: Encoder { family: "x264".to_owned(), identity: "x264 1".to_owned() },
        crf: 23,
        speed: "medium".to_owned(),
        max_bitrate_kbps: 1,
        vbv_ms: 1,
        key_interval_frames: 50,
        threads: 1,
    };
    let rate = Rate::hz(1000).unwrap();
    Work::Picture(PictureWork {
        track: track(),
        rate,
        keep_pts: vec![100, 140, 190],
        end: Ticks(220),
        fade: None,
        recipe,
    })
}

/// Decoded 0, 90, 40; shown 0, 40, 90.
fn picture() -> v1::PartHeader {
    let colour = v1::Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
    let avcc = vec![1, 100, 0, 31, 255, 225, 0, 0];
    let frame = |pts, duration, key| v1::PartFrame { pts, dts: 0, duration, size_bytes: 10, key };
    v1::PartHeader {
        task: 1,
        epoch: 1,
        content_key: [0; 32],
        codec: v1::CodecConfig::H264(v1::H264Config { avcc, width: 64, height: 36, colour }),
        rate_num: 1000,
        rate_den: 1,
        frames: vec![frame(0, 40, true), frame(90, 30, false), frame(40, 50, false)],
        payload_bytes: 30,
        payload_hash: [0; 32],
        render_ms: 1,
        levels: Vec::new(),
    }
}

fn vp9_work() -> Work {
    let Work::Picture(mut work) = picture_work() else { unreachable!() };
    work.recipe.encoder.family = "vp9".to_owned();
    Work::Picture(work)
}

/// The frames of `picture`, decoded in the order they are shown.
fn vp9() -> v1::PartHeader {
    let colour = v1::Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
    let mut part = picture();
    part.frames.swap(1, 2);
    let codec =
        v1::Vp9Config { width: 64, height: 36, profile: 0, level: 10, bit_depth: 8, chroma_subsampling: 1, colour };
    v1::PartHeader { codec: v1::CodecConfig::Vp9(codec), ..part }
}

fn sound_work() -> Work {
    let segments = vec![SoundSegment { start_sample: 5, sample_count: 1000, overlap_samples: 0 }; 2];
    Work::Sound(SoundWork {
        track: track(),
        segments,
        codec: SoundCodec::Aac,
        channels: 2,
        bitrate_bps: 1,
        normalize: false,
    })
}

fn sound() -> v1::PartHeader {
    let codec = v1::AacConfig {
        specific_config: vec![0x11, 0x90],
        channels: 2,
        sample_rate: 48_000,
        priming_samples: 1024,
        sample_count: 2000,
        bitrate_bps: 1,
    };
    let unit = |pts| v1::PartFrame { pts, dts: pts, duration: 1024, size_bytes: 10, key: true };
    v1::PartHeader {
        codec: v1::CodecConfig::Aac(codec),
        rate_num: 48_000,
        frames: vec![unit(0), unit(1024), unit(2048)],
        ..picture()
    }
}

fn opus_work() -> Work {
    let Work::Sound(work) = sound_work() else { unreachable!() };
    Work::Sound(SoundWork { codec: SoundCodec::Opus, ..work })
}

fn opus() -> v1::PartHeader {
    let codec = v1::OpusConfig {
        head: b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0".to_vec(),
        channels: 2,
        pre_skip_samples: 312,
        sample_count: 2000,
        bitrate_bps: 1,
    };
    let unit = |pts| v1::PartFrame { pts, dts: pts, duration: 960, size_bytes: 10, key: true };
    v1::PartHeader { codec: v1::CodecConfig::Opus(codec), frames: vec![unit(0), unit(960), unit(1920)], ..sound() }
}

#[test]
fn a_part_that_keeps_its_promise_passes() {
    let kept = check(&picture(), &picture_work()).unwrap();
    assert_eq!(kept.frames.iter().map(|frame| frame.pts).collect::<Vec<_>>(), [0, 90, 40], "payload order stays");
    assert_eq!(check(&sound(), &sound_work()).unwrap().frames.len(), 3);
    assert_eq!(check(&vp9(), &vp9_work()).unwrap().frames.len(), 3);
    assert_eq!(check(&opus(), &opus_work()).unwrap().frames.len(), 3);
    let strangers = [
        (sound(), picture_work()),
        (picture(), vp9_work()),
        (vp9(), picture_work()),
        (sound(), opus_work()),
        (opus(), sound_work()),
    ];
    for (part, work) in strangers {
        assert!(check(&part, &work).unwrap_err().contains("not what was asked for"), "{:?}", part.codec);
    }
}

#[test]
fn a_picture_part_that_breaks_its_promise_is_refused() {
    type Break = fn(&mut v1::PartHeader);
    let breaks: [(&str, Break); 10] = [
        ("payload", |part| part.payload_bytes += 1),
        ("no bytes", |part| {
            part.frames[1].size_bytes = 0;
            part.payload_bytes = 20;
        }),
        ("a zero", |part| part.rate_den = 0),
        ("another rate", |part| part.rate_num = 999),
        ("instead of 3", |part| {
            part.frames.pop();
            part.payload_bytes = 20;
        }),
        ("key frame", |part| part.frames[0].key = false),
        ("shows a frame at 91", |part| part.frames[1].pts = 91),
        ("lasts 31", |part| part.frames[1].duration = 31),
        ("66×36", |part| {
            let v1::CodecConfig::H264(codec) = &mut part.codec else { unreachable!() };
            codec.width = 66;
        }),
        ("configuration", |part| {
            let v1::CodecConfig::H264(codec) = &mut part.codec else { unreachable!() };
            codec.avcc[0] = 0;
        }),
    ];
    for (expected, breaking) in breaks {
        let mut part = picture();
        breaking(&mut part);
        let said = check(&part, &picture_work()).unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_sound_part_that_breaks_its_promise_is_refused() {
    let codec = |part: &mut v1::PartHeader, change: fn(&mut v1::AacConfig)| {
        let v1::CodecConfig::Aac(codec) = &mut part.codec else { unreachable!() };
        change(codec);
    };
    let mut part = sound();
    codec(&mut part, |codec| codec.sample_count = 1999);
    assert!(check(&part, &sound_work()).unwrap_err().contains("1999 samples"));
    let mut part = sound();
    codec(&mut part, |codec| codec.priming_samples = 9000);
    assert!(check(&part, &sound_work()).unwrap_err().contains("9000"));
    let mut part = sound();
    codec(&mut part, |codec| codec.channels = 1);
    assert!(check(&part, &sound_work()).unwrap_err().contains("1 channels"));
    let mut part = sound();
    part.frames[2].pts = 2049;
    assert!(check(&part, &sound_work()).unwrap_err().contains("unit 2"));
    let mut part = sound();
    part.frames.pop();
    part.payload_bytes = 20;
    assert!(check(&part, &sound_work()).unwrap_err().contains("2 access units"));
}

#[test]
fn vp9_that_breaks_its_promise_is_refused() {
    type Break = fn(&mut v1::Vp9Config);
    let breaks: [(&str, Break); 5] = [
        ("64×38", |codec| codec.height = 38),
        ("profile 2", |codec| codec.profile = 2),
        ("10 bits", |codec| codec.bit_depth = 10),
        ("configuration", |codec| codec.chroma_subsampling = 2),
        ("configuration", |codec| codec.level = 12),
    ];
    for (expected, breaking) in breaks {
        let mut part = vp9();
        let v1::CodecConfig::Vp9(codec) = &mut part.codec else { unreachable!() };
        breaking(codec);
        let said = check(&part, &vp9_work()).unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let mut part = vp9();
    part.frames[2].pts = 91;
    assert!(check(&part, &vp9_work()).unwrap_err().contains("shows a frame at 91"));
}

#[test]
fn opus_that_breaks_its_promise_is_refused() {
    type Break = fn(&mut v1::OpusConfig);
    let breaks: [(&str, Break); 7] = [
        ("OpusHead is none", |codec| codec.head.truncate(18)),
        ("OpusHead is none", |codec| codec.head[0] = b'o'),
        ("skips 313", |codec| codec.head[10] += 1),
        ("1 channels", |codec| codec.head[9] = 1),
        ("a gain", |codec| codec.head[16] = 1),
        ("1999 samples", |codec| codec.sample_count = 1999),
        ("skips 312", |codec| codec.pre_skip_samples = 0),
    ];
    for (expected, breaking) in breaks {
        let mut part = opus();
        let v1::CodecConfig::Opus(codec) = &mut part.codec else { unreachable!() };
        breaking(codec);
        let said = check(&part, &opus_work()).unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let mut part = opus();
    part.frames[1].duration = 1024;
    assert!(check(&part, &opus_work()).unwrap_err().contains("unit 1"));
}
