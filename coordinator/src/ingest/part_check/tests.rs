//! A part that keeps its promise passes; each way of not keeping it is named.

use farm_core::part::FileKind;
use farm_core::video::{Container, Orientation};
use farm_core::work::{
    Encoder, PictureRecipe, PosterWork, PreviewSound, PreviewWork, SoundCodec, SoundSegment, Sprite, Track,
};
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

fn preview_work(has_sound: bool) -> Work {
    let sound = PreviewSound { track: track(), channels: 2, bitrate_bps: 96_000, peaks_per_second: 50 };
    Work::Preview(PreviewWork {
        picture: track(),
        rate: Rate::hz(1000).unwrap(),
        start: Ticks(0),
        end: Ticks(2000),
        frame_count: 50,
        frame_rate: Rate::hz(25).unwrap(),
        orientation: Orientation::Upright,
        deinterlace: false,
        width: 64,
        height: 36,
        sound: has_sound.then_some(sound),
        sprite: Sprite { count: 4, columns: 4, width: 32, height: 18, interval_ns: 500_000_000 },
    })
}

/// Two access units of a proxy whose head comes last, then the others.
fn preview() -> v1::PartHeader {
    let unit = v1::PartFrame { pts: 0, dts: 0, duration: 0, size_bytes: 20, key: true };
    let file = |name: &str, content_type: &str, runs: &[(u32, u32)]| v1::FileEntry {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        runs: runs.iter().map(|&(first, count)| v1::UnitRun { first, count }).collect(),
    };
    let files = vec![
        file("proxy", "video/mp4", &[(2, 1), (0, 2)]),
        file("sprite", "image/jpeg", &[(3, 1)]),
        file("poster", "image/jpeg", &[(4, 1)]),
        file("peaks", "application/json", &[(5, 1)]),
    ];
    v1::PartHeader {
        codec: v1::CodecConfig::Files(v1::FilesConfig { files }),
        rate_num: 1,
        frames: vec![unit; 6],
        payload_bytes: 120,
        ..picture()
    }
}

pub(crate) fn poster_work() -> Work {
    Work::Poster(PosterWork {
        track: track(),
        rate: Rate::hz(25).unwrap(),
        pts: 4,
        end: Ticks(5),
        orientation: Orientation::Upright,
        deinterlace: false,
        width: 64,
        height: 36,
    })
}

/// One file of twenty bytes.
pub(crate) fn poster() -> v1::PartHeader {
    let mut part = preview();
    let v1::CodecConfig::Files(config) = &mut part.codec else { unreachable!() };
    config.files = vec![v1::FileEntry { runs: vec![v1::UnitRun { first: 0, count: 1 }], ..config.files[2].clone() }];
    part.frames.truncate(1);
    v1::PartHeader { payload_bytes: 20, ..part }
}

#[test]
fn the_files_of_a_preview_are_found_in_its_part() {
    let kept = check(&preview(), &preview_work(true)).unwrap();
    let proxy = kept.files().iter().find(|file| file.kind == FileKind::Proxy).unwrap();
    assert_eq!(kept.slices(proxy), [40..60, 0..40], "its head comes last in the part");
    let beginnings = files_check::beginnings(&kept);
    let expected = [(FileKind::Proxy, 40), (FileKind::Sprite, 60), (FileKind::Poster, 80), (FileKind::Peaks, 100)];
    assert_eq!(beginnings, expected);
    assert!(check(&preview(), &picture_work()).unwrap_err().contains("not what was asked for"));
}

#[test]
fn files_that_break_their_promise_are_refused() {
    type Break = fn(&mut Vec<v1::FileEntry>);
    let breaks: [(&str, Break); 10] = [
        ("proxy is missing", |files| drop(files.remove(0))),
        ("nobody asked for its sprite", |files| files.push(files[1].clone())),
        ("nobody knows", |files| files[1].name = "../../etc/passwd".to_owned()),
        ("text/html", |files| files[1].content_type = "text/html".to_owned()),
        ("not there", |files| files[0].runs[0].first = 6),
        ("not there", |files| files[0].runs[0].count = u32::MAX),
        ("in no file, or in two", |files| files[0].runs[1].count = 1),
        ("in no file, or in two", |files| files[0].runs.push(v1::UnitRun { first: 5, count: 1 })),
        ("has 0 bytes", |files| files[2].runs.clear()),
        ("in 9 pieces", |files| files[0].runs = vec![v1::UnitRun { first: 0, count: 1 }; 9]),
    ];
    for (expected, breaking) in breaks {
        let mut part = preview();
        let v1::CodecConfig::Files(config) = &mut part.codec else { unreachable!() };
        breaking(&mut config.files);
        let said = check(&part, &preview_work(true)).unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(check(&preview(), &preview_work(false)).unwrap_err().contains("nobody asked for its peaks"));
    let mut huge = preview();
    huge.frames[4].size_bytes = 17 << 20;
    huge.payload_bytes = 100 + (17 << 20);
    assert!(check(&huge, &preview_work(true)).unwrap_err().contains("its poster has"));
}

#[test]
fn files_begin_as_their_kind_does() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";
    let mp4 = b"\0\0\0\x20ftypisom";
    for (kind, good) in [
        (FileKind::Proxy, mp4),
        (FileKind::Sprite, jpeg),
        (FileKind::Poster, jpeg),
        (FileKind::Peaks, b"{\"version\":1"),
    ] {
        assert!(files_check::begins_well(kind, good), "{kind:?}");
        assert!(!files_check::begins_well(kind, b"<html><body>"), "{kind:?}");
    }
}
