//! `POST /api/nodes/join-tokens`: a token with which one machine may join. Signs nothing.

use std::sync::Arc;
use std::time::Duration;

use farm_core::export::NAME_CHARACTERS_MAX;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use tracing::info;

use super::super::identity::Operator;
use super::super::instant::instant;
use super::super::refusal::Refusal;
use super::super::secret::new_secret;
use crate::certificates::CertificateAuthority;
use crate::store::Store;

/// How long a join token works (security.md).
const JOIN_TOKEN_MAX: Duration = Duration::from_mins(15);

/// Asks for a join token.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewJoinToken {
    /// What the node will be called.
    name: String,
}

/// A token with which one machine may join, once.
#[derive(Debug, Object)]
struct JoinToken {
    /// The authority's fingerprint and a secret, with a dot between. Shown this one time.
    token: String,
    /// What the node will be called.
    name: String,
    /// When it stops working.
    expires_at: OffsetDateTime,
}

#[derive(ApiResponse)]
enum JoinTokenCreated {
    /// The token.
    #[oai(status = 201)]
    Created(Json<JoinToken>),
}

/// `POST /api/nodes/join-tokens`.
pub struct CreateJoinToken {
    pub(super) store: Store,
    pub(super) authority: CertificateAuthority,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CreateJoinToken {
    /// Let a machine join
    ///
    /// For operators and admins. The token works once, for 15 minutes.
    #[oai(path = "/api/nodes/join-tokens", method = "post", operation_id = "create_join_token")]
    async fn create(&self, operator: Operator, body: Json<NewJoinToken>) -> Result<JoinTokenCreated, Refusal> {
        let Json(NewJoinToken { name }) = body;
        let fits = !name.trim().is_empty()
            && name.chars().count() <= NAME_CHARACTERS_MAX
            && !name.chars().any(char::is_control);
        if !fits {
            let message = format!("Use 1 to {NAME_CHARACTERS_MAX} printable characters.");
            return Err(Refusal::invalid(vec![Problem::new("name", ProblemCode::InvalidText, message)]));
        }
        let prefix = format!("{}.", hex::encode(self.authority.fingerprint()));
        let secret = new_secret(&prefix).map_err(|cause| Refusal::internal(&cause))?;
        let expires = self.clock.now().after(JOIN_TOKEN_MAX);
        self.store.insert_join_token(&secret.hash, &name, expires).await?;
        let Operator(who) = operator;
        info!(user.id = %who.user, "{} made a token by which {name} may join", who.name);
        let token = JoinToken { token: secret.text, name, expires_at: instant(expires) };
        Ok(JoinTokenCreated::Created(Json(token)))
    }
}
