//! `PATCH /api/users/{id}`: role, password and whether an account works. Deletes none: their exports are somebody's.

use farm_core::account::password_problem;
use farm_core::ids::UserId;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::super::identity::Admin;
use super::super::me::Role;
use super::super::password::Passwords;
use super::super::refusal::{Refusal, RefusalCode};
use super::AccountView;
use crate::store::Store;
use crate::store::users::AccountChange;

/// What of an account changes; what is absent stays.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UserChange {
    /// What it may do.
    role: Option<Role>,
    /// Whether nobody gets in by it.
    disabled: Option<bool>,
    /// Its password.
    password: Option<String>,
}

/// `PATCH /api/users/{id}`.
pub struct ChangeUser {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
}

#[OpenApi]
impl ChangeUser {
    /// Change an account
    ///
    /// For admins. Every change signs the account's browsers out.
    #[oai(path = "/api/users/:id", method = "patch", operation_id = "change_user")]
    async fn change(
        &self,
        admin: Admin,
        /// The account's id.
        id: Path<Uuid>,
        body: Json<UserChange>,
    ) -> Result<Json<AccountView>, Refusal> {
        let (user, Json(UserChange { role, disabled, password })) = (UserId(id.0), body);
        if let Some(problem) = password.as_deref().and_then(|password| password_problem("password", password)) {
            return Err(Refusal::invalid(vec![problem]));
        }
        // So there is always an admin left: whoever takes the others' role away.
        if user == admin.0.user && (role.is_some() || disabled.is_some()) {
            let message = "Another admin must change your role, or whether your account works.";
            return Err(Refusal::new(RefusalCode::OwnAccount, message));
        }
        let hash = match password {
            Some(password) => Some(self.passwords.hash(password).await.map_err(|cause| Refusal::internal(&cause))?),
            None => None,
        };
        let change = AccountChange { role: role.map(Into::into), disabled, password_hash: hash.as_deref() };
        let mut tx = self.store.begin().await?;
        if !tx.change_user(user, change).await? {
            return Err(Refusal::not_found("user"));
        }
        tx.end_sessions(user, None).await?;
        tx.commit().await?;
        let account = self.store.account(user).await?.ok_or_else(|| Refusal::not_found("user"))?;
        Ok(Json(account.into()))
    }
}
