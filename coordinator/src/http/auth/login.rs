//! `POST /api/auth/login`: name and password for a session. Tells nobody which of the two was wrong, in words or in time.

use farm_core::login::{Allowance, BY_ADDRESS, BY_NAME};
use poem::Request;
use poem::http::StatusCode;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::super::address;
use super::super::identity::{Gate, cross_site};
use super::super::me::UserView;
use super::super::password::Passwords;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::request_id;
use super::Sessions;
use crate::store::audit::Deed;

/// A name has 64 characters at most.
const SUBJECT_CHARACTERS_MAX: usize = 80;

/// Who signs in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Credentials {
    /// The name of the account.
    name: String,
    /// Its password.
    password: String,
}

#[derive(ApiResponse)]
enum SignedInAnswer {
    /// The cookie keeps the browser signed in for 30 days.
    #[oai(status = 200)]
    In(
        Json<UserView>,
        /// The session's cookie.
        #[oai(header = "Set-Cookie")]
        String,
    ),
}

/// `POST /api/auth/login`.
pub struct Login {
    pub(super) sessions: Sessions,
    pub(super) passwords: Passwords,
}

#[OpenApi]
impl Login {
    /// Sign in
    ///
    /// At most 10 attempts in 15 minutes on one name, and 50 from one address.
    #[oai(path = "/api/auth/login", method = "post", operation_id = "login")]
    async fn login(&self, request: &Request, body: Json<Credentials>) -> Result<SignedInAnswer, Refusal> {
        let Json(Credentials { name, password }) = body;
        let gate: &Gate = request.data().expect("the gate is put into every request");
        // Programs send no origin; a page of another site cannot leave it out.
        if request.headers().contains_key("origin") && !gate.provenance(request).is_ours() {
            return Err(cross_site());
        }
        let by_name = format!("name:{name}");
        self.count(&format!("address:{}", address::of(request)), BY_ADDRESS).await?;
        self.count(&by_name, BY_NAME).await?;

        let store = &self.sessions.store;
        let mut deed = deed(&name, request);
        let known = store.credentials(&name).await?;
        let hash = known.as_ref().and_then(|known| known.password_hash.clone());
        let fits = self.passwords.fits(password, hash).await.map_err(|cause| Refusal::internal(&cause))?;
        let Some(user) = known.filter(|_| fits).map(|known| known.user) else {
            store.note_deed(&deed, self.sessions.clock.now()).await?;
            return Err(Refusal::new(RefusalCode::WrongCredentials, "The name or the password is wrong."));
        };
        store.forget_login_attempts(&by_name).await?;
        let account = store.account(user).await?.ok_or_else(|| Refusal::not_found("user"))?;
        deed = Deed { user: Some(user), status: StatusCode::OK.as_u16(), ..deed };
        store.note_deed(&deed, self.sessions.clock.now()).await?;
        let mut tx = store.begin().await?;
        let cookie = self.sessions.begin(&mut tx, user, self.sessions.clock.now()).await?;
        tx.commit().await?;
        Ok(SignedInAnswer::In(Json(account.into()), cookie))
    }
}

/// An attempt to sign in, as the audit log has it unless it succeeds.
fn deed(name: &str, request: &Request) -> Deed {
    Deed {
        user: None,
        // The name that was given: somebody's, or nobody's.
        user_name: name.chars().take(SUBJECT_CHARACTERS_MAX).collect(),
        action: "login".to_owned(),
        object_id: None,
        created_id: None,
        status: StatusCode::UNAUTHORIZED.as_u16(),
        address: address::of(request),
        request_id: request_id::current(),
    }
}

impl Login {
    /// Counts an attempt and refuses it when there were too many. Counted first, so that no number of attempts at once
    /// gets past the limit.
    async fn count(&self, subject: &str, allowance: Allowance) -> Result<(), Refusal> {
        let now = self.sessions.clock.now();
        // Longer subjects are no names of ours; what they begin with is as good for counting.
        let subject: String = subject.chars().take(SUBJECT_CHARACTERS_MAX).collect();
        let attempts = self.sessions.store.count_login_attempt(&subject, allowance.window, now).await?;
        match allowance.wait(attempts.count, now.since(attempts.since)) {
            Some(wait) => {
                let message = "There were too many attempts to sign in; wait, then try again.";
                Err(Refusal::until(RefusalCode::TooManyAttempts, wait, message))
            }
            None => Ok(()),
        }
    }
}
