//! The exactness report, made from the plan, the index and the headers of the parts.
//! Reads no file and counts no hash of one: sizes and hashes are arguments.

mod codecs;
mod frames;
mod segments;

use std::collections::{BTreeSet, HashMap};

use report::{Archive, Colour, Node, Output, Part, Picture, Report, Sound, Source, Tools};
use timeline::{FrameTable, Ticks};

use crate::content_key::ContentKey;
use crate::export::Order;
use crate::ids::{ExportId, NodeId, VideoId};
use crate::part::{PartFrame, PartHeader};
use crate::plan::{Plan, PlannedOutput};
use crate::seconds;
use crate::video::VideoFacts;
use crate::work::Work;
use frames::Shown;

/// Said of a file whose picture is larger than the source's.
const SCALED_UP: &str = "scaled_up";

/// Everything a report follows from, but for the finished files.
#[derive(Clone, Debug)]
pub struct Basis<'a> {
    /// Which export.
    pub export: ExportId,
    /// Of which video.
    pub video: VideoId,
    /// What was ordered.
    pub order: &'a Order,
    /// What the index found.
    pub facts: &'a VideoFacts,
    /// The source's frames.
    pub table: &'a FrameTable,
    /// BLAKE3 of the source's bytes.
    pub source_hash: &'a [u8; 32],
    /// What each part had to be.
    pub works: HashMap<ContentKey, &'a Work>,
    /// What each part is.
    pub parts: HashMap<ContentKey, PartFacts<'a>>,
    /// Version of the coordinator.
    pub coordinator: &'a str,
}

/// A part and where it came from.
#[derive(Clone, Copy, Debug)]
pub struct PartFacts<'a> {
    /// All of its header.
    pub header: &'a PartHeader,
    /// Identity of the encoder.
    pub encoder: &'a str,
    /// Who rendered it.
    pub node: NodeId,
    /// Version of the node program, if it was kept.
    pub node_version: Option<&'a str>,
    /// The media library and its version, if they were kept.
    pub media_library: Option<&'a str>,
    /// The attempt whose bytes it is.
    pub epoch: i64,
    /// How long that took.
    pub render_ms: u64,
    /// Whether it was there before the export asked for it.
    pub reused: bool,
}

/// A finished file, as counted.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its name.
    pub filename: &'a str,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: &'a str,
}

/// What lies in a file of one part, as counted: all of it, or of sound as many packets as it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// How many bytes.
    pub size_bytes: u64,
    /// BLAKE3 of them.
    pub blake3: [u8; 32],
}

/// What lies in a file of each part.
pub type Payloads = HashMap<ContentKey, Payload>;

/// What each part of a plan had to be.
#[must_use]
pub fn works(plan: &Plan) -> HashMap<ContentKey, &Work> {
    plan.tasks.iter().map(|task| (task.content_key, &task.work)).collect()
}

/// The report of a whole export, from those of its files.
#[must_use]
pub fn report(basis: &Basis, outputs: Vec<Output>, archive: Option<File>) -> Report {
    let (order, facts) = (basis.order, basis.facts);
    let parts = || {
        outputs
            .iter()
            .flat_map(|output| output.picture.parts.iter().chain(output.sound.iter().map(|sound| &sound.part)))
    };
    let mut nodes = BTreeSet::new();
    for part in parts() {
        let part = basis.parts[&part.content_key.parse().expect("written here")];
        nodes.insert((part.node, part.node_version, part.media_library));
    }
    let node = |(id, version, library): (NodeId, Option<&str>, Option<&str>)| Node {
        node_id: id.to_string(),
        version: version.map(str::to_owned),
        media_library: library.map(str::to_owned),
    };
    let archive = archive.map(|file| Archive {
        filename: file.filename.to_owned(),
        size_bytes: file.size_bytes,
        sha256: file.sha256.to_owned(),
    });
    Report {
        report: report::VERSION,
        export_id: basis.export.to_string(),
        export_type: order.export_type.as_str().to_owned(),
        resolution: order.resolution.as_str().to_owned(),
        quality_preset: order.quality.as_str().to_owned(),
        normalize_audio: order.normalize_audio,
        source: Source {
            video_id: basis.video.to_string(),
            blake3: hex(basis.source_hash),
            picture_codec: facts.picture.codec.clone(),
            sound_codec: facts.sound.as_ref().map(|sound| sound.codec.clone()),
            frame_count: basis.table.frame_count() as u64,
            warnings: facts.warnings.clone(),
        },
        tools: Tools { coordinator: basis.coordinator.to_owned(), nodes: nodes.into_iter().map(node).collect() },
        outputs,
        archive,
    }
}

