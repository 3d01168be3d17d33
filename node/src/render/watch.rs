//! The watchdogs of a media child: silence, time and memory, each with a sentence for the bound that was broken.
//! Ends nothing itself, and does not know what the child is doing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use super::failure::RenderFailure;

/// Between two looks at a child's memory: it can take a few hundred megabytes more until the next.
const MEMORY_LOOK_EVERY: Duration = Duration::from_millis(200);

/// Signs of life of a child. While its parent fetches bytes for it, its silence is not its own.
#[derive(Debug, Default)]
pub struct Pulse {
    felt: Notify,
    is_fed: AtomicBool,
}

impl Pulse {
    /// The child did something.
    pub fn beat(&self) {
        self.felt.notify_one();
    }

    /// The child asked for bytes and waits for them. However long that takes has a bound of its own.
    pub async fn while_fed<T>(&self, feeding: impl Future<Output = T>) -> T {
        self.is_fed.store(true, Ordering::Relaxed);
        let fed = feeding.await;
        self.is_fed.store(false, Ordering::Relaxed);
        self.beat();
        fed
    }
}

/// Returns when the child has given no sign of life for so long.
pub async fn silence(pulse: &Pulse, stall: Duration) -> RenderFailure {
    loop {
        let felt = tokio::time::timeout(stall, pulse.felt.notified()).await.is_ok();
        if !felt && !pulse.is_fed.load(Ordering::Relaxed) {
            return RenderFailure::media("The video file makes its decoder stand still.")
                .because(format!("no sign of life for {stall:?}"));
        }
    }
}

/// Returns when the child has been at work for so long.
pub async fn time(wall_clock: Duration) -> RenderFailure {
    tokio::time::sleep(wall_clock).await;
    RenderFailure::media("Reading the video took longer than it may.").because(format!("not done after {wall_clock:?}"))
}

/// Returns when the child holds more memory than this.
pub async fn memory(child: Option<u32>, bytes_max: u64) -> RenderFailure {
    let Some(pid) = child else { return std::future::pending().await };
    let mut looks = tokio::time::interval(MEMORY_LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match resident_bytes(pid).await {
            Some(bytes) if bytes > bytes_max => return too_large(bytes_max).because(format!("{bytes} bytes resident")),
            _ => {}
        }
    }
}

/// The failure of a child that needs more memory than this.
#[must_use]
fn too_large(bytes_max: u64) -> RenderFailure {
    let mebibytes = bytes_max >> 20;
    RenderFailure::media(format!("The video needs more memory than the {mebibytes} MiB a media process may use."))
}

/// What a process holds in memory; `None` when it has ended, or where there is no such file to read.
async fn resident_bytes(pid: u32) -> Option<u64> {
    let status = tokio::fs::read_to_string(format!("/proc/{pid}/status")).await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_pulse_keeps_the_watchdog_quiet_and_its_end_does_not() {
        let pulse = Pulse::default();
        let beating = async {
            for _ in 0..5 {
                tokio::time::sleep(STALL / 2).await;
                pulse.beat();
            }
            std::future::pending::<()>().await;
        };
        let began = tokio::time::Instant::now();
        let failure = tokio::select! {
            failure = silence(&pulse, STALL) => failure,
            () = beating => unreachable!("it never ends"),
        };
        assert_eq!(began.elapsed(), STALL / 2 * 5 + STALL);
        assert!(failure.message.contains("stand still"), "{failure:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_storage_is_not_silent() {
        let pulse = Pulse::default();
        let slow = async {
            pulse.while_fed(tokio::time::sleep(5 * STALL)).await;
            std::future::pending::<()>().await;
        };
        let began = tokio::time::Instant::now();
        tokio::select! {
            _ = silence(&pulse, STALL) => {}
            () = slow => unreachable!("it never ends"),
        }
        assert_eq!(began.elapsed(), 6 * STALL);
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out() {
        let failure = time(STALL).await;
        assert!(failure.message.contains("longer than it may"), "{failure:?}");
        assert_eq!(failure.detail, "not done after 10s");
    }

    #[tokio::test]
    async fn memory_is_seen() {
        let us = std::process::id();
        let resident = resident_bytes(us).await.expect("we hold some memory");
        assert!((1 << 20..1 << 40).contains(&resident), "{resident}");
        let failure = memory(Some(us), 1 << 20).await;
        assert!(failure.message.contains("than the 1 MiB"), "{failure:?}");
        assert_eq!(resident_bytes(u32::MAX).await, None);
    }
}
