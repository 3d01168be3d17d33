//! The steps of an export in the ledger: each one conditional update on (id, epoch, phase), so a stale step changes nothing.

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::deadline::GRANTED_FIRST;
use farm_core::estimate::{Measure, measure};
use farm_core::export::{Format, Order};
use farm_core::ids::{ExportId, VideoId};
use farm_core::plan::{Plan, PlannedTask};
use farm_core::status::{ExportStatus, Phase};
use farm_core::webhooks::EventType;
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within, write};

/// Exports moved in one round of the loop; the rest come with the next.
const ADVANCED_AT_ONCE_MAX: i64 = 100;

/// An export on its way: what the advance loop looks at.
#[derive(Clone, Debug)]
pub struct OpenExport {
    /// Which.
    pub id: ExportId,
    /// Of which video.
    pub video: VideoId,
    /// What everyone sees.
    pub status: ExportStatus,
    /// The last step taken.
    pub phase: Phase,
    /// Names the last step taken.
    pub epoch: i64,
    /// In which container its files are.
    pub format: Format,
    /// When rendering began.
    pub started_at: Option<Timestamp>,
    /// Until when it may take; `None` before rendering begins, and while it is paused.
    pub deadline: Option<Timestamp>,
}

/// How the tasks of an export stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskTally {
    /// Ready or leased.
    pub open: u64,
    /// The first reason why one failed for good.
    pub poison: Option<String>,
}

/// A finished file's figures, for the completion of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// Key in the object store.
    pub s3_key: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// The exactness report of the export, JSON.
    pub report: String,
}

#[derive(sqlx::FromRow)]
struct OpenExportRow {
    id: Uuid,
    video_id: Uuid,
    status: String,
    phase: String,
    epoch: i64,
    format: String,
    started_at: Option<i64>,
    deadline: Option<i64>,
}

impl OpenExport {
    /// What it is granted, from the moment rendering began.
    #[must_use]
    pub fn granted(&self) -> Option<Duration> {
        Some(self.deadline?.since(self.started_at?))
    }
}

impl TryFrom<OpenExportRow> for OpenExport {
    type Error = StoreError;

    fn try_from(row: OpenExportRow) -> Result<OpenExport, StoreError> {
        let inconsistent = |column| StoreError::Inconsistent { table: "exports", column, row: row.id.to_string() };
        Ok(OpenExport {
            id: ExportId(row.id),
            video: VideoId(row.video_id),
            status: ExportStatus::parse(&row.status).ok_or_else(|| inconsistent("status"))?,
            phase: Phase::parse(&row.phase).ok_or_else(|| inconsistent("phase"))?,
            epoch: row.epoch,
            format: Format::parse(&row.format).ok_or_else(|| inconsistent("format"))?,
            started_at: row.started_at.map(Timestamp),
            deadline: row.deadline.map(Timestamp),
        })
    }
}

