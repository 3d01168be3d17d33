//! The files of exports: which can be downloaded, which lie in the object store. Writes none.

use std::collections::HashMap;

use farm_core::ids::{ExportId, UserId, VideoId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::work::placeholders;
use crate::read;
use crate::store::{Store, StoreError};

/// A file that can be downloaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// From 1 in segment order; 0 is the ZIP of all clips.
    pub number: u32,
    /// With extension.
    pub filename: String,
    /// Key in the object store.
    pub s3_key: String,
    /// Its size.
    pub size_bytes: u64,
    /// How long it plays.
    pub duration_seconds: f64,
    /// SHA-256 of its bytes, hex.
    pub sha256: Option<String>,
    /// Key of its poster in the object store; files from before there were posters have none.
    pub poster_s3_key: Option<String>,
}

/// What may lie in the object store for a file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredFile {
    /// Key in the object store.
    pub s3_key: String,
    /// The multipart upload that was begun for it, if any.
    pub upload_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct OutputRow {
    export_id: Uuid,
    number: i64,
    filename: String,
    s3_key: String,
    size_bytes: i64,
    duration_seconds: f64,
    sha256: Option<String>,
    poster_s3_key: Option<String>,
}

impl Store {
    /// The published files of each of the exports, by number.
    pub async fn published_outputs(&self, exports: &[ExportId]) -> Result<HashMap<ExportId, Vec<Output>>, StoreError> {
        if exports.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "-- outputs.published
            select export_id, number, filename, s3_key, size_bytes, duration_seconds, sha256, poster_s3_key
            from outputs
            where export_id in ({}) and published_at is not null and size_bytes is not null
            order by export_id, number",
            placeholders(exports.len())
        );
        let rows: Vec<OutputRow> = read!(self, |db| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in exports {
                query = query.bind(id.0);
            }
            query.fetch_all(db).await
        })
        .map_err(StoreError::during("list the files of exports"))?;
        let mut outputs: HashMap<ExportId, Vec<Output>> = HashMap::new();
        for row in rows {
            outputs.entry(ExportId(row.export_id)).or_default().push(Output::try_from(row)?);
        }
        Ok(outputs)
    }

    /// Everything the object store may hold for one export of a user.
    pub async fn files_of_export(&self, user: UserId, id: ExportId) -> Result<Vec<StoredFile>, StoreError> {
        const SQL: &str = "-- outputs.of_export
            select s3_key, upload_id from outputs
            where export_id = $1 and export_id in (select id from exports where user_id = $2)
            union all
            select poster_s3_key, null from outputs
            where export_id = $1 and export_id in (select id from exports where user_id = $2)
              and poster_s3_key is not null";
        read!(self, |db| sqlx::query_as(SQL).bind(id.0).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list the files of an export"))
    }

    /// Everything the object store may hold for all exports of a user's video.
    pub async fn files_of_video(&self, user: UserId, id: VideoId) -> Result<Vec<StoredFile>, StoreError> {
        const SQL: &str = "-- outputs.of_video
            select s3_key, upload_id from outputs
            where export_id in (select id from exports where video_id = $1 and user_id = $2)
            union all
            select poster_s3_key, null from outputs
            where export_id in (select id from exports where video_id = $1 and user_id = $2)
              and poster_s3_key is not null";
        read!(self, |db| sqlx::query_as(SQL).bind(id.0).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list the files of a video's exports"))
    }
}

impl TryFrom<OutputRow> for Output {
    type Error = StoreError;

    fn try_from(row: OutputRow) -> Result<Output, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "outputs", column, row: row.export_id.to_string() };
        Ok(Output {
            number: u32::try_from(row.number).map_err(|_| wrong("number"))?,
            size_bytes: u64::try_from(row.size_bytes).map_err(|_| wrong("size_bytes"))?,
            filename: row.filename,
            s3_key: row.s3_key,
            duration_seconds: row.duration_seconds,
            sha256: row.sha256,
            poster_s3_key: row.poster_s3_key,
        })
    }
}
