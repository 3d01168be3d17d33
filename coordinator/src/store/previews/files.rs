//! The files of previews on their way into the object store: written down before anything of them is there, so that nothing
//! there is unknown. A file of a video that is gone, or of another attempt, changes no row.

use farm_core::ids::{UserId, VideoId};
use farm_core::part::FileKind;
use service::Timestamp;

use crate::store::exports::StoredFile;
use crate::store::{Store, StoreError};
use crate::{read, write};

/// A file of a preview as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewFile {
    /// What it is.
    pub kind: FileKind,
    /// Key in the object store.
    pub s3_key: String,
    /// The multipart upload that was begun for it, if any.
    pub upload_id: Option<String>,
    /// Its size.
    pub size_bytes: u64,
    /// Whether the object is there.
    pub published: bool,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    kind: String,
    s3_key: String,
    upload_id: Option<String>,
    size_bytes: i64,
    published_at: Option<i64>,
}

impl FileRow {
    fn file(self, video: VideoId) -> Result<PreviewFile, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "preview_files", column, row: video.to_string() };
        Ok(PreviewFile {
            kind: FileKind::parse(&self.kind).ok_or_else(|| wrong("kind"))?,
            s3_key: self.s3_key,
            upload_id: self.upload_id,
            size_bytes: u64::try_from(self.size_bytes).map_err(|_| wrong("size_bytes"))?,
            published: self.published_at.is_some(),
        })
    }
}

impl Store {
    /// The files of a preview that are written down.
    pub async fn preview_files(&self, video: VideoId) -> Result<Vec<PreviewFile>, StoreError> {
        const SQL: &str = "-- previews.files
            select kind, s3_key, upload_id, size_bytes, published_at from preview_files where video_id = $1 order by kind";
        let rows: Vec<FileRow> = read!(self, |db| sqlx::query_as(SQL).bind(video.0).fetch_all(db).await)
            .map_err(StoreError::during("list the files of a preview"))?;
        rows.into_iter().map(|row| row.file(video)).collect()
    }

    /// Writes a file down before its upload begins, in the place of whatever was there of its kind.
    pub async fn lay_down_preview_file(
        &self,
        video: VideoId,
        kind: FileKind,
        s3_key: &str,
        size_bytes: u64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- previews.lay_down_file
            insert into preview_files (video_id, kind, s3_key, size_bytes)
            select $1, $2, $3, $4 from videos where id = $1 and preview = 'making'
            on conflict (video_id, kind) do update set s3_key = excluded.s3_key, size_bytes = excluded.size_bytes,
                upload_id = null, published_at = null";
        let written = write!(self, |db| sqlx::query(SQL)
            .bind(video.0)
            .bind(kind.as_str())
            .bind(s3_key)
            .bind(i64::try_from(size_bytes).unwrap_or(i64::MAX))
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("write down a file of a preview"))?;
        Ok(written == 1)
    }

    /// Notes the upload that was begun for a file. False when the file is no longer wanted.
    pub async fn note_preview_upload(&self, video: VideoId, s3_key: &str, upload_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "-- previews.note_upload
            update preview_files set upload_id = $3 where video_id = $1 and s3_key = $2";
        let noted = write!(self, |db| sqlx::query(SQL)
            .bind(video.0)
            .bind(s3_key)
            .bind(upload_id)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("note the upload of a preview's file"))?;
        Ok(noted == 1)
    }

    /// Notes that a file's object is complete. False when it is no longer wanted: the object must go.
    pub async fn note_preview_file(&self, video: VideoId, s3_key: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- previews.note_file
            update preview_files set published_at = $3, upload_id = null where video_id = $1 and s3_key = $2";
        let noted = write!(self, |db| sqlx::query(SQL)
            .bind(video.0)
            .bind(s3_key)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("note a published file of a preview"))?;
        Ok(noted == 1)
    }

    /// Everything the object store may hold for the preview of a user's video.
    pub async fn preview_objects(&self, user: UserId, video: VideoId) -> Result<Vec<StoredFile>, StoreError> {
        const SQL: &str = "-- previews.objects
            select s3_key, upload_id from preview_files
            where video_id = $1 and video_id in (select id from videos where user_id = $2)";
        read!(self, |db| sqlx::query_as(SQL).bind(video.0).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list the objects of a preview"))
    }
}
