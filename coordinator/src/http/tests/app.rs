//! An API on a ledger and an object store of its own, with users who can ask. Asserts nothing.

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::test::{TestClient, TestResponse};
use serde_json::Value;
use service::clock::ManualClock;
use service::{Clock as _, Tasks};

use crate::certificates::CertificateAuthority;
use crate::config::{EmbeddedStorage, HttpConfig, LimitsConfig, StorageConfig};
use crate::http::secret::new_secret;
use crate::http::{Deps, Readiness, TOKEN_PREFIX, Welcome, api};
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::tests::ledger::{NOW, a_user, sqlite};
use crate::store::users::Role;
use crate::store::{Store, fresh};
use farm_core::ids::UserId;

/// A running API.
pub struct App {
    pub client: TestClient<BoxEndpoint<'static>>,
    pub deps: Deps,
    pub clock: ManualClock,
    pub tasks: Tasks,
    pub dir: tempfile::TempDir,
}

/// Somebody with a token.
pub struct Person {
    pub id: UserId,
    pub token: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl App {
    pub async fn start() -> App {
        App::with(Readiness::default()).await
    }

    pub async fn with(readiness: Readiness) -> App {
        App::configured(readiness, HttpConfig::default()).await
    }

    /// An API on a ledger that is on PostgreSQL.
    pub async fn on_postgres() -> App {
        let App { deps, clock, tasks, dir, .. } = App::start().await;
        let store = Store::open(&fresh::postgres_database().await).await.unwrap();
        let deps = Deps { store, ..deps };
        App { client: TestClient::new(api(deps.clone())), deps, clock, tasks, dir }
    }

    /// An API that pages of another site may call.
    pub async fn open_to(origin: &str) -> App {
        let config = HttpConfig { cors_origins: vec![origin.parse().unwrap()], ..HttpConfig::default() };
        App::configured(Readiness::default(), config).await
    }

    async fn configured(readiness: Readiness, config: HttpConfig) -> App {
        let dir = tempfile::tempdir().unwrap();
        let tasks = Tasks::new();
        let clock = ManualClock::at(NOW);
        let embedded = EmbeddedStorage {
            dir: dir.path().join("objects"),
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: None,
        };
        let storage = Storage::open(&StorageConfig::Embedded(embedded), dir.path(), &tasks).await.unwrap();
        let deps = Deps {
            store: sqlite(dir.path()).await,
            storage,
            authority: CertificateAuthority::open(dir.path(), NOW).unwrap(),
            nudge: Nudge::new(),
            clock: Arc::new(clock.clone()),
            tasks: tasks.clone(),
            readiness,
            welcome: Welcome { ingest_address: "127.0.0.1:8443".to_owned(), nats: None },
            limits: LimitsConfig::default().limits(),
            private_receivers: false,
            config,
        };
        App { client: TestClient::new(api(deps.clone())), deps, clock, tasks, dir }
    }

    /// Ends what runs beside the test.
    pub async fn stop(self) {
        self.tasks.stop().hard.cancel();
        self.tasks.finished().await;
    }

    pub fn store(&self) -> &Store {
        &self.deps.store
    }

    pub async fn person(&self, name: &str, role: Role) -> Person {
        let id = a_user(self.store(), name, role).await;
        let secret = new_secret(TOKEN_PREFIX).unwrap();
        let mut tx = self.store().begin().await.unwrap();
        tx.replace_token(id, "test", &secret.hash, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        Person { id, token: secret.text }
    }

    pub async fn creator(&self, name: &str) -> Person {
        self.person(name, Role::Creator).await
    }

    pub async fn get(&self, who: &Person, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    pub async fn delete(&self, who: &Person, path: &str) -> Answer {
        self.ask(who, Method::DELETE, path, None).await
    }

    pub async fn post(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    pub async fn ask(&self, who: &Person, method: Method, path: &str, body: Option<Value>) -> Answer {
        let (asked, path) = (method.clone(), path.to_owned());
        let mut request = self.client.request(method, &path).header("authorization", format!("Bearer {}", who.token));
        if let Some(body) = body {
            request = request.body_json(&body);
        }
        let answer = Answer::read(request.send().await).await;
        super::conformance::is_as_documented(&asked, &path, &answer);
        answer
    }
}

impl Answer {
    pub async fn read(response: TestResponse) -> Answer {
        let (status, headers) = (response.0.status(), response.0.headers().clone());
        let text = response.0.into_body().into_string().await.unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status, headers, body }
    }

    /// The refusal's code, beside its status.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default())
    }

    /// A header's text; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Field and code of every problem.
    pub fn problems(&self) -> Vec<(&str, &str)> {
        let problems = self.body["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
        problems.iter().map(|problem| (problem["field"].as_str().unwrap(), problem["code"].as_str().unwrap())).collect()
    }

    pub fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }
}
