//! The id of the request being answered: in the header, in refusals, in the log. Knows nothing else of requests.

use poem::http::{HeaderName, HeaderValue};
use poem::{Endpoint, IntoResponse, Request, Response};
use tracing::{Instrument as _, info_span};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// A client's own id is kept when it is short and plain.
const CHARACTERS_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request this task answers; empty outside of one.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Does something for the request with this id, in a task of its own.
pub async fn within<T>(id: String, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// Answers `request` under an id, the client's own or a new one.
pub async fn with_id(endpoint: impl Endpoint, request: Request) -> poem::Result<Response> {
    let id = request.header(HEADER).filter(|id| is_plain(id)).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    let span = info_span!("request", request.id = id);
    let answer = async move { endpoint.call(request).await.map(IntoResponse::into_response) };
    let mut response = CURRENT.scope(id.clone(), answer.instrument(span)).await?;
    let value = HeaderValue::from_str(&id).expect("an id is plain text");
    response.headers_mut().insert(HEADER, value);
    Ok(response)
}

fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !id.is_empty() && id.len() <= CHARACTERS_MAX && id.bytes().all(plain)
}
