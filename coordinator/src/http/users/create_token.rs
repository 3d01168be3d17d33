//! `POST /api/users/{id}/tokens`: a token of somebody else's, for whoever sets up their program. Makes no account.

use std::sync::Arc;

use farm_core::ids::{TokenId, UserId};
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use service::Clock;
use uuid::Uuid;

use super::super::identity::Admin;
use super::super::new_id::NewId;
use super::super::refusal::Refusal;
use super::super::tokens::{self, NewToken, TokenCreated};
use crate::store::Store;

/// `POST /api/users/{id}/tokens`.
pub struct CreateUserToken {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CreateUserToken {
    /// Make a token for an account
    ///
    /// For admins.
    #[oai(path = "/api/users/:id/tokens", method = "post", operation_id = "create_user_token")]
    async fn create(
        &self,
        _admin: Admin,
        /// The account's id.
        id: Path<Uuid>,
        new: NewId,
        body: Json<NewToken>,
    ) -> Result<TokenCreated, Refusal> {
        let user = UserId(id.0);
        self.store.account(user).await?.ok_or_else(|| Refusal::not_found("user"))?;
        tokens::create(&self.store, user, TokenId(new.id), body.0, self.clock.now()).await
    }
}
