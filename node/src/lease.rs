//! Keeps one lease: renews it, reports progress, and knows by the monotonic clock when it may no longer be trusted.
//! Does not know what is done under it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use wire::v1::{Progress, Renew, Welcome};

use crate::capacity::Place;
use crate::presence::Link;

/// Work stops so long before the lease ends, unrenewed: the node's clock may run slower than the coordinator's.
const SAFETY_MAX: Duration = Duration::from_secs(5);
/// Progress is reported at most twice a second.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// Which lease, under which rules.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The leased task.
    pub task: u128,
    /// The attempt's epoch.
    pub epoch: i64,
    /// How long it lasts and how often it is renewed.
    pub rules: Arc<Welcome>,
}

/// Why a lease is no longer kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The coordinator said so.
    Stopped,
    /// No renewal was confirmed in time.
    RanOut,
}

impl fmt::Display for Ended {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Stopped => write!(out, "the coordinator no longer wants it"),
            Ended::RanOut => write!(out, "its lease ran out unrenewed"),
        }
    }
}

/// Renews until the lease is lost; `done` is the progress so far.
pub async fn keep(link: &Link, lease: Lease, mut done: watch::Receiver<u64>, place: &Place) -> Ended {
    let Lease { task, epoch, rules } = lease;
    let lasts = Duration::from_millis(u64::from(rules.lease_ms));
    let lasts = lasts.saturating_sub(SAFETY_MAX.min(lasts / 6));
    let mut heartbeat = interval(Duration::from_millis(u64::from(rules.heartbeat_ms.max(1))));
    let mut report = interval(PROGRESS_EVERY);
    for ticks in [&mut heartbeat, &mut report] {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
    }
    let mut sessions = link.watch();
    let mut trusted_until = Instant::now() + lasts;
    // The oldest renewal not yet confirmed: a confirmation may answer that one, so the lease counts from it.
    let mut asked_at = None;
    loop {
        let renew = tokio::select! {
            () = place.stop().cancelled() => return Ended::Stopped,
            () = sleep_until(trusted_until) => return Ended::RanOut,
            () = place.renewed() => {
                trusted_until = asked_at.take().map_or(trusted_until, |asked: Instant| asked + lasts);
                false
            }
            _ = report.tick() => {
                if done.has_changed().unwrap_or(false) {
                    let frames_done = *done.borrow_and_update();
                    link.send_if_room(wire::encode(&Progress { task, epoch, frames_done }));
                }
                false
            }
            _ = heartbeat.tick() => true,
            changed = sessions.changed() => changed.is_ok() && link.session().is_some(),
        };
        if renew {
            asked_at.get_or_insert_with(Instant::now);
            let frames_done = *done.borrow();
            link.send_if_room(wire::encode(&Renew { task, epoch, frames_done }));
        }
    }
}
