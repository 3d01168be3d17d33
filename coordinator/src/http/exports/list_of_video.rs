//! `GET /api/videos/{id}/exports`: the exports of one video, page by page. Shows no other's.

use farm_core::ids::VideoId;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::{ExportStatus, ExportType, Format, Quality, Resolution, Sort};
use super::show::{ExportView, Look};
use crate::store::Store;
use crate::store::exports::ExportFilter;

/// A page of a video's exports.
#[derive(Debug, Object)]
#[oai(rename = "Exports")]
struct ExportPage {
    /// The page.
    exports: Vec<ExportView>,
    /// How many fit the filter on all pages.
    total: u64,
}

/// `GET /api/videos/{id}/exports`.
pub struct ListExportsOfVideo {
    pub(super) store: Store,
    pub(super) look: Look,
}

#[OpenApi]
impl ListExportsOfVideo {
    /// List a video's exports
    #[oai(path = "/api/videos/:id/exports", method = "get", operation_id = "list_exports_of_video")]
    #[expect(clippy::too_many_arguments, reason = "each query parameter of the API is one argument")]
    async fn list(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
        /// Only those in this state.
        status: Query<Option<ExportStatus>>,
        /// Only those of this type.
        export_type: Query<Option<ExportType>>,
        /// Only those of this size.
        resolution: Query<Option<Resolution>>,
        /// Only those in this container.
        format: Query<Option<Format>>,
        /// Only those of this quality.
        quality: Query<Option<Quality>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Exports on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<ExportPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let (user, video) = (who.0.user, VideoId(id.0));
        self.store.video_of(user, video).await?.ok_or_else(|| Refusal::not_found("video"))?;
        let filter = ExportFilter {
            video: Some(video),
            status: status.0.map(Into::into),
            export_type: export_type.0.map(Into::into),
            resolution: resolution.0.map(Into::into),
            format: format.0.map(Into::into),
            quality: quality.0.map(Into::into),
            search: None,
        };
        let (exports, total) = self.store.exports_of(user, filter, page).await?;
        Ok(Json(ExportPage { exports: self.look.show(exports).await?, total }))
    }
}
