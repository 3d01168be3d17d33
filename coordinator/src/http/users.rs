//! The operations of admins on accounts, and how one is shown. What an account may do, its role says.

mod change;
mod create;
mod create_login_link;
mod create_token;
mod list;
mod view;

use std::sync::Arc;

use poem_openapi::Object;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Deps;
use super::auth::Links;
use super::instant::instant;
use super::me::Role;
use super::password::Passwords;
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
    (
        list::ListUsers { store: store.clone() },
        create::CreateUser { store: store.clone(), clock: Arc::clone(&clock), passwords: passwords.clone() },
        view::ViewUser { store: store.clone() },
        change::ChangeUser { store: store.clone(), passwords: passwords.clone() },
        create_token::CreateUserToken { store: store.clone(), clock: Arc::clone(&clock) },
        create_login_link::CreateUserLoginLink { store, links: Links::of(deps), clock },
    )
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
    /// When it was made.
    created_at: OffsetDateTime,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> AccountView {
        AccountView {
            id: account.id.0,
            name: account.name,
            role: account.role.into(),
            disabled: account.disabled,
            has_password: account.has_password,
            created_at: instant(account.created_at),
        }
    }
}
