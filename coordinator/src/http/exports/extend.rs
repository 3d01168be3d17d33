//! `POST /api/exports/{id}/extend`: more time for an export that is being made. Hastens nothing.

use std::sync::Arc;

use farm_core::deadline::extended;
use farm_core::ids::ExportId;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::Clock;
use tracing::info;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use super::show::{ExportView, Look};
use crate::store::Store;

/// How much more time an export gets.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct Extend {
    /// Minutes to add, 1 to 240. An export may take a day in all.
    minutes: u32,
}

/// `POST /api/exports/{id}/extend`.
pub struct ExtendExport {
    pub(super) store: Store,
    pub(super) look: Look,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl ExtendExport {
    /// Give an export more time
    ///
    /// An export that is not done 30 minutes after rendering began fails with `timed_out`. This adds to them.
    #[oai(path = "/api/exports/:id/extend", method = "post", operation_id = "extend_export")]
    async fn extend(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
        body: Json<Extend>,
    ) -> Result<Json<ExportView>, Refusal> {
        let (user, id, minutes) = (who.0.user, ExportId(id.0), body.0.minutes);
        self.store.export_of(user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        let not_running =
            || Refusal::new(RefusalCode::ExportNotProcessing, "Time runs only for an export that is being made.");
        let mut tx = self.store.begin().await?;
        let limit = tx.export_limit(user, id).await?.ok_or_else(not_running)?;
        let granted = extended(limit.granted(), minutes).map_err(|problem| Refusal::invalid(vec![problem]))?;
        let deadline = limit.started_at.after(granted);
        if !tx.extend_export(id, limit, deadline, self.clock.now()).await? {
            return Err(not_running());
        }
        tx.commit().await?;
        info!(export.id = %id, user.id = %user, minutes, "User {user} extended export {id} by {minutes} minutes");
        let export = self.store.export_of(user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        Ok(Json(self.look.show_one(export).await?))
    }
}
