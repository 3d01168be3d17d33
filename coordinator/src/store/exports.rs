//! Exports as people see them: ordered, listed, cancelled, deleted. The steps in between are in `steps`.

mod extend;
mod outputs;
mod row;
mod work;

use farm_core::export::{ExportType, Format, Order, Quality, Resolution};
use farm_core::ids::{ExportId, UserId, VideoId};
use farm_core::status::{ExportStatus, Phase};
use farm_core::webhooks::EventType;
use serde::{Deserialize, Serialize};
use service::Timestamp;
use sqlx::types::Json;

use super::page::Page;
use super::search::anywhere;
use super::videos::Failure;
use super::{Store, StoreError, Tx};
use crate::{paged, read, within};
use row::{ExportRow, export_columns};

pub use extend::Extension;
pub use outputs::{Output, StoredFile};
pub use work::Amounts;
pub(super) use work::placeholders;

/// An export as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// Whose.
    pub user: UserId,
    /// Of which video.
    pub video: VideoId,
    /// How many files.
    pub export_type: ExportType,
    /// How large.
    pub resolution: Resolution,
    /// In which container.
    pub format: Format,
    /// How good.
    pub quality: Quality,
    /// The ranges as asked for.
    pub selections: Vec<Selection>,
    /// Length of all files together.
    pub total_duration_seconds: f64,
    /// What everyone sees.
    pub status: ExportStatus,
    /// The last step taken.
    pub phase: Phase,
    /// The highest percentage shown so far.
    pub progress_percentage: u8,
    /// Key of the file, or of the ZIP of all clips.
    pub output_s3_key: Option<String>,
    /// Its size.
    pub file_size_bytes: Option<u64>,
    /// Its SHA-256, hex.
    pub sha256: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// When rendering began.
    pub started_at: Option<Timestamp>,
    /// When it ended, however it did.
    pub completed_at: Option<Timestamp>,
    /// When its files will be deleted.
    pub expires_at: Option<Timestamp>,
    /// Until when it may take, once rendering began. Stands still while it is paused.
    pub deadline: Option<Timestamp>,
    /// The higher, the sooner; 0 is ordinary.
    pub priority: i32,
    /// Since when an operator holds it back.
    pub paused_at: Option<Timestamp>,
    /// When its last part was here.
    pub rendered_at: Option<Timestamp>,
    /// Bytes that its files were expected to have when it was ordered.
    pub expected_bytes: u64,
}

/// A range as it was asked for, in seconds of source time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// First instant inside.
    pub start_time: f64,
    /// First instant after.
    pub end_time: f64,
    /// The client's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_id: Option<String>,
}

/// An order about to be entered.
#[derive(Clone, Debug)]
pub struct NewExport<'a> {
    /// Which it will be.
    pub id: ExportId,
    /// Whose.
    pub user: UserId,
    /// Of which video.
    pub video: VideoId,
    /// The validated order.
    pub order: &'a Order,
    /// The ranges as asked for.
    pub selections: &'a [Selection],
    /// Length of all files together.
    pub total_duration_seconds: f64,
}

/// Which exports of a user are wanted; `None` means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter<'a> {
    /// Of this video.
    pub video: Option<VideoId>,
    /// In this state.
    pub status: Option<ExportStatus>,
    /// Of this type.
    pub export_type: Option<ExportType>,
    /// Of this size.
    pub resolution: Option<Resolution>,
    /// In this container.
    pub format: Option<Format>,
    /// Of this quality.
    pub quality: Option<Quality>,
    /// Of videos, or with files, whose names hold this, in whatever case.
    pub search: Option<&'a str>,
}

/// The conditions of [`ExportFilter`], parameters 1 to 8.
macro_rules! filtered {
    () => {
        "exports
            where user_id = $1
              and (cast($2 as uuid) is null or video_id = $2)
              and (cast($3 as text) is null or status = $3)
              and (cast($4 as text) is null or export_type = $4)
              and (cast($5 as text) is null or resolution = $5)
              and (cast($6 as text) is null or format = $6)
              and (cast($7 as text) is null or quality_preset = $7)
              and (cast($8 as text) is null
                   or exists (select 1 from videos where videos.id = video_id and lower(videos.filename) like $8 escape '\\')
                   or exists (select 1 from outputs where export_id = exports.id and lower(outputs.filename) like $8 escape '\\'))"
    };
}

