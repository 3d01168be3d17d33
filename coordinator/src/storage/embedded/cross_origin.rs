//! Lets the dashboard's page use presigned addresses, which are of another origin: the address itself is the permission,
//! and no cookie is. Decides nothing about who may have which object.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
    ORIGIN,
};
use hyper::{Method, Request, StatusCode};
use s3s::HttpResponse;

/// What pages may do: watch, download, and put the parts of an upload.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, PUT");
const HEADERS: HeaderValue = HeaderValue::from_static("content-type, range");
/// The completion of an upload names every part's `ETag`; players read the rest.
const EXPOSED: HeaderValue = HeaderValue::from_static("etag, accept-ranges, content-length, content-range");
/// A browser asks once a day whether it may.
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("86400");

/// The answer to a browser that asks whether a page may send a request, if `request` is that.
pub(super) fn preflight<B>(request: &Request<B>) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !asks {
        return None;
    }
    let mut answer = HttpResponse::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    allow(headers);
    Some(answer)
}

/// Whether a page asks.
pub(super) fn is_from_page<B>(request: &Request<B>) -> bool {
    request.headers().contains_key(ORIGIN)
}

/// Lets the page read the answer.
pub(super) fn allow(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_question_is_answered_at_once() {
        let ask = |method: Method, wish: bool| {
            let request = Request::builder().method(method).uri("/reelfarm/x");
            let request = if wish { request.header(ACCESS_CONTROL_REQUEST_METHOD, "PUT") } else { request };
            preflight(&request.body(()).unwrap())
        };
        let answer = ask(Method::OPTIONS, true).unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_METHODS], METHODS);
        assert!(ask(Method::OPTIONS, false).is_none());
        assert!(ask(Method::PUT, true).is_none());
    }
}
