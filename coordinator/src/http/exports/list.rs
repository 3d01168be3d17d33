//! `GET /api/exports`: all exports of the user, page by page, and how many there are in each state. Shows no other's.

use farm_core::ids::UserId;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::SignedIn;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::{ExportStatus, ExportType, Format, Quality, Resolution, Sort};
use super::show::{ExportView, Look};
use crate::store::Store;
use crate::store::exports::ExportFilter;

/// How many exports are in each state, whatever the filter.
#[derive(Debug, Default, Object)]
struct Counts {
    /// Accepted, nothing done yet.
    pending: u64,
    /// Being made.
    processing: u64,
    /// Their files are there.
    completed: u64,
    /// Ended without files.
    failed: u64,
    /// No longer wanted.
    cancelled: u64,
}

/// A page of exports.
#[derive(Debug, Object)]
#[oai(rename = "ExportsWithCounts")]
struct ExportPage {
    /// The page.
    exports: Vec<ExportView>,
    /// How many fit the filter on all pages.
    total: u64,
    /// How many there are in each state, whatever the filter.
    counts: Counts,
}

/// `GET /api/exports`.
pub struct ListExports {
    pub(super) store: Store,
    pub(super) look: Look,
}

#[OpenApi]
impl ListExports {
    /// List your exports
    #[oai(path = "/api/exports", method = "get", operation_id = "list_exports")]
    #[expect(clippy::too_many_arguments, reason = "each query parameter of the API is one argument")]
    async fn list(
        &self,
        who: SignedIn,
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
        /// Only those of videos, or with files, whose names hold this, in whatever case; at most 200 characters.
        search: Query<Option<String>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Exports on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<ExportPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let filter = ExportFilter {
            video: None,
            status: status.0.map(Into::into),
            export_type: export_type.0.map(Into::into),
            resolution: resolution.0.map(Into::into),
            format: format.0.map(Into::into),
            quality: quality.0.map(Into::into),
            search: paging::search(search.0.as_deref())?,
        };
        let user = who.0.user;
        let (exports, total) = self.store.exports_of(user, filter, page).await?;
        Ok(Json(ExportPage { exports: self.look.show(exports).await?, total, counts: self.counts(user).await? }))
    }
}

impl ListExports {
    async fn counts(&self, user: UserId) -> Result<Counts, Refusal> {
        let mut counts = Counts::default();
        for (status, count) in self.store.export_counts(user).await? {
            *match status.into() {
                ExportStatus::Pending => &mut counts.pending,
                ExportStatus::Processing => &mut counts.processing,
                ExportStatus::Completed => &mut counts.completed,
                ExportStatus::Failed => &mut counts.failed,
                ExportStatus::Cancelled => &mut counts.cancelled,
            } = count;
        }
        Ok(counts)
    }
}
