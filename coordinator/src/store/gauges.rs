//! How much there is of everything at the moment, for those who watch. Looks at no single thing.

use farm_core::status::{ExportStatus, TaskState};

use super::{Store, StoreError};
use crate::read;

/// How much there is of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Exports by status; every status is there.
    pub exports: Vec<(&'static str, i64)>,
    /// Tasks by state; every state is there.
    pub tasks: Vec<(&'static str, i64)>,
    /// Tasks that wait for a node.
    pub waiting: i64,
    /// Nodes that have joined.
    pub nodes: i64,
    /// Those that are connected.
    pub nodes_connected: i64,
    /// Encodes that connected nodes can run at once.
    pub slots: i64,
    /// Encodes that nodes run now.
    pub slots_busy: i64,
}

impl Store {
    /// Counts everything once.
    pub async fn gauges(&self) -> Result<Gauges, StoreError> {
        const EXPORTS: &str = "-- gauges.exports
            select status, count(*) from exports group by status";
        const TASKS: &str = "-- gauges.tasks
            select state, count(*) from tasks group by state";
        const NODES: &str = "-- gauges.nodes
            select count(*), cast(coalesce(sum(case when connected then 1 else 0 end), 0) as bigint),
                   cast(coalesce(sum(case when connected then slot_count else 0 end), 0) as bigint)
            from nodes";
        let counting = || StoreError::during("count everything");
        let exports: Vec<(String, i64)> =
            read!(self, |db| sqlx::query_as(EXPORTS).fetch_all(db).await).map_err(counting())?;
        let tasks: Vec<(String, i64)> =
            read!(self, |db| sqlx::query_as(TASKS).fetch_all(db).await).map_err(counting())?;
        let (nodes, nodes_connected, slots): (i64, i64, i64) =
            read!(self, |db| sqlx::query_as(NODES).fetch_one(db).await).map_err(counting())?;
        let of = |counts: &[(String, i64)], name: &str| {
            counts.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
        };
        let statuses = [
            ExportStatus::Pending,
            ExportStatus::Processing,
            ExportStatus::Completed,
            ExportStatus::Failed,
            ExportStatus::Cancelled,
        ];
        let states = [TaskState::Ready, TaskState::Leased, TaskState::Done, TaskState::Poisoned, TaskState::Dropped];
        Ok(Gauges {
            exports: statuses.map(|status| (status.as_str(), of(&exports, status.as_str()))).to_vec(),
            waiting: of(&tasks, TaskState::Ready.as_str()),
            slots_busy: of(&tasks, TaskState::Leased.as_str()),
            tasks: states.map(|state| (state.as_str(), of(&tasks, state.as_str()))).to_vec(),
            nodes,
            nodes_connected,
            slots,
        })
    }
}
