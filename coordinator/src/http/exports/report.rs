//! `GET /api/exports/{id}/report`: what a finished export is made of. Serves what was written when it was completed.

mod schema;

use farm_core::ids::ExportId;
use farm_core::status::ExportStatus;
use poem::{IntoResponse, Response};
use poem_openapi::param::Path;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use crate::store::Store;

/// `GET /api/exports/{id}/report`.
pub struct ExportReport {
    pub(super) store: Store,
}

#[OpenApi]
impl ExportReport {
    /// Fetch the exactness report of a finished export
    ///
    /// What every file of it is made of, to the frame and the sample: `reelfarm verify` holds the files against it.
    #[oai(path = "/api/exports/:id/report", method = "get", operation_id = "export_report")]
    async fn report(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
    ) -> Result<ReportJson, Refusal> {
        let export = self.store.export_of(who.0.user, ExportId(id.0)).await?;
        let export = export.ok_or_else(|| Refusal::not_found("export"))?;
        if export.status != ExportStatus::Completed {
            let message = format!("The export is {}; only completed ones have a report.", export.status.as_str());
            return Err(Refusal::new(RefusalCode::ExportNotCompleted, message));
        }
        // Exports from before there were reports have none.
        let report = self.store.export_report(export.id).await?.ok_or_else(|| Refusal::not_found("report"))?;
        Ok(ReportJson(report))
    }
}

/// A report as it was written, byte for byte.
struct ReportJson(String);

impl Payload for ReportJson {
    const CONTENT_TYPE: &'static str = "application/json; charset=utf-8";

    fn schema_ref() -> MetaSchemaRef {
        schema::of_report()
    }

    fn register(registry: &mut Registry) {
        schema::register(registry);
    }
}

impl IntoResponse for ReportJson {
    fn into_response(self) -> Response {
        Response::builder().content_type(Self::CONTENT_TYPE).body(self.0)
    }
}

impl ApiResponse for ReportJson {
    fn meta() -> MetaResponses {
        let content = vec![MetaMediaType { content_type: Self::CONTENT_TYPE, schema: Self::schema_ref() }];
        let description = "The report.";
        let report = MetaResponse { description, status: Some(200), status_range: None, content, headers: Vec::new() };
        MetaResponses { responses: vec![report] }
    }

    fn register(registry: &mut Registry) {
        <Self as Payload>::register(registry);
    }
}
