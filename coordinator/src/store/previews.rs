//! Previews of videos in the ledger: made, published, or given up; each step one conditional update.
//! Renders none and uploads none.

mod files;

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{UserId, VideoId};
use farm_core::work::{PreviewWork, Sprite, Work};
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

pub use files::PreviewFile;

/// Videos looked at in one round; the rest come with the next.
const VIDEOS_AT_ONCE_MAX: i64 = 100;

/// A preview that is rendered and not yet published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadePreview {
    /// Of which video.
    pub video: VideoId,
    /// The part that holds its files.
    pub content_key: ContentKey,
}

/// How far the preview of a ready video is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewState {
    /// It is being made, or soon will be.
    Making,
    /// It could not be made.
    Failed {
        /// One sentence.
        message: String,
    },
    /// It is there.
    Published {
        /// How its thumbnails are laid out.
        sprite: Sprite,
        /// Its files.
        files: Vec<PreviewFile>,
    },
}

impl Store {
    /// Ready videos nobody makes a preview of, oldest first.
    pub async fn videos_to_preview(&self) -> Result<Vec<VideoId>, StoreError> {
        // index videos_to_preview
        const SQL: &str = "-- previews.to_make
            select id from videos where status = 'ready' and preview is null order by created_at limit $1";
        let ids: Vec<Uuid> = read!(self, |db| sqlx::query_scalar(SQL).bind(VIDEOS_AT_ONCE_MAX).fetch_all(db).await)
            .map_err(StoreError::during("list the videos without a preview"))?;
        Ok(ids.into_iter().map(VideoId).collect())
    }

