//! `DELETE /api/tokens/{id}`: a token that works no more. Ends no session.

use farm_core::ids::TokenId;
use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::Refusal;
use crate::store::Store;

#[derive(ApiResponse)]
enum Revoked {
    /// It works no more.
    #[oai(status = 204)]
    Revoked,
}

/// `DELETE /api/tokens/{id}`.
pub struct RevokeToken {
    pub(super) store: Store,
}

#[OpenApi]
impl RevokeToken {
    /// Revoke a token
    #[oai(path = "/api/tokens/:id", method = "delete", operation_id = "revoke_token")]
    async fn revoke(
        &self,
        who: SignedIn,
        /// The token's id.
        id: Path<Uuid>,
    ) -> Result<Revoked, Refusal> {
        let found = self.store.delete_token(who.0.user, TokenId(id.0)).await?;
        if found { Ok(Revoked::Revoked) } else { Err(Refusal::not_found("token")) }
    }
}
