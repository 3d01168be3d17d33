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
use super::{AccountView, Show};
use crate::store::Store;
use crate::store::limits::OwnLimits;
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
    /// How much it may order and keep.
    limits: Option<LimitsChange>,
}

/// Limits of one account in place of the farm's; what is absent stays.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct LimitsChange {
    /// Exports under way at once.
    active_exports: Option<u32>,
    /// Exports ordered in an hour.
    exports_per_hour: Option<u32>,
    /// Bytes of videos and files together.
    storage_bytes: Option<u64>,
    /// Bytes of one finished file.
    file_bytes: Option<u64>,
    /// Minutes of one slot in a month (UTC).
    minutes_per_month: Option<u32>,
}

impl From<LimitsChange> for OwnLimits {
    fn from(change: LimitsChange) -> OwnLimits {
        let large = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        OwnLimits {
            active_exports: change.active_exports.map(i64::from),
            exports_per_hour: change.exports_per_hour.map(i64::from),
            storage_bytes: change.storage_bytes.map(large),
            file_bytes: change.file_bytes.map(large),
            minutes_per_month: change.minutes_per_month.map(i64::from),
        }
    }
}

/// `PATCH /api/users/{id}`.
pub struct ChangeUser {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
    pub(super) show: Show,
}

#[OpenApi]
impl ChangeUser {
    /// Change an account
    ///
    /// For admins. A new role or password, and shutting an account, signs its browsers out.
    #[oai(path = "/api/users/:id", method = "patch", operation_id = "change_user")]
    async fn change(
        &self,
        admin: Admin,
        /// The account's id.
        id: Path<Uuid>,
        body: Json<UserChange>,
    ) -> Result<Json<AccountView>, Refusal> {
        let (user, Json(UserChange { role, disabled, password, limits })) = (UserId(id.0), body);
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
        if let Some(limits) = limits {
            tx.set_own_limits(user, limits.into()).await?;
        }
        if change.role.is_some() || change.disabled.is_some() || change.password_hash.is_some() {
            tx.end_sessions(user, None).await?;
        }
        tx.commit().await?;
        Ok(Json(self.show.one(user).await?))
    }
}
