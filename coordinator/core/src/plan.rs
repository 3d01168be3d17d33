//! The plan of an export: what must be rendered, and how the parts are laid out. Made once, stored, never changed.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use timeline::{FrameTable, Rate, Rounding, Span, Ticks, grid};

use crate::at_rest;
use crate::content_key::ContentKey;
use crate::export::{ExportType, Format, Order, Segment};
use crate::filename;
use crate::ids::ExportId;
use crate::recipe;
use crate::video::VideoFacts;
use crate::work::{Encoder, PictureWork, SoundSegment, SoundWork, Track, Work};

/// The immutable answer to "what must be rendered".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Every part the outputs need, each once.
    pub tasks: Vec<PlannedTask>,
    /// The files, in order; numbers start at 1.
    pub outputs: Vec<PlannedOutput>,
}

/// One part to be rendered, or found in the part store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// The part it yields.
    pub content_key: ContentKey,
    /// What to do.
    pub work: Work,
    /// Frames of picture, milliseconds of sound.
    pub amount: u64,
}

/// One finished file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOutput {
    /// From 1, in segment order.
    pub number: u32,
    /// With extension, safe in any file system and archive.
    pub filename: String,
    /// In which container.
    #[serde(default = "mp4")]
    pub format: Format,
    /// Ticks per second of the picture track: the source's own rate.
    #[serde(with = "at_rest::rate")]
    pub rate: Rate,
    /// The picture's parts in timeline order.
    pub picture: Vec<PlacedPart>,
    /// The one part of sound; `None` for a source without sound.
    pub sound: Option<ContentKey>,
    /// The part that is its poster; plans from before there were posters have none.
    #[serde(default)]
    pub poster: Option<ContentKey>,
    /// Frames in all.
    pub frame_count: u64,
    /// Length of the picture, on `rate`.
    #[serde(with = "at_rest::ticks")]
    pub duration: Ticks,
    /// Title in the file's metadata.
    pub title: String,
    /// Creation time in the file's metadata, seconds since 1970: the source's own, else none.
    pub created_at: Option<i64>,
}

/// The container of plans from before there was a choice.
fn mp4() -> Format {
    Format::Mp4
}

/// A part at its place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedPart {
    /// Which part.
    pub content_key: ContentKey,
    /// When its first frame is shown, on the output's rate.
    #[serde(with = "at_rest::ticks")]
    pub offset: Ticks,
    /// How many frames it must hold.
    pub frame_count: u64,
}

/// Everything a plan follows from.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// What was ordered.
    pub order: &'a Order,
    /// What the index found.
    pub facts: &'a VideoFacts,
    /// The source's frames.
    pub table: &'a FrameTable,
    /// BLAKE3 of the source's bytes.
    pub source_hash: &'a [u8; 32],
    /// Who encodes picture.
    pub encoder: &'a Encoder,
    /// Which export it is: the parts of one that reuses none are its own.
    pub export: ExportId,
}

/// Makes the plan. The same basis always gives the same plan.
#[must_use]
pub fn plan(basis: &Basis) -> Plan {
    let lines = grid::lines(basis.table);
    let mut tasks = TaskList::default();
    let outputs: Vec<PlannedOutput> = files(basis.order)
        .into_iter()
        .zip(1..)
        .map(|(segments, number)| output(basis, &lines, segments, number, &mut tasks))
        .collect();
    let planned: u64 = outputs.iter().map(|output| output.frame_count).sum();
    let ordered: usize = basis.order.segments.iter().map(|segment| segment.frames.len()).sum();
    assert_eq!(planned, ordered as u64, "a plan holds every ordered frame once");
    Plan { tasks: tasks.tasks, outputs }
}

/// Which segments go into which file.
fn files(order: &Order) -> Vec<&[Segment]> {
    match order.export_type {
        ExportType::Single | ExportType::Combined => vec![&order.segments],
        ExportType::Clips => order.segments.chunks(1).collect(),
    }
}

