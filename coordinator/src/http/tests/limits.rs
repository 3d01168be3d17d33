//! How much one may order and keep: what is refused, when it is granted again, and that no number of calls at once gets
//! past it. Renders nothing.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};
use crate::store::tests::ledger::a_ready_video;
use crate::store::users::Role;

fn order() -> Value {
    json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single" })
}

/// Somebody with a video, and the address to order exports of it.
async fn somebody(app: &App, name: &str, role: Role) -> (Person, String) {
    let person = app.person(name, role).await;
    let video = a_ready_video(app.store(), person.id).await;
    (person, format!("/api/videos/{video}/export"))
}

async fn cancel(app: &App, who: &Person, export: &Answer) {
    assert_eq!(app.delete(who, &format!("/api/exports/{}", export.id())).await.status, 202);
}

async fn set_limits(app: &App, of: &Person, limits: Value) -> Value {
    let root = app.person("root", Role::Admin).await;
    let path = format!("/api/users/{}", of.id);
    let changed = app.ask(&root, Method::PATCH, &path, Some(json!({ "limits": limits }))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    changed.body["limits"].clone()
}

#[tokio::test]
async fn three_exports_at_once_and_ten_an_hour() {
    let app = App::start().await;
    let (ann, path) = somebody(&app, "ann", Role::Creator).await;
    let mut under_way = Vec::new();
    for _ in 0..3 {
        let ordered = app.post(&ann, &path, order()).await;
        assert_eq!(ordered.status, 201, "{ordered:?}");
        under_way.push(ordered);
    }
    let refused = app.post(&ann, &path, order()).await;
    assert_eq!((refused.refusal(), refused.header("retry-after")), ((429, "too_many_exports"), "15"));
    let quota = app.get(&ann, "/api/usage").await.body["quota"].clone();
    let limits = json!({ "active_exports": 3, "exports_per_hour": 10, "storage_bytes": 100_000_000_000_u64, "file_bytes": 5_000_000_000_u64 });
    assert_eq!(
        (&quota["limits"], &quota["active_exports"], &quota["exports_in_hour"]),
        (&limits, &json!(3), &json!(3))
    );
    assert_eq!((&quota["exports_left"], &quota["rendered_minutes"]), (&json!(0), &json!(0.0)));
    assert!(
        quota["held_bytes"].as_u64().unwrap() > 1_000_000,
        "a video of a million bytes, and files to come: {quota}"
    );
    for export in &under_way {
        cancel(&app, &ann, export).await;
    }
    assert_eq!(app.get(&ann, "/api/usage").await.body["quota"]["exports_left"], 3);
    for number in 4..=10 {
        app.clock.advance(Duration::from_mins(1));
        let ordered = app.post(&ann, &path, order()).await;
        assert_eq!(ordered.status, 201, "{number}: {ordered:?}");
        cancel(&app, &ann, &ordered).await;
        // Deleting it does not take the order back.
        assert_eq!(app.delete(&ann, &format!("/api/exports/{}", ordered.id())).await.status, 204);
    }
    let refused = app.post(&ann, &path, order()).await;
    assert_eq!((refused.refusal(), refused.header("retry-after")), ((429, "too_many_exports"), "3180"));
    app.clock.advance(Duration::from_secs(3179));
    assert_eq!(app.post(&ann, &path, order()).await.header("retry-after"), "1");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(app.post(&ann, &path, order()).await.status, 201, "the window slides");
    app.stop().await;
}

#[tokio::test]
async fn those_who_run_the_farm_are_free_of_limits() {
    let app = App::start().await;
    for (name, role) in [("op", Role::Operator), ("root", Role::Admin)] {
        let (person, path) = somebody(&app, name, role).await;
        for _ in 0..11 {
            assert_eq!(app.post(&person, &path, order()).await.status, 201, "{name}");
        }
        assert!(app.get(&person, "/api/usage").await.body.get("quota").is_none(), "{name}");
    }
    app.stop().await;
}

#[tokio::test]
async fn what_is_kept_is_bounded_before_a_byte_is_sent() {
    let app = App::start().await;
    let (ann, path) = somebody(&app, "ann", Role::Creator).await;
    let announce = |bytes: u64| json!({ "filename": "a.mp4", "size_bytes": bytes });
    let set = set_limits(&app, &ann, json!({ "storage_bytes": 3_000_000 })).await;
    assert_eq!((&set["storage_bytes"], &set["active_exports"]), (&json!(3_000_000), &json!(3)));
    // One video of a million bytes is there already.
    let refused = app.post(&ann, "/api/videos", announce(2_000_001)).await;
    assert_eq!(refused.refusal(), (507, "insufficient_storage"));
    assert_eq!(app.get(&ann, "/api/videos").await.body["total"], 1);
    let kept = app.post(&ann, "/api/videos", announce(1_900_000)).await;
    assert_eq!(kept.status, 201);
    let refused = app.post(&ann, &path, order()).await;
    assert_eq!(refused.refusal(), (507, "insufficient_storage"), "its file would not fit");
    let video = kept.body["video"]["id"].as_str().unwrap();
    assert_eq!(app.delete(&ann, &format!("/api/videos/{video}")).await.status, 204);
    assert_eq!(app.post(&ann, &path, order()).await.status, 201, "room was made");
    let refused = app.post(&ann, "/api/videos", announce(1_900_000)).await;
    assert_eq!(refused.refusal(), (507, "insufficient_storage"), "what is to come counts");
    app.stop().await;
}

#[tokio::test]
async fn a_month_without_minutes_begins_nothing() {
    let app = App::start().await;
    let (ann, path) = somebody(&app, "ann", Role::Creator).await;
    let set = set_limits(&app, &ann, json!({ "minutes_per_month": 0 })).await;
    assert_eq!(set["minutes_per_month"], 0);
    let refused = app.post(&ann, &path, order()).await;
    assert_eq!(refused.refusal(), (429, "budget_spent"));
    // From 15 June 2025, 15:06:40, to the end of the month.
    assert_eq!(refused.header("retry-after"), "1328000");
    app.stop().await;
}

#[tokio::test]
async fn a_file_that_would_be_too_large_is_refused() {
    let app = App::start().await;
    let (ann, path) = somebody(&app, "ann", Role::Creator).await;
    set_limits(&app, &ann, json!({ "file_bytes": 100_000 })).await;
    let refused = app.post(&ann, &path, order()).await;
    assert_eq!((refused.refusal(), refused.header("retry-after")), ((413, "output_too_large"), ""));
    let short = json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single",
                        "segments": [{ "start": 0, "end": 0.4 }] });
    assert_eq!(app.post(&ann, &path, short).await.status, 201);
    assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 1);
    app.stop().await;
}