impl Store {
    /// Exports that may have a step to take: everything not yet published or ended, oldest first.
    pub async fn exports_to_advance(&self) -> Result<Vec<OpenExport>, StoreError> {
        const SQL: &str = "-- steps.exports_to_advance
            select id, video_id, status, phase, epoch, format, started_at,
                   case when paused_at is null then deadline end as deadline
            from exports
            where phase not in ('published', 'ended') order by created_at limit $1";
        let rows: Vec<OpenExportRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(ADVANCED_AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the exports to advance"))?;
        rows.into_iter().map(OpenExport::try_from).collect()
    }

    /// The validated order of an export.
    pub async fn export_order(&self, id: ExportId) -> Result<Order, StoreError> {
        const SQL: &str = "-- steps.export_order
            select export_order from exports where id = $1";
        let Json(order): Json<Order> = read!(self, |db| sqlx::query_scalar(SQL).bind(id.0).fetch_one(db).await)
            .map_err(StoreError::during("read an export's order"))?;
        Ok(order)
    }

    /// The plan of an export that has one.
    pub async fn export_plan(&self, id: ExportId) -> Result<Plan, StoreError> {
        const SQL: &str = "-- steps.export_plan
            select plan from exports where id = $1 and plan is not null";
        let Json(plan): Json<Plan> = read!(self, |db| sqlx::query_scalar(SQL).bind(id.0).fetch_one(db).await)
            .map_err(StoreError::during("read an export's plan"))?;
        Ok(plan)
    }

    /// How many tasks of an export are open, and why one failed if one did.
    pub async fn task_tally(&self, id: ExportId) -> Result<TaskTally, StoreError> {
        const SQL: &str = "-- steps.task_tally
            select cast(count(case when state in ('ready', 'leased') then 1 end) as bigint),
                   min(case when state = 'poisoned' then error_message end)
            from tasks where export_id = $1";
        let (open, poison): (i64, Option<String>) =
            read!(self, |db| sqlx::query_as(SQL).bind(id.0).fetch_one(db).await)
                .map_err(StoreError::during("count an export's tasks"))?;
        Ok(TaskTally { open: u64::try_from(open).unwrap_or(0), poison })
    }

    /// accepted → rendering: the plan and its tasks go into the books together. Parts already there are done at once.
    /// False when somebody else took the step, or the export was cancelled.
    pub async fn begin_rendering(&self, export: &OpenExport, plan: &Plan, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- steps.begin_rendering
            update exports set plan = $3, phase = 'rendering', status = 'processing', epoch = epoch + 1,
                   started_at = $4, deadline = $5, updated_at = $4
            where id = $1 and epoch = $2 and phase = 'accepted' and status = 'pending'";
        let mut tx = self.begin().await?;
        let changed = within!(&mut tx, |db| sqlx::query(SQL)
            .bind(export.id.0)
            .bind(export.epoch)
            .bind(Json(plan))
            .bind(now.0)
            .bind(now.after(GRANTED_FIRST).0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("store a plan"))?;
        if changed == 0 {
            return Ok(false);
        }
        for task in &plan.tasks {
            tx.insert_planned_task(export, task, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// rendering → uploading: every part is here.
    pub async fn begin_upload(&self, export: &OpenExport, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- steps.begin_upload
            update exports set phase = 'uploading', epoch = epoch + 1, updated_at = $3, rendered_at = $3
            where id = $1 and epoch = $2 and phase = 'rendering' and status = 'processing'";
        let changed = write!(self, |db| sqlx::query(SQL)
            .bind(export.id.0)
            .bind(export.epoch)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("begin an export's upload"))?;
        Ok(changed == 1)
    }

    /// uploading → published: the files are there. Loses against a cancel that came first.
    pub async fn complete_export(
        &self,
        export: &OpenExport,
        file: &PublishedFile,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- steps.complete_export
            update exports set phase = 'published', status = 'completed', epoch = epoch + 1, progress_percentage = 100,
                   output_s3_key = $3, file_size_bytes = $4, sha256 = $5, updated_at = $6, completed_at = $6, expires_at = $7,
                   report = $8
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing'";
        let size = i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
        let mut tx = self.begin().await?;
        let changed = within!(&mut tx, |db| sqlx::query(SQL)
            .bind(export.id.0)
            .bind(export.epoch)
            .bind(&file.s3_key)
            .bind(size)
            .bind(&file.sha256)
            .bind(now.0)
            .bind(expires.0)
            .bind(&file.report)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("complete an export"))?;
        if changed == 0 {
            return Ok(false);
        }
        tx.announce_export(export.id, EventType::ExportCompleted, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives an open export up with a code and a sentence. Its phase stays until it is cleaned up.
    pub async fn fail_export(
        &self,
        id: ExportId,
        code: &str,
        message: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- steps.fail_export
            update exports set status = 'failed', error_code = $2, error_message = $3, updated_at = $4, completed_at = $4
            where id = $1 and status in ('pending', 'processing')";
        let mut tx = self.begin().await?;
        let changed = within!(&mut tx, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(code)
            .bind(message)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("fail an export"))?;
        if changed == 0 {
            return Ok(false);
        }
        tx.announce_export(id, EventType::ExportFailed, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes the open tasks of an ended export off the books; their leases are worth nothing from here on.
    pub async fn drop_tasks(&self, id: ExportId, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- steps.drop_tasks
            update tasks set state = 'dropped', lease_until = null, finished_at = $2
            where export_id = $1 and state in ('ready', 'leased')";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("drop an ended export's tasks"))
    }

    /// → ended: nothing of a failed or cancelled export is left.
    pub async fn end_export(&self, export: &OpenExport, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- steps.end_export
            update exports set phase = 'ended', epoch = epoch + 1, updated_at = $3
            where id = $1 and epoch = $2 and status in ('failed', 'cancelled')";
        write!(self, |db| sqlx::query(SQL).bind(export.id.0).bind(export.epoch).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("end an export"))
    }

    /// A video whose bytes are hashed gets its index task, once.
    pub async fn insert_index_task(&self, video: VideoId, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- steps.insert_index_task
            insert into tasks (id, kind, pool, video_id, work, state, epoch, not_before, ring_count, media_failures,
                               node_failures, amount_total, amount_done, reused, created_at)
            select $1, 'index', $2, $3, $4, 'ready', 0, 0, 0, 0, 0, 1, 0, false, $5
            where not exists (select 1 from tasks where video_id = $3 and kind = 'index')";
        let work = farm_core::work::Work::Index;
        write!(self, |db| sqlx::query(SQL)
            .bind(Uuid::now_v7())
            .bind(work.pool())
            .bind(video.0)
            .bind(Json(&work))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert an index task"))
    }
}

impl Tx {
    async fn insert_planned_task(
        &mut self,
        export: &OpenExport,
        task: &PlannedTask,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- steps.insert_planned_task
            insert into tasks (id, kind, pool, video_id, export_id, content_key, work, state, epoch, not_before, ring_count,
                               media_failures, node_failures, amount_total, amount_done, reused, created_at, finished_at, recipe,
                               measured_amount)
            values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, $9, $10, $11, $12, $13, $14, $15)";
        let present = self.part_present(&task.content_key, now).await?;
        let whole = |amount| i64::try_from(amount).unwrap_or(i64::MAX);
        let amount = whole(task.amount);
        let Measure { recipe, amount: measured } = measure(&task.work);
        let (recipe, measured) = if recipe.is_empty() { (None, None) } else { (Some(recipe), Some(whole(measured))) };
        within!(self, |db| sqlx::query(SQL)
            .bind(Uuid::now_v7())
            .bind(task.work.kind().as_str())
            .bind(task.work.pool())
            .bind(export.video.0)
            .bind(export.id.0)
            .bind(task.content_key.0.as_slice())
            .bind(Json(&task.work))
            .bind(if present { "done" } else { "ready" })
            .bind(amount)
            .bind(if present { amount } else { 0 })
            .bind(present)
            .bind(now.0)
            .bind(present.then_some(now.0))
            .bind(recipe)
            .bind(measured)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a planned task"))
    }

    /// Whether the part store holds a part; if so it counts as used now.
    pub(super) async fn part_present(&mut self, key: &ContentKey, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- steps.part_present
            update parts set used_at = $2 where content_key = $1";
        let touched = within!(self, |db| sqlx::query(SQL)
            .bind(key.0.as_slice())
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("look for a part"))?;
        Ok(touched == 1)
    }
}
