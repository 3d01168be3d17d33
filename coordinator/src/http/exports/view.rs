//! `GET /api/exports/{id}`: one export. Changes nothing people asked for.

use farm_core::ids::ExportId;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
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
        let key = export.output_s3_key.clone();
        let mut view = self.look.show_one(export).await?;
        if let Some(key) = key {
            view.output_url = Some(self.storage.download_address(&key, self.look.clock.now(), None).await?);
        }
        Ok(Json(view))
    }
}
