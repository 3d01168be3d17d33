//! Every list of the document is asked for alike: pages from 1, at most a hundred rows, both ways by age, and filters. Looks at no rows
//! but by their age.

use poem::http::Method;
use serde_json::{Value, json};
use service::Clock as _;

use super::app::{App, Person};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video, an_uploading_video};
use crate::store::users::Role;

/// The lists of the document: GETs whose answer has a `total`.
fn lists() -> Vec<(String, Vec<String>)> {
    let document: Value = serde_json::from_str(&crate::http::document()).unwrap();
    let mut lists = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let operation = &operations["get"];
        let schema = &operation["responses"]["200"]["content"][crate::http::document::JSON]["schema"]["$ref"];
        let Some(name) = schema.as_str().and_then(|path| path.rsplit('/').next()) else { continue };
        if document["components"]["schemas"][name]["properties"].get("total").is_some() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let names = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap().to_owned());
            lists.push((path.clone(), names.collect()));
        }
    }
    lists
}

#[test]
fn every_list_has_pages_and_an_order() {
    let lists = lists();
    assert!(lists.len() >= 12, "{lists:?}");
    for (path, parameters) in lists {
        for name in ["page", "limit"] {
            assert!(parameters.iter().any(|one| one == name), "{path} has no {name}");
        }
        // The queue has an order of its own.
        assert_eq!(parameters.iter().any(|one| one == "sort"), path != "/api/queue", "{path}");
    }
}

async fn ages(app: &App, who: &Person, path: &str, rows: &str) -> Vec<String> {
    let body = app.get(who, path).await.body;
    let rows = body[rows].as_array().unwrap_or_else(|| panic!("{path}: {body}"));
    rows.iter().map(|row| row["created_at"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn short_lists_come_in_pages_both_ways() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    for number in 0..5 {
        let name = format!("{}", 9 - number);
        app.post(&ann, "/api/settings/presets", json!({ "name": name, "settings": {} })).await;
        app.post(&ann, "/api/webhooks", json!({ "url": "https://example.org/", "name": name })).await;
        app.clock.advance(std::time::Duration::from_secs(1));
    }
    for (path, rows) in [("/api/settings/presets", "presets"), ("/api/webhooks", "webhooks")] {
        let oldest = ages(&app, &ann, &format!("{path}?sort=created_at"), rows).await;
        let mut newest = ages(&app, &ann, &format!("{path}?sort=-created_at"), rows).await;
        newest.reverse();
        assert_eq!((oldest.len(), &oldest), (5, &newest), "{path}");
        assert!(oldest.is_sorted(), "{path}");
        let second = ages(&app, &ann, &format!("{path}?sort=created_at&limit=2&page=2"), rows).await;
        assert_eq!(second, oldest[2..4], "{path}");
        assert_eq!(ages(&app, &ann, &format!("{path}?limit=2&page=4"), rows).await.len(), 0, "{path}");
        assert_eq!(app.get(&ann, &format!("{path}?limit=2")).await.body["total"], 5, "{path}");
    }
    let by_name = app.get(&ann, "/api/settings/presets").await.body;
    let names: Vec<&str> =
        by_name["presets"].as_array().unwrap().iter().map(|preset| preset["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["5", "6", "7", "8", "9"]);
    app.stop().await;
}

#[tokio::test]
async fn usage_comes_in_pages_that_may_lie_in_several_months() {
    let app = App::start().await;
    let root = app.person("root", Role::Admin).await;
    let mut people = Vec::new();
    for name in ["cay", "bob", "ann"] {
        let one = app.creator(name).await;
        let video = a_ready_video(app.store(), one.id).await;
        a_pending_export(app.store(), one.id, video, NOW).await;
        people.push((one, video));
    }
    // In the month after it, only one of them orders anything.
    app.clock.advance(std::time::Duration::from_hours(24 * 31));
    let (cay, video) = &people[0];
    a_pending_export(app.store(), cay.id, *video, app.clock.now()).await;
    let rows = async |query: &str| {
        let body = app.get(&root, &format!("/api/usage?everybody=true&months=2&{query}")).await.body;
        assert_eq!(body["total"], 4, "{query}");
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = body["usage"].as_array().unwrap().iter();
        rows.map(|row| format!("{} {}", text(row, "month"), text(row, "user_name"))).collect::<Vec<_>>()
    };
    let all = ["2025-07 cay", "2025-06 ann", "2025-06 bob", "2025-06 cay"];
    assert_eq!(rows("").await, all);
    assert_eq!(rows("limit=2").await, all[..2]);
    assert_eq!(rows("limit=2&page=2").await, all[2..]);
    assert_eq!(rows("limit=3&page=2").await, all[3..]);
    assert_eq!(rows("page=2").await, [""; 0]);
    assert_eq!(rows("sort=created_at&limit=3").await, all[1..]);
    let wrong = app.get(&root, "/api/usage?months=0&page=0&limit=101").await;
    assert_eq!(
        wrong.problems(),
        [("page", "invalid_number"), ("limit", "invalid_number"), ("months", "invalid_number")]
    );
    app.stop().await;
}

#[tokio::test]
async fn lists_are_filtered_by_what_their_rows_are() {
    let app = App::start().await;
    let (ann, root) = (app.creator("ann").await, app.person("root", Role::Admin).await);
    a_ready_video(app.store(), ann.id).await;
    let hook =
        app.post(&ann, "/api/webhooks", json!({ "url": "https://example.org/", "events": ["video.failed"] })).await;
    let failed = an_uploading_video(app.store(), ann.id, None).await;
    app.store().video_failed(failed, "index_failed", "It is damaged.", NOW).await.unwrap();
    let total = async |who: &Person, path: &str| app.get(who, path).await.body["total"].as_u64().unwrap();
    for (status, count) in [("ready", 1), ("failed", 1), ("uploading", 0), ("indexing", 0)] {
        assert_eq!(total(&ann, &format!("/api/videos?status={status}")).await, count, "{status}");
    }
    for (role, count) in [("creator", 1), ("operator", 0), ("admin", 1)] {
        assert_eq!(total(&root, &format!("/api/users?role={role}")).await, count, "{role}");
    }
    let log = format!("/api/webhooks/{}/deliveries", hook.body["webhook"]["id"].as_str().unwrap());
    for (state, count) in [("pending", 1), ("delivered", 0), ("failed", 0)] {
        assert_eq!(total(&ann, &format!("{log}?state={state}")).await, count, "{state}");
    }
    for (text, count) in [("", 2), ("%20HOLIday", 2), ("y.mp4", 2), ("%25", 0), ("sunday", 0)] {
        assert_eq!(total(&ann, &format!("/api/videos?search={text}")).await, count, "{text}");
    }
    assert_eq!(total(&root, "/api/videos?search=holiday").await, 0, "others' are nobody's");
    let endless = format!("/api/videos?search={}", "a".repeat(201));
    assert_eq!(app.get(&ann, &endless).await.problems(), [("search", "invalid_text")]);
    let unknown = app.ask(&ann, Method::GET, "/api/videos?status=done", None).await;
    assert_eq!(unknown.problems(), [("status", "unsupported")]);
    app.stop().await;
}
