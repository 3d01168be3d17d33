//! Who asks: a bearer token in the request, a user in the ledger. Makes no tokens.

use std::sync::Arc;

use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use poem_openapi::error::AuthorizationError;
use service::Clock;

use super::refusal::{Refusal, RefusalCode};
use crate::store::Store;
use crate::store::tokens::Identity;
use crate::store::users::Role;

/// What every bearer token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "rf_";

/// What is needed to recognise a token.
#[derive(Clone)]
pub struct Gate {
    /// Where tokens are known.
    pub store: Store,
    /// When they were used.
    pub clock: Arc<dyn Clock>,
}

/// A token from `reelfarm-coordinator bootstrap` or the API: `Authorization: Bearer rf_…`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "token", bearer_format = "rf_…", checker = "recognise")]
pub struct SignedIn(pub Identity);

async fn recognise(request: &Request, bearer: Bearer) -> poem::Result<Identity> {
    let gate: &Gate = request.data().expect("the gate is put into every request");
    if !bearer.token.starts_with(TOKEN_PREFIX) {
        return Err(AuthorizationError.into());
    }
    let hash = *blake3::hash(bearer.token.as_bytes()).as_bytes();
    let identity = gate.store.identity_of_token(&hash, gate.clock.now()).await.map_err(Refusal::from)?;
    identity.ok_or_else(|| AuthorizationError.into())
}

impl SignedIn {
    /// Refuses those who do not run the farm.
    pub fn operator(self) -> Result<Identity, Refusal> {
        if self.0.role < Role::Operator {
            return Err(Refusal::new(RefusalCode::Forbidden, "Only operators and admins may do this."));
        }
        Ok(self.0)
    }
}
