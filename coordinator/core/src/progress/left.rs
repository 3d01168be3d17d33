//! How long until an export's files are there: what is left to render, by the pace so far and by the longest task that is
//! still open, and then the laying out, verifying and uploading. Reads no clock.

use std::time::Duration;

use super::{SPEED_AFTER, Way, as_f64};
use crate::status::{ExportStatus, Phase};

/// While anything is left, no less is said: whoever reads "0 s" believes it is done.
pub const LEFT_MIN: Duration = Duration::from_secs(1);
/// Sound's work as a share of the picture's: see the shares of the percentage.
const SOUND_SHARE: f64 = 30.0 / 970.0;
/// What takes longer than expected is taken to go on for this share of what it is late by.
const LATE_SHARE: f64 = 0.25;

/// Until the files are there; `None` while that cannot be said.
pub fn remaining(way: &Way) -> Option<Duration> {
    if way.status != ExportStatus::Processing {
        return None;
    }
    let seconds = match way.phase {
        Phase::Rendering => rendering(way)? + way.finishing.as_secs_f64(),
        Phase::Uploading => finishing(way),
        Phase::Accepted | Phase::Published | Phase::Ended => return None,
    };
    Duration::try_from_secs_f64(seconds).ok().map(|left| left.max(LEFT_MIN))
}

/// Seconds until the last part is here.
fn rendering(way: &Way) -> Option<f64> {
    let work = &way.work;
    let rendered = work.frames_done.saturating_sub(work.frames_reused);
    if rendered == 0 || way.elapsed < SPEED_AFTER {
        return None;
    }
    let elapsed = way.elapsed.as_secs_f64();
    let left = work.frames_total.saturating_sub(work.frames_done);
    let pace = elapsed / as_f64(rendered);
    // One slot's time for a frame: as parts that are done took, or else as the slots took that are at it now.
    let slots = as_f64(work.tasks_leased.max(1));
    let slot_pace = match work.frames_rendered_whole {
        0 => pace * slots,
        whole => as_f64(way.picture_ms) / 1000.0 / as_f64(whole),
    };
    let longest = as_f64(work.frames_left_longest) * slot_pace;
    let picture = match work.frames_waiting {
        // Everything is being rendered: the last to end is the one with most to do.
        0 => longest,
        // Whoever begins last does so while others are done; on average half a task long.
        _ => (pace * as_f64(left) + longest * (1.0 - 1.0 / slots) / 2.0).max(longest),
    };
    let sound = match work.sound_total_ms {
        0 => 0.0,
        total => {
            let share = as_f64(total.saturating_sub(work.sound_done_ms)) / as_f64(total);
            pace * as_f64(work.frames_total) * SOUND_SHARE * share
        }
    };
    Some(picture.max(sound))
}

/// Seconds until the files are there, once every part is.
fn finishing(way: &Way) -> f64 {
    let (expected, spent) = (way.finishing.as_secs_f64(), way.finishing_for.as_secs_f64());
    if spent < expected { expected - spent } else { (spent - expected) * LATE_SHARE }
}
