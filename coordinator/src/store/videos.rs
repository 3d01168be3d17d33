//! Videos on their way in: uploaded, hashed, indexed, ready or failed. Touches no bytes of any.

mod intake;
mod row;

use farm_core::ids::{UserId, VideoId};
use farm_core::status::VideoStatus;
use farm_core::video::VideoFacts;
use service::Timestamp;
use timeline::FrameTable;

use super::page::Page;
use super::search::anywhere;
use super::{Store, StoreError, Tx};
use crate::{paged, read, within};
use row::{SourceRow, VideoRow, video_columns};

pub use intake::{UPLOAD_CORRUPTED, VideoToHash};

/// A video as its owner sees it, and where its bytes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    /// Which.
    pub id: VideoId,
    /// Whose.
    pub user: UserId,
    /// For display only; never a path.
    pub filename: String,
    /// As the client said.
    pub content_type: String,
    /// As the client said; the upload is held against it.
    pub size_bytes: u64,
    /// Where it is on its way in.
    pub status: VideoStatus,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Key in the object store.
    pub source_key: String,
    /// The multipart upload that brings its bytes.
    pub upload_id: Option<String>,
    /// BLAKE3 as the client said.
    pub claimed_hash: Option<[u8; 32]>,
    /// BLAKE3 as we counted it.
    pub source_hash: Option<[u8; 32]>,
    /// What its index found.
    pub indexed: Option<Indexed>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// Key of its poster in the object store, once that is there.
    pub poster_key: Option<String>,
}

/// Why something ended without success: a code for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// From a closed list.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// What an index found, and of its frame table what is always shown.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Indexed {
    /// Tracks, codecs, colour.
    pub facts: VideoFacts,
    /// When the last frame stops being shown.
    pub duration_seconds: f64,
    /// Frames of picture.
    pub frame_count: u64,
}

/// A video about to be uploaded.
#[derive(Clone, Debug)]
pub struct NewVideo<'a> {
    /// Already in its key.
    pub id: VideoId,
    /// Whose.
    pub user: UserId,
    /// For display only.
    pub filename: &'a str,
    /// As the client says.
    pub content_type: &'a str,
    /// As the client says.
    pub size_bytes: u64,
    /// Key in the object store.
    pub source_key: &'a str,
    /// The multipart upload that brings its bytes.
    pub upload_id: &'a str,
    /// BLAKE3 as the client says.
    pub claimed_hash: Option<&'a [u8; 32]>,
}

/// Everything a plan needs of a source.
#[derive(Clone, Debug)]
pub struct Source {
    /// Key in the object store.
    pub key: String,
    /// Its size.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes.
    pub hash: [u8; 32],
    /// What its index found.
    pub facts: VideoFacts,
    /// When each frame is shown.
    pub table: FrameTable,
}

/// Which videos of a user are wanted; `None` means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VideoFilter<'a> {
    /// In this state.
    pub status: Option<VideoStatus>,
    /// Whose names hold this, in whatever case.
    pub search: Option<&'a str>,
}

impl Store {
    /// A user's video; `None` when there is none or it is another's.
    pub async fn video_of(&self, user: UserId, id: VideoId) -> Result<Option<Video>, StoreError> {
        const SQL: &str =
            concat!("-- videos.of_user\nselect ", video_columns!(), " from videos where id = $1 and user_id = $2");
        let row: Option<VideoRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(id.0).bind(user.0).fetch_optional(db).await)
                .map_err(StoreError::during("read a video"))?;
        row.map(Video::try_from).transpose()
    }

    /// A video of the user with those bytes that is ready or will be, newest first.
    pub async fn video_with_hash(&self, user: UserId, hash: &[u8; 32]) -> Result<Option<Video>, StoreError> {
        // What the client claims counts until we have counted ourselves.
        const SQL: &str = concat!(
            "-- videos.with_hash\nselect ",
            video_columns!(),
            " from videos
            where user_id = $1 and status in ('indexing', 'ready') and coalesce(source_hash, claimed_hash) = $2
            order by created_at desc, id desc limit 1"
        );
        let row: Option<VideoRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).bind(hash.as_slice()).fetch_optional(db).await)
                .map_err(StoreError::during("look for a video by its hash"))?;
        row.map(Video::try_from).transpose()
    }

    /// A page of the user's videos, and how many fit the filter.
    pub async fn videos_of(
        &self,
        user: UserId,
        filter: VideoFilter<'_>,
        page: Page,
    ) -> Result<(Vec<Video>, u64), StoreError> {
        let (rows, total) = paged!(
            self, page, "videos", VideoRow,
            select [video_columns!()], from ["videos
            where user_id = $1
              and (cast($2 as text) is null or status = $2)
              and (cast($3 as text) is null or lower(filename) like $3 escape '\\')"],
            order ["created_at", "id"], limit "limit $4 offset $5",
            bind [user.0, filter.status.map(VideoStatus::as_str), filter.search.map(anywhere)], doing "list a user's videos"
        );
        Ok((rows.into_iter().map(Video::try_from).collect::<Result<_, _>>()?, total))
    }

    /// Everything a plan needs of a ready video; `None` when it is not ready.
    pub async fn source(&self, id: VideoId) -> Result<Option<Source>, StoreError> {
        const SQL: &str = "-- videos.source
            select source_key, size_bytes, source_hash, facts, frames from videos where id = $1 and status = 'ready'";
        let row: Option<SourceRow> = read!(self, |db| sqlx::query_as(SQL).bind(id.0).fetch_optional(db).await)
            .map_err(StoreError::during("read a source"))?;
        row.map(|row| row.into_source(id)).transpose()
    }
}

impl Tx {
    /// Enters a video whose upload begins.
    pub async fn insert_video(&mut self, video: NewVideo<'_>, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- videos.insert
            insert into videos (id, user_id, filename, content_type, size_bytes, status, source_key, upload_id,
                                claimed_hash, created_at, updated_at)
            values ($1, $2, $3, $4, $5, 'uploading', $6, $7, $8, $9, $9)";
        let size = i64::try_from(video.size_bytes).unwrap_or(i64::MAX);
        within!(self, |db| sqlx::query(SQL)
            .bind(video.id.0)
            .bind(video.user.0)
            .bind(video.filename)
            .bind(video.content_type)
            .bind(size)
            .bind(video.source_key)
            .bind(video.upload_id)
            .bind(video.claimed_hash.map(<[u8; 32]>::as_slice))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a video"))
    }

    /// Takes a user's video with its exports and tasks off the books. False when there is none.
    pub async fn delete_video(&mut self, user: UserId, id: VideoId) -> Result<bool, StoreError> {
        const STATEMENTS: [&str; 3] = [
            "-- videos.delete_exports
            delete from exports where video_id = $1 and user_id = $2",
            "-- videos.delete_tasks
            delete from tasks where video_id in (select id from videos where id = $1 and user_id = $2)",
            "-- videos.delete
            delete from videos where id = $1 and user_id = $2",
        ];
        let mut deleted = 0;
        for sql in STATEMENTS {
            deleted = within!(&mut *self, |db| sqlx::query(sql)
                .bind(id.0)
                .bind(user.0)
                .execute(db)
                .await
                .map(|done| done.rows_affected()))
            .map_err(StoreError::during("delete a video"))?;
        }
        Ok(deleted == 1)
    }
}
