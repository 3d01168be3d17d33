//! `POST /api/auth/login-links`: a link that signs a browser in once, without a password. Follows none.

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::UserId;
use poem::Request;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::{Clock, Timestamp};
use time::OffsetDateTime;
use url::Url;

use super::super::Deps;
use super::super::identity::{Gate, SignedIn};
use super::super::instant::instant;
use super::super::refusal::Refusal;
use super::super::secret::new_secret;
use super::follow_login_link::{LINK_PREFIX, PATH};
use crate::store::Store;

/// Long enough to read what `up` printed over a coffee.
const LINK_LIFETIME: Duration = Duration::from_hours(1);

/// A link that signs a browser in.
#[derive(Debug, Object)]
pub struct LoginLink {
    /// Open it in a browser: it works once. Shown this one time.
    url: String,
    /// When it stops working.
    expires_at: OffsetDateTime,
}

#[derive(ApiResponse)]
pub enum LoginLinkCreated {
    /// The link.
    #[oai(status = 201)]
    Created(Json<LoginLink>),
}

/// Makes login links.
#[derive(Clone)]
pub struct Links {
    store: Store,
    public_url: Option<Url>,
}

impl Links {
    /// On the handles of the API.
    pub fn of(deps: &Deps) -> Links {
        Links { store: deps.store.clone(), public_url: deps.config.public_url.clone() }
    }

    /// A link for `user`, at the address by which `request` reached us when none is configured.
    pub async fn create(&self, user: UserId, request: &Request, now: Timestamp) -> Result<LoginLinkCreated, Refusal> {
        let secret = new_secret(LINK_PREFIX).map_err(|cause| Refusal::internal(&cause))?;
        let expires_at = now.after(LINK_LIFETIME);
        let mut tx = self.store.begin().await?;
        tx.insert_login_link(user, &secret.hash, now, expires_at).await?;
        tx.commit().await?;
        let gate: &Gate = request.data().expect("the gate is put into every request");
        let base = match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", gate.provenance(request).host.unwrap_or("localhost")),
        };
        let link = LoginLink { url: format!("{base}{PATH}/{}", secret.text), expires_at: instant(expires_at) };
        Ok(LoginLinkCreated::Created(Json(link)))
    }
}

/// `POST /api/auth/login-links`.
pub struct CreateLoginLink {
    pub(super) links: Links,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl CreateLoginLink {
    /// Sign another browser in
    ///
    /// The link signs a browser in as you, once, within an hour. `reelfarm up` prints one.
    #[oai(path = "/api/auth/login-links", method = "post", operation_id = "create_login_link")]
    async fn create(&self, who: SignedIn, request: &Request) -> Result<LoginLinkCreated, Refusal> {
        self.links.create(who.0.user, request, self.clock.now()).await
    }
}
