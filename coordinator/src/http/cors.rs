//! Pages of other sites that may call the API with a token: none, unless the configuration names them. Lets no cookie in.

use std::sync::Arc;

use poem::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, LOCATION, ORIGIN, RETRY_AFTER};
use poem::http::{HeaderValue, Method};
use poem::middleware::Cors;
use poem::{Endpoint, EndpointExt as _, IntoResponse, Request, Response};
use url::Url;

/// Answers pages of the named sites by the rules of cross-origin requests, and everybody else as if there were none.
pub fn open_to(origins: &[Url], endpoint: impl Endpoint + 'static) -> impl Endpoint<Output = Response> + 'static {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(origin).collect();
    let own = [HeaderName::from_static("idempotency-key"), HeaderName::from_static("x-request-id")];
    let cors = Cors::new()
        .allow_origins(origins.clone())
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, HeaderName::from_static("last-event-id")])
        .allow_headers(own.clone())
        .expose_headers([ETAG, LOCATION, RETRY_AFTER, HeaderName::from_static("idempotent-replayed")])
        .expose_headers(own);
    let endpoint = Arc::new(endpoint);
    let named = Arc::new(Arc::clone(&endpoint).with(cors));
    poem::endpoint::make(move |request: Request| {
        let (endpoint, named) = (Arc::clone(&endpoint), Arc::clone(&named));
        let open = request.headers().get(ORIGIN).is_some_and(|origin| origins.contains(origin));
        async move {
            if open {
                named.call(request).await.map(IntoResponse::into_response)
            } else {
                endpoint.call(request).await.map(IntoResponse::into_response)
            }
        }
    })
}

fn origin(url: &Url) -> Option<HeaderValue> {
    HeaderValue::from_str(&url.origin().ascii_serialization()).ok()
}
