//! `POST/DELETE /api/exports/{id}/share`: a link by which anybody may see a finished export, and its end. Shows no page.

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::ExportId;
use farm_core::problem::{Problem, ProblemCode};
use farm_core::status::ExportStatus;
use poem::Request;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::secret::new_secret;
use crate::store::Store;

/// A week, when nothing else is asked for.
const HOURS_DEFAULT: u32 = 7 * 24;
/// No link outlives the files it shows: they are kept for thirty days.
pub const HOURS_MAX: u32 = 30 * 24;

/// Asks for a link.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
struct NewShare {
    /// Hours until it expires, 1 to 720; 168 by default.
    expires_in_hours: Option<u32>,
}

/// A link by which anybody may see the export.
#[derive(Clone, Debug, Object)]
struct Share {
    /// The link. Shown this one time.
    url: String,
    /// The secret in it.
    token: String,
    /// When it expires.
    expires_at: OffsetDateTime,
}

#[derive(ApiResponse)]
enum Shared {
    /// The link.
    #[oai(status = 201)]
    Created(Json<Share>),
}

#[derive(ApiResponse)]
enum Revoked {
    /// No link of the export works any more.
    #[oai(status = 204)]
    Revoked,
}

/// `POST/DELETE /api/exports/{id}/share`.
pub struct ShareExport {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) public_url: Option<Url>,
}

#[OpenApi]
impl ShareExport {
    /// Share an export
    ///
    /// Whoever has the link sees a page with player and download, without signing in. An older link of the export is revoked.
    #[oai(path = "/api/exports/:id/share", method = "post", operation_id = "share_export")]
    async fn share(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
        body: Json<Option<NewShare>>,
        request: &Request,
    ) -> Result<Shared, Refusal> {
        let hours = body.0.unwrap_or_default().expires_in_hours.unwrap_or(HOURS_DEFAULT);
        if hours == 0 || hours > HOURS_MAX {
            let message = format!("A link works for 1 to {HOURS_MAX} hours.");
            return Err(Refusal::invalid(vec![Problem::new("expires_in_hours", ProblemCode::InvalidNumber, message)]));
        }
        let id = ExportId(id.0);
        let export = self.store.export_of(who.0.user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        if export.status != ExportStatus::Completed {
            let message = format!("The export is {}; only completed ones can be shared.", export.status.as_str());
            return Err(Refusal::new(RefusalCode::ExportNotCompleted, message));
        }
        let now = self.clock.now();
        let expires_at = now.after(Duration::from_hours(u64::from(hours)));
        let secret = new_secret("").map_err(|cause| Refusal::internal(&cause))?;
        let mut tx = self.store.begin().await?;
        tx.revoke_shares(id, now).await?;
        tx.insert_share(id, &secret.hash, now, expires_at).await?;
        tx.commit().await?;
        let url = format!("{}/s/{}", origin(self.public_url.as_ref(), request), secret.text);
        Ok(Shared::Created(Json(Share { url, token: secret.text, expires_at: instant(expires_at) })))
    }

    /// Stop sharing an export
    #[oai(path = "/api/exports/:id/share", method = "delete", operation_id = "unshare_export")]
    async fn unshare(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
    ) -> Result<Revoked, Refusal> {
        let id = ExportId(id.0);
        self.store.export_of(who.0.user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        let mut tx = self.store.begin().await?;
        tx.revoke_shares(id, self.clock.now()).await?;
        tx.commit().await?;
        Ok(Revoked::Revoked)
    }
}

/// What people type to reach us: as configured, else as this request reached us.
pub fn origin(public_url: Option<&Url>, request: &Request) -> String {
    let asked = || request.header("host").map_or_else(String::new, |host| format!("http://{host}"));
    public_url.map_or_else(asked, |url| url.as_str().trim_end_matches('/').to_owned())
}