/// How many rounds a race has; more on wish.
const ROUNDS_VARIABLE: &str = "REELFARM_RACE_ROUNDS";
const ROUNDS_DEFAULT: usize = 10;

fn five_orders(path: &str) -> Value {
    let mut one = order();
    one["video_id"] = json!(path.split('/').nth(3));
    json!({ "orders": [one, one, one, one, one] })
}

/// Two hundred orders at once, each in a call of its own and then five in each call, round after round: never one more than fits,
/// and never one less.
async fn race(app: App) {
    let rounds = std::env::var(ROUNDS_VARIABLE).map_or(ROUNDS_DEFAULT, |text| text.parse().unwrap());
    let mut orders_made = 0;
    for round in 0..rounds {
        let (ann, path) = somebody(&app, &format!("ann {round}"), Role::Creator).await;
        let orders = (0..200).map(|_| app.post(&ann, &path, order()));
        let answers = futures::future::join_all(orders).await;
        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(201), count(429)), (3, 197), "round {round}");
        assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 3, "round {round}");

        // All over: seven are left of the hour's ten, three of them at once.
        for made in answers.iter().filter(|answer| answer.status == 201) {
            cancel(&app, &ann, made).await;
        }
        set_limits(&app, &ann, json!({ "active_exports": 1000 })).await;
        let body = five_orders(&path);
        let orders = (0..40).map(|_| app.post(&ann, "/api/exports", body.clone()));
        let answers = futures::future::join_all(orders).await;
        let made: u64 = answers.iter().filter_map(|answer| answer.body["ordered"].as_u64()).sum();
        assert_eq!(made, 7, "round {round}");
        assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 10, "round {round}");
        orders_made += 400;
    }
    println!(
        "{rounds} rounds, {orders_made} orders of two hundred at once: never one more than fits, and never one less"
    );
    app.stop().await;
}

#[tokio::test]
async fn no_race_gets_past_the_limits_on_sqlite() {
    race(App::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_race_gets_past_the_limits_on_postgresql() {
    race(App::on_postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_race_gets_past_what_may_be_kept() {
    for app in [App::start().await, App::on_postgres().await] {
        let ann = app.creator("ann").await;
        set_limits(&app, &ann, json!({ "storage_bytes": 10_000 })).await;
        let announce = json!({ "filename": "a.mp4", "size_bytes": 3_000 });
        let calls = (0..40).map(|_| app.post(&ann, "/api/videos", announce.clone()));
        let answers = futures::future::join_all(calls).await;
        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(201), count(507)), (3, 37));
        app.stop().await;
    }
}
