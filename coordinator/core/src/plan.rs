//! The plan of an export: what must be rendered, and how the parts are laid out. Made once, stored, never changed.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use timeline::{FrameTable, Rate, Rounding, Span, Ticks, grid};

use crate::at_rest;
use crate::content_key::ContentKey;
use crate::crossfade::{self, Overlap};
use crate::export::{ExportType, Format, Order, Segment};
use crate::filename;
use crate::ids::ExportId;
use crate::preview;
use crate::recipe;
use crate::video::VideoFacts;
use crate::work::{Encoder, FadeWork, PictureWork, SoundSegment, SoundWork, Track, Work};

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
    /// Frames of picture, milliseconds of sound, one poster.
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
    let overlaps = basis.order.overlaps(basis.table);
    let mut tasks = TaskList::default();
    let outputs: Vec<PlannedOutput> = files(basis.order)
        .into_iter()
        .zip(1..)
        .map(|(segments, number)| output(basis, &lines, &Joined { segments, overlaps: &overlaps }, number, &mut tasks))
        .collect();
    let planned: u64 = outputs.iter().map(|output| output.frame_count).sum();
    let ordered: usize = basis.order.segments.iter().map(|segment| segment.frames.len()).sum();
    let hidden = crossfade::hidden_frames(&basis.order.frames(), &overlaps);
    assert_eq!(planned, (ordered - hidden) as u64, "a plan holds every ordered frame once, by itself or under another");
    Plan { tasks: tasks.tasks, outputs }
}

/// The segments of the file `number`, and the number of the first of them in the order.
#[must_use]
pub fn segments_of(order: &Order, number: u32) -> (u32, &[Segment]) {
    let place = usize::try_from(number.saturating_sub(1)).expect("500 files at the most");
    let segments = files(order).get(place).copied().unwrap_or_default();
    match order.export_type {
        ExportType::Single | ExportType::Combined => (1, segments),
        ExportType::Clips => (number, segments),
    }
}

/// Which segments go into which file.
fn files(order: &Order) -> Vec<&[Segment]> {
    match order.export_type {
        ExportType::Single | ExportType::Combined => vec![&order.segments],
        ExportType::Clips => order.segments.chunks(1).collect(),
    }
}

/// The segments of a file, and where they overlap: joint by joint, or nowhere.
struct Joined<'a> {
    segments: &'a [Segment],
    overlaps: &'a [Overlap],
}

impl Joined<'_> {
    /// Each segment with the overlap at its beginning and the one at its end.
    fn with_overlaps(&self) -> impl Iterator<Item = (&Segment, Option<&Overlap>, Option<&Overlap>)> {
        let before = |place: usize| place.checked_sub(1).and_then(|joint| self.overlaps.get(joint));
        self.segments.iter().enumerate().map(move |(place, segment)| (segment, before(place), self.overlaps.get(place)))
    }
}

fn output(basis: &Basis, lines: &[usize], joined: &Joined, number: u32, tasks: &mut TaskList) -> PlannedOutput {
    let table = basis.table;
    let mut picture = Vec::new();
    let mut frame_count = 0;
    let mut place = |work, offset, count: usize| {
        let count = count as u64;
        let content_key = tasks.add(basis, work, count);
        picture.push(PlacedPart { content_key, offset, frame_count: count });
        frame_count += count;
    };
    let mut offset = Ticks::ZERO;
    for (segment, before, after) in joined.with_overlaps() {
        let span = table.snapped(&segment.frames);
        let shown = |frame| offset + table.instant(frame) - span.start;
        if let Some(Overlap { length, held: Some(held), .. }) = before {
            place(picture_work(basis, &(*held..held + 1)), offset + *length, 1);
        }
        let own = before.map_or(segment.frames.start, |overlap| overlap.resume)
            ..after.map_or(segment.frames.end, |overlap| overlap.outgoing.start);
        for piece in grid::cut(table, lines, &own) {
            place(picture_work(basis, &piece), shown(piece.start), piece.len());
        }
        if let Some(overlap) = after {
            place(fade_work(basis, overlap), shown(overlap.outgoing.start), overlap.outgoing.len());
        }
        offset += span.length() - after.map_or(Ticks::ZERO, |overlap| overlap.length);
    }
    let sound = sound_work(basis, joined).map(|work| {
        let millis = table.rate().convert(offset, Rate::MILLISECONDS, Rounding::Ceil).0;
        tasks.add(basis, work, u64::try_from(millis).expect("durations are positive"))
    });
    let poster = tasks.add(basis, Work::Poster(preview::poster(basis.facts, table, joined.segments)), 1);
    let clip = (basis.order.export_type == ExportType::Clips).then_some(number);
    PlannedOutput {
        number,
        filename: filename::of(&basis.order.name, clip, basis.order.format),
        format: basis.order.format,
        rate: table.rate(),
        picture,
        sound,
        poster: Some(poster),
        frame_count,
        duration: offset,
        title: basis.order.name.clone(),
        created_at: basis.facts.created_at,
    }
}

fn picture_work(basis: &Basis, piece: &Range<usize>) -> Work {
    Work::Picture(frames_work(basis, piece, None))
}

/// The frames of an overlap, with the incoming ones laid over them.
fn fade_work(basis: &Basis, overlap: &Overlap) -> Work {
    let last = overlap.incoming.last().expect("an overlap holds at least one frame");
    let fade = FadeWork {
        incoming_pts: overlap.incoming.iter().map(|frame| basis.table.instant(*frame).0).collect(),
        incoming_end: basis.table.instant(last + 1),
        weights: overlap.weights.clone(),
    };
    Work::Picture(frames_work(basis, &overlap.outgoing, Some(fade)))
}

fn frames_work(basis: &Basis, piece: &Range<usize>, fade: Option<FadeWork>) -> PictureWork {
    let facts = &basis.facts.picture;
    PictureWork {
        track: Track { container: basis.facts.container, ordinal: facts.ordinal, codec: facts.codec.clone() },
        rate: basis.table.rate(),
        keep_pts: basis.table.frames()[piece.clone()].iter().map(|frame| frame.pts.0).collect(),
        end: basis.table.instant(piece.end),
        fade,
        recipe: recipe::picture(facts, basis.order.resolution, basis.order.quality, basis.encoder.clone()),
    }
}

/// Sound under exactly the snapped spans, overlapping where the picture does. Lengths and overlaps come from the cumulative clock,
/// so nothing drifts over many segments.
fn sound_work(basis: &Basis, joined: &Joined) -> Option<Work> {
    let facts = basis.facts.sound.as_ref()?;
    let rate = basis.table.rate();
    let samples = |instant| rate.convert(instant, Rate::SOUND, Rounding::Nearest).0;
    let mut clock = Ticks::ZERO;
    let count = |from, until| u64::try_from(samples(until) - samples(from)).expect("the clock only rises");
    let cuts = joined.with_overlaps().map(|(segment, before, _)| {
        let Span { start, .. } = basis.table.snapped(&segment.frames);
        let overlapped = clock;
        clock += -before.map_or(Ticks::ZERO, |overlap| overlap.length);
        let from = clock;
        clock += basis.table.snapped(&segment.frames).length();
        SoundSegment {
            start_sample: samples(start),
            sample_count: count(from, clock),
            overlap_samples: count(from, overlapped),
        }
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
pub(crate) mod tests;
