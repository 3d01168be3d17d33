//! `GET /api/videos/{id}/preview`: addresses of what an editor needs of a video. Makes nothing: the farm does that by itself.

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::VideoId;
use farm_core::part::FileKind;
use farm_core::work::Sprite;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::refusal::{Refusal, RefusalCode};
use super::must_be_ready;
use crate::storage::{PRESIGN_SECONDS_MAX, Storage};
use crate::store::Store;
use crate::store::previews::{PreviewFile, PreviewState};

/// Thumbnails at even intervals on one picture, in rows from the left.
#[derive(Debug, Object)]
#[oai(rename = "Sprite")]
struct SpriteView {
    /// A presigned address of the picture, a JPEG.
    url: String,
    /// Thumbnails in a row.
    columns: u32,
    /// Rows; the last one may not be full.
    rows: u32,
    /// Seconds between two thumbnails: number k, from 0, shows what is on screen at k times the interval.
    interval: f64,
    /// Thumbnails in all.
    count: u32,
    /// Width of a thumbnail in pixels.
    width: u32,
    /// Height of a thumbnail in pixels.
    height: u32,
}

/// What an editor needs of a video. Ranges work on every address.
#[derive(Debug, Object)]
#[oai(rename = "Preview", skip_serializing_if_is_none)]
struct PreviewView {
    /// A presigned address of an MP4 of at most 480 lines that browsers play and seek in: the frames of the video at their
    /// own times, its sound beside them.
    proxy_url: String,
    /// Thumbnails.
    sprite: SpriteView,
    /// A presigned address of the waveform, JSON; absent for a video without sound.
    peaks_url: Option<String>,
    /// A presigned address of one telling frame, a JPEG.
    poster_url: String,
    /// When the addresses stop working.
    expires_at: OffsetDateTime,
}

/// `GET /api/videos/{id}/preview`.
pub struct ViewPreview {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl ViewPreview {
    /// Look at the preview of a video
    ///
    /// Made by the farm when a video becomes ready, whenever no export wants its slots. Refused (409) with
    /// `preview_not_ready` until then, and with `preview_failed` and the reason if it cannot be made.
    #[oai(path = "/api/videos/:id/preview", method = "get", operation_id = "view_preview")]
    async fn view(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
    ) -> Result<Json<PreviewView>, Refusal> {
        let (user, id) = (who.0.user, VideoId(id.0));
        let video = self.store.video_of(user, id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        must_be_ready(&video)?;
        match self.store.preview_of(user, id).await?.ok_or_else(|| Refusal::not_found("video"))? {
            PreviewState::Making => {
                let message = "The preview is still being made; try again soon.";
                Err(Refusal::new(RefusalCode::PreviewNotReady, message))
            }
            PreviewState::Failed { message } => Err(Refusal::new(RefusalCode::PreviewFailed, message)),
            PreviewState::Published { sprite, files } => self.show(&sprite, &files).await.map(Json),
        }
    }
}

impl ViewPreview {
    async fn show(&self, sprite: &Sprite, files: &[PreviewFile]) -> Result<PreviewView, Refusal> {
        let ttl = Duration::from_secs(PRESIGN_SECONDS_MAX);
        let expires = self.clock.now().after(ttl);
        let url = async |kind: FileKind| -> Result<Option<String>, Refusal> {
            match files.iter().find(|file| file.kind == kind) {
                Some(file) => Ok(Some(self.storage.presign_get(&file.s3_key, ttl, None).await?)),
                None => Ok(None),
            }
        };
        let must = |url: Option<String>| url.ok_or_else(|| Refusal::not_found("preview"));
        Ok(PreviewView {
            proxy_url: must(url(FileKind::Proxy).await?)?,
            sprite: SpriteView {
                url: must(url(FileKind::Sprite).await?)?,
                columns: sprite.columns,
                rows: sprite.count.div_ceil(sprite.columns.max(1)),
                interval: Duration::from_nanos(sprite.interval_ns.unsigned_abs()).as_secs_f64(),
                count: sprite.count,
                width: sprite.width,
                height: sprite.height,
            },
            peaks_url: url(FileKind::Peaks).await?,
            poster_url: must(url(FileKind::Poster).await?)?,
            expires_at: instant(expires),
        })
    }
}
