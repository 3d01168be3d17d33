//! The queue as operators see it: every user's open exports, and the orders given about them. Decides nothing.

mod history;
mod running;
mod tasks;
mod waiting;

use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::status::{ExportStatus, Phase};
use service::Timestamp;
use uuid::Uuid;

use super::page::Page;
use super::{Store, StoreError, Tx};
use crate::{read, within};

pub use history::{READ_EVERY, READINGS_KEPT, Reading, Stretch, began};
pub use running::Running;
pub use tasks::{TaskFilter, TaskSeen};

/// An open export among all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedExport {
    /// Which.
    pub id: ExportId,
    /// Whose.
    pub user: UserId,
    /// What its owner is called.
    pub user_name: String,
    /// Of which video.
    pub video: VideoId,
    /// What that is called.
    pub filename: String,
    /// What everyone sees.
    pub status: ExportStatus,
    /// The last step taken.
    pub phase: Phase,
    /// The higher, the sooner.
    pub priority: i32,
    /// The highest percentage shown so far.
    pub progress_percentage: u8,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When rendering began.
    pub started_at: Option<Timestamp>,
    /// Until when it may take.
    pub deadline: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// Its tasks by state.
    pub tasks: TaskCounts,
}

/// How many tasks are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// May be claimed.
    pub ready: u64,
    /// A node has them.
    pub leased: u64,
    /// Their parts are there.
    pub done: u64,
    /// Failed for good.
    pub poisoned: u64,
}

#[derive(sqlx::FromRow)]
struct QueuedRow {
    id: Uuid,
    user_id: Uuid,
    user_name: String,
    video_id: Uuid,
    filename: String,
    status: String,
    phase: String,
    priority: i64,
    progress_percentage: i64,
    created_at: i64,
    started_at: Option<i64>,
    deadline: Option<i64>,
    paused_at: Option<i64>,
    ready: i64,
    leased: i64,
    done: i64,
    poisoned: i64,
}

impl TryFrom<QueuedRow> for QueuedExport {
    type Error = StoreError;

    fn try_from(row: QueuedRow) -> Result<QueuedExport, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "exports", column, row: row.id.to_string() };
        Ok(QueuedExport {
            id: ExportId(row.id),
            user: UserId(row.user_id),
            user_name: row.user_name,
            video: VideoId(row.video_id),
            filename: row.filename,
            status: ExportStatus::parse(&row.status).ok_or_else(|| wrong("status"))?,
            phase: Phase::parse(&row.phase).ok_or_else(|| wrong("phase"))?,
            priority: i32::try_from(row.priority).map_err(|_| wrong("priority"))?,
            progress_percentage: u8::try_from(row.progress_percentage).map_err(|_| wrong("progress_percentage"))?,
            created_at: Timestamp(row.created_at),
            started_at: row.started_at.map(Timestamp),
            deadline: row.deadline.map(Timestamp),
            paused_at: row.paused_at.map(Timestamp),
            tasks: TaskCounts {
                ready: count(row.ready),
                leased: count(row.leased),
                done: count(row.done),
                poisoned: count(row.poisoned),
            },
        })
    }
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

impl Store {
    /// A page of everybody's open exports, the most urgent first, then the oldest; and how many there are.
    pub async fn queued_exports(&self, page: Page) -> Result<(Vec<QueuedExport>, u64), StoreError> {
        // Open exports are few beside all others: index exports_open.
        const SQL: &str = "-- queue.exports
            select exports.id, exports.user_id, users.name as user_name, exports.video_id, videos.filename, exports.status,
                   exports.phase, exports.priority, exports.progress_percentage, exports.created_at, exports.started_at,
                   exports.deadline, exports.paused_at,
                   (select count(*) from tasks where export_id = exports.id and state = 'ready') as ready,
                   (select count(*) from tasks where export_id = exports.id and state = 'leased') as leased,
                   (select count(*) from tasks where export_id = exports.id and state = 'done') as done,
                   (select count(*) from tasks where export_id = exports.id and state = 'poisoned') as poisoned
            from exports join users on users.id = exports.user_id join videos on videos.id = exports.video_id
            where exports.status in ('pending', 'processing')
            order by exports.priority desc, exports.created_at, exports.id limit $1 offset $2";
        const COUNT: &str = "-- queue.count
            select count(*) from exports where status in ('pending', 'processing')";
        let listing = || StoreError::during("list the queue");
        let rows: Vec<QueuedRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(page.limit()).bind(page.offset()).fetch_all(db).await)
                .map_err(listing())?;
        let total: i64 = read!(self, |db| sqlx::query_scalar(COUNT).fetch_one(db).await).map_err(listing())?;
        Ok((rows.into_iter().map(QueuedExport::try_from).collect::<Result<_, _>>()?, count(total)))
    }

    /// How many open exports there are, how many of them wait or are paused, and how many failed since `since`.
    pub async fn queue_counts(&self, since: Timestamp) -> Result<QueueCounts, StoreError> {
        const SQL: &str = "-- queue.counts
            select count(case when status = 'pending' then 1 end), count(case when status = 'processing' then 1 end),
                   count(case when status in ('pending', 'processing') and paused_at is not null then 1 end),
                   count(case when status = 'failed' and completed_at > $1 then 1 end),
                   min(case when status in ('pending', 'processing') then created_at end)
            from exports where status in ('pending', 'processing') or (status = 'failed' and completed_at > $1)";
        let (pending, processing, paused, failed, oldest): (i64, i64, i64, i64, Option<i64>) =
            read!(self, |db| sqlx::query_as(SQL).bind(since.0).fetch_one(db).await)
                .map_err(StoreError::during("count the queue"))?;
        Ok(QueueCounts {
            pending: count(pending),
            processing: count(processing),
            paused: count(paused),
            failed_lately: count(failed),
            oldest: oldest.map(Timestamp),
        })
    }

    /// Whether there is such an export, whoever owns it.
    pub async fn export_is_there(&self, id: ExportId) -> Result<bool, StoreError> {
        const SQL: &str = "-- queue.export_is_there
            select count(*) from exports where id = $1";
        let found: i64 = read!(self, |db| sqlx::query_scalar(SQL).bind(id.0).fetch_one(db).await)
            .map_err(StoreError::during("look for an export"))?;
        Ok(found == 1)
    }
}

