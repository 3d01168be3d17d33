//! `POST /api/auth/password`: a new password for one's own account. Sets nobody else's: admins do that at `/api/users`.

use farm_core::account::password_problem;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::super::identity::SignedIn;
use super::super::password::Passwords;
use super::super::refusal::{Refusal, RefusalCode};
use crate::store::Store;
use crate::store::tokens::{Credential, Identity};
use crate::store::users::AccountChange;

/// A change of one's own password.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PasswordChange {
    /// The password as it is now; needed when there is one.
    current_password: Option<String>,
    /// The password from now on.
    new_password: String,
}

#[derive(ApiResponse)]
enum Changed {
    /// Every other browser that was signed in is signed out.
    #[oai(status = 204)]
    Changed,
}

/// `POST /api/auth/password`.
pub struct ChangePassword {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
}

#[OpenApi]
impl ChangePassword {
    /// Change your password
    #[oai(path = "/api/auth/password", method = "post", operation_id = "change_password")]
    async fn change(&self, who: SignedIn, body: Json<PasswordChange>) -> Result<Changed, Refusal> {
        let SignedIn(identity) = who;
        let Json(PasswordChange { current_password, new_password }) = body;
        if let Some(problem) = password_problem("new_password", &new_password) {
            return Err(Refusal::invalid(vec![problem]));
        }
        self.check(&identity, current_password).await?;
        let hash = self.passwords.hash(new_password).await.map_err(|cause| Refusal::internal(&cause))?;
        let mut tx = self.store.begin().await?;
        tx.change_user(identity.user, AccountChange { password_hash: Some(&hash), ..AccountChange::default() }).await?;
        let own = match identity.credential {
            Credential::Session(session) => Some(session),
            Credential::Token(_) => None,
        };
        tx.end_sessions(identity.user, own).await?;
        tx.commit().await?;
        Ok(Changed::Changed)
    }
}

impl ChangePassword {
    /// Whoever finds a browser open must not be able to keep the account.
    async fn check(&self, who: &Identity, current: Option<String>) -> Result<(), Refusal> {
        let known = self.store.credentials(&who.name).await?;
        let Some(hash) = known.and_then(|known| known.password_hash) else { return Ok(()) };
        let Some(current) = current else {
            let problem = Problem::new("current_password", ProblemCode::Required, "Give the password as it is now.");
            return Err(Refusal::invalid(vec![problem]));
        };
        let fits = self.passwords.fits(current, Some(hash)).await.map_err(|cause| Refusal::internal(&cause))?;
        if fits { Ok(()) } else { Err(Refusal::new(RefusalCode::WrongCredentials, "That is not your password.")) }
    }
}
