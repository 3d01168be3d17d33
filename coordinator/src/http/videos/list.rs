//! `GET /api/videos`: the user's videos, page by page. Shows no other's.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::SignedIn;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::{Sort, VideoStatus};
use super::{VideoView, show};
use crate::storage::Storage;
use crate::store::Store;
use crate::store::videos::VideoFilter;

/// A page of videos.
#[derive(Debug, Object)]
struct Videos {
    /// The page.
    videos: Vec<VideoView>,
    /// How many fit the filter on all pages.
    total: u64,
}

/// `GET /api/videos`.
pub struct ListVideos {
    pub(super) store: Store,
    pub(super) storage: Storage,
}

#[OpenApi]
impl ListVideos {
    /// List your videos
    #[oai(path = "/api/videos", method = "get", operation_id = "list_videos")]
    async fn list(
        &self,
        who: SignedIn,
        /// Only those in this state.
        status: Query<Option<VideoStatus>>,
        /// Only those whose names hold this, in whatever case; at most 200 characters.
        search: Query<Option<String>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Videos on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<Videos>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let filter = VideoFilter { status: status.0.map(Into::into), search: paging::search(search.0.as_deref())? };
        let (found, total) = self.store.videos_of(who.0.user, filter, page).await?;
        let mut videos = Vec::with_capacity(found.len());
        for video in found {
            videos.push(show(&self.storage, video).await?);
        }
        Ok(Json(Videos { videos, total }))
    }
}
