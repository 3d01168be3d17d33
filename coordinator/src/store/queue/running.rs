//! Tasks that some node has had for a while, with what says how long they should take. Decides which of them are stuck by no rule.

use std::time::Duration;

use super::tasks::{TaskRow, columns};
use super::{TaskSeen, count};
use crate::read;
use crate::store::learning::Alike;
use crate::store::{Store, StoreError};

/// Those that run longest are looked at.
const RUNNING_MAX: i64 = 200;

/// A task that some node has.
#[derive(Clone, Debug)]
pub struct Running {
    /// The task.
    pub task: TaskSeen,
    /// By what it can be compared.
    pub alike: Alike,
    /// And how much of that it is.
    pub amount: u64,
    /// For how long the node has it.
    pub running: Duration,
}

#[derive(sqlx::FromRow)]
struct RunningRow {
    #[sqlx(flatten)]
    task: TaskRow,
    recipe: Option<String>,
    measured_amount: Option<i64>,
    running: i64,
}

impl Store {
    /// The tasks that nodes have had for longer than `least`, the longest first.
    pub async fn running_tasks(&self, least: Duration) -> Result<Vec<Running>, StoreError> {
        const SQL: &str = concat!(
            "-- queue.running
            select ",
            columns!(),
            ", tasks.recipe, tasks.measured_amount, now_micros() - tasks.leased_at as running
            from tasks join videos on videos.id = tasks.video_id
            where tasks.state in ('ready', 'leased') and tasks.state = 'leased' and tasks.leased_at < now_micros() - $1
            order by tasks.leased_at, tasks.id limit $2"
        );
        let sql = self.clocked(SQL);
        let least = i64::try_from(least.as_micros()).unwrap_or(i64::MAX);
        let rows: Vec<RunningRow> =
            read!(self, |db| sqlx::query_as(sql).bind(least).bind(RUNNING_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the tasks that run long"))?;
        let running = |row: RunningRow| {
            let task = TaskSeen::try_from(row.task)?;
            let alike = row.recipe.map_or(Alike::Kind(task.kind), Alike::Recipe);
            let (amount, running) = (row.measured_amount.map_or(1, count), Duration::from_micros(count(row.running)));
            Ok(Running { task, alike, amount, running })
        };
        rows.into_iter().map(running).collect()
    }
}
