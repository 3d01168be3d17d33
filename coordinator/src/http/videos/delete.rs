//! `DELETE /api/videos/{id}`: the video, its exports and all their files. Stops no export: those under way come first.

use farm_core::ids::VideoId;
use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, OpenApi};
use tracing::warn;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::Store;
use crate::store::exports::StoredFile;

#[derive(ApiResponse)]
enum Deleted {
    /// It is gone, with its exports and their files.
    #[oai(status = 204)]
    Gone,
}

/// `DELETE /api/videos/{id}`.
pub struct DeleteVideo {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) nudge: Nudge,
}

#[OpenApi]
impl DeleteVideo {
    /// Delete a video
    ///
    /// Deletes its exports and all files with it. Refused while exports of it are under way.
    #[oai(path = "/api/videos/:id", method = "delete", operation_id = "delete_video")]
    async fn delete(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
    ) -> Result<Deleted, Refusal> {
        let (user, id) = (who.0.user, VideoId(id.0));
        let video = self.store.video_of(user, id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        let mut files = self.store.files_of_video(user, id).await?;
        files.extend(self.store.preview_objects(user, id).await?);
        files.push(StoredFile { s3_key: video.source_key, upload_id: video.upload_id });
        let mut tx = self.store.begin().await?;
        if !tx.lock_video(user, id).await? {
            return Err(Refusal::not_found("video"));
        }
        if tx.active_exports(id).await? > 0 {
            let message = "Exports of this video are under way; cancel them or wait for them.";
            return Err(Refusal::new(RefusalCode::VideoInUse, message));
        }
        tx.delete_video(user, id).await?;
        tx.commit().await?;
        self.nudge.dispatch();
        // The ledger no longer names them: what cannot be deleted now is in nobody's way.
        for file in &files {
            if let Err(cause) = super::super::exports::remove(&self.storage, file).await {
                warn!(s3.key = file.s3_key, "Could not delete {} of video {id}: {cause}", file.s3_key);
            }
        }
        Ok(Deleted::Gone)
    }
}
