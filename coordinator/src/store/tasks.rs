//! Tasks and their leases in the ledger: claimed, renewed, done. Everything an attempt changes is fenced by
//! (task, epoch, node, leased), so a lost lease changes nothing. Decides neither order nor retries.

mod failures;
mod scheduling;

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, NodeId, TaskId, VideoId};
use farm_core::work::{TaskKind, Work};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within, write};

pub use failures::FailedTask;
pub use scheduling::{Ready, Workload, rooms};

/// After a media failure other nodes have this long to try the task before the one that failed may have it again.
pub const SECOND_OPINION: Duration = Duration::from_mins(1);

/// The export or the video a task works for still wants it.
macro_rules! wanted {
    () => {
        "(tasks.export_id is null
              and exists (select 1 from videos where videos.id = tasks.video_id
                          and videos.status = case tasks.kind when 'index' then 'indexing' else 'ready' end)
          or exists (select 1 from exports where exports.id = tasks.export_id and exports.status = 'processing'))"
    };
}

/// The fence: parameters 1 to 3 are task, epoch and node. The first line lets SQLite use the index of open tasks.
macro_rules! held {
    () => {
        "tasks.state in ('ready', 'leased')
          and tasks.id = $1 and tasks.epoch = $2 and tasks.node_id = $3 and tasks.state = 'leased'"
    };
}

use held;

/// The n-th lease of a task, and whose it is. Names itself in every later message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt {
    /// The leased task.
    pub task: TaskId,
    /// Which lease of it.
    pub epoch: i64,
    /// Who has it.
    pub node: NodeId,
}

/// What a node gets with a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The lease.
    pub attempt: Attempt,
    /// What to do.
    pub promise: Promise,
    /// Where the source's bytes are in the object store.
    pub source_key: String,
    /// How many they are.
    pub source_bytes: u64,
}

/// What an attempt owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The part's name; an index yields none.
    pub content_key: Option<ContentKey>,
    /// What was asked for.
    pub work: Work,
    /// The source's video.
    pub video: VideoId,
}

/// What became true when an attempt was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneTask {
    /// What it was.
    pub kind: TaskKind,
    /// The export it worked for.
    pub export: Option<ExportId>,
    /// Other tasks that wanted the same part and are done with it.
    pub others: u64,
}

#[derive(sqlx::FromRow)]
struct PromiseRow {
    content_key: Option<Vec<u8>>,
    work: Json<Work>,
    video_id: Uuid,
}

impl PromiseRow {
    fn promise(self, task: TaskId) -> Result<Promise, StoreError> {
        let content_key = self.content_key.map(|bytes| content_key(&bytes, task)).transpose()?;
        Ok(Promise { content_key, work: self.work.0, video: VideoId(self.video_id) })
    }
}

fn content_key(bytes: &[u8], task: TaskId) -> Result<ContentKey, StoreError> {
    let inconsistent = || StoreError::Inconsistent { table: "tasks", column: "content_key", row: task.to_string() };
    bytes.try_into().map(ContentKey).map_err(|_| inconsistent())
}

