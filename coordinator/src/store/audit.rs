//! The audit log: who did what to which thing, when and from where. Only ever added to.

use farm_core::ids::UserId;
use service::Timestamp;
use uuid::Uuid;

use super::page::Page;
use super::{Store, StoreError};
use crate::{paged, write};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// By whom; `None` for somebody who was not signed in.
    pub user: Option<UserId>,
    /// The name they had or gave.
    pub user_name: String,
    /// What, as the operation's id.
    pub action: String,
    /// To what.
    pub object_id: Option<String>,
    /// What came of it.
    pub created_id: Option<String>,
    /// How it was answered.
    pub status: u16,
    /// From which address.
    pub address: String,
    /// By which request.
    pub request_id: String,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
}

/// Which entries are wanted; `None` means all.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter<'a> {
    /// Of this user.
    pub user: Option<UserId>,
    /// Of this action.
    pub action: Option<&'a str>,
    /// About this thing.
    pub object: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    at: i64,
    user_id: Option<Uuid>,
    user_name: String,
    action: String,
    object_id: Option<String>,
    created_id: Option<String>,
    status: i64,
    address: String,
    request_id: String,
}

/// The conditions of [`AuditFilter`], parameters 1 to 3.
macro_rules! filtered {
    () => {
        "audit_log
            where (cast($1 as uuid) is null or user_id = $1)
              and (cast($2 as text) is null or action = $2)
              and (cast($3 as text) is null or object_id = $3 or created_id = $3)"
    };
}

impl Store {
    /// Adds to the log.
    pub async fn note_deed(&self, deed: &Deed, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- audit.note
            insert into audit_log (id, at, user_id, user_name, action, object_id, created_id, status, address, request_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        write!(self, |db| sqlx::query(SQL)
            .bind(Uuid::now_v7())
            .bind(now.0)
            .bind(deed.user.map(|user| user.0))
            .bind(&deed.user_name)
            .bind(&deed.action)
            .bind(&deed.object_id)
            .bind(&deed.created_id)
            .bind(i64::from(deed.status))
            .bind(&deed.address)
            .bind(&deed.request_id)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("add to the audit log"))
    }

    /// A page of the log, and how many entries fit the filter.
    pub async fn audit_entries(&self, filter: AuditFilter<'_>, page: Page) -> Result<(Vec<Entry>, u64), StoreError> {
        let user = filter.user.map(|user| user.0);
        let (rows, total) = paged!(
            self, page, "audit", EntryRow,
            select ["id, at, user_id, user_name, action, object_id, created_id, status, address, request_id"],
            from [filtered!()], order ["at", "id"], limit "limit $4 offset $5",
            bind [user, filter.action, filter.object], doing "read the audit log"
        );
        Ok((rows.into_iter().map(Entry::from).collect(), total))
    }
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Entry {
        let deed = Deed {
            user: row.user_id.map(UserId),
            user_name: row.user_name,
            action: row.action,
            object_id: row.object_id,
            created_id: row.created_id,
            status: u16::try_from(row.status).unwrap_or(0),
            address: row.address,
            request_id: row.request_id,
        };
        Entry { id: row.id, at: Timestamp(row.at), deed }
    }
}
