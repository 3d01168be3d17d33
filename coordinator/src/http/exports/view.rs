//! `GET /api/exports/{id}`: one export. Changes nothing people asked for.

use farm_core::export::Order;
use farm_core::ids::{ExportId, VideoId};
use farm_core::seconds;
use farm_core::status::ExportStatus;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use timeline::Ticks;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::Refusal;
use super::show::{ExportView, Look};
use crate::storage::Storage;
use crate::store::Store;

/// `GET /api/exports/{id}`.
pub struct ViewExport {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) look: Look,
}

#[OpenApi]
impl ViewExport {
    /// Look at an export
    #[oai(path = "/api/exports/:id", method = "get", operation_id = "view_export")]
    async fn view(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
    ) -> Result<Json<ExportView>, Refusal> {
        let export = self.store.export_of(who.0.user, ExportId(id.0)).await?;
        let export = export.ok_or_else(|| Refusal::not_found("export"))?;
        let (key, video, failed) = (export.output_s3_key.clone(), export.video, export.status == ExportStatus::Failed);
        let order = self.store.export_order(export.id).await?;
        let mut view = self.look.show_one(export).await?;
        view.crossfade_seconds = Some(self.crossfade_seconds(&order, video).await?);
        (view.normalize_audio, view.reuse_parts) = (Some(order.normalize_audio), Some(order.reuse_parts));
        view.name = Some(order.name);
        if failed {
            view.error_detail = self.store.detail_of_export(ExportId(id.0)).await?;
        }
        if let Some(key) = key {
            view.output_url = Some(self.storage.download_address(&key, self.look.clock.now(), None).await?);
        }
        Ok(Json(view))
    }
}

impl ViewExport {
    /// The video's rate is only read where there is something to tell by it.
    async fn crossfade_seconds(&self, order: &Order, video: VideoId) -> Result<f64, Refusal> {
        if order.crossfade == Ticks::ZERO {
            return Ok(0.0);
        }
        let source = self.store.source(video).await?.ok_or_else(|| Refusal::not_found("video"))?;
        Ok(seconds::from_ticks(order.crossfade, source.table.rate()))
    }
}
