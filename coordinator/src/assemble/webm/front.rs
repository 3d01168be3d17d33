//! Everything in front of the clusters: what the file is, and where its parts are. Knows no block.

use farm_core::plan::PlannedOutput;
use timeline::{Rate, Rounding};

use super::clusters::Cluster;
use super::ebml::{Elements, WIDTH_MAX, id_bytes, uint_width};
use super::ids::{self, Id};
use super::{Picture, Sound, blocks, tracks};

/// Nanoseconds in a tick of the file: the container counts milliseconds, and browsers expect no other scale.
const TIMESTAMP_SCALE_NS: u64 = 1_000_000;
/// Seconds from 1970-01-01 to 2001-01-01, between everybody else's clock and the container's.
const SECONDS_1970_TO_2001: i64 = 978_307_200;
const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;
/// Who made the file.
const PROGRAM: &str = concat!("Reelfarm ", env!("CARGO_PKG_VERSION"));

/// `EBML`, and `Segment` up to its first cluster.
pub(super) fn write(output: &PlannedOutput, picture: &Picture, sound: Option<&Sound>, clusters: &[Cluster]) -> Vec<u8> {
    let info = elements(|out| info(out, output, picture, sound));
    let tracks = elements(|out| tracks::write(out, picture, sound));
    let seek_head_bytes = elements(|out| seek_head(out, [0; 3])).len() as u64;
    let [info_at, tracks_at] = [seek_head_bytes, seek_head_bytes + info.len() as u64];
    let cues_at = tracks_at + tracks.len() as u64;
    let clusters_bytes: u64 = clusters.iter().map(|cluster| cluster.size_bytes).sum();

    // All cues have places of one width, so that their own length is known before the places are.
    let cues_of = |width, first_at| elements(|out| cues(out, clusters, width, first_at));
    let cues_bytes = |width| cues_of(width, 0).len() as u64;
    let width = uint_width(cues_at + cues_bytes(WIDTH_MAX) + clusters_bytes);
    let cues = cues_of(width, cues_at + cues_bytes(width));

    let mut out = Elements::default();
    document(&mut out);
    out.wide_head(ids::SEGMENT, cues_at + cues.len() as u64 + clusters_bytes);
    seek_head(&mut out, [info_at, tracks_at, cues_at]);
    for part in [info, tracks, cues] {
        out.raw(&part);
    }
    out.into_bytes()
}

fn elements(body: impl FnOnce(&mut Elements)) -> Vec<u8> {
    let mut out = Elements::default();
    body(&mut out);
    out.into_bytes()
}

fn document(out: &mut Elements) {
    out.around(ids::EBML, |out| {
        out.uint(ids::EBML_VERSION, 1);
        out.uint(ids::EBML_READ_VERSION, 1);
        out.uint(ids::EBML_MAX_ID_LENGTH, 4);
        out.uint(ids::EBML_MAX_SIZE_LENGTH, 8);
        out.text(ids::DOC_TYPE, "webm");
        // Colour and the roll before Opus came with version 4; SimpleBlock, all that a reader must know, with 2.
        out.uint(ids::DOC_TYPE_VERSION, 4);
        out.uint(ids::DOC_TYPE_READ_VERSION, 2);
    });
}

/// Places count from the first byte after the head of the segment.
fn seek_head(out: &mut Elements, places: [u64; 3]) {
    out.around(ids::SEEK_HEAD, |out| {
        for (id, place) in [ids::INFO, ids::TRACKS, ids::CUES].into_iter().zip(places) {
            out.around(ids::SEEK, |out| {
                let id: Vec<u8> = id_bytes(id).collect();
                out.binary(ids::SEEK_ID, &id);
                out.uint_of(WIDTH_MAX, ids::SEEK_POSITION, place);
            });
        }
    });
}

fn info(out: &mut Elements, output: &PlannedOutput, picture: &Picture, sound: Option<&Sound>) {
    out.around(ids::INFO, |out| {
        out.uint(ids::TIMESTAMP_SCALE, TIMESTAMP_SCALE_NS);
        let picture_ns = picture.rate.convert(output.duration, Rate::NANOSECONDS, Rounding::Nearest).0;
        let sound_ns = sound.map_or(0, |sound| blocks::nanoseconds(sound.sample_count));
        out.float(ids::DURATION, milliseconds(picture_ns.max(sound_ns)));
        let created = output.created_at.and_then(|unix| unix.checked_sub(SECONDS_1970_TO_2001));
        if let Some(date) = created.and_then(|seconds| seconds.checked_mul(NANOSECONDS_PER_SECOND)) {
            out.date(ids::DATE_UTC, date);
        }
        out.text(ids::TITLE, &output.title);
        out.text(ids::MUXING_APP, PROGRAM);
        out.text(ids::WRITING_APP, PROGRAM);
    });
}

/// The container has no whole number for this one time.
#[expect(clippy::cast_precision_loss, reason = "exact for files of up to a hundred days")]
fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// A cue for every cluster that players can go to.
fn cues(out: &mut Elements, clusters: &[Cluster], width: usize, first_at: u64) {
    let mut place = first_at;
    out.around(ids::CUES, |out| {
        for cluster in clusters {
            if cluster.is_entrance {
                cue(out, cluster.time_ms, width, place);
            }
            place += cluster.size_bytes;
        }
    });
}

fn cue(out: &mut Elements, time_ms: u64, width: usize, place: u64) {
    const CLUSTER: Id = ids::CUE_CLUSTER_POSITION;
    out.around(ids::CUE_POINT, |out| {
        out.uint(ids::CUE_TIME, time_ms);
        out.around(ids::CUE_TRACK_POSITIONS, |out| {
            out.uint(ids::CUE_TRACK, tracks::PICTURE.into());
            out.uint_of(width, CLUSTER, place);
        });
    });
}
