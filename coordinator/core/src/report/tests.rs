//! Reports of plans without a farm: every frame and sample accounted for, joints and crossfades at their place.

use std::ops::Range;

use timeline::{Frame, Rate};
use uuid::Uuid;

use super::*;
use crate::export::{ExportType, Format, Quality, Resolution, Segment};
use crate::part::{FileEntry, FileKind, PartCodec, SegmentLevel};
use crate::plan::{self, PlacedPart, PlannedTask};
use crate::video::{Colour, Container, Orientation, PictureFacts, SoundFacts};
use crate::work::{Encoder, FadeWork, SoundWork};

const NODES: [NodeId; 2] = [NodeId(Uuid::from_u128(1)), NodeId(Uuid::from_u128(2))];

/// A minute at 29.97 frames a second, a key frame every second.
fn table(rate: Rate, step: i64) -> FrameTable {
    let frames = (0..1800).map(|n| Frame { pts: Ticks(n * step), key: n % 30 == 0 }).collect();
    FrameTable::new(rate, frames, Ticks(1800 * step)).unwrap()
}

fn facts() -> VideoFacts {
    let colour = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
    VideoFacts {
        container: Container::IsoBmff,
        picture: PictureFacts {
            ordinal: 0,
            codec: "hevc".to_owned(),
            width: 640,
            height: 360,
            pixel_aspect_num: 1,
            pixel_aspect_den: 1,
            orientation: Orientation::Upright,
            interlaced: false,
            bit_depth: 8,
            colour,
            frame_rate: Rate::new(30_000, 1001).unwrap(),
            variable_frame_rate: false,
        },
        sound: Some(SoundFacts {
            ordinal: 0,
            codec: "aac".to_owned(),
            channels: 2,
            sample_rate: 48_000,
            start_ns: 0,
            end_ns: 60_000_000_000,
        }),
        created_at: None,
        warnings: vec!["hdr_not_tonemapped".to_owned()],
    }
}

fn order(export_type: ExportType, table: &FrameTable, ranges: &[Range<usize>]) -> Order {
    let segment = |frames: &Range<usize>| Segment {
        start: table.instant(frames.start),
        end: table.instant(frames.end),
        frames: frames.clone(),
        clip_id: (frames.start == 0).then(|| "goal".to_owned()),
    };
    Order {
        export_type,
        resolution: Resolution::P720,
        format: Format::Mp4,
        quality: Quality::Medium,
        segments: ranges.iter().map(segment).collect(),
        crossfade: Ticks::ZERO,
        normalize_audio: true,
        reuse_parts: true,
        name: "My holiday".to_owned(),
    }
}

fn planned(order: &Order, facts: &VideoFacts, table: &FrameTable) -> Plan {
    let encoder = Encoder { family: "x264".to_owned(), identity: "x264/164".to_owned() };
    let export = ExportId(Uuid::nil());
    plan::plan(&plan::Basis { order, facts, table, source_hash: &[7; 32], encoder: &encoder, export })
}

/// The header of a part as a node would send it.
fn header(work: &Work) -> PartHeader {
    let colour = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
    let (codec, rate, times) = match work {
        Work::Picture(work) => {
            let codec = PartCodec::H264 { avcc: vec![1, 100, 0, 31], width: 1280, height: 720, colour };
            (codec, work.rate, work.keep_pts.iter().map(|pts| pts - work.keep_pts[0]).collect::<Vec<_>>())
        }
        Work::Sound(work) => {
            let sample_count = work.sample_count();
            let packets = i64::try_from((sample_count + 1024).div_ceil(1024)).unwrap();
            let codec = PartCodec::Aac {
                specific_config: vec![0x11, 0x90],
                channels: 2,
                sample_rate: 48_000,
                priming_samples: 1024,
                sample_count,
                bitrate_bps: 160_000,
            };
            (codec, Rate::SOUND, (0..packets).map(|packet| packet * 1024).collect())
        }
        Work::Poster(_) => {
            let poster = FileEntry { kind: FileKind::Poster, runs: std::iter::once(0..1).collect() };
            (PartCodec::Files { files: vec![poster] }, Rate::hz(1).unwrap(), vec![0])
        }
        other => panic!("{other:?} yields no part"),
    };
    let frame = |(number, pts): (u32, i64)| PartFrame { pts, duration: 1, size_bytes: 100 + number, key: number == 0 };
    let level = SegmentLevel {
        loudness_in_mlufs: Some(-20_500),
        gain_mdb: 6_500,
        loudness_out_mlufs: Some(-14_000),
        true_peak_out_mdbtp: None,
    };
    let frames: Vec<PartFrame> = (0..).zip(times).map(frame).collect();
    let payload_bytes = frames.iter().map(|frame| u64::from(frame.size_bytes)).sum();
    let levels = matches!(work, Work::Sound(_)).then(|| vec![level; 3]).unwrap_or_default();
    PartHeader { codec, rate, frames, payload_bytes, levels }
}

