//! `GET /api/exports/{id}/download`: an address to fetch the finished file from. Sends no bytes itself.

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::ExportId;
use farm_core::status::ExportStatus;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::refusal::{Refusal, RefusalCode};
use crate::storage::{PRESIGN_SECONDS_MAX, Storage};
use crate::store::Store;
use crate::store::exports::{Export, Output};

/// Where a finished file can be fetched.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Download {
    /// An address that needs no token: presigned, or the CDN's; ranges work.
    url: String,
    /// When it stops working.
    expires_at: OffsetDateTime,
    /// What to save it as.
    filename: String,
    /// Its size.
    size_bytes: u64,
    /// SHA-256 of its bytes, in hex.
    sha256: Option<String>,
}

/// `GET /api/exports/{id}/download`.
pub struct DownloadExport {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl DownloadExport {
    /// Fetch a finished file
    ///
    /// The file of the export, or the ZIP of all its clips, or one of them.
    #[oai(path = "/api/exports/:id/download", method = "get", operation_id = "download_export")]
    async fn download(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
        /// One clip instead of the ZIP, from 1 in segment order.
        clip: Query<Option<u32>>,
    ) -> Result<Json<Download>, Refusal> {
        let export = self.store.export_of(who.0.user, ExportId(id.0)).await?;
        let export = export.ok_or_else(|| Refusal::not_found("export"))?;
        if export.status != ExportStatus::Completed {
            let message = format!("The export is {}; only completed ones have files.", export.status.as_str());
            return Err(Refusal::new(RefusalCode::ExportNotCompleted, message));
        }
        let output = self.wanted(&export, clip.0).await?;
        let now = self.clock.now();
        let expires = now.after(Duration::from_secs(PRESIGN_SECONDS_MAX));
        let url = self.storage.download_address(&output.s3_key, now, Some(&output.filename)).await?;
        Ok(Json(Download {
            url,
            expires_at: instant(expires),
            filename: output.filename,
            size_bytes: output.size_bytes,
            sha256: output.sha256,
        }))
    }
}

impl DownloadExport {
    async fn wanted(&self, export: &Export, clip: Option<u32>) -> Result<Output, Refusal> {
        let mut outputs = self.store.published_outputs(&[export.id]).await?.remove(&export.id).unwrap_or_default();
        // By number: the ZIP (0) comes before the clips, and a single file is number 1.
        let found = match clip {
            None => outputs.iter().position(|output| Some(&output.s3_key) == export.output_s3_key.as_ref()),
            Some(number) => outputs.iter().position(|output| number > 0 && output.number == number),
        };
        found.map(|index| outputs.swap_remove(index)).ok_or_else(|| Refusal::not_found("file"))
    }
}
