//! The operations on one's own bearer tokens, and how one is shown. Knows no sessions.

mod create;
mod list;
mod revoke;

use poem_openapi::Object;
use service::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Deps;
use super::instant::instant;
use crate::store::tokens::Token;

pub use create::{NewToken, TokenCreated, create};

/// All operations on tokens.
pub type Operations = (list::ListTokens, create::CreateToken, revoke::RevokeToken);

/// All operations on tokens on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, clock, .. } = deps.clone();
    (
        list::ListTokens { store: store.clone() },
        create::CreateToken { store: store.clone(), clock },
        revoke::RevokeToken { store },
    )
}

/// A bearer token, without what makes it one.
#[derive(Debug, Object)]
#[oai(rename = "Token", skip_serializing_if_is_none)]
pub struct TokenView {
    /// Its id.
    id: Uuid,
    /// What you call it.
    name: String,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last used, to the minute; absent when it never was.
    last_used_at: Option<OffsetDateTime>,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> TokenView {
        TokenView {
            id: token.id,
            name: token.name,
            created_at: instant(Timestamp(token.created_at)),
            last_used_at: token.last_used_at.map(|at| instant(Timestamp(at))),
        }
    }
}