impl Store {
    /// A user's export; `None` when there is none or it is another's.
    pub async fn export_of(&self, user: UserId, id: ExportId) -> Result<Option<Export>, StoreError> {
        const SQL: &str =
            concat!("-- exports.of_user\nselect ", export_columns!(), " from exports where id = $1 and user_id = $2");
        let row: Option<ExportRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(id.0).bind(user.0).fetch_optional(db).await)
                .map_err(StoreError::during("read an export"))?;
        row.map(Export::try_from).transpose()
    }

    /// A page of the user's exports, and how many fit the filter.
    pub async fn exports_of(
        &self,
        user: UserId,
        filter: ExportFilter<'_>,
        page: Page,
    ) -> Result<(Vec<Export>, u64), StoreError> {
        let (rows, total) = paged!(
            self, page, "exports", ExportRow,
            select [export_columns!()], from [filtered!()],
            order ["created_at", "id"], limit "limit $9 offset $10",
            bind [
                user.0,
                filter.video.map(|video| video.0),
                filter.status.map(ExportStatus::as_str),
                filter.export_type.map(ExportType::as_str),
                filter.resolution.map(Resolution::as_str),
                filter.format.map(Format::as_str),
                filter.quality.map(Quality::as_str),
                filter.search.map(anywhere)
            ],
            doing "list a user's exports"
        );
        Ok((rows.into_iter().map(Export::try_from).collect::<Result<_, _>>()?, total))
    }

    /// How many exports the user has in each state; states with none are left out.
    pub async fn export_counts(&self, user: UserId) -> Result<Vec<(ExportStatus, u64)>, StoreError> {
        const SQL: &str = "-- exports.counts
            select status, count(*) from exports where user_id = $1 group by status";
        let rows: Vec<(String, i64)> = read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("count a user's exports"))?;
        let known = |(status, count): (String, i64)| {
            let inconsistent =
                || StoreError::Inconsistent { table: "exports", column: "status", row: format!("any {status:?}") };
            let status = ExportStatus::parse(&status).ok_or_else(inconsistent)?;
            Ok((status, u64::try_from(count).unwrap_or(0)))
        };
        rows.into_iter().map(known).collect()
    }
}

impl Tx {
    /// Holds a user's video still until the end of the transaction. False when there is none.
    /// Deleting the video and ordering an export of it both begin here, so one sees the other.
    pub async fn lock_video(&mut self, user: UserId, id: VideoId) -> Result<bool, StoreError> {
        const SQL: &str = "-- exports.lock_video
            update videos set updated_at = updated_at where id = $1 and user_id = $2";
        let found = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("hold a video"))?;
        Ok(found == 1)
    }

    /// Enters an order.
    pub async fn insert_export(&mut self, export: NewExport<'_>, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- exports.insert
            insert into exports (id, user_id, video_id, export_type, resolution, format, quality_preset, export_order,
                                 segment_selections, total_duration_seconds, status, phase, epoch, progress_percentage,
                                 created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', 'accepted', 0, 0, $11, $11)";
        let order = export.order;
        within!(self, |db| sqlx::query(SQL)
            .bind(export.id.0)
            .bind(export.user.0)
            .bind(export.video.0)
            .bind(order.export_type.as_str())
            .bind(order.resolution.as_str())
            .bind(order.format.as_str())
            .bind(order.quality.as_str())
            .bind(Json(order))
            .bind(Json(export.selections))
            .bind(export.total_duration_seconds)
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert an export"))
    }

    /// How many exports of a video are not over.
    pub async fn active_exports(&mut self, video: VideoId) -> Result<u64, StoreError> {
        const SQL: &str = "-- exports.active
            select count(*) from exports where video_id = $1 and status in ('pending', 'processing')";
        let count: i64 = within!(self, |db| sqlx::query_scalar(SQL).bind(video.0).fetch_one(db).await)
            .map_err(StoreError::during("count a video's active exports"))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Cancels a user's export with its tasks. False when it was already over, or is not there.
    pub async fn cancel_export(&mut self, user: UserId, id: ExportId, now: Timestamp) -> Result<bool, StoreError> {
        // The one update that decides between cancel and complete.
        const CANCEL: &str = "-- exports.cancel
            update exports set status = 'cancelled', updated_at = $3, completed_at = $3
            where id = $1 and user_id = $2 and status in ('pending', 'processing')";
        const DROP: &str = "-- exports.cancel_tasks
            update tasks set state = 'dropped', lease_until = null, finished_at = $2
            where export_id = $1 and state in ('ready', 'leased')";
        let cancelled = within!(&mut *self, |db| sqlx::query(CANCEL)
            .bind(id.0)
            .bind(user.0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("cancel an export"))?;
        if cancelled == 0 {
            return Ok(false);
        }
        within!(&mut *self, |db| sqlx::query(DROP).bind(id.0).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("drop a cancelled export's tasks"))?;
        self.announce_export(id, EventType::ExportCancelled, now).await?;
        Ok(true)
    }

    /// Takes a user's export that is over off the books. False when it is not over, or not there.
    pub async fn delete_export(&mut self, user: UserId, id: ExportId) -> Result<bool, StoreError> {
        const SQL: &str = "-- exports.delete
            delete from exports where id = $1 and user_id = $2 and status in ('completed', 'failed', 'cancelled')";
        let deleted = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("delete an export"))?;
        Ok(deleted == 1)
    }
}
