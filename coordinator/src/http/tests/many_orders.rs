//! Many orders in one request: each as if it had come alone, those that are refused without a trace, all of them once. Renders nothing.

use farm_core::ids::VideoId;
use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};
use crate::http::exports::ORDERS_MAX;
use crate::store::tests::ledger::{a_ready_video, an_uploading_video};
use crate::store::users::Role;

const PATH: &str = "/api/exports";

fn order(video: VideoId, start: f64, end: f64) -> Value {
    json!({ "video_id": video.to_string(), "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single",
            "segments": [{ "start": start, "end": end }] })
}

fn orders(orders: &[Value]) -> Value {
    json!({ "orders": orders })
}

fn statuses(answer: &Answer) -> Vec<u64> {
    let outcomes = answer.body["orders"].as_array().unwrap();
    outcomes.iter().map(|outcome| outcome["status"].as_u64().unwrap()).collect()
}

/// The ids of what was ordered, in the order it was asked for.
fn made(answer: &Answer) -> Vec<String> {
    let outcomes = answer.body["orders"].as_array().unwrap();
    outcomes.iter().filter_map(|outcome| outcome["export"]["id"].as_str()).map(str::to_owned).collect()
}

async fn set_limits(app: &App, of: &Person, limits: Value) {
    let root = app.person("root", Role::Admin).await;
    let path = format!("/api/users/{}", of.id);
    let changed = app.ask(&root, Method::PATCH, &path, Some(json!({ "limits": limits }))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

#[tokio::test]
async fn twenty_orders_make_twenty_exports_in_their_order() {
    for app in [App::start().await, App::on_postgres().await] {
        let ann = app.creator("ann").await;
        set_limits(&app, &ann, json!({ "active_exports": 100, "exports_per_hour": 100 })).await;
        let videos = [a_ready_video(app.store(), ann.id).await, a_ready_video(app.store(), ann.id).await];
        let body: Vec<Value> = (0..20)
            .map(|number| order(videos[number % 2], 0.0, f64::from(u8::try_from(number).unwrap() + 1) * 0.5))
            .collect();
        let answer = app.post(&ann, PATH, orders(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["ordered"], &answer.body["refused"]),
            (201, &json!(20), &json!(0))
        );
        assert_eq!(app.get(&ann, PATH).await.body["total"], 20);
        for (asked, outcome) in body.iter().zip(answer.body["orders"].as_array().unwrap()) {
            let export = &outcome["export"];
            assert_eq!((&outcome["status"], &export["video_id"]), (&json!(201), &asked["video_id"]));
            assert_eq!(export["segment_selections"][0]["end_time"], asked["segments"][0]["end"]);
            assert_eq!(export["id"], export["export_id"]);
            let shown = app.get(&ann, &format!("{PATH}/{}", export["id"].as_str().unwrap())).await;
            assert_eq!((&shown.body["id"], &shown.body["status"]), (&export["id"], &json!("pending")));
        }
        assert_eq!(app.store().exports_to_advance().await.unwrap().len(), 20);

        // Each of them is on somebody's account, by its id and by its video's.
        let root = app.person("root", Role::Admin).await;
        let ids = made(&answer);
        let log = app.get(&root, "/api/audit?action=create_exports&limit=100&sort=created_at").await.body;
        let noted = |field: &str| -> Vec<&str> {
            log["entries"].as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap()).collect()
        };
        assert_eq!(noted("created_id"), ids);
        assert_eq!(noted("object_id")[..2], [videos[0].to_string(), videos[1].to_string()]);
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_refused_leaves_no_trace_and_takes_nothing_back() {
    let app = App::start().await;
    let (ann, bob) = (app.creator("ann").await, app.creator("bob").await);
    let (video, theirs) = (a_ready_video(app.store(), ann.id).await, a_ready_video(app.store(), bob.id).await);
    let uploading = an_uploading_video(app.store(), ann.id, None).await;
    let body = [
        order(video, 0.0, 1.0),
        order(video, 4.0, 3.0),
        order(theirs, 0.0, 1.0),
        order(uploading, 0.0, 1.0),
        order(video, 1.0, 2.0),
        order(video, 2.0, 3.0),
        order(video, 3.0, 4.0),
        order(video, 4.0, 5.0),
    ];
    let answer = app.post(&ann, PATH, orders(&body)).await;
    assert_eq!(statuses(&answer), [201, 400, 404, 409, 201, 201, 429, 429], "{answer:?}");
    assert_eq!((answer.status.as_u16(), &answer.body["ordered"], &answer.body["refused"]), (207, &json!(3), &json!(5)));
    let outcome = |number: usize| &answer.body["orders"][number];
    assert_eq!(outcome(1)["refusal"]["problems"][0]["field"], "orders[1].segments[0].end");
    assert_eq!(outcome(2)["refusal"]["message"], "There is no such video.");
    assert_eq!(
        (&outcome(6)["refusal"]["code"], &outcome(6)["retry_after_seconds"]),
        (&json!("too_many_exports"), &json!(15))
    );
    assert!(outcome(6).get("export").is_none() && outcome(0).get("refusal").is_none(), "absent, not null");
    for who in [&ann, &bob] {
        let kept = if who.id == ann.id { 3 } else { 0 };
        assert_eq!(app.get(who, PATH).await.body["total"], kept);
    }
    // Of the hour's ten, the three that were taken are gone and no more.
    set_limits(&app, &ann, json!({ "active_exports": 100 })).await;
    let more: Vec<Value> = (0..8).map(|_| order(video, 0.0, 1.0)).collect();
    assert_eq!(statuses(&app.post(&ann, PATH, orders(&more)).await), [201, 201, 201, 201, 201, 201, 201, 429]);

    let none = app.post(&ann, PATH, orders(&more[..2])).await;
    assert_eq!((none.status.as_u16(), statuses(&none)), (207, vec![429, 429]));
    let root = app.person("root", Role::Admin).await;
    let log = app.get(&root, "/api/audit?action=create_exports").await.body;
    assert_eq!(log["total"], 10, "nothing is noted of what nobody got");
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_is_not_as_documented_orders_nothing() {
    let app = App::start().await;
    let root = app.person("root", Role::Admin).await;
    let video = a_ready_video(app.store(), root.id).await;
    let mut misspelt = order(video, 0.0, 1.0);
    misspelt["segmets"] = json!([]);
    let mut nameless = order(video, 0.0, 1.0);
    nameless["video_id"] = json!("the first");
    let many = vec![order(video, 0.0, 1.0); ORDERS_MAX + 1];
    for (body, expected) in [
        (orders(&[order(video, 0.0, 1.0), misspelt]), ("orders[1].segmets", "malformed")),
        (orders(&[order(video, 0.0, 1.0), nameless]), ("orders[1].video_id", "malformed")),
        (orders(&[]), ("orders", "invalid_number")),
        (orders(&many), ("orders", "invalid_number")),
        (json!({}), ("orders", "required")),
    ] {
        let refused = app.post(&root, PATH, body).await;
        assert_eq!((refused.refusal(), refused.problems()), ((400, "invalid_request"), vec![expected]));
    }
    let mut long = order(video, 0.0, 1.0);
    long["segments"] = json!(vec![json!({ "start": 0.125, "end": 1.125, "clip_id": "one of five hundred" }); 500]);
    let too_large = app.post(&root, PATH, orders(&vec![long; ORDERS_MAX])).await;
    assert_eq!(too_large.refusal(), (413, "request_too_large"), "a mebibyte is enough for whoever is no machine");
    assert_eq!(app.get(&root, PATH).await.body["total"], 0);
    let most = app.post(&root, PATH, orders(&many[1..])).await;
    assert_eq!((most.status.as_u16(), made(&most).len()), (201, ORDERS_MAX));
    app.stop().await;
}

async fn post(app: &App, who: &Person, key: &str, body: &Value) -> Answer {
    let request = app.client.post(PATH).header("authorization", format!("Bearer {}", who.token));
    Answer::read(request.header("idempotency-key", key).body_json(body).send().await).await
}

#[tokio::test]
async fn one_key_is_for_all_of_them() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let body = orders(&[0.0, 1.0, 2.0, 3.0].map(|start| order(video, start, start + 1.0)));
    let answers = futures::future::join_all((0..5).map(|_| post(&app, &ann, "k", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (207, &answers[0].body));
    }
    assert_eq!(app.get(&ann, PATH).await.body["total"], 3);
    for id in made(&answers[0]) {
        assert_eq!(app.delete(&ann, &format!("{PATH}/{id}")).await.status, 202);
    }
    let again = post(&app, &ann, "k", &body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&answers[0].body, "true"), "room or not");
    app.stop().await;
}
