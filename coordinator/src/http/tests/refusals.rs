//! Every way to be refused, whoever refuses, has one shape. Says nothing of what is granted.

use poem::http::{Method, StatusCode};
use serde_json::json;

use super::app::{Answer, App};
use crate::store::tests::ledger::{NOW, an_uploading_video};
use crate::store::users::Role;

/// Every refusal has one body.
pub fn is_in_our_shape(answer: &Answer) {
    let body = answer.body.as_object().unwrap();
    let mut keys: Vec<&str> = body.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["code", "message", "problems", "request_id"]);
    assert!(!body["message"].as_str().unwrap().is_empty());
    assert!(!body["request_id"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn only_those_who_run_the_farm_see_its_machines() {
    let app = App::start().await;
    let (ann, op) = (app.creator("ann").await, app.person("op", Role::Operator).await);
    let forbidden = app.get(&ann, "/api/nodes").await;
    assert_eq!(forbidden.refusal(), (403, "forbidden"));
    is_in_our_shape(&forbidden);
    assert_eq!(app.post(&ann, "/api/nodes/join-tokens", json!({ "name": "x" })).await.refusal(), (403, "forbidden"));
    assert_eq!(app.get(&op, "/api/nodes").await.body, json!({ "nodes": [], "total": 0 }));
    app.stop().await;
}

#[tokio::test]
async fn the_router_speaks_our_shape_too() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    for (method, path, expected) in [
        (Method::GET, "/nothing/here", (404, "not_found")),
        (Method::GET, "/api", (404, "not_found")),
        (Method::PUT, "/api/me", (405, "method_not_allowed")),
        (Method::POST, "/openapi.json", (405, "method_not_allowed")),
        (Method::GET, "/api/videos?limit=abc", (400, "invalid_request")),
        (Method::GET, "/api/videos?sort=size", (400, "invalid_request")),
        (Method::GET, "/api/exports?status=done", (400, "invalid_request")),
        (Method::GET, "/api/exports?page=0&limit=101", (400, "invalid_request")),
    ] {
        let answer = app.ask(&ann, method, path, None).await;
        assert_eq!(answer.refusal(), expected, "{path}");
        is_in_our_shape(&answer);
    }
    let answer = app.get(&ann, "/api/exports?page=0&limit=101").await;
    assert_eq!(answer.problems(), [("page", "invalid_number"), ("limit", "invalid_number")]);
    assert_eq!(app.get(&ann, "/api/videos?limit=abc").await.problems(), [("limit", "malformed")]);
    app.stop().await;
}

#[tokio::test]
async fn a_method_that_an_address_does_not_know_is_told_which_it_does() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    for (method, path, allowed) in [
        (Method::TRACE, "/api/me", "GET, HEAD"),
        (Method::PATCH, "/api/videos", "GET, HEAD, POST"),
        (Method::GET, "/api/videos/01890000-0000-7000-8000-000000000000/complete", "POST"),
    ] {
        let answer = app.ask(&ann, method, path, None).await;
        assert_eq!(answer.refusal(), (405, "method_not_allowed"), "{path}");
        assert_eq!(answer.headers["allow"], allowed, "{path}");
        is_in_our_shape(&answer);
    }
    app.stop().await;
}

#[tokio::test]
async fn bodies_must_be_json_as_documented_and_small() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let send = async |kind: Option<&str>, body: String| {
        let mut request =
            app.client.post("/api/videos").header("authorization", format!("Bearer {}", ann.token)).body(body);
        if let Some(kind) = kind {
            request = request.content_type(kind);
        }
        let answer = Answer::read(request.send().await).await;
        is_in_our_shape(&answer);
        // Whatever is wrong with a body is said of a place in it.
        assert_eq!(answer.status == StatusCode::BAD_REQUEST, !answer.problems().is_empty(), "{answer:?}");
        (answer.status, answer.body["code"].as_str().unwrap().to_owned())
    };
    let json = Some("application/json");
    let invalid = (StatusCode::BAD_REQUEST, "invalid_request".to_owned());
    for body in
        ["", "{", "[]", "null", "{}", r#"{"filename":"a","size_bytes":-1}"#, r#"{"filename":[],"size_bytes":1}"#]
    {
        assert_eq!(send(json, body.to_owned()).await, invalid, "{body}");
    }
    assert_eq!(send(json, r#"{"filename":"a","size_bytes":1,"sice":2}"#.to_owned()).await, invalid);
    let unsupported = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_type".to_owned());
    assert_eq!(send(Some("text/plain"), "{}".to_owned()).await, unsupported);
    let large = (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large".to_owned());
    assert_eq!(send(json, " ".repeat(2 << 20)).await, large);
    // Where there may be no body, nothing is none, and null is something.
    let path = "/api/exports/01890000-0000-7000-8000-000000000000/retry";
    assert_eq!(app.ask(&ann, Method::POST, path, None).await.refusal(), (404, "not_found"));
    assert_eq!(app.post(&ann, path, serde_json::Value::Null).await.problems(), [("", "malformed")]);
    app.stop().await;
}

#[tokio::test]
async fn a_clients_own_request_id_is_kept_when_it_is_plain() {
    let app = App::start().await;
    let ask = async |id: &str| {
        let response = app.client.get("/api/me").header("x-request-id", id).send().await;
        let header = response.0.header("x-request-id").unwrap().to_owned();
        let body = Answer::read(response).await.body["request_id"].as_str().unwrap().to_owned();
        assert_eq!(header, body);
        header
    };
    assert_eq!(ask("trace-7.1").await, "trace-7.1");
    for odd in ["a b", "<script>", &"x".repeat(65)] {
        assert_ne!(ask(odd).await, odd);
    }
    app.stop().await;
}

#[tokio::test]
async fn an_upload_is_no_export() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = an_uploading_video(app.store(), ann.id, None).await;
    let order = json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single" });
    let path = format!("/api/videos/{video}/export");
    assert_eq!(app.post(&ann, &path, order.clone()).await.refusal(), (409, "video_not_ready"));
    app.store().begin_indexing(ann.id, video, NOW).await.unwrap();
    assert_eq!(app.post(&ann, &path, order.clone()).await.refusal(), (409, "video_not_ready"));
    app.store().video_failed(video, "unsupported_media", "The file is a text, not a video.", NOW).await.unwrap();
    let refused = app.post(&ann, &path, order).await;
    assert_eq!(refused.refusal(), (422, "unsupported_media"));
    assert_eq!(refused.body["message"], "The file is a text, not a video.");
    let view = app.get(&ann, &format!("/api/videos/{video}")).await.body;
    assert_eq!((&view["status"], &view["error_code"]), (&json!("failed"), &json!("unsupported_media")));
    app.stop().await;
}
