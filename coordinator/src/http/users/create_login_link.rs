//! `POST /api/users/{id}/login-links`: lets somebody in who has no password, or has forgotten it. Changes no account.

use std::sync::Arc;

use farm_core::ids::UserId;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use service::Clock;
use uuid::Uuid;

use super::super::auth::{Links, LoginLinkCreated};
use super::super::identity::Admin;
use super::super::refusal::Refusal;
use crate::store::Store;

/// `POST /api/users/{id}/login-links`.
pub struct CreateUserLoginLink {
    pub(super) store: Store,
    pub(super) links: Links,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CreateUserLoginLink {
    /// Make a login link for an account
    ///
    /// For admins. The link signs a browser in as that account, once, within an hour.
    #[oai(path = "/api/users/:id/login-links", method = "post", operation_id = "create_user_login_link")]
    async fn create(
        &self,
        _admin: Admin,
        request: &Request,
        /// The account's id.
        id: Path<Uuid>,
    ) -> Result<LoginLinkCreated, Refusal> {
        let user = UserId(id.0);
        self.store.account(user).await?.ok_or_else(|| Refusal::not_found("user"))?;
        self.links.create(user, request, self.clock.now()).await
    }
}
