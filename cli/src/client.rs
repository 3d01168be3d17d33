//! Speaks the HTTP API: one method for each call this program makes, with time limits and bounded retries.
//! It shows nothing and decides nothing; the commands do.

mod calls;
mod events;
mod people;
mod running;

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

use crate::api;
use crate::failure::Failure;

pub use events::ProgressEvents;
pub use people::{Account, NewUser};
pub use running::{Node, QueueCounts, QueuedExport, StuckTask, Task};

use calls::Target;

/// One call, from sending to the last byte of the answer. Transfers of files have no such limit.
const CALL_MAX: Duration = Duration::from_secs(30);
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long calls are tried again when the server does not answer: a coordinator that is started again takes seconds.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_DELAY_MAX: Duration = Duration::from_secs(2);
const RETRIES_MAX: usize = 40;
/// Rows on one page of a list; the API gives no more.
const PAGE_MAX: usize = 100;

/// Why a call gave no answer to use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server understood and refused.
    #[error("{}", .refusal.line())]
    Refused {
        /// The status.
        status: StatusCode,
        /// Why.
        refusal: api::Refusal,
    },
    /// The server did not answer.
    #[error("failed to reach {server}")]
    Unreachable {
        /// Who.
        server: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The server answered something else than its contract says.
    #[error("{method} {path} was answered {status}, in a way this program does not understand")]
    Unexpected {
        /// The call.
        method: Method,
        /// Its path.
        path: String,
        /// The status.
        status: StatusCode,
    },
    /// The HTTP client could not be made.
    #[error("failed to set up HTTP")]
    Setup(#[source] reqwest::Error),
}

/// Whether a call is tried again when the server does not answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// Until `RETRIES_MAX`: the call may be repeated.
    Retry,
    /// Not at all.
    Once,
}

/// A server, and the token that opens it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Url,
    token: String,
}

impl Client {
    /// A client of the API at `server`; contacts nobody yet.
    pub fn new(server: Url, token: String) -> Result<Self, Error> {
        Ok(Self { http: http(&server)?, server, token })
    }

