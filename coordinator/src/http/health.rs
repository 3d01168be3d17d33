//! `/healthz` and `/readyz`: whether this process lives, and whether it can do its work. Repairs nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::Deps;

/// A check that takes longer has failed.
const CHECK_MAX: Duration = Duration::from_secs(5);

/// Looks whether something works; the error is a sentence for operators.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What must work for the API to be of use.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}

impl Readiness {
    /// Adds a check under a name, such as `nats`.
    #[must_use]
    pub fn with<F, E>(mut self, name: &'static str, check: impl Fn() -> F + Send + Sync + 'static) -> Readiness
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        let check: Check = Arc::new(move || check().map(|done| done.map_err(|cause| cause.to_string())).boxed());
        self.checks.push((name, check));
        self
    }
}

/// Both operations.
pub type Operations = (Healthz, Readyz);

/// Both operations on their handles.
pub fn operations(deps: Deps) -> Operations {
    let Deps { store, storage, readiness, .. } = deps;
    let readiness = readiness
        .with("database", move || {
            let store = store.clone();
            async move { store.check_writing().await }
        })
        .with("storage", move || {
            let storage = storage.clone();
            async move { storage.ready().await }
        });
    (Healthz, Readyz { readiness })
}

/// The process lives.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "lowercase")]
enum Alive {
    /// It answers.
    Ok,
}

/// Whether the process lives.
#[derive(Clone, Debug, Object)]
struct Health {
    /// It answers.
    status: Alive,
}

/// One thing that must work.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct CheckResult {
    /// Such as `database`.
    name: String,
    /// Whether it works.
    ok: bool,
    /// Why not.
    message: Option<String>,
}

/// Whether the process can do its work.
#[derive(Clone, Debug, Object)]
struct Ready {
    /// Whether everything works.
    ready: bool,
    /// Each thing that must work.
    checks: Vec<CheckResult>,
}

#[derive(ApiResponse)]
enum ReadyAnswer {
    /// Everything works.
    #[oai(status = 200)]
    Ready(Json<Ready>),
    /// Something does not work.
    #[oai(status = 503)]
    NotReady(Json<Ready>),
}

/// `GET /healthz`.
pub struct Healthz;

#[OpenApi]
impl Healthz {
    /// Is the process alive
    #[oai(path = "/healthz", method = "get", operation_id = "healthz")]
    #[expect(clippy::unused_async, reason = "the framework awaits every operation")]
    async fn healthz(&self) -> Json<Health> {
        Json(Health { status: Alive::Ok })
    }
}

/// `GET /readyz`.
pub struct Readyz {
    readiness: Readiness,
}

#[OpenApi]
impl Readyz {
    /// Can the process do its work
    ///
    /// A write to the database, a publish to NATS and a request to the object store, each within 5 s.
    #[oai(path = "/readyz", method = "get", operation_id = "readyz")]
    async fn readyz(&self) -> ReadyAnswer {
        let checks = self.readiness.checks.iter().map(|(name, check)| async move {
            let done = tokio::time::timeout(CHECK_MAX, check()).await;
            let message = match done {
                Ok(Ok(())) => None,
                Ok(Err(cause)) => Some(cause),
                Err(_elapsed) => Some(format!("no answer within {} s", CHECK_MAX.as_secs())),
            };
            CheckResult { name: (*name).to_owned(), ok: message.is_none(), message }
        });
        let checks = join_all(checks).await;
        let ready = checks.iter().all(|check| check.ok);
        let body = Json(Ready { ready, checks });
        if ready { ReadyAnswer::Ready(body) } else { ReadyAnswer::NotReady(body) }
    }
}
