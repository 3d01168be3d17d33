//! `GET /api/audit`: who did what, for admins, page by page. Writes no entry.

use farm_core::ids::UserId;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use time::OffsetDateTime;
use uuid::Uuid;

use super::identity::Admin;
use super::instant::instant;
use super::paging;
use super::refusal::Refusal;
use super::words::Sort;
use crate::store::Store;
use crate::store::audit::{AuditFilter, Entry};

/// One thing that was done.
#[derive(Debug, Object)]
#[oai(rename = "AuditEntry", skip_serializing_if_is_none)]
struct EntryView {
    /// Its id.
    id: Uuid,
    /// When it was done.
    at: OffsetDateTime,
    /// By whom; absent for somebody who was not signed in.
    user_id: Option<Uuid>,
    /// The name they had then, or gave.
    user_name: String,
    /// What was done, as the operation's id.
    action: String,
    /// To what it was done.
    object_id: Option<String>,
    /// What came of it.
    created_id: Option<String>,
    /// How it was answered.
    status: u16,
    /// The address it came from.
    address: String,
    /// The request, as the log has it.
    request_id: String,
}

/// A page of the audit log.
#[derive(Debug, Object)]
#[oai(rename = "AuditLog")]
struct AuditPage {
    /// The page.
    entries: Vec<EntryView>,
    /// How many fit the filter on all pages.
    total: u64,
}

impl From<Entry> for EntryView {
    fn from(Entry { id, at, deed }: Entry) -> EntryView {
        EntryView {
            id,
            at: instant(at),
            user_id: deed.user.map(|user| user.0),
            user_name: deed.user_name,
            action: deed.action,
            object_id: deed.object_id,
            created_id: deed.created_id,
            status: deed.status,
            address: deed.address,
            request_id: deed.request_id,
        }
    }
}

/// `GET /api/audit`.
pub struct Audit {
    pub(super) store: Store,
}

#[OpenApi]
impl Audit {
    /// Who did what
    ///
    /// For admins. Everything that changed something, and every attempt to sign in.
    #[oai(path = "/api/audit", method = "get", operation_id = "list_audit_log")]
    #[expect(clippy::too_many_arguments, reason = "each query parameter of the API is one argument")]
    async fn list(
        &self,
        _admin: Admin,
        /// Only what this user did.
        user_id: Query<Option<Uuid>>,
        /// Only this action.
        action: Query<Option<String>>,
        /// Only what was done to this thing, or made it.
        object_id: Query<Option<String>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Entries on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<AuditPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let filter =
            AuditFilter { user: user_id.0.map(UserId), action: action.0.as_deref(), object: object_id.0.as_deref() };
        let (entries, total) = self.store.audit_entries(filter, page).await?;
        Ok(Json(AuditPage { entries: entries.into_iter().map(EntryView::from).collect(), total }))
    }
}
