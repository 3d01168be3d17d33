//! Whether doorbells can be rung, as a handle. Measures nothing itself.

use std::sync::Arc;

use tokio::sync::watch;

/// Cheap to clone; all clones show the same.
#[derive(Clone, Debug)]
pub struct DispatchHealth(Arc<watch::Sender<Option<String>>>);

impl Default for DispatchHealth {
    fn default() -> Self {
        DispatchHealth(Arc::new(watch::Sender::new(Some("not connected to NATS yet".to_owned()))))
    }
}

impl DispatchHealth {
    /// What is wrong; `None` when NATS took the last publish.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Changes whenever it gets better or worse.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<String>> {
        self.0.subscribe()
    }

    pub(super) fn is_well(&self) -> bool {
        self.0.borrow().is_none()
    }

    /// Gives whether that is news.
    pub(super) fn set(&self, problem: Option<String>) -> bool {
        self.0.send_if_modified(|known| {
            let news = known.is_some() != problem.is_some();
            *known = problem;
            news
        })
    }
}
