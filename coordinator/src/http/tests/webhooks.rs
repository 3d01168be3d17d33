//! Webhooks through the API. Sends no message.

use http::Method;
use serde_json::json;

use super::app::App;
use crate::store::tests::ledger::an_uploading_video;

const PATH: &str = "/api/webhooks";

#[tokio::test]
async fn webhooks_are_kept_shown_edited_and_deleted() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    let created = app.post(&ann, PATH, json!({ "url": "https://example.org/hook" })).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert!(created.body["secret"].as_str().unwrap().starts_with("whsec_"));
    let webhook = &created.body["webhook"];
    assert_eq!((&webhook["name"], webhook["events"].as_array().unwrap().len()), (&json!("example.org"), 5));
    let one = format!("{PATH}/{}", webhook["id"].as_str().unwrap());
    assert_eq!(&app.get(&ann, &one).await.body, webhook, "the secret is shown once");
    assert_eq!(app.get(&ann, PATH).await.body["total"], 1);

    let wrong = json!({ "url": "ftp://example.org", "events": [], "name": "" });
    let wrong = app.post(&ann, PATH, wrong).await;
    assert_eq!(wrong.problems(), [("name", "invalid_text"), ("url", "unsupported"), ("events", "required")]);
    for url in [
        "example.org",
        "https://ann:secret@example.org/",
        "javascript:alert(1)",
        "http:example.org",
        " https://example.org/",
        "https://example.org/a b",
        "https://",
        "http://127.0.0.1:9000/",
        "http://[::1]/",
        "https://[fd00::1]/hook",
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://2130706433/",
    ] {
        assert_eq!(app.post(&ann, PATH, json!({ "url": url })).await.problems(), [("url", "unsupported")], "{url}");
    }

    let edit = json!({ "url": "https://example.org/new", "events": ["export.completed"], "enabled": false });
    let edited = app.ask(&ann, Method::PUT, &one, Some(edit.clone())).await.body;
    assert_eq!(
        (&edited["url"], &edited["events"], &edited["enabled"]),
        (&edit["url"], &edit["events"], &edit["enabled"])
    );

    for (method, path, body) in [
        (Method::GET, one.clone(), None),
        (Method::PUT, one.clone(), Some(edit)),
        (Method::DELETE, one.clone(), None),
        (Method::GET, format!("{one}/deliveries"), None),
        (Method::POST, format!("{one}/replay"), None),
    ] {
        assert_eq!(app.ask(&eve, method.clone(), &path, body).await.refusal(), (404, "not_found"), "{method} {path}");
    }
    assert_eq!(app.delete(&ann, &one).await.status, 204);
    assert_eq!(app.get(&ann, PATH).await.body, json!({ "webhooks": [], "total": 0 }));
    for _ in 0..farm_core::webhooks::WEBHOOKS_MAX {
        assert_eq!(app.post(&ann, PATH, json!({ "url": "https://example.org/" })).await.status, 201);
    }
    assert_eq!(
        app.post(&ann, PATH, json!({ "url": "https://example.org/" })).await.refusal(),
        (409, "too_many_webhooks")
    );
    app.stop().await;
}

#[tokio::test]
async fn the_log_tells_what_becomes_of_every_message() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let created = app.post(&ann, PATH, json!({ "url": "https://example.org/hook", "events": ["video.failed"] })).await;
    let one = format!("{PATH}/{}", created.body["webhook"]["id"].as_str().unwrap());
    let video = an_uploading_video(app.store(), ann.id, None).await;
    app.store().video_failed(video, "index_failed", "It is damaged.", crate::store::tests::ledger::NOW).await.unwrap();
    let log = app.get(&ann, &format!("{one}/deliveries")).await.body;
    let delivery = &log["deliveries"][0];
    assert_eq!(
        (&log["total"], &delivery["event"], &delivery["state"]),
        (&json!(1), &json!("video.failed"), &json!("pending"))
    );
    assert_eq!((&delivery["data"]["error_code"], &delivery["attempts"]), (&json!("index_failed"), &json!(0)));
    assert_eq!(app.ask(&ann, Method::POST, &format!("{one}/replay"), None).await.body, json!({ "deliveries": 0 }));
    let unknown = json!({ "delivery_id": "01890000-0000-7000-8000-000000000000" });
    assert_eq!(app.post(&ann, &format!("{one}/replay"), unknown).await.refusal(), (404, "not_found"));
    app.stop().await;
}
