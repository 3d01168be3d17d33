//! `GET /api/users/{id}`: one account. For admins alone; one's own is at `/api/me`.

use farm_core::ids::UserId;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::super::identity::Admin;
use super::super::refusal::Refusal;
use super::{AccountView, Show};

/// `GET /api/users/{id}`.
pub struct ViewUser {
    pub(super) show: Show,
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
        Ok(Json(self.show.one(UserId(id.0)).await?))
    }
}
