//! `GET /login/{secret}`: signs the browser that opens it in, once. A page for people; it is not in the document.

use poem::http::StatusCode;
use poem::http::header::{LOCATION, SET_COOKIE};
use poem::{IntoResponse, Request, Response};

use super::super::refusal::{Refusal, RefusalCode};
use super::super::{address, request_id};
use super::Sessions;
use crate::store::audit::Deed;

/// Where links point to.
pub const PATH: &str = "/login";
/// What every link's secret begins with.
pub const LINK_PREFIX: &str = "rfl_";
/// Where a browser goes once it is signed in.
const WELCOME: &str = "/";

/// Answers a browser that opens a link.
pub async fn follow(sessions: &Sessions, request: &Request) -> Response {
    let secret = request.raw_path_param("secret").unwrap_or_default();
    match sign_in(sessions, secret, request).await {
        Ok(cookie) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(SET_COOKIE, cookie)
            .header(LOCATION, WELCOME)
            .finish(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn sign_in(sessions: &Sessions, secret: &str, request: &Request) -> Result<String, Refusal> {
    let hash = *blake3::hash(secret.as_bytes()).as_bytes();
    let now = sessions.clock.now();
    let mut tx = sessions.store.begin().await?;
    let Some(user) = tx.use_login_link(&hash, now).await? else {
        let message = "The link is unknown, used or over; ask for a new one.";
        return Err(Refusal::new(RefusalCode::LoginLinkRefused, message));
    };
    let deed = Deed {
        user: Some(user),
        user_name: String::new(),
        action: "follow_login_link".to_owned(),
        object_id: Some(user.to_string()),
        created_id: None,
        status: StatusCode::SEE_OTHER.as_u16(),
        address: address::of(request),
        request_id: request_id::current(),
    };
    let cookie = sessions.begin(&mut tx, user, now).await?;
    tx.commit().await?;
    sessions.store.note_deed(&deed, now).await?;
    Ok(cookie)
}
