//! `DELETE /api/exports/{id}`: cancels one that is under way, deletes one that is over. Waits for no node.

use std::sync::Arc;

use farm_core::ids::{ExportId, UserId};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use service::Clock;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use super::remove;
use super::show::{ExportView, Look};
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::Store;

#[derive(ApiResponse)]
#[expect(clippy::large_enum_variant, reason = "it lives for one answer")]
enum Answer {
    /// It was under way and is cancelled; what it left is cleared up now.
    #[oai(status = 202)]
    Cancelled(Json<ExportView>),
    /// It was over and is gone, with its files.
    #[oai(status = 204)]
    Deleted,
}

/// `DELETE /api/exports/{id}`.
pub struct CancelOrDeleteExport {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) look: Look,
    pub(super) nudge: Nudge,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CancelOrDeleteExport {
    /// Cancel or delete an export
    ///
    /// One that is under way is cancelled (202); one that is over is deleted with its files (204).
    #[oai(path = "/api/exports/:id", method = "delete", operation_id = "delete_export")]
    async fn delete(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
        /// True: one that is over is kept, and the call refused. Whoever presses "cancel" too late loses no files.
        cancel_only: Query<Option<bool>>,
    ) -> Result<Answer, Refusal> {
        let (user, id) = (who.0.user, ExportId(id.0));
        if self.cancel(user, id).await? {
            let export = self.store.export_of(user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
            return Ok(Answer::Cancelled(Json(self.look.show_one(export).await?)));
        }
        self.store.export_of(user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        if cancel_only.0 == Some(true) {
            return Err(Refusal::new(
                RefusalCode::ExportOver,
                "The export was over already: nothing is cancelled, nothing lost.",
            ));
        }
        // Files first, row second: whatever fails in between is found again by the row.
        for file in self.store.files_of_export(user, id).await? {
            remove(&self.storage, &file).await?;
        }
        let mut tx = self.store.begin().await?;
        tx.delete_export(user, id).await?;
        tx.commit().await?;
        Ok(Answer::Deleted)
    }
}

impl CancelOrDeleteExport {
    /// False when it was over already, or is not there.
    async fn cancel(&self, user: UserId, id: ExportId) -> Result<bool, Refusal> {
        let mut tx = self.store.begin().await?;
        let cancelled = tx.cancel_export(user, id, self.clock.now()).await?;
        tx.commit().await?;
        if cancelled {
            self.nudge.advance();
            self.nudge.dispatch();
            self.nudge.progress();
        }
        Ok(cancelled)
    }
}
