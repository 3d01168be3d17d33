//! What is noted of every operation, in one place so that none can be forgotten: how long it took, and, when it changed
//! something, who did it. Changes no answer.

use std::collections::HashMap;

use poem::http::{Method, StatusCode};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use poem_openapi::registry::MetaPath;
use serde_json::Value;

use super::identity::{Asker, Gate};
use super::metrics::Metrics;
use super::refusal::Refusal;
use super::{address, request_id};
use crate::store::audit::Deed;

/// Operations that write their own entry, because only they know who it was.
const WRITE_THEIR_OWN: [&str; 1] = ["login"];

/// What is known of an operation before it is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Its id.
    name: &'static str,
    /// Which piece of its path names what it is about.
    object_at: Option<usize>,
}

/// The operations, by path and method.
pub struct Operations(HashMap<(String, Method), Known>);

impl Operations {
    /// As the document has them.
    pub fn of(paths: &[MetaPath]) -> Operations {
        let mut known = HashMap::new();
        for path in paths {
            let object_at = path.path.split('/').position(is_parameter);
            for operation in &path.operations {
                let name = operation.operation_id.unwrap_or_default();
                known.insert((shape(&path.path), operation.method.clone()), Known { name, object_at });
            }
        }
        Operations(known)
    }

    /// The operation that a route leads to.
    pub fn at(&self, route: &str, method: &Method) -> Known {
        self.0.get(&(shape(route), method.clone())).copied().unwrap_or_default()
    }
}

fn is_parameter(piece: &str) -> bool {
    piece.starts_with([':', '{', '<'])
}

/// A path without the names of its parameters: routes write them otherwise than the document does.
pub fn shape(path: &str) -> String {
    let pieces = path.split('/').map(|piece| if is_parameter(piece) { "*" } else { piece });
    pieces.collect::<Vec<_>>().join("/")
}

/// Answers `request` by an operation, and notes it.
pub async fn observed(operation: Known, endpoint: impl Endpoint, request: Request) -> poem::Result<Response> {
    let began = tokio::time::Instant::now();
    let gate: Gate = request.data::<Gate>().expect("the gate is put into every request").clone();
    let metrics = request.data::<Metrics>().cloned();
    let changes = !request.method().is_safe() && !WRITE_THEIR_OWN.contains(&operation.name);
    let deed = changes.then(|| deed(operation, &request));
    let mut response = endpoint.call(request).await?.into_response();
    if let Some(metrics) = metrics {
        metrics.observe(operation.name, response.status(), began.elapsed());
    }
    let Some(mut deed) = deed.filter(|_| response.status().is_success()) else { return Ok(response) };
    deed.status = response.status().as_u16();
    let mut deeds = vec![deed];
    if matches!(response.status(), StatusCode::CREATED | StatusCode::MULTI_STATUS) {
        let body = response.take_body().into_bytes().await.map_err(poem::error::InternalServerError)?;
        deeds = deeds.into_iter().flat_map(|deed| of_answer(deed, &body)).collect();
        response.set_body(Body::from_bytes(body));
    }
    for deed in &deeds {
        // What nobody can be held to must not look done.
        if let Err(cause) = gate.store.note_deed(deed, gate.clock.now()).await {
            return Ok(Refusal::from(cause).into_response());
        }
    }
    Ok(response)
}

/// One entry for each thing that an answer says was made: of several orders those that were taken, each with its video.
fn of_answer(deed: Deed, body: &[u8]) -> Vec<Deed> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(orders) = answer["orders"].as_array() else { return vec![Deed { created_id: id(&answer), ..deed }] };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let made = orders.iter().filter(|order| order["export"].is_object());
    let of_order = |order: &Value| Deed {
        object_id: text(&order["export"]["video_id"]),
        created_id: text(&order["export"]["id"]),
        status: StatusCode::CREATED.as_u16(),
        ..deed.clone()
    };
    made.map(of_order).collect()
}

fn deed(operation: Known, request: &Request) -> Deed {
    let object = operation.object_at.and_then(|at| request.uri().path().split('/').nth(at));
    let known = match request.data::<Asker>() {
        Some(Asker::Known(identity)) => Some(identity),
        _ => None,
    };
    Deed {
        user: known.map(|known| known.user),
        user_name: known.map(|known| known.name.clone()).unwrap_or_default(),
        action: operation.name.to_owned(),
        object_id: object.map(str::to_owned),
        created_id: None,
        status: 0,
        address: address::of(request),
        request_id: request_id::current(),
    }
}

/// The id of what an answer shows: its own, or that of the one thing in it.
fn id(answer: &Value) -> Option<String> {
    let own = answer["id"].as_str();
    let inner = || answer.as_object()?.values().find_map(|value| value["id"].as_str());
    own.or_else(inner).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn routes_and_documents_name_parameters_otherwise() {
        assert_eq!(shape("/api/videos/:id/export"), shape("/api/videos/{id}/export"));
        assert_ne!(shape("/api/videos/:id"), shape("/api/videos"));
    }

    #[test]
    fn the_id_of_what_was_made_is_found() {
        assert_eq!(id(&json!({ "id": "a", "video": { "id": "b" } })).as_deref(), Some("a"));
        assert_eq!(id(&json!({ "video": { "id": "b" }, "upload": {} })).as_deref(), Some("b"));
        assert_eq!(id(&json!({ "token": "secret" })), None);
        assert_eq!(id(&json!([])), None);
    }
}
