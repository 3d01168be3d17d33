//! How a video lies in its row. Runs no statement.

use farm_core::ids::{UserId, VideoId};
use farm_core::status::VideoStatus;
use service::Timestamp;
use sqlx::types::Json;
use timeline::FrameTable;
use uuid::Uuid;

use super::{Failure, Indexed, Source, Video};
use crate::store::StoreError;

/// Everything but the frame table, which is long.
macro_rules! video_columns {
    () => {
        "id, user_id, filename, content_type, size_bytes, status, error_code, error_message, source_key, upload_id, \
         claimed_hash, source_hash, facts, created_at, \
         (select s3_key from preview_files where video_id = videos.id and kind = 'poster' and published_at is not null) \
         as poster_key"
    };
}
pub(super) use video_columns;

#[derive(sqlx::FromRow)]
pub(super) struct VideoRow {
    id: Uuid,
    user_id: Uuid,
    filename: String,
    content_type: String,
    size_bytes: i64,
    status: String,
    error_code: Option<String>,
    error_message: Option<String>,
    source_key: String,
    upload_id: Option<String>,
    claimed_hash: Option<Vec<u8>>,
    source_hash: Option<Vec<u8>>,
    facts: Option<Json<Indexed>>,
    created_at: i64,
    poster_key: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct SourceRow {
    source_key: String,
    size_bytes: i64,
    source_hash: Vec<u8>,
    facts: Json<Indexed>,
    frames: Vec<u8>,
}

impl SourceRow {
    pub(super) fn into_source(self, id: VideoId) -> Result<Source, StoreError> {
        Ok(Source {
            key: self.source_key,
            size_bytes: u64::try_from(self.size_bytes).map_err(|_| inconsistent("size_bytes", id.0))?,
            hash: self.source_hash.try_into().map_err(|_| inconsistent("source_hash", id.0))?,
            facts: self.facts.0.facts,
            table: FrameTable::from_bytes(&self.frames).map_err(|_| inconsistent("frames", id.0))?,
        })
    }
}

fn inconsistent(column: &'static str, id: Uuid) -> StoreError {
    StoreError::Inconsistent { table: "videos", column, row: id.to_string() }
}

impl TryFrom<VideoRow> for Video {
    type Error = StoreError;

    fn try_from(row: VideoRow) -> Result<Video, StoreError> {
        let wrong = |column| inconsistent(column, row.id);
        let hash = |bytes: Option<Vec<u8>>, column| {
            bytes.map(|bytes| <[u8; 32]>::try_from(bytes).map_err(|_| wrong(column))).transpose()
        };
        Ok(Video {
            id: VideoId(row.id),
            user: UserId(row.user_id),
            size_bytes: u64::try_from(row.size_bytes).map_err(|_| wrong("size_bytes"))?,
            status: VideoStatus::parse(&row.status).ok_or_else(|| wrong("status"))?,
            failure: row.error_code.map(|code| Failure { code, message: row.error_message.unwrap_or_default() }),
            claimed_hash: hash(row.claimed_hash, "claimed_hash")?,
            source_hash: hash(row.source_hash, "source_hash")?,
            indexed: row.facts.map(|Json(indexed)| indexed),
            filename: row.filename,
            content_type: row.content_type,
            source_key: row.source_key,
            upload_id: row.upload_id,
            created_at: Timestamp(row.created_at),
            poster_key: row.poster_key,
        })
    }
}
