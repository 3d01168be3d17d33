//! What holds for every answer: tags, codings, other sites, headers. Says nothing of what is in them.

use poem::http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::app::{Answer, App, Person};
use crate::store::tests::ledger::an_uploading_video;

/// An answer as bytes.
async fn get(app: &App, who: &Person, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = app.client.get(path).header("authorization", format!("Bearer {}", who.token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.0;
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.into_body().into_vec().await.unwrap())
}

#[tokio::test]
async fn whoever_has_an_answer_gets_none() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (status, headers, body) = get(&app, &ann, "/api/videos", &[]).await;
    assert_eq!((status, &headers["cache-control"]), (StatusCode::OK, &"private, no-cache".parse().unwrap()));
    let tag = headers["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\"") && !body.is_empty());
    let (status, headers, body) = get(&app, &ann, "/api/videos", &[("if-none-match", &tag)]).await;
    assert_eq!((status, headers["etag"].to_str().unwrap(), body.len()), (StatusCode::NOT_MODIFIED, tag.as_str(), 0));
    an_uploading_video(app.store(), ann.id, None).await;
    let (status, headers, _) = get(&app, &ann, "/api/videos", &[("if-none-match", &tag)]).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(headers["etag"].to_str().unwrap(), tag);
    let (status, headers, _) = get(&app, &ann, "/api/videos/x", &[("if-none-match", "*")]).await;
    assert_eq!((status, headers.get("etag")), (StatusCode::NOT_FOUND, None), "refusals have no tag");
    assert_eq!(headers["cache-control"], "no-store");
    app.stop().await;
}

#[tokio::test]
async fn long_answers_come_packed_to_those_who_can_read_them() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (_, _, plain) = get(&app, &ann, "/openapi.json", &[]).await;
    for coding in ["br", "gzip"] {
        let (status, headers, packed) = get(&app, &ann, "/openapi.json", &[("accept-encoding", coding)]).await;
        assert_eq!((status, &headers["content-encoding"]), (StatusCode::OK, &coding.parse().unwrap()));
        assert!(packed.len() * 4 < plain.len(), "{coding}: {} of {}", packed.len(), plain.len());
        assert_eq!(headers["vary"], "accept-encoding");
        let tag = headers["etag"].to_str().unwrap();
        let (status, ..) =
            get(&app, &ann, "/openapi.json", &[("accept-encoding", coding), ("if-none-match", tag)]).await;
        assert_eq!(status, StatusCode::NOT_MODIFIED);
    }
    let (_, headers, _) = get(&app, &ann, "/api/me", &[("accept-encoding", "br")]).await;
    assert_eq!(headers.get("content-encoding"), None, "short ones are not worth it");
    let bomb = app.client.post("/api/videos").header("content-encoding", "gzip").body(vec![0x1f, 0x8b]);
    assert_eq!(Answer::read(bomb.send().await).await.refusal(), (415, "unsupported_content_type"));
    app.stop().await;
}

#[tokio::test]
async fn other_sites_are_kept_out_unless_they_are_named() {
    let ask = async |app: &App, method: Method, origin: &str| {
        let request = app.client.request(method, "/api/me").header("origin", origin);
        let request = request.header("access-control-request-method", "GET");
        request.header("access-control-request-headers", "authorization").send().await.0
    };
    let app = App::start().await;
    let closed = ask(&app, Method::OPTIONS, "https://editor.example.org").await;
    assert_eq!(closed.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!((closed.header("access-control-allow-origin"), closed.header("allow")), (None, Some("GET, HEAD")));
    let stranger = ask(&app, Method::GET, "https://editor.example.org").await;
    assert_eq!(stranger.header("www-authenticate"), Some("Bearer realm=\"reelfarm\""));
    app.stop().await;

    let app = App::open_to("https://editor.example.org/").await;
    let open = ask(&app, Method::OPTIONS, "https://editor.example.org").await;
    assert_eq!(open.status(), StatusCode::OK);
    assert_eq!(open.header("access-control-allow-origin"), Some("https://editor.example.org"));
    assert_eq!(open.header("access-control-allow-credentials"), None, "cookies stay at home");
    let answered = ask(&app, Method::GET, "https://editor.example.org").await;
    assert_eq!(answered.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answered.header("access-control-allow-origin"), Some("https://editor.example.org"));
    let other = ask(&app, Method::GET, "https://evil.example").await;
    assert_eq!(other.header("access-control-allow-origin"), None);
    app.stop().await;
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    for path in ["/api/me", "/api/nothing", "/docs", "/healthz"] {
        let (_, headers, _) = get(&app, &ann, path, &[]).await;
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(text("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(text("x-frame-options"), "DENY", "{path}");
        assert_eq!(text("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(text("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(text("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(headers.get("strict-transport-security"), None, "{path}: there is no TLS");
        assert_eq!(text("x-request-id").len(), 36, "{path}");
    }
    let refused = app.post(&ann, "/api/videos", json!({})).await;
    assert_eq!(refused.header("x-request-id"), refused.body["request_id"]);
    app.stop().await;
}
