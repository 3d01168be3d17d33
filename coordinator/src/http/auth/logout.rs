//! `POST /api/auth/logout`: ends the session of the browser that asks. Revokes no token.

use poem_openapi::{ApiResponse, OpenApi};

use super::super::cookie;
use super::super::identity::SignedIn;
use super::super::refusal::Refusal;
use crate::store::Store;
use crate::store::tokens::Credential;

#[derive(ApiResponse)]
enum SignedOut {
    /// The session is over. A token stays as it is.
    #[oai(status = 204)]
    Out(
        /// Takes the cookie away; absent when the answer to an earlier call is given again.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
}

/// `POST /api/auth/logout`.
pub struct Logout {
    pub(super) store: Store,
}

#[OpenApi]
impl Logout {
    /// Sign out
    #[oai(path = "/api/auth/logout", method = "post", operation_id = "logout")]
    async fn logout(&self, who: SignedIn) -> Result<SignedOut, Refusal> {
        if let Credential::Session(session) = who.0.credential {
            self.store.end_session(session).await?;
        }
        Ok(SignedOut::Out(Some(cookie::clear())))
    }
}
