//! Failed attempts and lost leases in the ledger. What becomes of the task, `core::retry` decides.

use std::time::Duration;

use farm_core::ids::{ExportId, NodeId, TaskId, VideoId};
use farm_core::retry::{Failures, Fault, Next, after_failure};
use farm_core::work::TaskKind;
use service::Timestamp;
use uuid::Uuid;

use super::{Attempt, held, kind, micros};
use crate::store::{Store, StoreError, Tx};
use crate::{read, within};

/// Lost leases taken back in one round; the rest come with the next.
const LOST_AT_ONCE_MAX: i64 = 100;
/// The code of a video that is nothing Reelfarm accepts.
const UNSUPPORTED_MEDIA: &str = "unsupported_media";
/// The code of a video that should have been accepted, but could not be read.
const INDEX_FAILED: &str = "index_failed";

/// What became of a task whose attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedTask {
    /// What it was.
    pub kind: TaskKind,
    /// The source it read.
    pub video: VideoId,
    /// The export it worked for.
    pub export: Option<ExportId>,
    /// Its fate.
    pub next: Next,
}

#[derive(sqlx::FromRow)]
struct FailingRow {
    kind: String,
    video_id: Uuid,
    export_id: Option<Uuid>,
    media_failures: i64,
    node_failures: i64,
}

impl Tx {
    /// Books a failed attempt: the task is free again after a while, or given up, and with an index its video,
    /// with a preview that.
    /// `None` when the lease was lost before. `message` is for people, `detail` for the log.
    pub async fn fail_task(
        &mut self,
        attempt: &Attempt,
        fault: Fault,
        message: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<Option<FailedTask>, StoreError> {
        let Some(row) = self.failing(attempt).await? else { return Ok(None) };
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let before = Failures { media: count(row.media_failures), node: count(row.node_failures) };
        let verdict = after_failure(fault, before, attempt.epoch);
        match verdict.next {
            Next::Again { wait } => self.free_after(attempt, verdict.failures, wait, message, detail).await?,
            Next::Poisoned => self.poison(attempt, verdict.failures, message, detail).await?,
        }
        let (kind, video) = (kind(&row.kind, attempt.task)?, VideoId(row.video_id));
        if kind == TaskKind::Index && verdict.next == Next::Poisoned {
            let code = if fault == Fault::Unsupported { UNSUPPORTED_MEDIA } else { INDEX_FAILED };
            self.video_failed(video, code, message, now).await?;
        }
        if kind == TaskKind::Preview && verdict.next == Next::Poisoned {
            self.preview_failed(video).await?;
        }
        Ok(Some(FailedTask { kind, video, export: row.export_id.map(ExportId), next: verdict.next }))
    }

    async fn failing(&mut self, attempt: &Attempt) -> Result<Option<FailingRow>, StoreError> {
        const SQL: &str = concat!(
            "-- tasks.failing
            select kind, video_id, export_id, media_failures, node_failures from tasks where ",
            held!()
        );
        within!(self, |db| sqlx::query_as(SQL)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("read a failing task"))
    }

    async fn free_after(
        &mut self,
        attempt: &Attempt,
        failures: Failures,
        wait: Duration,
        message: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "-- tasks.free_after
            update tasks set state = 'ready', lease_until = null, rung_at = null, not_before = now_micros() + $8,
                   media_failures = $4, node_failures = $5, error_message = $6, error_detail = $7
            where ",
            held!()
        );
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query(sql)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .bind(i64::from(failures.media))
            .bind(i64::from(failures.node))
            .bind(message)
            .bind(detail)
            .bind(micros(wait))
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("free a failed task"))
    }

    async fn poison(
        &mut self,
        attempt: &Attempt,
        failures: Failures,
        message: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "-- tasks.poison
            update tasks set state = 'poisoned', lease_until = null, finished_at = now_micros(),
                   media_failures = $4, node_failures = $5, error_message = $6, error_detail = $7
            where ",
            held!()
        );
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query(sql)
            .bind(attempt.task.0)
            .bind(attempt.epoch)
            .bind(attempt.node.0)
            .bind(i64::from(failures.media))
            .bind(i64::from(failures.node))
            .bind(message)
            .bind(detail)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("give a task up"))
    }
}

impl Store {
    /// What the media library said where an export failed: of the task that was given up, or else of the last that failed at all.
    pub async fn detail_of_export(&self, export: ExportId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "-- tasks.detail_of_export
            select error_detail from tasks where export_id = $1 and error_detail <> ''
            order by case state when 'poisoned' then 0 else 1 end, id desc limit 1";
        read!(self, |db| sqlx::query_scalar(SQL).bind(export.0).fetch_optional(db).await)
            .map_err(StoreError::during("read why an export failed"))
    }

    /// What the media library said where a video could not be indexed.
    pub async fn detail_of_video(&self, video: VideoId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "-- tasks.detail_of_video
            select error_detail from tasks where video_id = $1 and kind = 'index' and error_detail <> ''
            order by id desc limit 1";
        read!(self, |db| sqlx::query_scalar(SQL).bind(video.0).fetch_optional(db).await)
            .map_err(StoreError::during("read why a video failed"))
    }

    /// Attempts whose lease ran out and that nobody claimed since.
    pub async fn lost_attempts(&self) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = "-- tasks.lost_attempts
            select id, epoch, node_id from tasks
            where state in ('ready', 'leased') and state = 'leased' and lease_until < now_micros()
            order by lease_until limit $1";
        let sql = self.clocked(SQL);
        let rows: Vec<(Uuid, i64, Uuid)> =
            read!(self, |db| sqlx::query_as(sql).bind(LOST_AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the lost leases"))?;
        let attempt = |(task, epoch, node)| Attempt { task: TaskId(task), epoch, node: NodeId(node) };
        Ok(rows.into_iter().map(attempt).collect())
    }
}
