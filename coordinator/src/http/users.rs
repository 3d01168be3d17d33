//! The operations of admins on accounts, and how one is shown. What an account may do, its role says.

mod change;
mod create;
mod create_login_link;
mod create_token;
mod list;
mod view;

use std::sync::Arc;

use farm_core::ids::UserId;
use farm_core::limits::Limits;
use poem_openapi::Object;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Deps;
use super::auth::Links;
use super::instant::instant;
use super::me::Role;
use super::password::Passwords;
use super::refusal::Refusal;
use crate::store::Store;
use crate::store::users::Account;

/// All operations on accounts.
pub type Operations = (
    list::ListUsers,
    create::CreateUser,
    view::ViewUser,
    change::ChangeUser,
    create_token::CreateUserToken,
    create_login_link::CreateUserLoginLink,
);

/// All operations on accounts on their handles.
pub fn operations(deps: &Deps, passwords: &Passwords) -> Operations {
    let (store, clock) = (deps.store.clone(), Arc::clone(&deps.clock));
    let show = Show { store: store.clone(), general: deps.limits };
    (
        list::ListUsers { store: store.clone(), show: show.clone() },
        create::CreateUser {
            store: store.clone(),
            clock: Arc::clone(&clock),
            passwords: passwords.clone(),
            show: show.clone(),
        },
        view::ViewUser { show: show.clone() },
        change::ChangeUser { store: store.clone(), passwords: passwords.clone(), show },
        create_token::CreateUserToken { store: store.clone(), clock: Arc::clone(&clock) },
        create_login_link::CreateUserLoginLink { store, links: Links::of(deps), clock },
    )
}

/// How much an account may order and keep. Operators and admins are free of all of it.
#[derive(Clone, Copy, Debug, Object)]
#[oai(rename = "Limits", skip_serializing_if_is_none)]
pub struct LimitsView {
    /// Exports under way at once.
    active_exports: u32,
    /// Exports ordered in an hour.
    exports_per_hour: u32,
    /// Bytes of videos and files together.
    storage_bytes: u64,
    /// Bytes of one finished file.
    file_bytes: u64,
    /// Minutes of one slot in a month (UTC); absent when unbounded.
    minutes_per_month: Option<u32>,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> LimitsView {
        let Limits { active_exports, exports_per_hour, storage_bytes, file_bytes, minutes_per_month } = limits;
        LimitsView { active_exports, exports_per_hour, storage_bytes, file_bytes, minutes_per_month }
    }
}

/// Shows accounts with the limits that hold for them.
#[derive(Clone)]
pub struct Show {
    store: Store,
    general: Limits,
}

impl Show {
    /// An account; 404 when there is none.
    pub async fn one(&self, id: UserId) -> Result<AccountView, Refusal> {
        let account = self.store.account(id).await?.ok_or_else(|| Refusal::not_found("user"))?;
        self.account(account).await
    }

    /// An account that was read.
    pub async fn account(&self, account: Account) -> Result<AccountView, Refusal> {
        let limits = self.store.own_limits(account.id).await?.over(&self.general);
        Ok(AccountView {
            id: account.id.0,
            name: account.name,
            role: account.role.into(),
            disabled: account.disabled,
            has_password: account.has_password,
            limits: limits.into(),
            created_at: instant(account.created_at),
        })
    }
}

/// An account as admins see it.
#[derive(Debug, Object)]
#[oai(rename = "Account")]
pub struct AccountView {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
    /// Whether nobody gets in by it for now.
    disabled: bool,
    /// Whether it has a password; without one, login links and tokens are the way in.
    has_password: bool,
    /// How much it may order and keep.
    limits: LimitsView,
    /// When it was made.
    created_at: OffsetDateTime,
}
