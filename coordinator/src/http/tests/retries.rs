//! Orders given again and exports given more time. Renders none.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::app::App;
use crate::store::tests::ledger::{a_ready_video, an_uploading_export};

#[tokio::test]
async fn a_retry_has_every_option_of_the_first_order() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let order = json!({
        "resolution": "1080p", "format": "mov", "quality": "high", "export_type": "combined", "crossfade_seconds": 0.4,
        "normalize_audio": false, "name": "goals",
        "segments": [{ "start": 1.0, "end": 2.5, "clip_id": "first" }, { "start": 4.001, "end": 6.0 }],
    });
    let first = app.post(&ann, &format!("/api/videos/{video}/export"), order).await;
    assert_eq!(first.status, 201, "{first:?}");
    let path = format!("/api/exports/{}", first.id());
    let whole = app.get(&ann, &path).await.body;
    let told = ["crossfade_seconds", "normalize_audio", "reuse_parts", "name"].map(|field| whole[field].clone());
    assert_eq!(told, [json!(0.4), json!(false), json!(true), json!("goals")], "a page can fill its form by it");
    assert_eq!(app.post(&ann, &format!("{path}/retry"), json!({})).await.refusal(), (409, "export_not_over"));
    assert_eq!(app.delete(&ann, &path).await.status, 202);

    // Without a body, and even without saying what kind of nothing it is.
    let again = app.ask(&ann, Method::POST, &format!("{path}/retry"), None).await;
    assert_eq!(again.status, 201, "{again:?}");
    assert_ne!(again.id(), first.id(), "what is over stays over");
    let asked = |export: &Value| {
        ["export_type", "resolution", "format", "quality_preset", "segment_selections", "total_duration_seconds"]
            .map(|field| export[field].clone())
    };
    assert_eq!(asked(&again.body), asked(&first.body));
    let stored = |id: &str| farm_core::ids::ExportId(id.parse().unwrap());
    let orders = [
        app.store().export_order(stored(first.id())).await.unwrap(),
        app.store().export_order(stored(again.id())).await.unwrap(),
    ];
    assert_eq!(orders[0], orders[1]);

    let changes = json!({ "format": "webm", "export_type": "clips", "name": "one by one" });
    let different = app.post(&ann, &format!("{path}/retry"), changes).await;
    assert_eq!((&different.body["format"], &different.body["export_type"]), (&json!("webm"), &json!("clips")));
    let wrong = app.post(&ann, &format!("{path}/retry"), json!({ "segments": [{ "start": 99.0, "end": 98.0 }] })).await;
    assert!(wrong.problems().contains(&("segments[0].start", "outside_video")), "{wrong:?}");

    let eve = app.creator("eve").await;
    assert_eq!(app.post(&eve, &format!("{path}/retry"), json!({})).await.refusal(), (404, "not_found"));
    app.stop().await;
}

#[tokio::test]
async fn an_export_under_way_can_be_given_more_time() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let id = an_uploading_export(app.store(), ann.id, video).await;
    let path = format!("/api/exports/{id}");
    assert_eq!(app.get(&ann, &path).await.body["deadline_at"], "2025-06-15T15:36:40Z");
    let extended = app.post(&ann, &format!("{path}/extend"), json!({ "minutes": 90 })).await;
    assert_eq!((extended.status.as_u16(), &extended.body["deadline_at"]), (200, &json!("2025-06-15T17:06:40Z")));
    for minutes in [0, 241] {
        let refused = app.post(&ann, &format!("{path}/extend"), json!({ "minutes": minutes })).await;
        assert_eq!(refused.problems(), [("minutes", "invalid_number")]);
    }
    let eve = app.creator("eve").await;
    assert_eq!(app.post(&eve, &format!("{path}/extend"), json!({ "minutes": 1 })).await.refusal(), (404, "not_found"));

    let open = app.store().exports_to_advance().await.unwrap().remove(0);
    assert_eq!(open.granted(), Some(Duration::from_hours(2)));
    assert_eq!(app.delete(&ann, &path).await.status, 202);
    let over = app.post(&ann, &format!("{path}/extend"), json!({ "minutes": 1 })).await;
    assert_eq!(over.refusal(), (409, "export_not_processing"));
    assert!(app.get(&ann, &path).await.body.get("deadline_at").is_none(), "nothing is due any more");
    app.stop().await;
}
