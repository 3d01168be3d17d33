//! `POST /api/users`: an account for somebody. Signs nobody in.

use std::sync::Arc;

use farm_core::account::{name_problem, password_problem};
use farm_core::ids::UserId;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;

use super::super::identity::Admin;
use super::super::me::Role;
use super::super::new_id::NewId;
use super::super::password::Passwords;
use super::super::refusal::{Refusal, RefusalCode};
use super::{AccountView, Show};
use crate::store::Store;
use crate::store::users::AccountChange;

/// An account about to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewUser {
    /// Its name; no two are equal.
    name: String,
    /// What it may do; a creator by default.
    role: Option<Role>,
    /// Its password; without one, login links and tokens are the way in.
    password: Option<String>,
}

#[derive(ApiResponse)]
enum UserCreated {
    /// The account.
    #[oai(status = 201)]
    Created(Json<AccountView>),
}

/// `POST /api/users`.
pub struct CreateUser {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) passwords: Passwords,
    pub(super) show: Show,
}

#[OpenApi]
impl CreateUser {
    /// Make an account
    ///
    /// For admins.
    #[oai(path = "/api/users", method = "post", operation_id = "create_user")]
    async fn create(&self, _admin: Admin, new: NewId, body: Json<NewUser>) -> Result<UserCreated, Refusal> {
        let Json(NewUser { name, role, password }) = body;
        let password_fault = password.as_deref().and_then(|password| password_problem("password", password));
        let problems: Vec<_> = name_problem("name", &name).into_iter().chain(password_fault).collect();
        if !problems.is_empty() {
            return Err(Refusal::invalid(problems));
        }
        let hash = match password {
            Some(password) => Some(self.passwords.hash(password).await.map_err(|cause| Refusal::internal(&cause))?),
            None => None,
        };
        let id = UserId(new.id);
        if new.again
            && let Some(account) = self.store.account(id).await?
        {
            return Ok(UserCreated::Created(Json(self.show.account(account).await?)));
        }
        let mut tx = self.store.begin().await?;
        if !tx.insert_user(id, &name, role.unwrap_or(Role::Creator).into(), self.clock.now()).await? {
            return Err(Refusal::new(RefusalCode::NameTaken, "There is an account of that name already."));
        }
        tx.change_user(id, AccountChange { password_hash: hash.as_deref(), ..AccountChange::default() }).await?;
        tx.commit().await?;
        Ok(UserCreated::Created(Json(self.show.one(id).await?)))
    }
}
