//! The frames of a file: when each is shown, and which frame of the source it is. Told in runs.

use report::FrameRun;
use timeline::Ticks;

use super::{Basis, count};
use crate::part::PartFrame;
use crate::plan::PlannedOutput;
use crate::work::Work;

/// A frame of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// When, on the output's rate.
    pts: i64,
    /// Which frame of the source it is.
    pub(super) source: u64,
    /// Which is laid over it.
    pub(super) incoming: Option<u64>,
}

/// Every frame in order of presentation, by the plan.
pub(super) fn shown(basis: &Basis, planned: &PlannedOutput) -> Vec<Shown> {
    let mut shown = Vec::with_capacity(usize::try_from(planned.frame_count).unwrap_or(0));
    for place in &planned.picture {
        let Work::Picture(work) = basis.works[&place.content_key] else {
            unreachable!("picture is laid out from parts of picture")
        };
        let first = work.keep_pts.first().copied().unwrap_or(0);
        for (number, &pts) in work.keep_pts.iter().enumerate() {
            let incoming = work.fade.as_ref().and_then(|fade| fade.incoming_pts.get(number));
            shown.push(Shown {
                pts: place.offset.0 + pts - first,
                source: ordinal(basis, pts),
                incoming: incoming.map(|&pts| ordinal(basis, pts)),
            });
        }
    }
    shown
}

fn ordinal(basis: &Basis, pts: i64) -> u64 {
    let found = basis.table.frames().binary_search_by_key(&Ticks(pts), |frame| frame.pts);
    found.expect("a plan keeps frames of its source") as u64
}

/// How long frames are shown, as runs of (frames, ticks each).
pub(super) fn times(shown: &[Shown], planned: &PlannedOutput) -> Vec<[u64; 2]> {
    let ends = shown.iter().skip(1).map(|next| next.pts).chain([planned.duration.0]);
    let mut runs: Vec<[u64; 2]> = Vec::new();
    for (frame, end) in shown.iter().zip(ends) {
        let ticks = count((end - frame.pts) * i64::from(planned.rate.den()));
        match runs.last_mut() {
            Some([frames, each]) if *each == ticks => *frames += 1,
            _ => runs.push([1, ticks]),
        }
    }
    runs
}

/// Which frame of the source every frame is, as runs.
pub(super) fn map(shown: &[Shown]) -> Vec<FrameRun> {
    let mut runs: Vec<FrameRun> = Vec::new();
    for (number, frame) in (0..).zip(shown) {
        match runs.last_mut() {
            Some(run)
                if run.source_frame + run.frame_count == frame.source
                    && run.incoming_source_frame.map(|first| first + run.frame_count) == frame.incoming =>
            {
                run.frame_count += 1;
            }
            _ => runs.push(FrameRun {
                frame: number,
                frame_count: 1,
                source_frame: frame.source,
                incoming_source_frame: frame.incoming,
            }),
        }
    }
    runs
}

/// The hash of what a container says of a part's frames, whatever the container: see `report::Part::frames_blake3`.
pub(super) fn hash(frames: &[PartFrame]) -> String {
    let mut shown: Vec<usize> = (0..frames.len()).collect();
    shown.sort_by_key(|&turn| frames[turn].pts);
    let mut places = vec![0_u32; frames.len()];
    for (place, turn) in (0..).zip(shown) {
        places[turn] = place;
    }
    let mut hasher = blake3::Hasher::new();
    for (frame, place) in frames.iter().zip(places) {
        hasher.update(&place.to_le_bytes()).update(&frame.size_bytes.to_le_bytes()).update(&[u8::from(frame.key)]);
    }
    hasher.finalize().to_hex().to_string()
}
