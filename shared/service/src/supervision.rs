//! Named, tracked tasks: the only place that spawns. A task says what its end means for the program.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, error, info_span};

/// What the end of a task means for the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnEnd {
    /// The program cannot go on without it: its error or early end begins a shutdown with exit code 1.
    Fatal,
    /// Its error is logged, and that is all.
    Log,
}

/// Two wishes to stop: `soft` (take no more, finish) is a child of `hard` (drop everything now).
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// Drop what is under way.
    pub hard: CancellationToken,
    /// Take nothing new and finish.
    pub soft: CancellationToken,
}

impl Stop {
    /// Nobody wishes to stop yet.
    #[must_use]
    pub fn new() -> Stop {
        let hard = CancellationToken::new();
        let soft = hard.child_token();
        Stop { hard, soft }
    }
}

/// Spawns and tracks the program's tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: Stop,
    crashed: Arc<AtomicBool>,
}

impl Tasks {
    /// No tasks yet.
    #[must_use]
    pub fn new() -> Tasks {
        Tasks { tracker: TaskTracker::new(), stop: Stop::new(), crashed: Arc::default() }
    }

    /// The wishes to stop all tasks share.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Whether a fatal task ended when nobody had asked it to.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.crashed.load(Ordering::SeqCst)
    }

    /// Runs `future` under `name` until it ends or the hard stop drops it. An error is logged once, here.
    pub fn spawn<E>(
        &self,
        name: &'static str,
        on_end: OnEnd,
        future: impl Future<Output = Result<(), E>> + Send + 'static,
    ) -> JoinHandle<()>
    where
        E: Into<anyhow::Error> + Send + 'static,
    {
        let tasks = self.clone();
        let supervised = async move {
            let ended = tasks.stop.hard.run_until_cancelled(future).await;
            if let Some(Err(cause)) = ended {
                let cause: anyhow::Error = cause.into();
                error!(task = name, "Task {name} failed: {cause:#}");
                tasks.crash_if(on_end);
            } else if !tasks.stop.soft.is_cancelled() && on_end == OnEnd::Fatal {
                error!(task = name, "Task {name} ended although the program goes on");
                tasks.crash_if(on_end);
            }
        };
        self.tracker.spawn(supervised.instrument(info_span!("task", name)))
    }

    /// Waits until every task has ended.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn crash_if(&self, on_end: OnEnd) {
        if on_end == OnEnd::Fatal {
            self.crashed.store(true, Ordering::SeqCst);
            self.stop.soft.cancel();
        }
    }
}
