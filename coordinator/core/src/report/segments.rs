//! The segments of a file: their frames in the source, where they begin in the file, how loud they are.

use report::{Loudness, Segment, SourceFrame};

use super::Basis;
use super::frames::Shown;
use crate::export::Segment as Ordered;
use crate::part::SegmentLevel;
use crate::plan::{self, PlannedOutput};
use crate::seconds;
use crate::work::{SoundWork, Work};

/// Every segment of a file, in order.
pub(super) fn segments(basis: &Basis, planned: &PlannedOutput, shown: &[Shown]) -> Vec<Segment> {
    let (first_number, ordered) = plan::segments_of(basis.order, planned.number);
    let sound = planned.sound.map(|key| (basis.works[&key], &basis.parts[&key].header.levels));
    let (joints, levels) = match sound {
        Some((Work::Sound(work), levels)) => (joints(work), &levels[..]),
        _ => (Vec::new(), &[][..]),
    };
    let begins = begins(shown, ordered);
    let segment = |(place, segment): (usize, &Ordered)| {
        let joint = joints.get(place);
        Segment {
            number: first_number + u32::try_from(place).expect("500 segments at the most"),
            clip_id: segment.clip_id.clone(),
            first: source_frame(basis, segment.frames.start),
            last: source_frame(basis, segment.frames.end - 1),
            first_frame: begins[place],
            first_sample: joint.map(|joint| joint.0),
            sample_count: joint.map(|joint| joint.1),
            loudness: levels.get(place).map(loudness),
        }
    };
    ordered.iter().enumerate().map(segment).collect()
}

fn source_frame(basis: &Basis, ordinal: usize) -> SourceFrame {
    let (table, pts) = (basis.table, basis.table.instant(ordinal));
    SourceFrame {
        frame: ordinal as u64,
        pts_ticks: pts.0 * i64::from(table.rate().den()),
        pts_seconds: seconds::from_ticks(pts, table.rate()),
    }
}

/// The frame of the file at which each segment begins to be seen: in the crossfade before it, or after the last frame of
/// the segment before it.
fn begins(shown: &[Shown], ordered: &[Ordered]) -> Vec<u64> {
    let mut begins = vec![0];
    if shown[0].incoming.is_some() {
        begins.push(0);
    }
    let mut segment = 0;
    for (number, pair) in (1..).zip(shown.windows(2)) {
        let (before, frame) = (pair[0], pair[1]);
        if before.source + 1 == ordered[segment].frames.end as u64 && segment + 1 < ordered.len() {
            segment += 1;
            if begins.len() == segment {
                begins.push(number);
            }
        }
        if frame.incoming.is_some() && begins.len() == segment + 1 {
            begins.push(number);
        }
    }
    begins
}

/// Where each segment begins in the finished sound, and how many samples it has there.
fn joints(work: &SoundWork) -> Vec<(u64, u64)> {
    let mut end = 0_u64;
    let joint = |segment: &crate::work::SoundSegment| {
        let start = end.saturating_sub(segment.overlap_samples);
        end = start + segment.sample_count;
        (start, segment.sample_count)
    };
    work.segments.iter().map(joint).collect()
}

fn loudness(level: &SegmentLevel) -> Loudness {
    Loudness {
        in_lufs: level.loudness_in_mlufs.map(thousandths),
        out_lufs: level.loudness_out_mlufs.map(thousandths),
        gain_db: thousandths(level.gain_mdb),
        true_peak_dbtp: level.true_peak_out_mdbtp.map(thousandths),
    }
}

fn thousandths(number: i32) -> f64 {
    f64::from(number) / 1000.0
}
