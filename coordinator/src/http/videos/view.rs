//! `GET /api/videos/{id}`: one video and what its index found. Changes nothing.

use farm_core::ids::VideoId;
use farm_core::status::VideoStatus;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::Refusal;
use super::{VideoView, show};
use crate::storage::Storage;
use crate::store::Store;

/// `GET /api/videos/{id}`.
pub struct ViewVideo {
    pub(super) store: Store,
    pub(super) storage: Storage,
}

#[OpenApi]
impl ViewVideo {
    /// Look at a video
    #[oai(path = "/api/videos/:id", method = "get", operation_id = "view_video")]
    async fn view(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
    ) -> Result<Json<VideoView>, Refusal> {
        let video = self.store.video_of(who.0.user, VideoId(id.0)).await?;
        let video = video.ok_or_else(|| Refusal::not_found("video"))?;
        let error_detail = match video.status {
            VideoStatus::Failed => self.store.detail_of_video(video.id).await?,
            _ => None,
        };
        let shown = show(&self.storage, video).await?;
        Ok(Json(VideoView { error_detail, ..shown }))
    }
}
