//! `GET /login/{secret}`: signs the browser that opens it in, once. A page for people; it is not in the document.

use poem::http::StatusCode;
use poem::http::header::{LOCATION, SET_COOKIE};
use poem::{IntoResponse, Request, Response};

use super::super::refusal::{Refusal, RefusalCode};
use super::Sessions;

/// Where links point to.
pub const PATH: &str = "/login";
/// What every link's secret begins with.
pub const LINK_PREFIX: &str = "rfl_";
/// Where a browser goes once it is signed in.
const WELCOME: &str = "/";

/// Answers a browser that opens a link.
pub async fn follow(sessions: &Sessions, request: &Request) -> Response {
    let secret = request.raw_path_param("secret").unwrap_or_default();
    match sign_in(sessions, secret).await {
        Ok(cookie) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(SET_COOKIE, cookie)
            .header(LOCATION, WELCOME)
            .finish(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn sign_in(sessions: &Sessions, secret: &str) -> Result<String, Refusal> {
    let hash = *blake3::hash(secret.as_bytes()).as_bytes();
    let now = sessions.clock.now();
    let mut tx = sessions.store.begin().await?;
    let Some(user) = tx.use_login_link(&hash, now).await? else {
        let message = "The link is unknown, used or over; ask for a new one.";
        return Err(Refusal::new(RefusalCode::LoginLinkRefused, message));
    };
    let cookie = sessions.begin(&mut tx, user, now).await?;
    tx.commit().await?;
    Ok(cookie)
}
