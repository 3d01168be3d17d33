//! The queue for operators: what is open, what waits and why, and the orders they give about it. Runs no task.

mod backlog;
mod history;
mod orders;
mod overview;
mod stuck;
mod tasks;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use farm_core::ids::TaskId;
use farm_core::waiting::{Reason, Waiting, reasons};

use super::Deps;
use crate::store::{Store, StoreError, rooms};

pub use backlog::left;
pub use history::MINUTES_MAX;
pub use orders::PRIORITY_MAX;
pub use overview::{QueueCounts, counts};
pub use stuck::FACTOR_MAX;
pub use tasks::{TaskView, Why, view as task_view};

/// As long as dispatch takes a rung doorbell for one that may still be answered, by default.
const RING_AGAIN: Duration = Duration::from_secs(30);

/// All operations on the queue.
pub type Operations =
    (overview::ViewQueue, history::QueuePast, tasks::ListTasks, stuck::ListStuck, orders::QueueOrders);

/// All operations on the queue on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, clock, nudge, .. } = deps.clone();
    (
        overview::ViewQueue { store: store.clone(), clock: clock.clone() },
        history::QueuePast { store: store.clone(), clock: clock.clone() },
        tasks::ListTasks { store: store.clone() },
        stuck::ListStuck { store: store.clone() },
        orders::QueueOrders { store, clock, nudge },
    )
}

/// What waits, and why each of it does.
pub async fn line(store: &Store) -> Result<(Vec<Waiting>, BTreeMap<TaskId, Reason>), StoreError> {
    let waiting = store.waiting_tasks(RING_AGAIN).await?;
    let (workloads, nodes) = (store.workloads().await?, store.connected_nodes().await?);
    let running: Vec<_> = workloads.iter().map(|workload| workload.running).collect();
    let reasons = reasons(&waiting, &running, &rooms(&nodes, &workloads));
    Ok((waiting, reasons))
}
