//! The OpenAPI document: what the operations say of themselves, put together the way the standard wants it.
//! Answers no request by itself.

mod bounds;
mod examples;
mod finish;
mod refusals;

use std::collections::HashMap;
use std::sync::Arc;

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::header::ALLOW;
use poem::http::{Method, StatusCode};
use poem::{EndpointExt as _, IntoResponse as _};
use poem_openapi::registry::{MetaApi, MetaPath, Registry};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::Value;

use super::held::{AllTerms, held};
use super::observe::{Operations, observed};
use super::refusal::{by_status, refuse};

#[cfg(test)]
pub use examples::is_named_elsewhere;
pub use finish::JSON;

const TITLE: &str = "Reelfarm";
const DESCRIPTION: &str = "Upload videos, export ranges of them as finished files. \
    JSON throughout; times are RFC 3339 UTC, durations and positions are seconds, ids are UUIDv7; \
    optional fields are absent, not null. Another user's object is 404, never 403. \
    Every refusal has the body `Refusal`. \
    GETs have an ETag and answer 304 to `If-None-Match`. Every POST of somebody signed in takes an `Idempotency-Key`.";

/// Operations, each an API of its own, under one roof. Without operations it is only their document.
///
/// The framework lists a path once for every API that has it; a JSON object with the same key twice is no document.
pub struct Roof<T>(Option<T>);

impl<T: OpenApi> OpenApi for Roof<T> {
    fn meta() -> Vec<MetaApi> {
        let mut paths: Vec<MetaPath> = Vec::new();
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            match paths.iter_mut().find(|known| known.path == path.path) {
                Some(known) => known.operations.extend(path.operations),
                None => paths.push(path),
            }
        }
        paths.sort_by(|one, other| one.path.cmp(&other.path));
        for path in &mut paths {
            for operation in &mut path.operations {
                operation.security = operation.security.iter().map(with_role).collect();
            }
            path.operations.sort_by(|one, other| one.method.as_str().cmp(other.method.as_str()));
        }
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let Some(operations) = self.0 else { return };
        let known = Operations::of(&T::meta().into_iter().flat_map(|api| api.paths).collect::<Vec<_>>());
        let terms = AllTerms::of(finished::<T>());
        let mut inner = HashMap::new();
        operations.add_routes(&mut inner);
        for (path, methods) in inner {
            let allowed = allowed(methods.keys());
            let methods: Vec<_> = methods
                .into_iter()
                .map(|(method, endpoint)| {
                    let (operation, terms) = (known.at(&path, &method), terms.at(&path, &method));
                    let endpoint =
                        endpoint.around(move |endpoint, request| held(Arc::clone(&terms), endpoint, request));
                    let endpoint = endpoint.catch_all_error(refuse);
                    (method, endpoint.around(move |endpoint, request| observed(operation, endpoint, request)).boxed())
                })
                .collect();
            let table = table.entry(path).or_default();
            table.extend(methods);
            for method in METHODS {
                table.entry(method).or_insert_with(|| not_allowed(&allowed));
            }
        }
    }
}

/// Every method somebody may try. HEAD is GET without a body, where there is a GET.
const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE, Method::OPTIONS];

fn allowed<'a>(methods: impl Iterator<Item = &'a Method>) -> String {
    let mut names: Vec<&str> = methods.map(Method::as_str).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.sort_unstable();
    names.join(", ")
}

/// An answer to a method that the address does not know, with those it does (RFC 9110, 15.5.6).
fn not_allowed(allowed: &str) -> BoxEndpoint<'static> {
    let allowed = allowed.to_owned();
    let answer = move |_| by_status(StatusCode::METHOD_NOT_ALLOWED).with_header(ALLOW, allowed.clone());
    make_sync(answer).map_to_response().boxed()
}

/// An extractor says `token operator`: the scheme, and as its scope the role that is needed.
fn with_role(requirement: &HashMap<&'static str, Vec<&'static str>>) -> HashMap<&'static str, Vec<&'static str>> {
    let split = |(name, _): (&&'static str, _)| match name.split_once(' ') {
        Some((scheme, role)) => (scheme, vec![role]),
        None => (*name, Vec::new()),
    };
    requirement.iter().map(split).collect()
}

/// The operations as a service.
pub fn service<T: OpenApi>(operations: T) -> OpenApiService<Roof<T>, ()> {
    described(Roof(Some(operations)))
}

/// The document of operations of type `T`, as JSON, without having any.
pub fn of<T: OpenApi>() -> String {
    let mut text = serde_json::to_string_pretty(&finished::<T>()).expect("a value is JSON");
    text.push('\n');
    text
}

fn finished<T: OpenApi>() -> Value {
    let said = described(Roof::<T>(None)).spec();
    finish::finish(serde_json::from_str(&said).expect("the framework writes JSON"))
}

fn described<T: OpenApi>(roof: Roof<T>) -> OpenApiService<Roof<T>, ()> {
    OpenApiService::new(roof, TITLE, env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}
