//! Every operation of the document, asked by nobody, by strangers and by every role: a new one cannot be forgotten.

use poem::http::Method;
use serde_json::{Map, Value, json};

use super::app::{Answer, App, Person};
use super::refusals::is_in_our_shape;
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video};
use crate::store::users::Role;

/// An operation of the document.
struct Operation {
    method: Method,
    /// With `{id}` and the like.
    path: String,
    /// What it needs; `None` for those that need nobody.
    role: Option<Role>,
    /// A body as the document wants it.
    body: Option<Value>,
}

/// Ids under which nothing is.
const NOTHING: &str = "01890000-0000-7000-8000-000000000000";

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&super::super::document()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json; charset=utf-8"]["schema"];
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                role: role(operation),
                body: (!schema.is_null()).then(|| sample(&document, schema)),
            });
        }
    }
    assert!(operations.len() > 30, "the document has lost its operations");
    operations
}

/// The scope of what an operation asks for.
fn role(operation: &Value) -> Option<Role> {
    let requirements = operation["security"].as_array()?;
    let scopes: Vec<&Value> = requirements.iter().flat_map(|one| one.as_object().unwrap().values()).collect();
    assert_eq!(scopes.len(), 2, "token or session: {operation}");
    assert_eq!(scopes[0], scopes[1], "{operation}");
    Some(scopes[0][0].as_str().map_or(Role::Creator, |scope| Role::parse(scope).unwrap()))
}

/// The smallest value that the schema allows, so that what is refused is not the body.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    if let Some(all) = schema["allOf"].as_array() {
        return sample(document, &all[0]);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            let fields = required.iter().map(|name| name.as_str().unwrap());
            let fields = fields.map(|name| (name.to_owned(), sample(document, &schema["properties"][name])));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([sample(document, &schema["items"])]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        _ => json!("something-plain"),
    }
}

/// Puts an id into a path.
fn with_ids(path: &str, id: &str) -> String {
    let mut pieces = Vec::new();
    for piece in path.split('/') {
        pieces.push(if piece.starts_with('{') { id } else { piece });
    }
    pieces.join("/")
}

async fn ask(app: &App, who: &Person, operation: &Operation, path: &str) -> Answer {
    app.ask(who, operation.method.clone(), path, operation.body.clone()).await
}

#[tokio::test]
async fn nobody_gets_anywhere_without_a_valid_token() {
    let app = App::start().await;
    let tokens = [None, Some("Bearer rf_0000"), Some("Bearer xx_0000"), Some("Basic YTpi"), Some("rf_0000"), Some("")];
    for operation in operations().iter().filter(|operation| operation.role.is_some()) {
        for token in tokens {
            let path = with_ids(&operation.path, NOTHING);
            let mut request = app.client.request(operation.method.clone(), &path).body_json(&json!({ "nonsense": 1 }));
            if let Some(token) = token {
                request = request.header("authorization", token);
            }
            let answer = Answer::read(request.send().await).await;
            assert_eq!(answer.refusal(), (401, "not_signed_in"), "{} {path} with {token:?}", operation.method);
            is_in_our_shape(&answer);
        }
        let path = with_ids(&operation.path, NOTHING);
        let cookie = app.client.request(operation.method.clone(), &path).header("cookie", "reelfarm_session=rfs_0");
        assert_eq!(Answer::read(cookie.send().await).await.status, 401, "{} {path}", operation.method);
    }
    app.stop().await;
}

#[tokio::test]
async fn each_role_may_do_what_the_document_says_and_no_more() {
    let app = App::start().await;
    let people =
        [app.creator("ann").await, app.person("op", Role::Operator).await, app.person("root", Role::Admin).await];
    for operation in operations() {
        let Some(needed) = operation.role else { continue };
        for (who, role) in people.iter().zip([Role::Creator, Role::Operator, Role::Admin]) {
            let path = with_ids(&operation.path, NOTHING);
            let answer = ask(&app, who, &operation, &path).await;
            let said = format!("{} {path} by {role:?}: {answer:?}", operation.method);
            assert_eq!(answer.status == 403, !role.may(needed), "{said}");
            assert!(answer.status != 401 && !answer.status.is_server_error(), "{said}");
            if answer.status == 403 {
                assert_eq!(answer.refusal(), (403, "forbidden"), "{said}");
                is_in_our_shape(&answer);
            } else if operation.path.contains('{') {
                assert_eq!(answer.refusal(), (404, "not_found"), "{said}");
            }
        }
    }
    app.stop().await;
}

/// One of each thing that belongs to somebody, by how its path begins.
async fn belongings(app: &App, owner: &Person) -> Vec<(&'static str, String)> {
    let video = a_ready_video(app.store(), owner.id).await;
    let export = a_pending_export(app.store(), owner.id, video, NOW).await;
    let token = app.post(owner, "/api/tokens", json!({ "name": "kept" })).await;
    let preset = app.post(owner, "/api/settings/presets", json!({ "name": "kept", "settings": {} })).await;
    let webhook = app.post(owner, "/api/webhooks", json!({ "url": "https://example.org/" })).await;
    vec![
        ("/api/videos/", video.to_string()),
        ("/api/exports/", export.to_string()),
        ("/api/tokens/", token.id().to_owned()),
        ("/api/settings/presets/", preset.id().to_owned()),
        ("/api/webhooks/", webhook.body["webhook"]["id"].as_str().unwrap().to_owned()),
    ]
}

#[tokio::test]
async fn what_belongs_to_another_is_not_there() {
    let app = App::start().await;
    let (ann, bob) = (app.creator("ann").await, app.creator("bob").await);
    let strangers = [bob, app.person("op", Role::Operator).await, app.person("root", Role::Admin).await];
    let belongings = belongings(&app, &ann).await;
    let before = everything(&app, &ann).await;
    for operation in operations().iter().filter(|operation| operation.role == Some(Role::Creator)) {
        let own = belongings.iter().find(|(start, _)| operation.path.starts_with(start));
        for stranger in &strangers {
            let said = format!("{} {}", operation.method, operation.path);
            if operation.path.contains('{') {
                let (_, id) = own.unwrap_or_else(|| panic!("say above what {said} is about"));
                let answer = ask(&app, stranger, operation, &with_ids(&operation.path, id)).await;
                assert_eq!(answer.refusal(), (404, "not_found"), "{said}: {answer:?}");
                is_in_our_shape(&answer);
            } else if operation.method == Method::GET {
                let shown = app.get(stranger, &operation.path).await.body.to_string();
                for (_, id) in &belongings {
                    assert!(!shown.contains(id.as_str()), "{said} shows {id} of another: {shown}");
                }
            }
        }
        if operation.path.contains('{') {
            let malformed = ask(&app, &ann, operation, &with_ids(&operation.path, "x")).await;
            assert_eq!(malformed.refusal(), (404, "not_found"), "{} {}", operation.method, operation.path);
        }
    }
    assert_eq!(everything(&app, &ann).await, before, "and nothing happened to any of it");
    app.stop().await;
}

async fn everything(app: &App, owner: &Person) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["/api/videos", "/api/exports", "/api/tokens", "/api/settings/presets", "/api/webhooks"] {
        let mut body = app.get(owner, path).await.body;
        // Asking is using; when that was is no change.
        for token in body["tokens"].as_array_mut().into_iter().flatten() {
            token.as_object_mut().unwrap().remove("last_used_at");
        }
        seen.push(body);
    }
    seen
}
