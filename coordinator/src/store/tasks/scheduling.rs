//! What the scheduler wants to know of tasks, and the ringing of their doorbells. Chooses none.

use std::collections::HashMap;
use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::schedule::{Candidate, Room, Running};
use farm_core::work::TaskKind;
use uuid::Uuid;

use super::{Attempt, content_key, kind, micros};
use crate::store::{ConnectedNode, Store, StoreError, Tx};
use crate::{read, within, write};

/// Ready tasks of one user looked at in one round: enough to fill a large farm, few enough to sort.
const READY_PER_USER_MAX: i64 = 500;
/// Ready tasks looked at in one round.
const READY_MAX: i64 = 5_000;

/// A task that may run, and what its doorbell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// For the scheduler.
    pub candidate: Candidate,
    /// The epoch it is at.
    pub epoch: i64,
    /// Its source.
    pub video: VideoId,
}

/// What runs where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// For the scheduler.
    pub running: Running,
    /// What kind of task it is.
    pub kind: TaskKind,
    /// Whose lease it is.
    pub attempt: Attempt,
}

#[derive(sqlx::FromRow)]
struct ReadyRow {
    id: Uuid,
    epoch: i64,
    kind: String,
    pool: String,
    content_key: Option<Vec<u8>>,
    amount_total: i64,
    export_id: Option<Uuid>,
    video_id: Uuid,
    user_id: Uuid,
    priority: i64,
    ordered_at: i64,
    rung: bool,
}

impl TryFrom<ReadyRow> for Ready {
    type Error = StoreError;

    fn try_from(row: ReadyRow) -> Result<Ready, StoreError> {
        let task = TaskId(row.id);
        let candidate = Candidate {
            task,
            user: UserId(row.user_id),
            export: row.export_id.map(ExportId),
            priority: i32::try_from(row.priority).unwrap_or(0),
            ordered_at: row.ordered_at,
            kind: kind(&row.kind, task)?,
            pool: row.pool,
            content_key: row.content_key.map(|bytes| content_key(&bytes, task)).transpose()?,
            amount: u64::try_from(row.amount_total).unwrap_or(0),
            rung: row.rung,
        };
        Ok(Ready { candidate, epoch: row.epoch, video: VideoId(row.video_id) })
    }
}

#[derive(sqlx::FromRow)]
struct WorkloadRow {
    id: Uuid,
    kind: String,
    user_id: Uuid,
    content_key: Option<Vec<u8>>,
    node_id: Uuid,
    epoch: i64,
}

impl TryFrom<WorkloadRow> for Workload {
    type Error = StoreError;

    fn try_from(row: WorkloadRow) -> Result<Workload, StoreError> {
        let task = TaskId(row.id);
        let content_key = row.content_key.map(|bytes| content_key(&bytes, task)).transpose()?;
        Ok(Workload {
            running: Running { user: UserId(row.user_id), content_key },
            kind: kind(&row.kind, task)?,
            attempt: Attempt { task, epoch: row.epoch, node: NodeId(row.node_id) },
        })
    }
}

/// What connected nodes could still take.
#[must_use]
pub fn rooms(nodes: &[ConnectedNode], workloads: &[Workload]) -> Vec<Room> {
    let mut busy: HashMap<NodeId, u32> = HashMap::new();
    for workload in workloads {
        *busy.entry(workload.attempt.node).or_default() += 1;
    }
    // A node that offers no slot drains: not even a doorbell for later is for it.
    let open = nodes.iter().filter(|node| node.slot_count > 0);
    let room = |node: &ConnectedNode| {
        let busy = busy.get(&node.id).copied().unwrap_or(0);
        Room { pools: node.facts.pools(), slots_free: node.slot_count.saturating_sub(busy) }
    };
    open.map(room).collect()
}

impl Store {
    /// Tasks that may run now. Rung within `ring_again` counts as rung.
    pub async fn ready_tasks(&self, ring_again: Duration) -> Result<Vec<Ready>, StoreError> {
        let sql = self.clocked(include_str!("../queries/tasks_ready.sql"));
        let rows: Vec<ReadyRow> = read!(self, |db| sqlx::query_as(sql)
            .bind(micros(ring_again))
            .bind(READY_PER_USER_MAX)
            .bind(READY_MAX)
            .fetch_all(db)
            .await)
        .map_err(StoreError::during("list the ready tasks"))?;
        rows.into_iter().map(Ready::try_from).collect()
    }

    /// Tasks some node has.
    pub async fn workloads(&self) -> Result<Vec<Workload>, StoreError> {
        const SQL: &str = "-- tasks.workloads
            select tasks.id, tasks.kind, videos.user_id, tasks.content_key, tasks.node_id, tasks.epoch
            from tasks join videos on videos.id = tasks.video_id
            where tasks.state in ('ready', 'leased') and tasks.state = 'leased'";
        let rows: Vec<WorkloadRow> = read!(self, |db| sqlx::query_as(SQL).fetch_all(db).await)
            .map_err(StoreError::during("list the leased tasks"))?;
        rows.into_iter().map(Workload::try_from).collect()
    }

    /// Parts that are there although a ready task still asks for them: made while its export was being planned.
    pub async fn parts_wanted_and_there(&self) -> Result<Vec<ContentKey>, StoreError> {
        const SQL: &str = "-- tasks.parts_wanted_and_there
            select tasks.id, tasks.content_key from tasks
            join parts on parts.content_key = tasks.content_key
            where tasks.state in ('ready', 'leased') and tasks.state = 'ready'";
        let rows: Vec<(Uuid, Vec<u8>)> = read!(self, |db| sqlx::query_as(SQL).fetch_all(db).await)
            .map_err(StoreError::during("list the parts that are there already"))?;
        rows.iter().map(|(task, bytes)| content_key(bytes, TaskId(*task))).collect()
    }

    /// NATS lost what was rung: ready tasks count as never rung.
    pub async fn forget_rings(&self) -> Result<u64, StoreError> {
        const SQL: &str = "-- tasks.forget_rings
            update tasks set rung_at = null
            where state in ('ready', 'leased') and state = 'ready' and rung_at is not null";
        write!(self, |db| sqlx::query(SQL).execute(db).await.map(|done| done.rows_affected()))
            .map_err(StoreError::during("forget the rings"))
    }
}

impl Tx {
    /// Marks a ready task as rung. Gives how often it was, or `None` when it is no longer ready at that epoch.
    pub async fn ring_task(&mut self, task: TaskId, epoch: i64) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "-- tasks.ring
            update tasks set rung_at = now_micros(), ring_count = ring_count + 1
            where id = $1 and epoch = $2 and state = 'ready' returning ring_count";
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query_scalar(sql).bind(task.0).bind(epoch).fetch_optional(db).await)
            .map_err(StoreError::during("mark a task as rung"))
    }
}
