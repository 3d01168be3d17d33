//! Defaults and presets. Orders no exports.

use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};

const DEFAULTS: &str = "/api/settings/export";
const PRESETS: &str = "/api/settings/presets";

async fn put(app: &App, who: &Person, path: &str, body: Value) -> Answer {
    app.ask(who, Method::PUT, path, Some(body)).await
}

fn farm_defaults() -> Value {
    json!({ "resolution": "1080p", "format": "mp4", "quality": "medium", "crossfade_seconds": 0.0,
            "normalize_audio": true, "reuse_parts": true })
}

#[tokio::test]
async fn defaults_are_chosen_and_reset() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    assert_eq!(app.get(&ann, DEFAULTS).await.body, json!({ "settings": farm_defaults() }));
    let mine = json!({ "resolution": "4k", "quality": "high", "export_type": "clips", "crossfade_seconds": 0.25 });
    let chosen = put(&app, &ann, DEFAULTS, json!({ "settings": mine })).await.body;
    let mut expected = farm_defaults();
    for (field, value) in mine.as_object().unwrap() {
        expected[field] = value.clone();
    }
    assert_eq!(chosen, json!({ "settings": expected, "updated_at": "2025-06-15T15:06:40Z" }));
    assert_eq!(app.get(&ann, DEFAULTS).await.body, chosen);
    assert_eq!(app.get(&eve, DEFAULTS).await.body["settings"], farm_defaults(), "everybody has their own");
    let wrong = put(&app, &ann, DEFAULTS, json!({ "settings": { "crossfade_seconds": -1.0 } })).await;
    assert_eq!(wrong.problems(), [("settings.crossfade_seconds", "invalid_number")]);
    assert_eq!(put(&app, &ann, DEFAULTS, json!({})).await.problems(), [("settings", "required")]);
    assert_eq!(app.delete(&ann, DEFAULTS).await.body, json!({ "settings": farm_defaults() }));
    app.stop().await;
}

#[tokio::test]
async fn presets_are_kept_edited_copied_and_deleted() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    let web = app.post(&ann, PRESETS, json!({ "name": "web", "settings": { "format": "webm" } })).await;
    assert_eq!((web.status.as_u16(), &web.body["settings"]["format"]), (201, &json!("webm")));
    let twice = app.post(&ann, PRESETS, json!({ "name": "web", "settings": {} })).await;
    assert_eq!(twice.refusal(), (409, "preset_exists"));
    let wrong = app.post(&ann, PRESETS, json!({ "name": " ", "settings": { "crossfade_seconds": 61 } })).await;
    assert_eq!(wrong.problems(), [("name", "invalid_text"), ("settings.crossfade_seconds", "invalid_number")]);
    let one = format!("{PRESETS}/{}", web.id());

    let copy = app.ask(&ann, Method::POST, &format!("{one}/duplicate"), None).await;
    assert_eq!((&copy.body["name"], &copy.body["settings"]), (&json!("web copy"), &web.body["settings"]));
    let to_web = put(&app, &ann, &format!("{PRESETS}/{}", copy.id()), json!({ "name": "web", "settings": {} })).await;
    assert_eq!(to_web.refusal(), (409, "preset_exists"));

    let chosen = put(&app, &ann, "/api/settings/export", json!({ "preset_id": web.id() })).await.body;
    assert_eq!((&chosen["preset_id"], &chosen["settings"]["format"]), (&web.body["id"], &json!("webm")));
    let edited = put(&app, &ann, &one, json!({ "name": "net", "settings": { "resolution": "720p" } })).await.body;
    assert_eq!((&edited["name"], &edited["is_default"]), (&json!("net"), &json!(true)));
    assert_eq!(app.get(&ann, "/api/settings/export").await.body["settings"]["resolution"], "720p", "they follow");

    for (method, path) in [(Method::GET, &one), (Method::PUT, &one), (Method::DELETE, &one)] {
        let body = (method == Method::PUT).then(|| json!({ "name": "mine", "settings": {} }));
        assert_eq!(app.ask(&eve, method, path, body).await.refusal(), (404, "not_found"));
    }
    let theirs = put(&app, &eve, "/api/settings/export", json!({ "preset_id": web.id() })).await;
    assert_eq!(theirs.refusal(), (404, "not_found"));

    assert_eq!(app.delete(&ann, &one).await.status, 204);
    let kept = app.get(&ann, "/api/settings/export").await.body;
    assert_eq!((kept.get("preset_id"), &kept["settings"]["resolution"]), (None, &json!("720p")));
    assert_eq!(app.get(&ann, PRESETS).await.body["total"], 1);
    assert_eq!(app.delete(&ann, PRESETS).await.status, 204);
    assert_eq!(app.get(&ann, PRESETS).await.body, json!({ "presets": [], "total": 0 }));
    app.stop().await;
}

#[tokio::test]
async fn there_is_an_end_to_presets() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let first = app.post(&ann, "/api/settings/presets", json!({ "name": "one", "settings": {} })).await;
    let copy = format!("/api/settings/presets/{}/duplicate", first.id());
    for _ in 1..farm_core::export_settings::PRESETS_MAX {
        assert_eq!(app.ask(&ann, Method::POST, &copy, None).await.status, 201);
    }
    assert_eq!(app.ask(&ann, Method::POST, &copy, None).await.refusal(), (409, "too_many_presets"));
    app.stop().await;
}

#[tokio::test]
async fn recommendations_are_dated_and_can_be_ordered() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let body = app.get(&ann, "/api/recommendations").await.body;
    assert!(body["as_of"].as_str().unwrap().starts_with("20"), "{body}");
    let places: Vec<&str> =
        body["recommendations"].as_array().unwrap().iter().map(|place| place["id"].as_str().unwrap()).collect();
    assert_eq!(places, ["youtube", "youtube_shorts", "instagram_reel", "instagram_feed", "tiktok", "x"]);
    app.stop().await;
}
