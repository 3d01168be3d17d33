//! `GET /api/users`: all accounts, page by page. For admins alone.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::Admin;
use super::super::me::Role;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::Sort;
use super::{AccountView, Show};
use crate::store::Store;

/// A page of accounts.
#[derive(Debug, Object)]
#[oai(rename = "Accounts")]
struct AccountPage {
    /// The page.
    users: Vec<AccountView>,
    /// How many there are on all pages.
    total: u64,
}

/// `GET /api/users`.
pub struct ListUsers {
    pub(super) store: Store,
    pub(super) show: Show,
}

#[OpenApi]
impl ListUsers {
    /// List the accounts
    ///
    /// For admins.
    #[oai(path = "/api/users", method = "get", operation_id = "list_users")]
    async fn list(
        &self,
        _admin: Admin,
        /// Only those in this role.
        role: Query<Option<Role>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Accounts on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<AccountPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let (accounts, total) = self.store.accounts(role.0.map(Into::into), page).await?;
        let mut users = Vec::with_capacity(accounts.len());
        for account in accounts {
            users.push(self.show.account(account).await?);
        }
        Ok(Json(AccountPage { users, total }))
    }
}