/// The queue in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Nothing done yet.
    pub pending: u64,
    /// Being made.
    pub processing: u64,
    /// Held back by an operator; they are among the others.
    pub paused: u64,
    /// Failed in the time asked for.
    pub failed_lately: u64,
    /// When the oldest open one was ordered.
    pub oldest: Option<Timestamp>,
}

impl Tx {
    /// How urgent an open export is from now on. False when it is over, or is not there.
    pub async fn set_priority(&mut self, id: ExportId, priority: i32, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- queue.set_priority
            update exports set priority = $2, updated_at = $3 where id = $1 and status in ('pending', 'processing')";
        let changed = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(i64::from(priority))
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("set an export's priority"))?;
        Ok(changed == 1)
    }

    /// Holds an open export back: nothing more of it is begun. False when it is over, or is not there.
    pub async fn pause_export(&mut self, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- queue.pause
            update exports set paused_at = coalesce(paused_at, $2), updated_at = $2
            where id = $1 and status in ('pending', 'processing')";
        let changed =
            within!(self, |db| sqlx::query(SQL).bind(id.0).bind(now.0).execute(db).await.map(|d| d.rows_affected()))
                .map_err(StoreError::during("pause an export"))?;
        Ok(changed == 1)
    }

    /// Lets an open export go on; the time it was paused is added to what it may take. False when it is over, or is not there.
    pub async fn resume_export(&mut self, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- queue.resume
            update exports set updated_at = $2, paused_at = null,
                   -- Paused before rendering began, only the time since then counts.
                   deadline = case when paused_at is null then deadline
                                   when started_at > paused_at then deadline + ($2 - started_at)
                                   else deadline + ($2 - paused_at) end
            where id = $1 and status in ('pending', 'processing')";
        let changed =
            within!(self, |db| sqlx::query(SQL).bind(id.0).bind(now.0).execute(db).await.map(|d| d.rows_affected()))
                .map_err(StoreError::during("resume an export"))?;
        Ok(changed == 1)
    }

    /// Frees what nodes have of an open export, or one task of it, and forgets its failures: it is tried anew, elsewhere if need
    /// be. Gives how many tasks that were.
    pub async fn requeue_tasks(&mut self, id: ExportId, task: Option<TaskId>) -> Result<u64, StoreError> {
        const SQL: &str = "-- queue.requeue
            update tasks set state = 'ready', lease_until = null, rung_at = null, not_before = now_micros(),
                   media_failures = 0, node_failures = 0
            where state in ('ready', 'leased') and export_id = $1 and (cast($2 as uuid) is null or id = $2)
              and exists (select 1 from exports where exports.id = $1 and exports.status in ('pending', 'processing'))";
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query(sql)
            .bind(id.0)
            .bind(task.map(|task| task.0))
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("requeue tasks"))
    }

    /// Frees what a node has, without counting it as a failure. Gives how many tasks that were.
    pub async fn free_tasks_of(&mut self, node: NodeId) -> Result<u64, StoreError> {
        const SQL: &str = "-- queue.free_tasks_of
            update tasks set state = 'ready', lease_until = null, rung_at = null
            where state in ('ready', 'leased') and state = 'leased' and node_id = $1";
        within!(self, |db| sqlx::query(SQL).bind(node.0).execute(db).await.map(|done| done.rows_affected()))
            .map_err(StoreError::during("free a node's tasks"))
    }
}
