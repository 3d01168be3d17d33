//! `ETag` and `If-None-Match`: whoever has the answer already gets none. Saves bytes, not work: the answer is made first.

use poem::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use service::Timestamp;

use super::identity::Gate;

/// What of a presigned address changes with every signature.
const SIGNED: [&str; 2] = ["X-Amz-Date=", "X-Amz-Signature="];
/// Addresses live an hour: whoever is told that nothing changed has one that still lives fifty minutes.
const ADDRESSES_STAY_MICROS: i64 = 10 * 60 * 1_000_000;

/// Answers `request`, with a tag on answers that may be asked for again.
pub async fn tagged(endpoint: impl Endpoint, request: Request) -> poem::Result<Response> {
    let asked = (*request.method() == Method::GET).then(|| request.headers().get(IF_NONE_MATCH).cloned());
    let now = request.data::<Gate>().expect("the gate is put into every request").clock.now();
    let mut response = endpoint.call(request).await?.into_response();
    let json = response.content_type().is_some_and(|kind| kind.starts_with("application/json"));
    let (Some(asked), StatusCode::OK, true) = (asked, response.status(), json) else { return Ok(response) };
    let body = response.take_body().into_bytes().await.map_err(poem::error::InternalServerError)?;
    let tag = tag(&body, now);
    let same = asked.as_ref().and_then(|asked| asked.to_str().ok()).is_some_and(|asked| names(asked, &tag));
    if same {
        response.set_status(StatusCode::NOT_MODIFIED);
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
    } else {
        response.set_body(Body::from_bytes(body));
    }
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::from_str(&tag).expect("a tag is plain text"));
    // Kept by the browser that asked and by nobody else, and asked for anew each time.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// A tag of what the answer says. Weak: compressed or not, it says the same.
fn tag(body: &[u8], now: Timestamp) -> String {
    let text = String::from_utf8_lossy(body);
    let mut hasher = blake3::Hasher::new();
    let mut rest = &*text;
    let mut signed = false;
    while let Some(at) = SIGNED.iter().filter_map(|name| rest.find(name).map(|at| at + name.len())).min() {
        hasher.update(&rest.as_bytes()[..at]);
        rest = rest[at..].trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        signed = true;
    }
    hasher.update(rest.as_bytes());
    if signed {
        hasher.update(&(now.0 / ADDRESSES_STAY_MICROS).to_le_bytes());
    }
    format!("W/\"{}\"", hex::encode(&hasher.finalize().as_bytes()[..16]))
}

/// Whether a list of tags names this one.
fn names(asked: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked.trim() == "*" || asked.split(',').any(|one| opaque(one) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(ADDRESSES_STAY_MICROS * 1000);

    #[test]
    fn a_tag_is_of_what_is_said() {
        assert_eq!(tag(b"{}", NOON), tag(b"{}", Timestamp(0)));
        assert_ne!(tag(b"{}", NOON), tag(b"[]", NOON));
        let signed = |date: &str, signature: &str| {
            format!("{{\"url\":\"http://s/k?X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-Signature={signature}&x=1\"}}")
        };
        let first = tag(signed("20260101T000000Z", "aa").as_bytes(), NOON);
        assert_eq!(
            first,
            tag(signed("20260101T000500Z", "bb").as_bytes(), Timestamp(NOON.0 + ADDRESSES_STAY_MICROS - 1))
        );
        let later = tag(signed("20260101T001000Z", "cc").as_bytes(), Timestamp(NOON.0 + ADDRESSES_STAY_MICROS));
        assert_ne!(first, later, "by then the address is renewed");
    }

    #[test]
    fn a_list_of_tags_is_read() {
        assert!(names("W/\"a\"", "W/\"a\"") && names("\"x\", \"a\"", "W/\"a\"") && names(" * ", "W/\"a\""));
        assert!(!names("\"b\"", "W/\"a\"") && !names("", "W/\"a\""));
    }
}
