//! Tasks as operators see them, page by page. Leases none.

use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::status::TaskState;
use farm_core::work::TaskKind;
use service::Timestamp;
use uuid::Uuid;

use super::count;
use crate::paged;
use crate::store::page::Page;
use crate::store::{Store, StoreError};

/// Which tasks are wanted; `None` means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Of this export.
    pub export: Option<ExportId>,
    /// That this node has or had last.
    pub node: Option<NodeId>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Of this kind.
    pub kind: Option<TaskKind>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSeen {
    /// Which.
    pub id: TaskId,
    /// What kind.
    pub kind: TaskKind,
    /// Where it is.
    pub state: TaskState,
    /// Whose nodes can do it.
    pub pool: String,
    /// Whose.
    pub user: UserId,
    /// Of which video.
    pub video: VideoId,
    /// The name of that.
    pub filename: String,
    /// For which export; an index or preview has none.
    pub export: Option<ExportId>,
    /// Who has it, or had it last.
    pub node: Option<NodeId>,
    /// How often it was leased.
    pub attempt: u64,
    /// How often it failed.
    pub failures: u64,
    /// What went wrong last, for people.
    pub error_message: Option<String>,
    /// What went wrong last, raw.
    pub error_detail: Option<String>,
    /// Frames of picture, milliseconds of sound or preview.
    pub amount_total: u64,
    /// Of these, done.
    pub amount_done: u64,
    /// Its part was there before anybody rendered it.
    pub reused: bool,
    /// Since when the node has it, or had it last.
    pub leased_at: Option<Timestamp>,
    /// Until when its lease runs.
    pub lease_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
pub(super) struct TaskRow {
    id: Uuid,
    kind: String,
    state: String,
    pool: String,
    user_id: Uuid,
    video_id: Uuid,
    filename: String,
    export_id: Option<Uuid>,
    node_id: Option<Uuid>,
    epoch: i64,
    failures: i64,
    error_message: Option<String>,
    error_detail: Option<String>,
    amount_total: i64,
    amount_done: i64,
    reused: bool,
    leased_at: Option<i64>,
    lease_until: Option<i64>,
    created_at: i64,
    finished_at: Option<i64>,
}

/// The columns of a [`TaskRow`].
macro_rules! columns {
    () => {
        "tasks.id, tasks.kind, tasks.state, tasks.pool, videos.user_id, tasks.video_id, videos.filename, tasks.export_id, tasks.node_id,
            tasks.epoch, tasks.media_failures + tasks.node_failures as failures, tasks.error_message, tasks.error_detail,
            tasks.amount_total, tasks.amount_done, tasks.reused, tasks.leased_at, tasks.lease_until, tasks.created_at,
            tasks.finished_at"
    };
}

pub(super) use columns;

macro_rules! filtered {
    () => {
        "tasks join videos on videos.id = tasks.video_id
            where (cast($1 as uuid) is null or tasks.export_id = $1)
              and (cast($2 as uuid) is null or tasks.node_id = $2)
              and (cast($3 as text) is null or tasks.state = $3)
              and (cast($4 as text) is null or tasks.kind = $4)"
    };
}

impl Store {
    /// A page of tasks by age, and how many fit the filter.
    pub async fn tasks_seen(&self, filter: TaskFilter, page: Page) -> Result<(Vec<TaskSeen>, u64), StoreError> {
        let (rows, total) = paged!(
            self, page, "queue.tasks", TaskRow,
            select [columns!()],
            from [filtered!()], order ["tasks.created_at", "tasks.id"], limit "limit $5 offset $6",
            bind [
                filter.export.map(|export| export.0),
                filter.node.map(|node| node.0),
                filter.state.map(TaskState::as_str),
                filter.kind.map(TaskKind::as_str)
            ],
            doing "list tasks"
        );
        Ok((rows.into_iter().map(TaskSeen::try_from).collect::<Result<_, _>>()?, total))
    }
}

impl TryFrom<TaskRow> for TaskSeen {
    type Error = StoreError;

    fn try_from(row: TaskRow) -> Result<TaskSeen, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "tasks", column, row: row.id.to_string() };
        Ok(TaskSeen {
            id: TaskId(row.id),
            kind: TaskKind::parse(&row.kind).ok_or_else(|| wrong("kind"))?,
            state: TaskState::parse(&row.state).ok_or_else(|| wrong("state"))?,
            pool: row.pool,
            user: UserId(row.user_id),
            video: VideoId(row.video_id),
            filename: row.filename,
            export: row.export_id.map(ExportId),
            node: row.node_id.map(NodeId),
            attempt: count(row.epoch),
            failures: count(row.failures),
            error_message: row.error_message,
            error_detail: row.error_detail,
            amount_total: count(row.amount_total),
            amount_done: count(row.amount_done),
            reused: row.reused,
            leased_at: row.leased_at.map(Timestamp),
            lease_until: row.lease_until.map(Timestamp),
            created_at: Timestamp(row.created_at),
            finished_at: row.finished_at.map(Timestamp),
        })
    }
}