/// The report of a plan whose parts came from two nodes in turn; the first was there before.
fn reported(order: &Order, facts: &VideoFacts, table: &FrameTable, plan: &Plan) -> Report {
    let headers: Vec<(ContentKey, PartHeader)> =
        plan.tasks.iter().map(|task| (task.content_key, header(&task.work))).collect();
    let payload = |(number, (key, header)): (usize, &(ContentKey, PartHeader))| {
        let blake3 = [u8::try_from(number).unwrap(); 32];
        (*key, Payload { size_bytes: header.payload_bytes, blake3 })
    };
    let payloads = headers.iter().enumerate().map(payload).collect();
    let parts = headers.iter().enumerate().map(|(number, (key, header))| {
        let facts = PartFacts {
            header,
            encoder: "x264/164",
            node: NODES[number % 2],
            node_version: Some("0.1.0"),
            media_library: None,
            epoch: 3,
            render_ms: 1250,
            reused: number == 0,
        };
        (*key, facts)
    });
    let basis = Basis {
        export: ExportId(Uuid::nil()),
        video: VideoId(Uuid::nil()),
        order,
        facts,
        table,
        source_hash: &[7; 32],
        works: works(plan),
        parts: parts.collect(),
        coordinator: "0.1.0",
    };
    let outputs = plan.outputs.iter().map(|planned| {
        let file = File { filename: &planned.filename, size_bytes: 9, sha256: "ab" };
        output(&basis, planned, file, &payloads)
    });
    report(&basis, outputs.collect(), None)
}

#[test]
fn every_frame_and_sample_of_joined_segments_is_accounted_for() {
    let (table, facts) = (table(Rate::hz(30_000).unwrap(), 1001), facts());
    let order = order(ExportType::Combined, &table, &[0..130, 10..20, 10..20]);
    let plan = planned(&order, &facts, &table);
    let report = reported(&order, &facts, &table, &plan);
    let [file] = &report.outputs[..] else { panic!("one file") };
    assert_eq!((file.time_scale, file.frame_count, file.duration_ticks), (30_000, 150, 150 * 1001));
    assert_eq!(file.picture.frame_times, [[150, 1001]]);
    let runs: Vec<_> =
        file.picture.frame_map.iter().map(|run| (run.frame, run.frame_count, run.source_frame)).collect();
    assert_eq!(runs, [(0, 130, 0), (130, 10, 10), (140, 10, 10)]);
    let begins: Vec<_> = file.segments.iter().map(|segment| (segment.number, segment.first_frame)).collect();
    assert_eq!(begins, [(1, 0), (2, 130), (3, 140)]);
    let last = &file.segments[0].last;
    assert_eq!((last.frame, last.pts_ticks), (129, 129 * 1001));
    assert!((last.pts_seconds - 4.3043).abs() < 1e-9);
    assert_eq!(file.segments[0].clip_id.as_deref(), Some("goal"));
    // 130 frames are 208,208 samples; lengths come from the cumulative clock.
    let joints: Vec<_> = file.segments.iter().map(|segment| segment.first_sample.unwrap()).collect();
    assert_eq!(joints, [0, 208_208, 224_224]);
    let sound = file.sound.as_ref().unwrap();
    assert_eq!((sound.sample_count, sound.part.frame_count), (240_240, 236));
    let loudness = file.segments[2].loudness.as_ref().unwrap();
    assert_eq!((loudness.in_lufs, loudness.gain_db, loudness.true_peak_dbtp), (Some(-20.5), 6.5, None));

    let placed: Vec<_> =
        file.picture.parts.iter().map(|part| (part.first_frame, part.frame_count, part.start_ticks)).collect();
    assert_eq!(placed[..2], [(0, 130, 0), (130, 10, 130_130)], "the tail under half a second joined its neighbour");
    assert_eq!(file.picture.parts[1].content_key, file.picture.parts[2].content_key, "one part, placed twice");
    let part = &file.picture.parts[0];
    assert_eq!((part.attempt, part.reused, part.kind.as_str()), (3, true, "picture"));
    assert!((part.render_seconds - 1.25).abs() < 1e-9);
    assert_eq!(report.tools.nodes.len(), 2);
    assert_eq!(file.warnings, ["scaled_up"]);
    assert_eq!(Report::from_json(&report.to_json()).unwrap(), report);
}

