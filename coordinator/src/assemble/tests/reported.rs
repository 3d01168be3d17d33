//! Layouts held against reports without a farm: the source of a made-up output is its own time line. Judges nothing.

use std::collections::{BTreeSet, HashMap};
use std::io;

use farm_core::content_key::ContentKey;
use farm_core::export::{ExportType, Format, Order, Quality, Resolution, Segment};
use farm_core::ids::{ExportId, NodeId, VideoId};
use farm_core::part::{PartCodec, PartHeader};
use farm_core::plan::{Plan, PlannedOutput, PlannedTask};
use farm_core::recipe;
use farm_core::report::{self, Basis, File, PartFacts, Payload, Payloads};
use farm_core::video::{Colour, Container, Orientation, PictureFacts, VideoFacts};
use farm_core::work::{Encoder, PictureWork, SoundCodec, SoundSegment, SoundWork, Track, Work};
use timeline::{Frame, FrameTable, Rate, Ticks};
use uuid::Uuid;
use verify::Difference;

use super::media::Received;
use crate::assemble::{Headers, LaidOut, Layout, Piece};

/// What was ordered, and from what.
pub(crate) struct Books {
    pub(crate) order: Order,
    pub(crate) facts: VideoFacts,
    pub(crate) table: FrameTable,
    pub(crate) plan: Plan,
}

fn facts() -> VideoFacts {
    let picture = PictureFacts {
        ordinal: 0,
        codec: "h264".to_owned(),
        width: 64,
        height: 36,
        pixel_aspect_num: 1,
        pixel_aspect_den: 1,
        orientation: Orientation::Upright,
        interlaced: false,
        bit_depth: 8,
        colour: Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false },
        frame_rate: Rate::hz(25).unwrap(),
        variable_frame_rate: false,
    };
    VideoFacts { container: Container::IsoBmff, picture, sound: None, created_at: None, warnings: Vec::new() }
}

/// The order, index and plan from which outputs could have come: each is one segment, from the beginning.
pub(crate) fn books(outputs: Vec<PlannedOutput>, headers: &Headers) -> Books {
    let mut times = BTreeSet::new();
    let mut tasks: Vec<PlannedTask> = Vec::new();
    for output in &outputs {
        for place in &output.picture {
            let frames = &headers[&place.content_key].frames;
            let mut keep_pts: Vec<i64> = frames.iter().map(|frame| place.offset.0 + frame.pts).collect();
            keep_pts.sort_unstable();
            times.extend(keep_pts.iter().copied());
            let work = picture_work(output.rate, keep_pts, output.duration);
            tasks.push(PlannedTask { content_key: place.content_key, work, amount: 1 });
        }
        if let Some(key) = output.sound {
            tasks.push(PlannedTask { content_key: key, work: sound_work(headers[&key]), amount: 1 });
        }
    }
    let end = outputs.iter().map(|output| output.duration).max().unwrap();
    let frames = times.into_iter().map(|pts| Frame { pts: Ticks(pts), key: pts == 0 }).collect();
    let segment = |output: &PlannedOutput| Segment {
        start: Ticks(0),
        end: output.duration,
        frames: 0..usize::try_from(output.frame_count).unwrap(),
        clip_id: None,
    };
    let order = Order {
        export_type: if outputs.len() > 1 { ExportType::Clips } else { ExportType::Single },
        resolution: Resolution::P720,
        format: Format::Mp4,
        quality: Quality::Low,
        segments: outputs.iter().map(segment).collect(),
        crossfade: Ticks::ZERO,
        normalize_audio: false,
        reuse_parts: true,
        name: "A title".to_owned(),
    };
    let table = FrameTable::new(outputs[0].rate, frames, end).unwrap();
    Books { order, facts: facts(), table, plan: Plan { tasks, outputs } }
}

fn track(codec: &str) -> Track {
    Track { container: Container::IsoBmff, ordinal: 0, codec: codec.to_owned() }
}

