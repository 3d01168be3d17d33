//! What is kept no longer, by the database's clock. Deletes rows alone: files go by whoever asks.

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, UserId, VideoId};
use uuid::Uuid;

use super::exports::StoredFile;
use super::parts::key_from_bytes;
use super::tasks::micros;
use super::{Store, StoreError};
use crate::{read, write};

/// Rows of each kind in one round; the rest come with the next.
const AT_ONCE_MAX: i64 = 100;

/// An upload that nobody completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbandonedUpload {
    /// The video it would have become.
    pub video: VideoId,
    /// What the object store may hold of it.
    pub file: StoredFile,
}

/// A part that no open export waits for, unused for longer than $1.
macro_rules! unused {
    () => {
        "used_at <= now_micros() - $1 and not exists (
            select 1 from tasks join exports on exports.id = tasks.export_id
            where tasks.content_key = parts.content_key and exports.status in ('pending', 'processing'))"
    };
}

impl Store {
    /// Exports whose time is over, and whose they are: completed ones by what they were promised, others `kept` after they ended.
    pub async fn exports_kept_no_longer(&self, kept: Duration) -> Result<Vec<(UserId, ExportId)>, StoreError> {
        const SQL: &str = "-- retention.exports
            select user_id, id from exports
            where status = 'completed' and expires_at <= now_micros()
               or status in ('failed', 'cancelled') and completed_at <= now_micros() - $1
            order by completed_at limit $2";
        let sql = self.clocked(SQL);
        let rows: Vec<(Uuid, Uuid)> =
            read!(self, |db| sqlx::query_as(sql).bind(micros(kept)).bind(AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the exports that are kept no longer"))?;
        Ok(rows.into_iter().map(|(user, export)| (UserId(user), ExportId(export))).collect())
    }

    /// Uploads that were begun longer ago than `kept` and are not complete.
    pub async fn uploads_kept_no_longer(&self, kept: Duration) -> Result<Vec<AbandonedUpload>, StoreError> {
        const SQL: &str = "-- retention.uploads
            select id, source_key, upload_id from videos
            where status = 'uploading' and created_at <= now_micros() - $1 order by created_at limit $2";
        let sql = self.clocked(SQL);
        let rows: Vec<(Uuid, String, Option<String>)> =
            read!(self, |db| sqlx::query_as(sql).bind(micros(kept)).bind(AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the uploads that nobody completed"))?;
        let upload =
            |(id, s3_key, upload_id)| AbandonedUpload { video: VideoId(id), file: StoredFile { s3_key, upload_id } };
        Ok(rows.into_iter().map(upload).collect())
    }

    /// Deletes a video whose upload nobody completed. False when somebody just did.
    pub async fn delete_upload(&self, video: VideoId, kept: Duration) -> Result<bool, StoreError> {
        const SQL: &str = "-- retention.delete_upload
            delete from videos where id = $1 and status = 'uploading' and created_at <= now_micros() - $2";
        let sql = self.clocked(SQL);
        let deleted = write!(self, |db| sqlx::query(sql)
            .bind(video.0)
            .bind(micros(kept))
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("delete an upload that nobody completed"))?;
        Ok(deleted == 1)
    }

    /// Parts that were used for nothing since `kept`, the longest unused first.
    pub async fn parts_kept_no_longer(&self, kept: Duration) -> Result<Vec<(ContentKey, i64)>, StoreError> {
        const SQL: &str = concat!(
            "-- retention.parts
            select content_key, epoch from parts where ",
            unused!(),
            " order by used_at limit $2"
        );
        let sql = self.clocked(SQL);
        let rows: Vec<(Vec<u8>, i64)> =
            read!(self, |db| sqlx::query_as(sql).bind(micros(kept)).bind(AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the parts that are kept no longer"))?;
        rows.into_iter().map(|(key, epoch)| Ok((key_from_bytes(&key)?, epoch))).collect()
    }

    /// Forgets such a part; its file may go then. False when an order came for it.
    pub async fn forget_unused_part(&self, key: &ContentKey, epoch: i64, kept: Duration) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "-- retention.forget_part
            delete from parts where content_key = $2 and epoch = $3 and ",
            unused!()
        );
        let sql = self.clocked(SQL);
        let deleted = write!(self, |db| sqlx::query(sql)
            .bind(micros(kept))
            .bind(key.0.as_slice())
            .bind(epoch)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("forget an unused part"))?;
        Ok(deleted == 1)
    }
}
