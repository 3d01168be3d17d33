//! `GET /api/me`: who is signed in, by token or by session. Changes nobody.

use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};
use uuid::Uuid;

use super::identity::SignedIn;
use super::refusal::Refusal;
use crate::store::users::Account;

/// What somebody may do.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "lowercase", remote = "crate::store::users::Role")]
pub enum Role {
    /// Uploads and exports.
    Creator,
    /// Runs the farm: nodes and queue.
    Operator,
    /// Everything.
    Admin,
}

/// An account.
#[derive(Clone, Debug, Object)]
#[oai(rename = "User")]
pub struct UserView {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
}

impl From<Account> for UserView {
    fn from(account: Account) -> UserView {
        UserView { id: account.id.0, name: account.name, role: account.role.into() }
    }
}

/// `GET /api/me`.
pub struct Me;

#[OpenApi]
impl Me {
    /// Who am I
    #[oai(path = "/api/me", method = "get", operation_id = "me")]
    #[expect(clippy::unused_async, reason = "the framework awaits every operation")]
    async fn me(&self, who: SignedIn) -> Result<Json<UserView>, Refusal> {
        let SignedIn(identity) = who;
        Ok(Json(UserView { id: identity.user.0, name: identity.name, role: identity.role.into() }))
    }
}