fn picture_work(rate: Rate, keep_pts: Vec<i64>, end: Ticks) -> Work {
    let encoder = Encoder { family: "x264".to_owned(), identity: "x264 1".to_owned() };
    let recipe = recipe::picture(&facts().picture, Resolution::P720, Quality::Low, encoder);
    Work::Picture(PictureWork { track: track("h264"), rate, keep_pts, end, fade: None, recipe })
}

fn sound_work(header: &PartHeader) -> Work {
    let (codec, sample_count, channels, bitrate_bps) = match header.codec {
        PartCodec::Aac { sample_count, channels, bitrate_bps, .. } => {
            (SoundCodec::Aac, sample_count, channels, bitrate_bps)
        }
        PartCodec::Opus { sample_count, channels, bitrate_bps, .. } => {
            (SoundCodec::Opus, sample_count, channels, bitrate_bps)
        }
        _ => panic!("sound is AAC or Opus"),
    };
    Work::Sound(SoundWork {
        track: track("aac"),
        segments: vec![SoundSegment { start_sample: 0, sample_count, overlap_samples: 0 }],
        codec,
        channels,
        bitrate_bps,
        normalize: false,
    })
}

/// How much lies in a file of each part, with the hash of those bytes; made-up parts without payload hash to their key.
fn payloads(layout: &Layout, received: &Received) -> Payloads {
    let mut ends: HashMap<ContentKey, u64> = HashMap::new();
    for piece in layout.pieces() {
        if let Piece::Slice { part, offset, length } = piece {
            let end = ends.entry(*part).or_default();
            *end = (*end).max(offset + length);
        }
    }
    let payload = |(key, size_bytes): (ContentKey, u64)| {
        let bytes = received.parts.get(&key).and_then(|(_, bytes)| bytes.get(..usize::try_from(size_bytes).ok()?));
        (key, Payload { size_bytes, blake3: bytes.map_or(key.0, |bytes| *blake3::hash(bytes).as_bytes()) })
    };
    ends.into_iter().map(payload).collect()
}

/// How `found` differs from the report of the file that `layout` is.
pub(crate) fn compared(
    found: &Layout,
    layout: &Layout,
    output: &PlannedOutput,
    headers: &Headers,
    received: &Received,
) -> Vec<Difference> {
    verified(found, layout, output, headers, received).unwrap()
}

/// The same, or why `found` cannot be read at all.
pub(crate) fn verified(
    found: &Layout,
    layout: &Layout,
    output: &PlannedOutput,
    headers: &Headers,
    received: &Received,
) -> Result<Vec<Difference>, verify::Unread> {
    let books = books(vec![output.clone()], headers);
    let basis = Basis {
        export: ExportId(Uuid::nil()),
        video: VideoId(Uuid::nil()),
        order: &books.order,
        facts: &books.facts,
        table: &books.table,
        source_hash: &[0; 32],
        works: report::works(&books.plan),
        parts: headers.iter().map(|(key, header)| (*key, part_facts(header))).collect(),
        coordinator: "0",
    };
    let sha256 = [7; 32];
    let file = File { filename: &output.filename, size_bytes: layout.size_bytes(), sha256: &hex::encode(sha256) };
    let expected = report::output(&basis, output, file, &payloads(layout, received));
    let read = |part, offset, buffer: &mut [u8]| {
        let start = usize::try_from(offset).expect("in memory");
        let bytes = received.parts.get(&part).and_then(|(_, bytes)| bytes.get(start..start + buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    };
    let payloads = payloads(found, received);
    verify::verify(&LaidOut { layout: found, sha256, payloads: &payloads, read: &read }, &expected)
}

/// How a layout differs from its own report.
pub(crate) fn differences(
    layout: &Layout,
    output: &PlannedOutput,
    headers: &Headers,
    received: &Received,
) -> Vec<Difference> {
    compared(layout, layout, output, headers, received)
}

fn part_facts(header: &PartHeader) -> PartFacts<'_> {
    PartFacts {
        header,
        encoder: "x264 1",
        node: NodeId(Uuid::nil()),
        node_version: None,
        media_library: None,
        epoch: 1,
        render_ms: 1,
        reused: false,
    }
}