/// The report of one file. `payloads` says what lies in it of each part.
#[must_use]
pub fn output(basis: &Basis, planned: &PlannedOutput, file: File, payloads: &Payloads) -> Output {
    let shown = frames::shown(basis, planned);
    let picture = picture(basis, planned, &shown, payloads);
    Output {
        number: planned.number,
        filename: file.filename.to_owned(),
        size_bytes: file.size_bytes,
        sha256: file.sha256.to_owned(),
        container: planned.format.as_str().to_owned(),
        time_scale: planned.rate.num(),
        frame_count: planned.frame_count,
        duration_ticks: count(planned.duration.0 * i64::from(planned.rate.den())),
        duration_seconds: seconds::from_ticks(planned.duration, planned.rate),
        segments: segments::segments(basis, planned, &shown),
        warnings: warnings(basis, &picture),
        sound: planned.sound.map(|key| sound(basis, key, payloads)),
        picture,
    }
}

fn warnings(basis: &Basis, picture: &Picture) -> Vec<String> {
    let (width, height) = basis.facts.picture.displayed();
    if picture.width > width || picture.height > height { vec![SCALED_UP.to_owned()] } else { Vec::new() }
}

fn picture(basis: &Basis, planned: &PlannedOutput, shown: &[Shown], payloads: &Payloads) -> Picture {
    let first = planned.picture.first().expect("an output holds at least one frame").content_key;
    let codec = codecs::picture(&basis.parts[&first].header.codec);
    let mut first_frame = 0;
    let mut parts = Vec::with_capacity(planned.picture.len());
    for place in &planned.picture {
        let key = place.content_key;
        let faded = matches!(basis.works[&key], Work::Picture(work) if work.fade.is_some());
        let place = Place {
            kind: if faded { "crossfade" } else { "picture" },
            first_frame,
            start: Ticks(place.offset.0 * i64::from(planned.rate.den())),
            frames: &basis.parts[&key].header.frames,
        };
        first_frame += place.frames.len() as u64;
        parts.push(part(basis, key, &place, payloads[&key]));
    }
    Picture {
        codec: codec.name.to_owned(),
        codec_config_blake3: hash(&codec.config),
        width: codec.width,
        height: codec.height,
        colour: Colour {
            primaries: codec.colour.primaries,
            transfer: codec.colour.transfer,
            matrix: codec.colour.matrix,
            full_range: codec.colour.full_range,
        },
        frame_times: frames::times(shown, planned),
        frame_map: frames::map(shown),
        parts,
    }
}

fn sound(basis: &Basis, key: ContentKey, payloads: &Payloads) -> Sound {
    let header = basis.parts[&key].header;
    let codec = codecs::sound(&header.codec);
    // More packets than the samples take are left out of the file.
    let needed = (codec.priming_samples + codec.sample_count).div_ceil(codec.packet_samples.into());
    let frames = &header.frames[..usize::try_from(needed).expect("no more than there are").min(header.frames.len())];
    let place = Place { kind: "sound", first_frame: 0, start: Ticks::ZERO, frames };
    Sound {
        codec: codec.name.to_owned(),
        codec_config_blake3: hash(&codec.config),
        channels: codec.channels,
        sample_rate: codec.sample_rate,
        sample_count: codec.sample_count,
        priming_samples: codec.priming_samples,
        packet_samples: codec.packet_samples,
        part: part(basis, key, &place, payloads[&key]),
    }
}

/// A part in a file.
struct Place<'a> {
    kind: &'static str,
    first_frame: u64,
    start: Ticks,
    frames: &'a [PartFrame],
}

fn part(basis: &Basis, key: ContentKey, place: &Place, payload: Payload) -> Part {
    let facts = basis.parts[&key];
    Part {
        content_key: key.to_string(),
        kind: place.kind.to_owned(),
        first_frame: place.first_frame,
        frame_count: place.frames.len() as u64,
        start_ticks: count(place.start.0),
        size_bytes: payload.size_bytes,
        payload_blake3: hex(&payload.blake3),
        frames_blake3: frames::hash(place.frames),
        encoder: facts.encoder.to_owned(),
        node_id: facts.node.to_string(),
        attempt: count(facts.epoch),
        render_seconds: milliseconds(facts.render_ms),
        reused: facts.reused,
    }
}

fn milliseconds(millis: u64) -> f64 {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX / 1_000_000);
    seconds::from_ticks(Ticks(millis), timeline::Rate::MILLISECONDS)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).expect("places, times and epochs of a file count from zero")
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from(*hash).to_hex().to_string()
}

#[cfg(test)]
mod tests;
