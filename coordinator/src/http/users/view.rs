//! `GET /api/users/{id}`: one account. For admins alone; one's own is at `/api/me`.

use farm_core::ids::UserId;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::super::identity::Admin;
use super::super::refusal::Refusal;
use super::AccountView;
use crate::store::Store;

/// `GET /api/users/{id}`.
pub struct ViewUser {
    pub(super) store: Store,
}

#[OpenApi]
impl ViewUser {
    /// Look at an account
    ///
    /// For admins.
    #[oai(path = "/api/users/:id", method = "get", operation_id = "view_user")]
    async fn view(
        &self,
        _admin: Admin,
        /// The account's id.
        id: Path<Uuid>,
    ) -> Result<Json<AccountView>, Refusal> {
        let account = self.store.account(UserId(id.0)).await?.ok_or_else(|| Refusal::not_found("user"))?;
        Ok(Json(account.into()))
    }
}
