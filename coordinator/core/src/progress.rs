//! How far an export is, from what the ledger says of it: percent, stage, speed, time left.
//! Reads no clock: elapsed time is an argument.

mod left;

use std::time::Duration;

use left::remaining;

use crate::status::{ExportStatus, Phase};

/// Percent shown once rendering began, and once all parts are here; completed alone is 100.
const RENDERING_FROM: u8 = 1;
const UPLOADING_FROM: u8 = 91;
const OPEN_MAX: u8 = 99;
/// Picture's share of the work in thousandths; sound takes about a fiftieth of the time (one AAC encode, no scaling).
const PICTURE_PERMILLE: u64 = 970;
/// Before this much time a speed says more about start-up than about the farm.
const SPEED_AFTER: Duration = Duration::from_millis(500);

/// What the ledger says of an export's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What everyone sees.
    pub status: ExportStatus,
    /// The last step taken.
    pub phase: Phase,
    /// The highest percentage shown so far.
    pub shown_percent: u8,
    /// Its tasks' amounts.
    pub work: WorkDone,
    /// Bytes of files published so far.
    pub uploaded_bytes: u64,
    /// Bytes of all its files; 0 while that is not known.
    pub upload_bytes: u64,
    /// Length of all its files together.
    pub media: Duration,
    /// Since it began; zero while it has not.
    pub elapsed: Duration,
    /// Milliseconds of slots that its pictures took which are rendered whole.
    pub picture_ms: u64,
    /// How long it is expected to take from the last part on.
    pub finishing: Duration,
    /// Since the last part was here; zero while one is missing.
    pub finishing_for: Duration,
}

/// The amounts of an export's tasks, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkDone {
    /// Frames to render.
    pub frames_total: u64,
    /// Frames that are there.
    pub frames_done: u64,
    /// Those of them that were there before.
    pub frames_reused: u64,
    /// Frames of pictures that were rendered whole, by tasks that are done.
    pub frames_rendered_whole: u64,
    /// Frames of pictures that no node has begun.
    pub frames_waiting: u64,
    /// Frames that are missing of the picture with most of them.
    pub frames_left_longest: u64,
    /// Milliseconds of sound to render.
    pub sound_total_ms: u64,
    /// Milliseconds of sound that are there.
    pub sound_done_ms: u64,
    /// Tasks a node has now.
    pub tasks_leased: u64,
}

/// What is being done with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No node has begun.
    Queued,
    /// Nodes read the source.
    Downloading,
    /// Nodes render.
    Processing,
    /// Files are laid out and uploaded.
    Uploading,
    /// Files are there.
    Complete,
}

impl Stage {
    /// As sent and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Downloading => "downloading",
            Self::Processing => "processing",
            Self::Uploading => "uploading",
            Self::Complete => "complete",
        }
    }
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// 0–100, never less than was shown; 100 for completed exports alone.
    pub percent: u8,
    /// What is being done.
    pub stage: Stage,
    /// Media seconds rendered per second; `None` while nothing was.
    pub speed: Option<f64>,
    /// Until its files are there; `None` while that cannot be said.
    pub remaining: Option<Duration>,
}

/// How far the export is. `shown_percent` makes it monotonous: store the result when it rises.
#[must_use]
pub fn progress(way: &Way) -> Progress {
    Progress { percent: percent(way), stage: stage(way), speed: speed(way), remaining: remaining(way) }
}

fn percent(way: &Way) -> u8 {
    if way.status == ExportStatus::Completed {
        return 100;
    }
    let now = match (way.status.is_terminal(), way.phase) {
        (true, _) | (_, Phase::Accepted) => 0,
        (false, Phase::Rendering) => between(RENDERING_FROM, UPLOADING_FROM, rendered_permille(&way.work)),
        (false, _) => between(UPLOADING_FROM, OPEN_MAX, permille(way.uploaded_bytes, way.upload_bytes)),
    };
    now.max(way.shown_percent).min(OPEN_MAX)
}

fn stage(way: &Way) -> Stage {
    let work = &way.work;
    let rendered = work.frames_done + work.sound_done_ms > 0;
    match (way.status, way.phase) {
        (ExportStatus::Completed, _) => Stage::Complete,
        (_, Phase::Uploading | Phase::Published) => Stage::Uploading,
        (_, Phase::Rendering | Phase::Ended) if rendered => Stage::Processing,
        (_, Phase::Rendering) if work.tasks_leased > 0 => Stage::Downloading,
        (_, Phase::Accepted | Phase::Rendering | Phase::Ended) => Stage::Queued,
    }
}

/// Average over the export's life. Parts that were there before nobody rendered.
fn speed(way: &Way) -> Option<f64> {
    let WorkDone { frames_total, frames_done, frames_reused, .. } = way.work;
    let rendered = frames_done.saturating_sub(frames_reused);
    if rendered == 0 || frames_total == 0 || way.elapsed < SPEED_AFTER {
        return None;
    }
    let media = way.media.as_secs_f64() * as_f64(rendered) / as_f64(frames_total);
    Some((media / way.elapsed.as_secs_f64() * 1000.0).round() / 1000.0)
}

fn rendered_permille(work: &WorkDone) -> u64 {
    let picture = permille(work.frames_done, work.frames_total);
    let sound = permille(work.sound_done_ms, work.sound_total_ms);
    match (work.frames_total, work.sound_total_ms) {
        (_, 0) => picture,
        (0, _) => sound,
        _ => (picture * PICTURE_PERMILLE + sound * (1000 - PICTURE_PERMILLE)) / 1000,
    }
}

fn permille(done: u64, total: u64) -> u64 {
    done.min(total).saturating_mul(1000).checked_div(total).unwrap_or(0)
}

fn between(from: u8, to: u8, permille: u64) -> u8 {
    let risen = u64::from(to - from) * permille.min(1000) / 1000;
    from + u8::try_from(risen).expect("a share of at most 99")
}

#[expect(clippy::cast_precision_loss, reason = "frame counts stay far below 2⁵³")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod lives;
#[cfg(test)]
mod tests;
