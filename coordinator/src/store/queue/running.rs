//! Tasks that some node has had for a while, with what says how long they should take. Decides which of them are stuck by no rule.

use std::time::Duration;

use farm_core::work::Work;
use sqlx::types::Json;

use super::tasks::{TaskRow, columns};
use super::{TaskSeen, count};
use crate::read;
use crate::store::{Store, StoreError};

/// Those that run longest are looked at.
const RUNNING_MAX: i64 = 200;

/// A task that some node has.
#[derive(Clone, Debug)]
pub struct Running {
    /// The task.
    pub task: TaskSeen,
    /// What it does.
    pub work: Work,
    /// For how long the node has it.
    pub running: Duration,
}

#[derive(sqlx::FromRow)]
struct RunningRow {
    #[sqlx(flatten)]
    task: TaskRow,
    work: Json<Work>,
    running: i64,
}

impl Store {
    /// The tasks that nodes have had for longer than `least`, the longest first.
    pub async fn running_tasks(&self, least: Duration) -> Result<Vec<Running>, StoreError> {
        const SQL: &str = concat!(
            "-- queue.running
            select ",
            columns!(),
            ", tasks.work, now_micros() - tasks.leased_at as running
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
            let running = Duration::from_micros(count(row.running));
            Ok(Running { task: TaskSeen::try_from(row.task)?, work: row.work.0, running })
        };
        rows.into_iter().map(running).collect()
    }
}
