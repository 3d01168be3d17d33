//! Who asks: a bearer token or a browser's cookie in the request, a user in the ledger. One extractor per role, so that
//! an operation cannot ask who it is without saying who it may be. Makes no tokens and no sessions.

use std::sync::Arc;

use farm_core::login::Provenance;
use farm_core::network::Network;
use poem::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use poem::http::uri::Authority;
use poem::{Endpoint, IntoResponse, Request, RequestBody, Response};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use service::Clock;

use super::refusal::{Refusal, RefusalCode};
use crate::store::Store;
use crate::store::tokens::Identity;
use crate::store::users::Role;

/// What every bearer token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "rf_";
/// What every session's cookie begins with.
pub const SESSION_PREFIX: &str = "rfs_";
/// The cookie of a browser that is signed in.
pub const SESSION_COOKIE: &str = "reelfarm_session";

/// What is needed to recognise somebody.
#[derive(Clone)]
pub struct Gate {
    /// Where tokens and sessions are known.
    pub store: Store,
    /// When they were used, and whether they are over.
    pub clock: Arc<dyn Clock>,
    /// Where browsers reach us, when that is configured: scheme and authority.
    pub public_origin: Option<String>,
    /// Whose word on where a request comes from counts.
    pub forwarded_by: Arc<[Network]>,
}

/// What was found out about whoever asks, before any operation sees the request.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Somebody without a valid token or session.
    Nobody,
    /// A page of another site made a browser ask, with the cookie of somebody who did not mean to.
    CrossSite,
    /// Somebody known.
    Known(Identity),
}

/// Anybody with an account.
#[derive(Debug)]
pub struct SignedIn(pub Identity);

/// Somebody who runs the farm.
#[derive(Debug)]
pub struct Operator(pub Identity);

/// Somebody who decides who may use the farm.
#[derive(Debug)]
pub struct Admin(pub Identity);

/// Answers `request` once it is known who asks.
pub async fn recognised(endpoint: impl Endpoint, mut request: Request) -> poem::Result<Response> {
    let gate: Gate = request.data::<Gate>().expect("the gate is put into every request").clone();
    match gate.recognise(&request).await {
        Ok(asker) => request.set_data(asker),
        Err(refusal) => return Ok(refusal.into_response()),
    }
    endpoint.call(request).await.map(IntoResponse::into_response)
}

impl Gate {
    async fn recognise(&self, request: &Request) -> Result<Asker, Refusal> {
        if let Some(token) = bearer(request) {
            let known = token.starts_with(TOKEN_PREFIX);
            let identity =
                if known { self.store.identity_of_token(&hash(token), self.clock.now()).await? } else { None };
            return Ok(identity.map_or(Asker::Nobody, Asker::Known));
        }
        let Some(cookie) = session_cookie(request) else { return Ok(Asker::Nobody) };
        let Some(identity) = self.store.identity_of_session(&hash(cookie), self.clock.now()).await? else {
            return Ok(Asker::Nobody);
        };
        let ours = request.method().is_safe() || self.provenance(request).is_ours();
        Ok(if ours { Asker::Known(identity) } else { Asker::CrossSite })
    }

    /// Where a request says it comes from.
    pub fn provenance<'a>(&'a self, request: &'a Request) -> Provenance<'a> {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        Provenance {
            origin: request.headers().get(ORIGIN).map(|value| value.to_str().unwrap_or_default()),
            fetch_site: text("sec-fetch-site"),
            host: text(HOST.as_str()).or_else(|| request.uri().authority().map(Authority::as_str)),
            public_origin: self.public_origin.as_deref(),
        }
    }
}

impl SignedIn {
    /// Refuses those whose role does not allow a part of what the operation offers to everybody.
    pub fn must_be(&self, needed: Role) -> Result<(), Refusal> {
        if self.0.role.may(needed) {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::Forbidden, forbidden(needed)))
    }
}

/// Only what is sent as a token counts; a request with any other authorization is nobody's, whatever cookies it has.
fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or_default();
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

fn session_cookie(request: &Request) -> Option<&str> {
    let headers = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies = headers.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let mut sessions = cookies.filter(|(name, _)| *name == SESSION_COOKIE).map(|(_, value)| value);
    sessions.next().filter(|value| value.starts_with(SESSION_PREFIX))
}

/// What whoever asks is recognised by, as it was sent.
pub fn credential_text(request: &Request) -> Option<&str> {
    bearer(request).or_else(|| session_cookie(request))
}

fn hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

/// Whoever asks, when their role allows what is asked for.
pub fn admit(request: &Request, needed: Role) -> Result<Identity, Refusal> {
    match request.data::<Asker>() {
        Some(Asker::Known(identity)) if identity.role.may(needed) => Ok(identity.clone()),
        Some(Asker::Known(_)) => Err(Refusal::new(RefusalCode::Forbidden, forbidden(needed))),
        Some(Asker::CrossSite) => Err(cross_site()),
        Some(Asker::Nobody) | None => {
            let message = "Sign in, or send a valid token: `Authorization: Bearer rf_…`.";
            Err(Refusal::new(RefusalCode::NotSignedIn, message))
        }
    }
}

/// Another site made a browser ask.
pub fn cross_site() -> Refusal {
    Refusal::new(RefusalCode::CrossSite, "The request comes from a page of another site; open Reelfarm itself.")
}

const fn forbidden(needed: Role) -> &'static str {
    match needed {
        Role::Creator | Role::Operator => "Only operators and admins may do this.",
        Role::Admin => "Only admins may do this.",
    }
}

/// Makes a type the extractor of a role. The names of the schemes carry the role for the document, which writes it as
/// the scope: see `document`.
macro_rules! extractor {
    ($type:ident, $role:expr, [$($scheme:literal),*]) => {
        impl<'a> ApiExtractor<'a> for $type {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
            type ParamType = ();
            type ParamRawType = ();

            fn register(registry: &mut Registry) {
                register_schemes(registry);
            }

            fn security_schemes() -> Vec<&'static str> {
                vec![$($scheme),*]
            }

            async fn from_request(
                request: &'a Request,
                _body: &mut RequestBody,
                _options: ExtractParamOptions<Self::ParamType>,
            ) -> poem::Result<Self> {
                Ok($type(admit(request, $role)?))
            }
        }
    };
}
extractor!(SignedIn, Role::Creator, ["token", "session"]);
extractor!(Operator, Role::Operator, ["token operator", "session operator"]);
extractor!(Admin, Role::Admin, ["token admin", "session admin"]);

fn register_schemes(registry: &mut Registry) {
    let scheme = |ty, description| MetaSecurityScheme {
        ty,
        description: Some(description),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    };
    let token = scheme("http", "A token from `/api/tokens`: `Authorization: Bearer rf_…`.");
    let session = scheme("apiKey", "The cookie of a browser that is signed in, from `/api/auth/login`.");
    registry.create_security_scheme(
        "token",
        MetaSecurityScheme { scheme: Some("bearer"), bearer_format: Some("rf_…"), ..token },
    );
    registry.create_security_scheme(
        "session",
        MetaSecurityScheme { name: Some(SESSION_COOKIE), key_in: Some("cookie"), ..session },
    );
}
