//! `POST /api/videos/{id}/export`: takes an order for an export. Plans nothing.

use farm_core::ids::VideoId;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::new_id::NewId;
use super::super::refusal::Refusal;
use super::place::Counter;
use super::request;
use super::show::{ExportView, Look};
use crate::store::tokens::Identity;

#[derive(ApiResponse)]
enum Created {
    /// The order is in the books.
    #[oai(status = 201)]
    Created(Json<ExportView>),
}

/// `POST /api/videos/{id}/export`.
pub struct CreateExport {
    pub(super) counter: Counter,
    pub(super) look: Look,
}

#[OpenApi]
impl CreateExport {
    /// Order an export
    ///
    /// Everything wrong with the order is said at once, each fault with its field, such as `segments[2].end`.
    #[oai(path = "/api/videos/:id/export", method = "post", operation_id = "create_export")]
    async fn create(
        &self,
        who: SignedIn,
        new: NewId,
        /// The video's id.
        id: Path<Uuid>,
        body: Json<request::NewExport>,
    ) -> Result<Created, Refusal> {
        let export = ordered(&self.counter, &self.look, &who.0, new, VideoId(id.0), body.0).await?;
        Ok(Created::Created(Json(export)))
    }
}

/// Takes an order, whether it came alone or among others, and shows the export it made.
pub(super) async fn ordered(
    counter: &Counter,
    look: &Look,
    who: &Identity,
    new: NewId,
    video: VideoId,
    body: request::NewExport,
) -> Result<ExportView, Refusal> {
    look.show_one(counter.place(who, new, video, body).await?).await
}
