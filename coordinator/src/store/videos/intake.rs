//! The way of a video from uploaded bytes to ready or failed: each step one conditional update.
//! Hashes and indexes nothing.

use farm_core::ids::{UserId, VideoId};
use farm_core::seconds;
use farm_core::video::VideoFacts;
use farm_core::webhooks::EventType;
use service::Timestamp;
use sqlx::types::Json;
use timeline::FrameTable;
use uuid::Uuid;

use super::Indexed;
use crate::store::{Store, StoreError, Tx};
use crate::{read, within, write};

/// Videos looked at in one round; the rest come with the next.
const VIDEOS_AT_ONCE_MAX: i64 = 100;
/// The code of a video whose bytes are not what the client said they were.
pub const UPLOAD_CORRUPTED: &str = "upload_corrupted";

/// A video whose bytes are there and want counting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoToHash {
    /// Which.
    pub id: VideoId,
    /// Key in the object store.
    pub source_key: String,
    /// How many bytes it should have.
    pub size_bytes: u64,
}

impl Store {
    /// uploading → indexing: its bytes are in the object store. False when that was no longer the question.
    pub async fn begin_indexing(&self, user: UserId, id: VideoId, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- videos.begin_indexing
            update videos set status = 'indexing', updated_at = $3
            where id = $1 and user_id = $2 and status = 'uploading'";
        let changed = write!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("begin a video's indexing"))?;
        Ok(changed == 1)
    }

    /// Videos whose bytes are there and not yet counted, oldest first.
    pub async fn videos_to_hash(&self) -> Result<Vec<VideoToHash>, StoreError> {
        const SQL: &str = "-- videos.to_hash
            select id, source_key, size_bytes from videos
            where status = 'indexing' and source_hash is null order by created_at limit $1";
        let rows: Vec<(Uuid, String, i64)> =
            read!(self, |db| sqlx::query_as(SQL).bind(VIDEOS_AT_ONCE_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the videos to hash"))?;
        let video = |(id, source_key, size): (Uuid, String, i64)| VideoToHash {
            id: VideoId(id),
            source_key,
            size_bytes: u64::try_from(size).unwrap_or(0),
        };
        Ok(rows.into_iter().map(video).collect())
    }

    /// Videos counted but not yet given to a node, oldest first.
    pub async fn videos_to_index(&self) -> Result<Vec<VideoId>, StoreError> {
        const SQL: &str = "-- videos.to_index
            select id from videos
            where status = 'indexing' and source_hash is not null
              and not exists (select 1 from tasks where tasks.video_id = videos.id and kind = 'index')
            order by created_at limit $1";
        let ids: Vec<Uuid> = read!(self, |db| sqlx::query_scalar(SQL).bind(VIDEOS_AT_ONCE_MAX).fetch_all(db).await)
            .map_err(StoreError::during("list the videos to index"))?;
        Ok(ids.into_iter().map(VideoId).collect())
    }

    /// Notes the BLAKE3 we counted. Bytes that are not what the client said fail the video: false.
    pub async fn video_hashed(&self, id: VideoId, hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- videos.hashed
            update videos set source_hash = $2, updated_at = $3
            where id = $1 and status = 'indexing' and source_hash is null
              and (claimed_hash is null or claimed_hash = $2)";
        let changed = write!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(hash.as_slice())
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("note a video's hash"))?;
        if changed == 0 {
            self.fail_corrupted(id, hash, now).await?;
        }
        Ok(changed == 1)
    }

    async fn fail_corrupted(&self, id: VideoId, hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- videos.corrupted
            update videos set status = 'failed', error_code = $3, error_message = $4, updated_at = $5
            where id = $1 and status = 'indexing' and source_hash is null and claimed_hash <> $2";
        const MESSAGE: &str = "The bytes that arrived are not the ones announced; upload the file again.";
        write!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(hash.as_slice())
            .bind(UPLOAD_CORRUPTED)
            .bind(MESSAGE)
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("fail a corrupted video"))
    }

    /// Gives up a video that is not ready yet. False when it was no longer on its way in.
    pub async fn video_failed(
        &self,
        id: VideoId,
        code: &str,
        message: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let changed = tx.video_failed(id, code, message, now).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

impl Tx {
    /// indexing → ready: what the index found. False when that was no longer the question.
    pub async fn video_indexed(
        &mut self,
        id: VideoId,
        facts: &VideoFacts,
        table: &FrameTable,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- videos.indexed
            update videos set status = 'ready', facts = $2, frames = $3, updated_at = $4
            where id = $1 and status = 'indexing' and source_hash is not null";
        let indexed = Indexed {
            facts: facts.clone(),
            duration_seconds: seconds::from_ticks(table.end(), table.rate()),
            frame_count: table.frame_count() as u64,
        };
        let changed = within!(&mut *self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(Json(&indexed))
            .bind(table.to_bytes())
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("store a video's index"))?;
        if changed == 1 {
            self.announce_video(id, EventType::VideoReady, now).await?;
        }
        Ok(changed == 1)
    }

    /// Gives up a video that is not ready yet. False when it was no longer on its way in.
    pub async fn video_failed(
        &mut self,
        id: VideoId,
        code: &str,
        message: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- videos.failed
            update videos set status = 'failed', error_code = $2, error_message = $3, updated_at = $4
            where id = $1 and status in ('uploading', 'indexing')";
        let changed = within!(&mut *self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(code)
            .bind(message)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("fail a video"))?;
        if changed == 1 {
            self.announce_video(id, EventType::VideoFailed, now).await?;
        }
        Ok(changed == 1)
    }
}
