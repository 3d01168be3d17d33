//! Links by which anybody sees a finished export. Uploads nothing.

use std::time::Duration;

use poem::test::TestResponse;
use serde_json::json;

use super::app::App;
use crate::store::tests::ledger::{NOW, a_ready_video, an_output, an_uploading_export, complete};

async fn page(app: &App, path: &str) -> (u16, String, TestResponse) {
    let mut response = app.client.get(path).send().await;
    let html = response.0.take_body().into_string().await.unwrap();
    (response.0.status().as_u16(), html, response)
}

fn header<'a>(response: &'a TestResponse, name: &str) -> &'a str {
    response.0.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn whoever_has_the_link_sees_the_export_until_it_expires() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let export = an_uploading_export(app.store(), ann.id, video).await;
    let path = format!("/api/exports/{export}/share");
    assert_eq!(app.post(&ann, &path, json!({})).await.refusal(), (409, "export_not_completed"));
    an_output(app.store(), export, 1, "exports/a", None).await;
    complete(app.store(), export, "exports/a", NOW).await;
    for hours in [0, 721] {
        let refused = app.post(&ann, &path, json!({ "expires_in_hours": hours })).await;
        assert_eq!(refused.problems(), [("expires_in_hours", "invalid_number")]);
    }
    assert_eq!(app.post(&eve, &path, json!({})).await.refusal(), (404, "not_found"));
    let share = app.post(&ann, &path, json!({ "expires_in_hours": 2 })).await;
    assert_eq!((share.status.as_u16(), &share.body["expires_at"]), (201, &json!("2025-06-15T17:06:40Z")));
    let link = format!("/s/{}", share.body["token"].as_str().unwrap());
    assert!(share.body["url"].as_str().unwrap().ends_with(&link), "{share:?}");

    let (status, html, response) = page(&app, &link).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains("file-1.mp4") && html.contains("og:video") && html.contains("<video"), "{html}");
    let policy = header(&response, "content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(header(&response, "referrer-policy"), "no-referrer", "the link does not leak to where people go next");

    let (status, _, response) = page(&app, &format!("{link}/files/1")).await;
    assert_eq!(status, 302);
    assert!(
        header(&response, "location").contains("exports/a")
            && header(&response, "location").contains("X-Amz-Expires=3600")
    );
    for nothing in ["2", "first"] {
        assert_eq!(page(&app, &format!("{link}/files/{nothing}")).await.0, 404);
    }
    assert_eq!(page(&app, &format!("{link}/files/1?poster=true")).await.0, 404, "it has none");
    assert_eq!(page(&app, "/s/0123").await.0, 404);

    app.clock.advance(Duration::from_hours(2));
    let (status, html, response) = page(&app, &link).await;
    assert!(status == 410 && html.contains("has expired"), "{status}: {html}");
    assert!(header(&response, "content-type").starts_with("text/html"));
    assert_eq!(page(&app, &format!("{link}/files/1")).await.0, 410);
    app.stop().await;
}

#[tokio::test]
async fn links_are_revoked_by_hand_by_a_newer_one_and_with_the_export() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let export = an_uploading_export(app.store(), ann.id, video).await;
    an_output(app.store(), export, 1, "exports/a", None).await;
    complete(app.store(), export, "exports/a", NOW).await;
    let path = format!("/api/exports/{export}/share");
    let mut links = Vec::new();
    for _ in 0..3 {
        let share = app.post(&ann, &path, json!({})).await;
        links.push(format!("/s/{}", share.body["token"].as_str().unwrap()));
        if links.len() == 2 {
            assert_eq!(page(&app, &links[0]).await.0, 410, "a newer one took its place");
            assert_eq!(app.delete(&eve, &path).await.refusal(), (404, "not_found"));
            assert_eq!(page(&app, &links[1]).await.0, 200);
            assert_eq!(app.delete(&ann, &path).await.status, 204);
            assert_eq!(page(&app, &links[1]).await.0, 410);
        }
    }
    assert_eq!(page(&app, &links[2]).await.0, 200);
    assert_eq!(app.delete(&ann, &format!("/api/exports/{export}")).await.status, 204);
    assert_eq!(page(&app, &links[2]).await.0, 410, "gone, not unknown");
    app.stop().await;
}