    /// Gives a ready video its preview task, once; nobody may have it for `head_start`. A part that is there already is
    /// not made again.
    pub async fn begin_preview(
        &self,
        video: VideoId,
        key: &ContentKey,
        work: &PreviewWork,
        head_start: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const BEGIN: &str = "-- previews.begin
            update videos set preview = 'making' where id = $1 and status = 'ready' and preview is null";
        const INSERT: &str = "-- previews.insert_task
            insert into tasks (id, kind, pool, video_id, content_key, work, state, epoch, not_before, ring_count,
                               media_failures, node_failures, amount_total, amount_done, reused, created_at, finished_at)
            values ($1, 'preview', $2, $3, $4, $5, $6, 0, now_micros() + $7, 0, 0, 0, $8, $9, $10, $11, $12)";
        let mut tx = self.begin().await?;
        let begun =
            within!(&mut tx, |db| sqlx::query(BEGIN).bind(video.0).execute(db).await.map(|done| done.rows_affected()))
                .map_err(StoreError::during("begin a preview"))?;
        if begun == 0 {
            return Ok(false);
        }
        let present = tx.part_present(key, now).await?;
        let amount = i64::try_from(farm_core::preview::amount_ms(work)).unwrap_or(i64::MAX);
        let work = Work::Preview(work.clone());
        let sql = tx.clocked(INSERT);
        within!(&mut tx, |db| sqlx::query(sql)
            .bind(Uuid::now_v7())
            .bind(work.pool())
            .bind(video.0)
            .bind(key.0.as_slice())
            .bind(Json(&work))
            .bind(if present { "done" } else { "ready" })
            .bind(i64::try_from(head_start.as_micros()).unwrap_or(i64::MAX))
            .bind(amount)
            .bind(if present { amount } else { 0 })
            .bind(present)
            .bind(now.0)
            .bind(present.then_some(now.0))
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a preview task"))?;
        tx.commit().await?;
        Ok(true)
    }

    /// Previews that are rendered and not yet published, oldest video first.
    pub async fn previews_to_publish(&self) -> Result<Vec<MadePreview>, StoreError> {
        // index videos_previewing
        const SQL: &str = "-- previews.to_publish
            select videos.id, tasks.content_key from videos join tasks on tasks.video_id = videos.id
            where videos.preview = 'making' and tasks.kind = 'preview' and tasks.state = 'done'
            order by videos.created_at limit $1";
        let rows: Vec<(Uuid, Vec<u8>)> =
            read!(self, |db| sqlx::query_as(SQL).bind(VIDEOS_AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the previews to publish"))?;
        let made = |(video, key): (Uuid, Vec<u8>)| {
            let wrong = |_| StoreError::Inconsistent { table: "tasks", column: "content_key", row: video.to_string() };
            let content_key = ContentKey(<[u8; 32]>::try_from(key).map_err(wrong)?);
            Ok(MadePreview { video: VideoId(video), content_key })
        };
        rows.into_iter().map(made).collect()
    }

    /// making → published: every file is there. The part is forgotten with it unless another video waits for it; gives the
    /// attempt whose payload may then be removed.
    pub async fn complete_preview(&self, made: MadePreview) -> Result<Option<i64>, StoreError> {
        const COMPLETE: &str = "-- previews.complete
            update videos set preview = 'published' where id = $1 and preview = 'making'";
        const FORGET: &str = "-- previews.forget_part
            delete from parts where content_key = $1
              and not exists (select 1 from tasks join videos on videos.id = tasks.video_id
                              where tasks.content_key = $1 and videos.preview = 'making')
            returning epoch";
        let mut tx = self.begin().await?;
        let completed = within!(&mut tx, |db| sqlx::query(COMPLETE)
            .bind(made.video.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("complete a preview"))?;
        if completed == 0 {
            return Ok(None);
        }
        let forgotten: Option<i64> = within!(&mut tx, |db| sqlx::query_scalar(FORGET)
            .bind(made.content_key.0.as_slice())
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("forget the part of a published preview"))?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// making → not there: its part was lost, and it shall be made anew.
    pub async fn restart_preview(&self, video: VideoId) -> Result<(), StoreError> {
        const STATEMENTS: [&str; 3] = [
            "-- previews.restart_files
            delete from preview_files where video_id = $1",
            "-- previews.restart_task
            delete from tasks where video_id = $1 and kind = 'preview' and state = 'done'",
            "-- previews.restart
            update videos set preview = null where id = $1 and preview = 'making'",
        ];
        let mut tx = self.begin().await?;
        for sql in STATEMENTS {
            within!(&mut tx, |db| sqlx::query(sql).bind(video.0).execute(db).await.map(drop))
                .map_err(StoreError::during("restart a preview"))?;
        }
        tx.commit().await
    }

    /// How far the preview of a user's ready video is; `None` when there is no such video.
    pub async fn preview_of(&self, user: UserId, video: VideoId) -> Result<Option<PreviewState>, StoreError> {
        const SQL: &str = "-- previews.of_video
            select videos.preview, tasks.work, tasks.error_message
            from videos left join tasks on tasks.video_id = videos.id and tasks.kind = 'preview'
            where videos.id = $1 and videos.user_id = $2 and videos.status = 'ready'";
        type Row = (Option<String>, Option<Json<Work>>, Option<String>);
        let row: Option<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(video.0).bind(user.0).fetch_optional(db).await)
                .map_err(StoreError::during("look at a preview"))?;
        let Some((state, work, message)) = row else { return Ok(None) };
        let state = match (state.as_deref(), work) {
            (Some("failed"), _) => PreviewState::Failed { message: message.unwrap_or_default() },
            (Some("published"), Some(Json(Work::Preview(work)))) => {
                PreviewState::Published { sprite: work.sprite, files: self.preview_files(video).await? }
            }
            (None | Some("making"), _) => PreviewState::Making,
            _ => return Err(StoreError::Inconsistent { table: "videos", column: "preview", row: video.to_string() }),
        };
        Ok(Some(state))
    }
}

impl Tx {
    /// making → failed: its task was given up, and says why. The video stays as usable as it was.
    pub(super) async fn preview_failed(&mut self, video: VideoId) -> Result<(), StoreError> {
        const SQL: &str = "-- previews.failed
            update videos set preview = 'failed' where id = $1 and preview = 'making'";
        within!(self, |db| sqlx::query(SQL).bind(video.0).execute(db).await.map(drop))
            .map_err(StoreError::during("give up a preview"))
    }
}

#[cfg(test)]
mod tests;