fn kind(text: &str, task: TaskId) -> Result<TaskKind, StoreError> {
    let inconsistent = || StoreError::Inconsistent { table: "tasks", column: "kind", row: task.to_string() };
    TaskKind::parse(text).ok_or_else(inconsistent)
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Store {
    /// Leases a task to a node for `lease`, if it is free, wanted, and still at the `epoch` on its doorbell.
    pub async fn claim_task(
        &self,
        task: TaskId,
        epoch: i64,
        node: NodeId,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        const SQL: &str = concat!(include_str!("queries/tasks_claim.sql"), "  and ", wanted!(), "\nreturning epoch");
        let sql = self.clocked(SQL);
        let claimed: Option<i64> = write!(self, |db| sqlx::query_scalar(sql)
            .bind(task.0)
            .bind(epoch)
            .bind(node.0)
            .bind(micros(lease))
            .bind(micros(SECOND_OPINION))
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("claim a task"))?;
        let Some(epoch) = claimed else { return Ok(None) };
        self.lease(Attempt { task, epoch, node }).await
    }

    async fn lease(&self, attempt: Attempt) -> Result<Option<Lease>, StoreError> {
        const SQL: &str = "-- tasks.lease
            select source_key, size_bytes from videos where id = $1";
        let Some(promise) = self.attempt_promise(&attempt).await? else { return Ok(None) };
        let (source_key, size_bytes): (String, i64) =
            read!(self, |db| sqlx::query_as(SQL).bind(promise.video.0).fetch_one(db).await)
                .map_err(StoreError::during("read the source of a claimed task"))?;
        let source_bytes = u64::try_from(size_bytes).unwrap_or(0);
        Ok(Some(Lease { attempt, promise, source_key, source_bytes }))
    }

    /// What an attempt owes, while it holds the lease and its export still wants it.
    pub async fn attempt_promise(&self, attempt: &Attempt) -> Result<Option<Promise>, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.attempt_promise
            select content_key, work, video_id from tasks where ",
            held!(),
            " and ",
            wanted!()
        );
        let row: Option<PromiseRow> = read!(self, |db| sqlx::query_as(SQL)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("read what an attempt owes"))?;
        row.map(|row| row.promise(attempt.task)).transpose()
    }

    /// Whether this very attempt's task is done: a lost receipt may be given again.
    pub async fn is_done(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        const SQL: &str = "-- tasks.is_done
            select count(*) from tasks where id = $1 and epoch = $2 and node_id = $3 and state = 'done'";
        let count: i64 = read!(self, |db| sqlx::query_scalar(SQL)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .fetch_one(db)
            .await)
        .map_err(StoreError::during("look whether an attempt is done"))?;
        Ok(count > 0)
    }

    /// Lets a lease run anew from now and notes progress. False when it is lost or no longer wanted: the node must stop.
    pub async fn renew_lease(&self, attempt: &Attempt, lease: Duration, amount: u64) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.renew
            update tasks set lease_until = now_micros() + $4,
                   -- Progress never falls and never passes the end.
                   amount_done = case when $5 <= amount_done then amount_done
                                      when $5 > amount_total then amount_total else $5 end
            where ",
            held!(),
            " and lease_until > now_micros() and ",
            wanted!()
        );
        let sql = self.clocked(SQL);
        let renewed = write!(self, |db| sqlx::query(sql)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .bind(micros(lease))
            .bind(i64::try_from(amount).unwrap_or(i64::MAX))
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("renew a lease"))?;
        Ok(renewed == 1)
    }

    /// Notes progress without renewing. Of a lost lease it says nothing.
    pub async fn note_progress(&self, attempt: &Attempt, amount: u64) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "-- tasks.note_progress
            update tasks set amount_done = case when $4 > amount_total then amount_total else $4 end
            where ",
            held!(),
            " and amount_done < $4"
        );
        write!(self, |db| sqlx::query(SQL)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .bind(i64::try_from(amount).unwrap_or(i64::MAX))
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("note progress"))
    }

    /// Gives a task back unfinished: nobody's fault, and free at once.
    pub async fn release_task(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.release
            update tasks set state = 'ready', lease_until = null, rung_at = null where ",
            held!()
        );
        let released = write!(self, |db| sqlx::query(SQL)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("release a task"))?;
        Ok(released == 1)
    }

    /// The attempts of a node that still count: leases held, exports still wanting them.
    pub async fn attempts_of(&self, node: NodeId) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.attempts_of
            select id, epoch from tasks
            where state in ('ready', 'leased') and state = 'leased' and node_id = $1 and ",
            wanted!()
        );
        let rows: Vec<(Uuid, i64)> = read!(self, |db| sqlx::query_as(SQL).bind(node.0).fetch_all(db).await)
            .map_err(StoreError::during("list a node's attempts"))?;
        Ok(rows.into_iter().map(|(task, epoch)| Attempt { task: TaskId(task), epoch, node }).collect())
    }
}

impl Tx {
    /// The task is done by this attempt, and with it every open task that wants the same part.
    /// `None`, and nothing changed, when the lease is lost or the export no longer wants it.
    pub async fn complete_task(&mut self, attempt: &Attempt) -> Result<Option<DoneTask>, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.complete
            update tasks set state = 'done', lease_until = null, finished_at = now_micros(), amount_done = amount_total
            where ",
            held!(),
            " and ",
            wanted!(),
            " returning kind, export_id, content_key"
        );
        let sql = self.clocked(SQL);
        let row: Option<(String, Option<Uuid>, Option<Vec<u8>>)> = within!(self, |db| sqlx::query_as(sql)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("complete a task"))?;
        let Some((text, export, key)) = row else { return Ok(None) };
        let others = match key {
            Some(key) => self.reuse_part(&content_key(&key, attempt.task)?).await?,
            None => 0,
        };
        Ok(Some(DoneTask { kind: kind(&text, attempt.task)?, export: export.map(ExportId), others }))
    }

    /// Every open task that wants a part which is there is done. Gives how many were.
    pub async fn reuse_part(&mut self, key: &ContentKey) -> Result<u64, StoreError> {
        const SQL: &str = "-- tasks.reuse_part
            update tasks set state = 'done', lease_until = null, finished_at = now_micros(), amount_done = amount_total,
                   reused = true
            where content_key = $1 and state in ('ready', 'leased')";
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query(sql).bind(key.0.as_slice()).execute(db).await.map(|done| done.rows_affected()))
            .map_err(StoreError::during("complete the tasks that share a part"))
    }
}

#[cfg(test)]
mod tests;
