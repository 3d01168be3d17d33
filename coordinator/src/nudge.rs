//! A tap on the shoulder of a loop that would look by itself a little later. Carries no data: the ledger has it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// Wakes the loops that move exports and ring doorbells, and whoever watches progress.
#[derive(Clone, Debug)]
pub struct Nudge {
    advance: Arc<Notify>,
    dispatch: Arc<Notify>,
    progress: Arc<watch::Sender<u64>>,
}

impl Default for Nudge {
    fn default() -> Self {
        Nudge::new()
    }
}

impl Nudge {
    /// Nobody is awake yet.
    #[must_use]
    pub fn new() -> Nudge {
        Nudge { advance: Arc::default(), dispatch: Arc::default(), progress: Arc::new(watch::Sender::new(0)) }
    }

    /// Something in the ledger changed that may let an export take its next step.
    pub fn advance(&self) {
        self.advance.notify_one();
    }

    /// A task may have become ready, or a slot free.
    pub fn dispatch(&self) {
        self.dispatch.notify_one();
    }

    /// Something people watch changed.
    pub fn progress(&self) {
        self.progress.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits for [`Nudge::advance`], at the longest `tick`.
    pub async fn advance_or(&self, tick: Duration) {
        let _either = tokio::time::timeout(tick, self.advance.notified()).await;
    }

    /// Waits for [`Nudge::dispatch`], at the longest `tick`.
    pub async fn dispatch_or(&self, tick: Duration) {
        let _either = tokio::time::timeout(tick, self.dispatch.notified()).await;
    }

    /// A receiver that changes whenever something people watch does.
    #[must_use]
    pub fn watch_progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }
}
