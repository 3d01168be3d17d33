//! What stands between the socket and the handlers: bodies are whole, small and in time; every refusal has our shape.
//! Reads no content.

use std::time::Duration;

use bytes::Bytes;
use poem::error::ReadBodyError;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use poem::{Body, Endpoint, IntoResponse, Request, Response};

use super::refusal::{Refusal, RefusalCode, by_status, refuse};

/// The largest body is the list of a large upload's parts: 10,000 × 60 bytes.
const BODY_BYTES_MAX: usize = 1 << 20;
/// From the end of a request's head to the end of its body.
const BODY_TIME_MAX: Duration = Duration::from_secs(20);
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// What a browser may do with an answer that it shows by itself.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

/// Answers `request` once its body is here.
pub async fn guarded(secure: bool, endpoint: impl Endpoint, mut request: Request) -> poem::Result<Response> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        let message = "Send the body as it is: a packed one may unpack to any size.";
        return Ok(Refusal::new(RefusalCode::UnsupportedContentType, message).into_response());
    }
    match whole_body(request.take_body()).await {
        Ok(bytes) => {
            // Nobody need say what kind of nothing they send: whether there may be nothing, the operation says.
            if bytes.is_empty() {
                request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
            }
            request.set_body(Body::from_bytes(bytes));
        }
        Err(refusal) => return Ok(refusal.into_response()),
    }
    let response = match endpoint.call(request).await {
        Ok(response) => response.into_response(),
        Err(refused) => refuse(refused).await,
    };
    let mut response = in_our_shape(response);
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"reelfarm\""));
    }
    add_headers(response.headers_mut(), secure);
    Ok(response)
}

async fn whole_body(body: Body) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_TIME_MAX, body.into_bytes_limit(BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => {
            let message = format!("A request's body may have at most {BODY_BYTES_MAX} bytes.");
            Err(Refusal::new(RefusalCode::RequestTooLarge, message))
        }
        Ok(Err(_broken)) => Err(Refusal::new(RefusalCode::InvalidRequest, "The request's body broke off.")),
        Err(_elapsed) => {
            let message = format!("The request's body did not arrive within {} s.", BODY_TIME_MAX.as_secs());
            Err(Refusal::new(RefusalCode::RequestTimeout, message))
        }
    }
}

/// The framework's own refusals (no route, wrong method) are plain text.
fn in_our_shape(response: Response) -> Response {
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    // Pages for people are ours as well; the framework sends none.
    let ours = |kind: &str| kind.starts_with("application/json") || kind.starts_with("text/html");
    if !refused || response.content_type().is_some_and(ours) {
        return response;
    }
    let mut ours = by_status(status).into_response();
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE {
            ours.headers_mut().insert(name, value.clone());
        }
    }
    ours
}

/// Answers hold presigned addresses and people's data: no cache keeps them, no other site learns them.
fn add_headers(headers: &mut HeaderMap, secure: bool) {
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    // Pages bring a policy of their own; everything else is no page.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NO_PAGE));
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
