//! From the first signal to the last task: soft stop, deadline, hard stop, exit code.

use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use crate::supervision::Tasks;

/// How long tasks may finish after a soft stop before they are dropped.
pub const DRAIN_MAX: Duration = Duration::from_secs(30);

/// Waits for the wish to stop and sees the program out.
#[derive(Debug)]
pub struct Lifecycle {
    tasks: Tasks,
    drain_max: Duration,
}

impl Lifecycle {
    /// Sees `tasks` out; they get [`DRAIN_MAX`] to finish.
    #[must_use]
    pub fn new(tasks: Tasks) -> Lifecycle {
        Lifecycle { tasks, drain_max: DRAIN_MAX }
    }

    /// Another deadline for finishing.
    #[must_use]
    pub fn drain_max(self, drain_max: Duration) -> Lifecycle {
        Lifecycle { drain_max, ..self }
    }

    /// Returns once everything has ended: success after a signal, failure after a crash.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = self.tasks.stop().clone();
        tokio::select! {
            _ = terminate.recv() => info!("Asked to stop: finishing what is under way"),
            _ = interrupt.recv() => info!("Interrupted: finishing what is under way"),
            () = stop.soft.cancelled() => {}
        }
        stop.soft.cancel();
        tokio::select! {
            () = self.tasks.finished() => {}
            _ = terminate.recv() => warn!("Asked to stop again: dropping what is under way"),
            _ = interrupt.recv() => warn!("Interrupted again: dropping what is under way"),
            () = tokio::time::sleep(self.drain_max) => warn!("Finishing took too long: dropping what is under way"),
        }
        stop.hard.cancel();
        self.tasks.finished().await;
        Ok(if self.tasks.crashed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
