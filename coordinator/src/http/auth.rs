//! Signing in and out: by name and password, or by a link that works once. What a signed-in browser may do, `identity` says.

mod change_password;
mod create_login_link;
mod follow_login_link;
mod login;
mod logout;

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::{SessionId, UserId};
use service::{Clock, Timestamp};
use uuid::Uuid;

use super::Deps;
use super::cookie;
use super::identity::SESSION_PREFIX;
use super::password::Passwords;
use super::refusal::Refusal;
use super::secret::new_secret;
use crate::store::sessions::NewSession;
use crate::store::{Store, Tx};

pub use create_login_link::{Links, LoginLinkCreated};
pub use follow_login_link::follow;

/// How long a browser stays signed in.
const SESSION_LIFETIME: Duration = Duration::from_hours(24 * 30);

/// All operations of signing in and out.
pub type Operations =
    (login::Login, logout::Logout, change_password::ChangePassword, create_login_link::CreateLoginLink);

/// All operations of signing in and out on their handles.
pub fn operations(deps: &Deps, passwords: &Passwords) -> Operations {
    let sessions = Sessions::of(deps);
    let (store, clock) = (deps.store.clone(), Arc::clone(&deps.clock));
    (
        login::Login { sessions, passwords: passwords.clone() },
        logout::Logout { store: store.clone() },
        change_password::ChangePassword { store, passwords: passwords.clone() },
        create_login_link::CreateLoginLink { links: Links::of(deps), clock },
    )
}

/// Begins sessions.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Browsers reach us by TLS, so the cookie may ask for it.
    secure: bool,
}

impl Sessions {
    /// On the handles of the API.
    pub fn of(deps: &Deps) -> Sessions {
        let secure = deps.config.is_secure();
        Sessions { store: deps.store.clone(), clock: Arc::clone(&deps.clock), secure }
    }

    /// Begins a session of `user`. Gives the cookie, for `Set-Cookie`.
    async fn begin(&self, tx: &mut Tx, user: UserId, now: Timestamp) -> Result<String, Refusal> {
        let secret = new_secret(SESSION_PREFIX).map_err(|cause| Refusal::internal(&cause))?;
        let id = SessionId(Uuid::now_v7());
        let expires_at = now.after(SESSION_LIFETIME);
        tx.insert_session(NewSession { id, user, secret_hash: &secret.hash, expires_at }, now).await?;
        Ok(cookie::set(&secret.text, SESSION_LIFETIME, self.secure))
    }
}
