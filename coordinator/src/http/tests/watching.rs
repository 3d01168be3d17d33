//! What is noted of those who ask: the audit log and the metrics. Asks for nothing else.

use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video};
use crate::store::users::Role;

async fn log(app: &App, who: &Person, query: &str) -> Vec<Value> {
    let answer = app.get(who, &format!("/api/audit?sort=created_at&limit=100{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let entries = answer.body["entries"].as_array().unwrap().clone();
    assert_eq!(answer.body["total"], entries.len());
    entries
}

#[tokio::test]
async fn whatever_changes_something_is_in_the_log() {
    let app = App::start().await;
    let (ann, root) = (app.creator("ann").await, app.person("root", Role::Admin).await);
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    let token = app.post(&ann, "/api/tokens", json!({ "name": "t" })).await;
    app.delete(&ann, &format!("/api/exports/{export}")).await;
    let made = app.post(&root, "/api/users", json!({ "name": "bob" })).await;
    app.ask(&root, Method::PATCH, &format!("/api/users/{}", made.id()), Some(json!({ "disabled": true }))).await;
    // What changed nothing is not in it.
    app.get(&ann, "/api/me").await;
    app.post(&ann, "/api/users", json!({ "name": "eve" })).await;
    app.post(&root, "/api/users", json!({ "name": "bob" })).await;

    let entries = log(&app, &root, "").await;
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    let told: Vec<[String; 4]> = entries
        .iter()
        .map(|entry| ["user_name", "action", "object_id", "created_id"].map(|name| text(entry, name)))
        .collect();
    let expected = [
        ["ann", "create_token", "-", token.id()],
        ["ann", "delete_export", &export.to_string(), "-"],
        ["root", "create_user", "-", made.id()],
        ["root", "change_user", made.id(), "-"],
    ];
    assert_eq!(told, expected.map(|entry| entry.map(str::to_owned)));
    assert_eq!(entries[0]["at"], "2025-06-15T15:06:40Z");
    assert_eq!((&entries[0]["status"], &entries[1]["status"]), (&json!(201), &json!(202)));
    assert_eq!(entries[0]["request_id"], token.header("x-request-id"));
    assert!(!Value::from(entries).to_string().contains("rf_"), "no secret is in it");

    assert_eq!(log(&app, &root, &format!("&user_id={}", ann.id)).await.len(), 2);
    assert_eq!(log(&app, &root, "&action=create_user").await.len(), 1);
    assert_eq!(log(&app, &root, &format!("&object_id={}", made.id())).await.len(), 2);
    let page = app.get(&root, "/api/audit?limit=1&page=2").await.body;
    assert_eq!((&page["total"], &page["entries"][0]["action"]), (&json!(4), &json!("create_user")));
    let op = app.person("op", Role::Operator).await;
    assert_eq!(app.get(&op, "/api/audit").await.refusal(), (403, "forbidden"));
    app.stop().await;
}

#[tokio::test]
async fn every_attempt_to_sign_in_is_in_the_log() {
    let app = App::start().await;
    let (ann, root) = (app.creator("ann").await, app.person("root", Role::Admin).await);
    app.post(&ann, "/api/auth/password", json!({ "new_password": "correct horse" })).await;
    for (name, password) in [("ann", "wrong"), ("nobody", "wrong"), ("ann", "correct horse")] {
        app.client.post("/api/auth/login").body_json(&json!({ "name": name, "password": password })).send().await;
    }
    let entries = log(&app, &root, "&action=login").await;
    let told: Vec<(&Value, &Value, &Value)> =
        entries.iter().map(|entry| (&entry["user_name"], &entry["user_id"], &entry["status"])).collect();
    let (ann, nobody, id) = (json!("ann"), json!("nobody"), json!(ann.id.to_string()));
    let (no, yes) = (json!(401), json!(200));
    assert_eq!(told, [(&ann, &Value::Null, &no), (&nobody, &Value::Null, &no), (&ann, &id, &yes)]);
    assert!(!Value::from(entries).to_string().contains("horse"));
    app.stop().await;
}

async fn metrics(app: &App, who: Option<&Person>) -> Result<String, Answer> {
    let mut request = app.client.get("/metrics");
    if let Some(who) = who {
        request = request.header("authorization", format!("Bearer {}", who.token));
    }
    let response = request.send().await;
    if response.0.status() != 200 {
        return Err(Answer::read(response).await);
    }
    response.assert_content_type("text/plain; version=0.0.4; charset=utf-8");
    Ok(response.0.into_body().into_string().await.unwrap())
}

#[tokio::test]
async fn operators_see_how_much_there_is_of_everything() {
    let app = App::start().await;
    let (ann, op) = (app.creator("ann").await, app.person("op", Role::Operator).await);
    let video = a_ready_video(app.store(), ann.id).await;
    a_pending_export(app.store(), ann.id, video, NOW).await;
    app.get(&ann, "/api/me").await;
    app.get(&ann, "/api/videos/x").await;
    assert_eq!(metrics(&app, None).await.unwrap_err().refusal(), (401, "not_signed_in"));
    assert_eq!(metrics(&app, Some(&ann)).await.unwrap_err().refusal(), (403, "forbidden"));
    let text = metrics(&app, Some(&op)).await.unwrap();
    for expected in [
        "reelfarm_exports{status=\"pending\"} 1\n",
        "reelfarm_exports{status=\"completed\"} 0\n",
        "reelfarm_tasks{state=\"ready\"} 0\n",
        "reelfarm_queue_depth 0\n",
        "reelfarm_nodes_connected 0\n",
        "reelfarm_slots 0\n",
        "reelfarm_http_request_duration_seconds_count{operation=\"me\",status=\"200\"} 1\n",
        "reelfarm_http_request_duration_seconds_count{operation=\"view_video\",status=\"404\"} 1\n",
        "# TYPE reelfarm_http_request_duration_seconds histogram\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(!text.contains("operation=\"\""), "every operation has a name:\n{text}");
    app.stop().await;
}
