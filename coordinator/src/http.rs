//! The HTTP API: one file per operation, each with only the handles it uses. Moves no export by itself:
//! it writes to the ledger and nudges.

mod docs_page;
mod document;
mod exports;
mod guard;
mod health;
mod identity;
mod instant;
mod listener;
mod me;
mod nodes;
mod paging;
mod refusal;
mod request_id;
pub mod secret;
#[cfg(test)]
mod tests;
mod videos;
mod words;

use std::sync::Arc;

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::middleware::CatchPanic;
use poem::{EndpointExt as _, Response, Route};
use service::{Clock, Stop};

pub use health::{Check, Readiness};
pub use identity::TOKEN_PREFIX;
pub use listener::{HttpError, Listener};
pub use nodes::Welcome;

use crate::certificates::CertificateAuthority;
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::Store;
use identity::Gate;

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
    /// Long answers end when the program stops.
    pub stop: Stop,
    /// What must work for the API to be of use, besides ledger and object store.
    pub readiness: Readiness,
    /// What a node is told when it joins.
    pub welcome: Welcome,
}

/// All operations.
type Operations = (videos::Operations, exports::Operations, nodes::Operations, me::Me, health::Operations);

/// The whole API, ready to be served.
#[must_use]
pub fn api(deps: Deps) -> BoxEndpoint<'static> {
    let gate = Gate { store: deps.store.clone(), clock: Arc::clone(&deps.clock) };
    let operations: Operations = (
        videos::operations(&deps),
        exports::operations(&deps),
        nodes::operations(&deps),
        me::Me,
        health::operations(deps),
    );
    let service = document::service(operations);
    let json = document();
    let docs = docs_page::endpoint(service.swagger_ui_html());
    let document = make_sync(move |_| Response::builder().content_type("application/json").body(json.clone()));
    Route::new()
        .at("/openapi.json", poem::get(document))
        .at("/docs", poem::get(docs))
        .nest("/", service)
        .data(gate)
        .with(CatchPanic::new())
        .around(guard::guarded)
        .around(request_id::with_id)
        .boxed()
}

/// The OpenAPI document, as JSON.
#[must_use]
pub fn document() -> String {
    document::of::<Operations>()
}