#[test]
fn clips_name_the_segment_they_are() {
    let (table, facts) = (table(Rate::new(30_000, 1001).unwrap(), 1), facts());
    let order = order(ExportType::Clips, &table, &[0..60, 30..90]);
    let report = reported(&order, &facts, &table, &planned(&order, &facts, &table));
    let numbers: Vec<_> =
        report.outputs.iter().map(|file| (file.number, file.segments[0].number, file.segments.len())).collect();
    assert_eq!(numbers, [(1, 1, 1), (2, 2, 1)]);
    let file = &report.outputs[1];
    assert_eq!(file.picture.frame_times, [[60, 1001]], "a rate without whole ticks a second counts finer ones");
    assert_eq!((file.segments[0].first.pts_ticks, file.segments[0].first_frame), (30 * 1001, 0));
}

#[test]
fn crossfades_show_two_frames_at_once() {
    let (table, facts) = (table(Rate::hz(30_000).unwrap(), 1001), facts());
    let order = order(ExportType::Combined, &table, &[0..60, 900..960]);
    let mut plan = planned(&order, &facts, &table);
    // The last 10 frames of the one lie under the first 10 of the other.
    let Work::Picture(whole) = plan.tasks[0].work.clone() else { panic!("picture first") };
    let pts = |frames: Range<i64>| frames.map(|frame| frame * 1001).collect::<Vec<i64>>();
    let piece = |frames: Range<i64>, fade| crate::work::PictureWork {
        keep_pts: pts(frames.clone()),
        end: Ticks(frames.end * 1001),
        fade,
        ..whole.clone()
    };
    let fade = FadeWork { incoming_pts: pts(900..910), incoming_end: Ticks(910 * 1001), weights: vec![0; 10] };
    let works = [piece(0..50, None), piece(50..60, Some(fade)), piece(910..960, None)];
    let sound = plan.outputs[0].sound.unwrap();
    plan.tasks.retain(|task| task.content_key == sound);
    let mut placed = Vec::new();
    for (number, (work, frame)) in (0..).zip(works.into_iter().zip([0, 50, 60])) {
        let content_key = ContentKey([number; 32]);
        placed.push(PlacedPart { content_key, offset: Ticks(frame * 1001), frame_count: work.keep_pts.len() as u64 });
        plan.tasks.push(PlannedTask { content_key, amount: 1, work: Work::Picture(work) });
    }
    let Work::Sound(SoundWork { segments, .. }) = &mut plan.tasks[0].work else { panic!("sound is left") };
    segments[1].overlap_samples = 16_016;
    (plan.outputs[0].picture, plan.outputs[0].frame_count) = (placed, 110);
    plan.outputs[0].duration = Ticks(110 * 1001);

    let report = reported(&order, &facts, &table, &plan);
    let file = &report.outputs[0];
    let runs: Vec<_> = file
        .picture
        .frame_map
        .iter()
        .map(|run| (run.frame, run.frame_count, run.source_frame, run.incoming_source_frame))
        .collect();
    assert_eq!(runs, [(0, 50, 0, None), (50, 10, 50, Some(900)), (60, 50, 910, None)]);
    let kinds: Vec<_> = file.picture.parts.iter().map(|part| part.kind.as_str()).collect();
    assert_eq!(kinds, ["picture", "crossfade", "picture"]);
    let begins: Vec<_> =
        file.segments.iter().map(|segment| (segment.first_frame, segment.first_sample.unwrap())).collect();
    assert_eq!(begins, [(0, 0), (50, 80_080)]);
    assert_eq!(file.picture.frame_times, [[110, 1001]]);
}
