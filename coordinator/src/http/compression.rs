//! Answers made smaller for those who can read them. Requests come as they are, and streams are left alone.

use poem::http::HeaderValue;
use poem::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use poem::web::{Compress, CompressionAlgo, CompressionLevel};
use poem::{Body, Endpoint, IntoResponse, Request, Response};

/// Below this a packet is saved by nothing.
const BYTES_MIN: usize = 1024;
/// What is text, and so becomes smaller. Server-sent events are not here: they must not wait for each other.
const KINDS: [&str; 7] = [
    "application/json",
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "image/svg+xml",
    "text/plain",
];

/// Answers `request` in the coding its sender likes best.
pub async fn compressed(endpoint: impl Endpoint, request: Request) -> poem::Result<Response> {
    let accepted: Vec<&str> =
        request.headers().get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    let coding = coding(&accepted.join(","));
    let mut response = endpoint.call(request).await?.into_response();
    let text = response.content_type().is_some_and(|kind| KINDS.iter().any(|text| kind.starts_with(text)));
    if !text || response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(response);
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    let Some(coding) = coding else { return Ok(response) };
    let body = response.take_body().into_bytes().await.map_err(poem::error::InternalServerError)?;
    let worth_it = body.len() >= BYTES_MIN;
    response.set_body(Body::from_bytes(body));
    if !worth_it {
        return Ok(response);
    }
    // Level 4 is where Brotli is both quicker and smaller than gzip.
    Ok(Compress::new(response, coding).with_quality(CompressionLevel::Precise(4)).into_response())
}

/// The best coding that `Accept-Encoding` allows; Brotli before gzip when both are liked as well.
fn coding(accepted: &str) -> Option<CompressionAlgo> {
    let weight = |name: &str| {
        let mut weights = accepted.split(',').filter_map(|one| {
            let mut pieces = one.split(';').map(str::trim);
            let named = pieces.next()?;
            let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Some(1.0), |text| text.parse().ok());
            (named.eq_ignore_ascii_case(name)).then_some(weight.unwrap_or(0.0_f32))
        });
        weights.next_back()
    };
    let liked = |name| weight(name).or_else(|| weight("*")).unwrap_or(0.0);
    let (brotli, gzip) = (liked("br"), liked("gzip"));
    if brotli <= 0.0 && gzip <= 0.0 {
        return None;
    }
    Some(if brotli >= gzip { CompressionAlgo::BR } else { CompressionAlgo::GZIP })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_says_what_it_reads() {
        let named = |accepted| coding(accepted).map(|coding| coding.to_string());
        for (accepted, expected) in [
            ("", None),
            ("identity", None),
            ("gzip", Some("gzip")),
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0.5", Some("gzip")),
            ("br;q=0, gzip;q=0.1", Some("gzip")),
            ("*;q=0.5", Some("br")),
            ("*, br;q=0, gzip;q=0", None),
            ("BR", Some("br")),
            ("gzip;q=nonsense", None),
        ] {
            assert_eq!(named(accepted).as_deref(), expected, "{accepted}");
        }
    }
}