fn output(basis: &Basis, lines: &[usize], segments: &[Segment], number: u32, tasks: &mut TaskList) -> PlannedOutput {
    let table = basis.table;
    let mut picture = Vec::new();
    let mut offset = Ticks::ZERO;
    let mut frame_count = 0;
    for segment in segments {
        let span = table.snapped(&segment.frames);
        for piece in grid::cut(table, lines, &segment.frames) {
            let place = offset + table.instant(piece.start) - span.start;
            let count = piece.len() as u64;
            let content_key = tasks.add(basis, picture_work(basis, &piece), count);
            picture.push(PlacedPart { content_key, offset: place, frame_count: count });
            frame_count += count;
        }
        offset += span.length();
    }
    let sound = sound_work(basis, segments).map(|work| {
        let millis = table.rate().convert(offset, Rate::MILLISECONDS, Rounding::Ceil).0;
        tasks.add(basis, work, u64::try_from(millis).expect("durations are positive"))
    });
    let clip = (basis.order.export_type == ExportType::Clips).then_some(number);
    PlannedOutput {
        number,
        filename: filename::of(&basis.order.name, clip, basis.order.format),
        format: basis.order.format,
        rate: table.rate(),
        picture,
        sound,
        poster: None,
        frame_count,
        duration: offset,
        title: basis.order.name.clone(),
        created_at: basis.facts.created_at,
    }
}

fn picture_work(basis: &Basis, piece: &Range<usize>) -> Work {
    let facts = &basis.facts.picture;
    Work::Picture(PictureWork {
        track: Track { container: basis.facts.container, ordinal: facts.ordinal, codec: facts.codec.clone() },
        rate: basis.table.rate(),
        keep_pts: basis.table.frames()[piece.clone()].iter().map(|frame| frame.pts.0).collect(),
        end: basis.table.instant(piece.end),
        fade: None,
        recipe: recipe::picture(facts, basis.order.resolution, basis.order.quality, basis.encoder.clone()),
    })
}

/// Sound under exactly the snapped spans. Lengths come from the cumulative clock, so nothing drifts over many segments.
fn sound_work(basis: &Basis, segments: &[Segment]) -> Option<Work> {
    let facts = basis.facts.sound.as_ref()?;
    let rate = basis.table.rate();
    let samples = |instant| rate.convert(instant, Rate::SOUND, Rounding::Nearest).0;
    let mut clock = Ticks::ZERO;
    let cuts = segments.iter().map(|segment| {
        let Span { start, .. } = basis.table.snapped(&segment.frames);
        let until = clock + basis.table.snapped(&segment.frames).length();
        let sample_count = u64::try_from(samples(until) - samples(clock)).expect("the clock only rises");
        clock = until;
        SoundSegment { start_sample: samples(start), sample_count, overlap_samples: 0 }
    });
    let segments = cuts.collect();
    let recipe = recipe::sound(facts, basis.order.format, basis.order.quality);
    Some(Work::Sound(SoundWork {
        track: Track { container: basis.facts.container, ordinal: facts.ordinal, codec: facts.codec.clone() },
        segments,
        codec: recipe.codec,
        channels: recipe.channels,
        bitrate_bps: recipe.bitrate_bps,
        normalize: basis.order.normalize_audio,
    }))
}

/// The plan's tasks in the order they are first needed, one per content key.
#[derive(Default)]
struct TaskList {
    tasks: Vec<PlannedTask>,
    known: BTreeSet<ContentKey>,
}

impl TaskList {
    fn add(&mut self, basis: &Basis, work: Work, amount: u64) -> ContentKey {
        let own = (!basis.order.reuse_parts).then_some(basis.export);
        let content_key = ContentKey::of(basis.source_hash, &work, own);
        if self.known.insert(content_key) {
            self.tasks.push(PlannedTask { content_key, work, amount });
        }
        content_key
    }
}

#[cfg(test)]
mod tests;