    /// For transfers to presigned URLs, which carry no token.
    pub fn transfers(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whether the server is ready to take orders; does not wait.
    pub async fn is_ready(&self) -> bool {
        let url = self.url(&calls::READY.all().path);
        matches!(self.http.get(url).timeout(CALL_MAX).send().await, Ok(answer) if answer.status().is_success())
    }

    /// Makes sure, once and without patience, that the server is there and takes the token.
    pub async fn check(&self) -> Result<(), Error> {
        self.send(calls::LIST_VIDEOS.all().with("limit=1"), None::<&()>, Patience::Once).await.map(drop)
    }

    /// Announces a file.
    pub async fn create_video(&self, video: &api::NewVideo) -> Result<api::VideoCreated, Error> {
        self.json(calls::CREATE_VIDEO.all(), Some(video)).await
    }

    /// Says that every part of an upload is there.
    pub async fn complete_video(&self, video: Uuid, complete: &api::UploadComplete) -> Result<(), Error> {
        self.send(calls::COMPLETE_VIDEO.of(video), Some(complete), Patience::Retry).await.map(drop)
    }

    /// A video as it is now.
    pub async fn video(&self, video: Uuid) -> Result<api::Video, Error> {
        self.json(calls::VIEW_VIDEO.of(video), None::<&()>).await
    }

    /// Deletes a video.
    pub async fn delete_video(&self, video: Uuid) -> Result<(), Error> {
        self.send(calls::DELETE_VIDEO.of(video), None::<&()>, Patience::Retry).await.map(drop)
    }

    /// Orders an export.
    pub async fn create_export(&self, video: Uuid, export: &api::NewExport) -> Result<api::ExportCreated, Error> {
        self.json(calls::CREATE_EXPORT.of(video), Some(export)).await
    }

    /// An export as it is now, with every field the server knows.
    pub async fn export(&self, export: Uuid) -> Result<serde_json::Value, Error> {
        self.json(calls::VIEW_EXPORT.of(export), None::<&()>).await
    }

    /// Cancels an export that runs.
    pub async fn cancel_export(&self, export: Uuid) -> Result<(), Error> {
        self.send(calls::DELETE_EXPORT.of(export), None::<&()>, Patience::Once).await.map(drop)
    }

    /// How far an export is.
    pub async fn progress(&self, export: Uuid) -> Result<api::Progress, Error> {
        self.json(calls::PROGRESS.of(export), None::<&()>).await
    }

    /// The same as it changes; ends when the server or the connection does.
    pub async fn progress_events(&self, export: Uuid) -> Result<ProgressEvents, Error> {
        let target = calls::PROGRESS.of(export);
        let request =
            self.http.get(self.url(&target.path)).bearer_auth(&self.token).header(ACCEPT, "text/event-stream");
        let answer = request.send().await.map_err(|source| self.unreachable(source))?;
        if !answer.status().is_success() {
            return Err(refusal(&target, answer).await);
        }
        Ok(ProgressEvents::of(answer))
    }

    /// Where a finished export is fetched: its one file, or the ZIP of its clips.
    pub async fn download(&self, export: Uuid) -> Result<api::Download, Error> {
        self.json(calls::DOWNLOAD.of(export), None::<&()>).await
    }

    /// The exactness report of a finished export, as it came.
    pub async fn report(&self, export: Uuid) -> Result<String, Error> {
        let Target { method, path } = calls::REPORT.of(export);
        let answer = self.send(calls::REPORT.of(export), None::<&()>, Patience::Retry).await?;
        let status = answer.status();
        answer.text().await.map_err(|_| Error::Unexpected { method, path, status })
    }

    /// Whether a node is connected that takes tasks.
    pub async fn has_connected_node(&self) -> Result<bool, Error> {
        Ok(self.nodes().await?.iter().any(|node| node.connected))
    }

    /// A token with which one node may enrol.
    pub async fn create_join_token(&self, token: &api::NewJoinToken) -> Result<api::JoinToken, Error> {
        self.json(calls::CREATE_JOIN_TOKEN.all(), Some(token)).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        target: Target,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, Error> {
        let (method, path) = (target.method.clone(), target.path.clone());
        let answer = self.send(target, body, Patience::Retry).await?;
        let status = answer.status();
        answer.json().await.map_err(|_| Error::Unexpected { method, path, status })
    }

    async fn send(
        &self,
        target: Target,
        body: Option<&(impl Serialize + Sync)>,
        patience: Patience,
    ) -> Result<Response, Error> {
        let mut headers = HeaderMap::new();
        if target.method == Method::POST {
            // The same key on every try: a POST whose answer was lost is not done twice.
            let key = HeaderValue::from_str(&Uuid::now_v7().to_string()).expect("a UUID is plain ASCII");
            headers.insert("idempotency-key", key);
        }
        let attempt = || async {
            let request = self.http.request(target.method.clone(), self.url(&target.path)).headers(headers.clone());
            let request = request.bearer_auth(&self.token).timeout(CALL_MAX);
            let request = if let Some(body) = body { request.json(body) } else { request };
            let answer = request.send().await.map_err(|source| self.unreachable(source))?;
            if answer.status().is_success() { Ok(answer) } else { Err(refusal(&target, answer).await) }
        };
        match patience {
            Patience::Once => attempt().await,
            Patience::Retry => attempt.retry(retries()).when(Error::may_pass).await,
        }
    }

    fn url(&self, path: &str) -> Url {
        let base = self.server.as_str().trim_end_matches('/');
        format!("{base}/{path}").parse().expect("a path added to a URL is a URL")
    }

    fn unreachable(&self, source: reqwest::Error) -> Error {
        Error::Unreachable {
            server: self.server.as_str().trim_end_matches('/').to_owned(),
            source: source.without_url(),
        }
    }
}

impl Error {
    /// Whether the same call may well succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } | Self::Unexpected { status, .. } => matches!(
                *status,
                StatusCode::INTERNAL_SERVER_ERROR
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            ),
            Self::Setup(_) => false,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused { status: StatusCode::UNAUTHORIZED, .. } => {
                Self::refused("the server does not accept the token")
            }
            // The order itself is at fault; the rest (limits, storage, faults of the server) may pass.
            Error::Refused { status, .. } if status.is_client_error() && *status != StatusCode::TOO_MANY_REQUESTS => {
                Self::refused(error.to_string())
            }
            _ => Self::Failed(error.into()),
        }
    }
}

/// The waits between the tries of a call or a transfer.
pub fn retries() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(RETRY_FIRST)
        .with_max_delay(RETRY_DELAY_MAX)
        .with_max_times(RETRIES_MAX)
        .with_jitter()
}

fn http(server: &Url) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder().connect_timeout(CONNECT_MAX);
    if is_loopback(server) {
        // A proxy set for the outside world does not lead to this machine.
        builder = builder.no_proxy();
    }
    builder.build().map_err(Error::Setup)
}

fn is_loopback(server: &Url) -> bool {
    match server.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn refusal(target: &Target, answer: Response) -> Error {
    let status = answer.status();
    let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match answer.json::<api::Refusal>().await {
        Ok(mut refusal) => {
            if let Some(seconds) = retry_after.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
                refusal.message = format!("{} (try again in {seconds} s)", refusal.message);
            }
            Error::Refused { status, refusal }
        }
        Err(_) => Error::Unexpected { method: target.method.clone(), path: target.path.clone(), status },
    }
}
