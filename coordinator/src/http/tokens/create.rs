//! `POST /api/tokens`: a bearer token for programs, shown once. Stores only its hash.

use std::sync::Arc;

use farm_core::account::name_problem;
use farm_core::ids::{TokenId, UserId};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::{Clock, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::{SignedIn, TOKEN_PREFIX};
use super::super::instant::instant;
use super::super::new_id::NewId;
use super::super::refusal::Refusal;
use super::super::secret::new_secret;
use crate::store::Store;

/// A token about to be made.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewToken {
    /// What you call it, such as the program that will use it.
    pub name: String,
}

/// A new token, with what makes it one.
#[derive(Debug, Object)]
pub struct TokenWithSecret {
    /// Its id.
    id: Uuid,
    /// What you call it.
    name: String,
    /// Send it as `Authorization: Bearer rf_…`. Shown this one time.
    token: String,
    /// When it was made.
    created_at: OffsetDateTime,
}

#[derive(ApiResponse)]
pub enum TokenCreated {
    /// The token.
    #[oai(status = 201)]
    Created(Json<TokenWithSecret>),
}

/// `POST /api/tokens`.
pub struct CreateToken {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CreateToken {
    /// Make a token
    #[oai(path = "/api/tokens", method = "post", operation_id = "create_token")]
    async fn create(&self, who: SignedIn, new: NewId, body: Json<NewToken>) -> Result<TokenCreated, Refusal> {
        create(&self.store, who.0.user, TokenId(new.id), body.0, self.clock.now()).await
    }
}

/// Makes a token of `user`.
pub async fn create(
    store: &Store,
    user: UserId,
    id: TokenId,
    new: NewToken,
    now: Timestamp,
) -> Result<TokenCreated, Refusal> {
    if let Some(problem) = name_problem("name", &new.name) {
        return Err(Refusal::invalid(vec![problem]));
    }
    let secret = new_secret(TOKEN_PREFIX).map_err(|cause| Refusal::internal(&cause))?;
    // One of an earlier call that was broken off: nobody was told its secret.
    store.delete_token(user, id).await?;
    let mut tx = store.begin().await?;
    tx.insert_token(id, user, &new.name, &secret.hash, now).await?;
    tx.commit().await?;
    let token = TokenWithSecret { id: id.0, name: new.name, token: secret.text, created_at: instant(now) };
    Ok(TokenCreated::Created(Json(token)))
}
