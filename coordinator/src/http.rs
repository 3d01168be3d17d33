//! The HTTP API: one file per operation, each with only the handles it uses. Moves no export by itself:
//! it writes to the ledger and nudges.

mod address;
mod audit;
mod auth;
mod compression;
mod cookie;
mod cors;
mod dashboard;
mod docs_page;
mod document;
mod etag;
mod events;
mod exports;
mod guard;
mod guests;
mod health;
mod held;
mod idempotency;
mod identity;
mod instant;
mod limits;
mod listener;
mod me;
mod metrics;
mod new_id;
mod nodes;
mod observe;
mod paging;
mod password;
mod queue;
mod range;
mod refusal;
mod request_id;
mod seal;
pub mod secret;
mod settings;
mod shared;
#[cfg(test)]
mod tests;
mod tokens;
mod usage;
mod users;
mod videos;
mod webhooks;
mod words;

use std::sync::Arc;

use farm_core::limits::Limits;
use poem::endpoint::{BoxEndpoint, make_sync};
use poem::middleware::CatchPanic;
use poem::{EndpointExt as _, Request, Response, Route};
use service::{Clock, Tasks};

pub use health::{Check, Readiness};
pub use identity::TOKEN_PREFIX;
pub use listener::{HttpError, Listener};
pub use nodes::Welcome;

use crate::certificates::CertificateAuthority;
use crate::config::HttpConfig;
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::Store;
use idempotency::Keys;
use identity::Gate;
use metrics::Metrics;
use password::Passwords;

/// Everything the API's operations stand on; each takes only what it uses.
#[derive(Clone)]
pub struct Deps {
    /// The ledger.
    pub store: Store,
    /// Sources and finished files.
    pub storage: Storage,
    /// Signs nodes.
    pub authority: CertificateAuthority,
    /// Wakes the loops.
    pub nudge: Nudge,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What goes on when nobody waits for it; long answers end when the program stops.
    pub tasks: Tasks,
    /// What must work for the API to be of use, besides ledger and object store.
    pub readiness: Readiness,
    /// What a node is told when it joins.
    pub welcome: Welcome,
    /// How much creators may order and keep, unless something else is set for them.
    pub limits: Limits,
    /// Whether webhooks may lead into the farm's own network.
    pub private_receivers: bool,
    /// Where browsers reach the API, and which other sites may.
    pub config: HttpConfig,
}

/// All operations.
type Operations = (
    videos::Operations,
    exports::Operations,
    settings::Operations,
    queue::Operations,
    nodes::Operations,
    webhooks::Operations,
    events::WatchEvents,
    usage::ViewUsage,
    shared::SharedExport,
    me::Me,
    auth::Operations,
    tokens::Operations,
    users::Operations,
    audit::Audit,
    health::Operations,
);

/// The whole API, ready to be served.
#[must_use]
pub fn api(deps: Deps) -> BoxEndpoint<'static> {
    let public_origin = deps.config.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    let forwarded_by = deps.config.forwarded_by.clone().into();
    let gate = Gate { store: deps.store.clone(), clock: Arc::clone(&deps.clock), public_origin, forwarded_by };
    let passwords = Passwords::new();
    let sessions = auth::Sessions::of(&deps);
    let keys = Keys { store: deps.store.clone(), clock: Arc::clone(&deps.clock), tasks: deps.tasks.clone() };
    let origins = deps.config.cors_origins.clone();
    let secure = deps.config.is_secure();
    let storage = deps.storage.clone();
    let operations: Operations = (
        videos::operations(&deps),
        exports::operations(&deps),
        settings::operations(&deps),
        queue::operations(&deps),
        nodes::operations(&deps),
        webhooks::operations(&deps),
        events::operation(&deps),
        usage::operation(&deps),
        shared::operation(&deps),
        me::Me,
        auth::operations(&deps, &passwords),
        tokens::operations(&deps),
        users::operations(&deps, &passwords),
        audit::Audit { store: deps.store.clone() },
        health::operations(deps),
    );
    let service = document::service(operations);
    let pages = move |endpoint, request| {
        let storage = storage.clone();
        async move { dashboard::served(endpoint, request, &storage).await }
    };
    let json = document();
    let docs = docs_page::endpoint(service.swagger_ui_html().replacen(&service.spec(), &json, 1));
    let document = make_sync(move |_| Response::builder().content_type("application/json").body(json.clone()));
    let login_link = poem::endpoint::make(move |request: Request| {
        let sessions = sessions.clone();
        async move { Ok::<Response, poem::Error>(auth::follow(&sessions, &request).await) }
    });
    let metrics = Metrics::default();
    let shown = metrics.clone();
    let scrape = poem::endpoint::make(move |request: Request| {
        let metrics = shown.clone();
        async move { Ok::<Response, poem::Error>(metrics::show(&metrics, &request).await) }
    });
    let api = Route::new()
        .at("/metrics", poem::get(scrape))
        .at("/openapi.json", poem::get(document))
        .at("/docs", poem::get(docs))
        .at("/login/:secret", poem::get(login_link))
        .nest("/", service)
        .around(move |endpoint, request| idempotency::once(keys.clone(), endpoint, request))
        .around(identity::recognised)
        .around(etag::tagged)
        .data(metrics)
        .data(gate)
        .with(CatchPanic::new())
        .around(pages)
        .around(move |endpoint, request| guard::guarded(secure, endpoint, request))
        .around(compression::compressed);
    // Outermost is what holds for every answer, whoever gives it.
    cors::open_to(&origins, api).around(request_id::with_id).boxed()
}

/// The OpenAPI document, as JSON.
#[must_use]
pub fn document() -> String {
    document::of::<Operations>()
}
