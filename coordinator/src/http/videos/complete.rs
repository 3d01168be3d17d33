//! `POST /api/videos/{id}/complete`: all bytes are there; the farm looks what they are. Looks at none itself.

use std::collections::HashMap;
use std::sync::Arc;

use farm_core::ids::VideoId;
use farm_core::problem::{Problem, ProblemCode};
use farm_core::status::VideoStatus;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use super::VideoView;
use crate::nudge::Nudge;
use crate::storage::{MULTIPART_PARTS_MAX, Storage, StorageError, Upload, UploadedPart};
use crate::store::Store;
use crate::store::videos::Video;

/// An `ETag` is an MD5 in quotes, with a count behind it on some servers.
pub const ETAG_CHARACTERS_MAX: usize = 200;

/// A part that was put.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct PutPart {
    /// From 1.
    number: u32,
    /// The `ETag` of the answer to the PUT.
    etag: String,
}

/// Says that every part is there.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Completion {
    /// The upload.
    upload_id: String,
    /// Every part, in order.
    parts: Vec<PutPart>,
}

#[derive(ApiResponse)]
enum Accepted {
    /// The farm looks what the video is; it becomes ready or failed.
    #[oai(status = 202)]
    Indexing(Json<VideoView>),
}

/// `POST /api/videos/{id}/complete`.
pub struct CompleteVideo {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) nudge: Nudge,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CompleteVideo {
    /// Complete a video's upload
    ///
    /// Safe to repeat. The video goes from `uploading` to `indexing`, then to `ready` or `failed`.
    #[oai(path = "/api/videos/:id/complete", method = "post", operation_id = "complete_video")]
    async fn complete(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
        body: Json<Completion>,
    ) -> Result<Accepted, Refusal> {
        let (SignedIn(identity), id) = (who, VideoId(id.0));
        let Json(Completion { upload_id, parts }) = body;
        let parts = check(parts)?;
        let video = self.video(&identity, id).await?;
        if video.upload_id.as_deref() != Some(&upload_id) {
            let message = "This is not the upload of the video.";
            return Err(Refusal::invalid(vec![Problem::new("upload_id", ProblemCode::Contradiction, message)]));
        }
        if video.status == VideoStatus::Uploading {
            self.finish_upload(&video, upload_id, &parts).await?;
            self.store.begin_indexing(identity.user, id, self.clock.now()).await?;
            self.nudge.advance();
        }
        Ok(Accepted::Indexing(Json(self.video(&identity, id).await?.into())))
    }
}

impl CompleteVideo {
    async fn video(&self, who: &crate::store::tokens::Identity, id: VideoId) -> Result<Video, Refusal> {
        self.store.video_of(who.user, id).await?.ok_or_else(|| Refusal::not_found("video"))
    }

    /// Makes the object of its parts, once all announced bytes are there. Until then parts can be put again.
    async fn finish_upload(&self, video: &Video, upload_id: String, parts: &[UploadedPart]) -> Result<(), Refusal> {
        let upload = Upload { key: video.source_key.clone(), upload_id };
        // No parts: the upload was completed before and we did not live to note it. The next call compares the object.
        let arrived = self.storage.list_parts(&upload).await?.unwrap_or_default();
        if !arrived.is_empty() {
            all_arrived(video, parts, &arrived)?;
        }
        self.storage.complete_multipart(&upload, parts, video.size_bytes, None).await.map_err(mismatch)
    }
}

/// Holds what arrived against what was announced.
fn all_arrived(video: &Video, parts: &[UploadedPart], arrived: &[(UploadedPart, u64)]) -> Result<(), Refusal> {
    let sizes: HashMap<u32, u64> = arrived.iter().map(|(part, size_bytes)| (part.number, *size_bytes)).collect();
    let mut total_bytes = 0;
    for part in parts {
        let Some(size_bytes) = sizes.get(&part.number) else {
            let message = format!("Part {} has not arrived; put it, then repeat this call.", part.number);
            return Err(Refusal::new(RefusalCode::UploadMismatch, message));
        };
        total_bytes += size_bytes;
    }
    if total_bytes != video.size_bytes {
        let message = format!("{total_bytes} bytes arrived, {} were announced.", video.size_bytes);
        return Err(Refusal::new(RefusalCode::UploadMismatch, message));
    }
    Ok(())
}

/// A part the store does not have, or has otherwise, is the client's affair; silence is the store's.
fn mismatch(cause: StorageError) -> Refusal {
    let refused = cause.status().is_some_and(|status| (400..500).contains(&status) && status != 403);
    match cause {
        StorageError::UploadGone { .. } | StorageError::Occupied { .. } => {
            Refusal::new(RefusalCode::UploadMismatch, "The upload is gone; announce the video again.")
        }
        _ if refused => Refusal::new(
            RefusalCode::UploadMismatch,
            "The object store does not have these parts; put them again, then repeat this call.",
        ),
        other => other.into(),
    }
}

fn check(parts: Vec<PutPart>) -> Result<Vec<UploadedPart>, Refusal> {
    let mut problems = Vec::new();
    if parts.is_empty() || parts.len() > MULTIPART_PARTS_MAX as usize {
        let message = format!("An upload has 1 to {MULTIPART_PARTS_MAX} parts.");
        problems.push(Problem::new("parts", ProblemCode::InvalidNumber, message));
        return Err(Refusal::invalid(problems));
    }
    for (index, part) in parts.iter().enumerate() {
        if part.number as usize != index + 1 {
            let message = format!("Parts are listed in order, each once: {} is expected here.", index + 1);
            problems.push(Problem::new(format!("parts[{index}].number"), ProblemCode::InvalidNumber, message));
            break;
        }
        let plain = part.etag.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        if part.etag.is_empty() || part.etag.len() > ETAG_CHARACTERS_MAX || !plain {
            let message = "Give the ETag header of the answer to the PUT.";
            problems.push(Problem::new(format!("parts[{index}].etag"), ProblemCode::InvalidText, message));
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    Ok(parts.into_iter().map(|part| UploadedPart { number: part.number, etag: Some(part.etag) }).collect())
}
