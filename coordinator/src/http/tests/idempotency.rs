//! Creating calls that are made again: after an answer was lost, at the same time, after a restart, with other bodies.

use std::time::Duration;

use farm_core::ids::ExportId;
use poem::http::Method;
use poem::test::TestClient;
use serde_json::{Value, json};
use service::{Clock as _, OnEnd};
use uuid::Uuid;

use super::app::{Answer, App, Person};
use crate::http::api;
use crate::store::idempotency::{KeyedCall, LOCKED_FOR, Standing};
use crate::store::tests::ledger::{NOW, a_ready_video, enter_export};
use crate::store::users::Role;

async fn post(app: &App, who: &Person, path: &str, key: &str, body: &Value) -> Answer {
    let request = app.client.post(path).header("authorization", format!("Bearer {}", who.token));
    Answer::read(request.header("idempotency-key", key).body_json(body).send().await).await
}

fn order() -> Value {
    json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single" })
}

/// Two orders in one call.
fn two_orders(video: &str) -> Value {
    let mut order = order();
    order["video_id"] = json!(video);
    json!({ "orders": [order, order] })
}

/// Every creating call there is, as a path and a body.
async fn creating_calls(app: &App, admin: &Person) -> Vec<(String, Value)> {
    let video = a_ready_video(app.store(), admin.id).await;
    vec![
        ("/api/videos".to_owned(), json!({ "filename": "a.mp4", "size_bytes": 1000 })),
        (format!("/api/videos/{video}/export"), order()),
        ("/api/exports".to_owned(), two_orders(&video.to_string())),
        ("/api/tokens".to_owned(), json!({ "name": "editor" })),
        ("/api/users".to_owned(), json!({ "name": "bob" })),
        (format!("/api/users/{}/tokens", admin.id), json!({ "name": "editor" })),
        ("/api/nodes/join-tokens".to_owned(), json!({ "name": "attic" })),
        ("/api/auth/login-links".to_owned(), Value::Null),
    ]
}

#[tokio::test]
async fn the_same_call_is_answered_the_same_for_a_day() {
    let app = App::start().await;
    let root = app.person("root", Role::Admin).await;
    for (path, body) in creating_calls(&app, &root).await {
        let first = post(&app, &root, &path, &path, &body).await;
        assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (201, ""), "{path}: {first:?}");
        app.clock.advance(Duration::from_hours(1));
        let again = post(&app, &root, &path, &path, &body).await;
        assert_eq!(
            (again.status, &again.body, again.header("idempotent-replayed")),
            (first.status, &first.body, "true")
        );
    }
    let all = app.get(&root, "/api/exports").await;
    assert_eq!(all.body["total"], 3);
    let (path, body) = ("/api/videos", json!({ "filename": "b.mp4", "size_bytes": 1000 }));
    let first = post(&app, &root, path, "k", &body).await;
    app.clock.advance(Duration::from_hours(24));
    let next_day = post(&app, &root, path, "k", &body).await;
    assert_ne!(first.body["video"]["id"], next_day.body["video"]["id"]);
    app.stop().await;
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_user() {
    let app = App::start().await;
    let (ann, bob) = (app.creator("ann").await, app.creator("bob").await);
    let announce = |name: &str| json!({ "filename": name, "size_bytes": 1000 });
    let first = post(&app, &ann, "/api/videos", "k", &announce("a.mp4")).await;
    for (path, body) in
        [("/api/videos", announce("b.mp4")), ("/api/videos?x=1", announce("a.mp4")), ("/api/tokens", announce("a.mp4"))]
    {
        let refused = post(&app, &ann, path, "k", &body).await;
        assert_eq!(refused.refusal(), (422, "idempotency_key_reused"), "{path} {body}");
    }
    let others = post(&app, &bob, "/api/videos", "k", &announce("a.mp4")).await;
    assert_eq!(others.status, 201);
    assert_ne!(others.body["video"]["id"], first.body["video"]["id"], "keys of two users never meet");

    // What was answered can be read again by whoever asked, and by nobody who only reads the ledger.
    let token = app.post(&ann, "/api/tokens", json!({ "name": "second" })).await;
    let second = Person { id: ann.id, token: token.body["token"].as_str().unwrap().to_owned() };
    let refused = post(&app, &second, "/api/videos", "k", &announce("a.mp4")).await;
    assert_eq!(refused.refusal(), (422, "idempotency_key_reused"));
    for odd in ["", &"x".repeat(256), "ü", "a\tb"] {
        let refused = post(&app, &ann, "/api/videos", odd, &announce("a.mp4")).await;
        assert_eq!(refused.problems(), [("Idempotency-Key", "invalid_text")], "{odd}");
    }
    app.stop().await;
}

#[tokio::test]
async fn of_many_calls_at_once_one_creates() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let (path, body) = (format!("/api/videos/{video}/export"), order());
    let answers = futures::future::join_all((0..20).map(|_| post(&app, &ann, &path, "k", &body))).await;
    let ids: Vec<&str> = answers.iter().map(Answer::id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 1);
    app.stop().await;
}

#[tokio::test]
async fn a_restart_forgets_no_answer() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let path = format!("/api/videos/{video}/export");
    let first = post(&app, &ann, &path, "k", &order()).await;
    let restarted = App { client: TestClient::new(api(app.deps.clone())), ..app };
    let again = post(&restarted, &ann, &path, "k", &order()).await;
    assert_eq!((again.id(), again.header("idempotent-replayed")), (first.id(), "true"));
    restarted.stop().await;
}

/// What a coordinator leaves that was killed in the middle of a call: its key, and perhaps what it created.
async fn broken_off(app: &App, who: &Person, path: &str, body: &Value, key: &str) -> Uuid {
    let object = Uuid::now_v7();
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.as_bytes()).update(&[0]).update(body.to_string().as_bytes());
    let (key_hash, request_hash) = (blake3::hash(key.as_bytes()), hasher.finalize());
    let call = KeyedCall { user: who.id, key_hash: key_hash.as_bytes(), request_hash: request_hash.as_bytes() };
    let begun = app.store().begin_keyed_call(call, object, app.clock.now()).await.unwrap();
    assert_eq!(begun, Standing::First { object });
    object
}

#[tokio::test]
async fn a_call_that_was_broken_off_creates_one_thing_all_the_same() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let path = format!("/api/videos/{video}/export");
    let id = broken_off(&app, &ann, &path, &order(), "before").await;
    app.clock.advance(LOCKED_FOR);
    let again = post(&app, &ann, &path, "before", &order()).await;
    assert_eq!((again.status.as_u16(), again.id()), (201, id.to_string().as_str()), "{again:?}");

    // Killed after the export was in the books, before its answer was: the key is as it was, the export is there.
    let id = broken_off(&app, &ann, &path, &order(), "after").await;
    let first = app.get(&ann, &format!("/api/exports/{}", again.id())).await;
    assert_eq!(first.status, 200);
    app.store().unlock_keyed_calls().await.unwrap();
    let made = post(&app, &ann, &path, "after", &order()).await;
    assert_eq!(made.id(), id.to_string());
    assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 2);

    let announce = json!({ "filename": "a.mp4", "size_bytes": 1000 });
    let id = broken_off(&app, &ann, "/api/videos", &announce, "video").await;
    app.store().unlock_keyed_calls().await.unwrap();
    let made = post(&app, &ann, "/api/videos", "video", &announce).await;
    assert_eq!(made.body["video"]["id"], id.to_string());
    assert_eq!(made.body["upload"]["parts"].as_array().unwrap().len(), 1);
    app.stop().await;
}

/// Killed between two orders of one call: the first is in the books, the second is not.
#[tokio::test]
async fn a_call_for_several_things_that_was_broken_off_creates_each_once() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let (path, body) = ("/api/exports", two_orders(&video.to_string()));
    let id = broken_off(&app, &ann, path, &body, "k").await;
    enter_export(app.store(), ExportId(id), ann.id, video, NOW).await;
    app.store().unlock_keyed_calls().await.unwrap();
    let made = post(&app, &ann, path, "k", &body).await;
    let of = |number: usize| made.body["orders"][number]["export"]["id"].as_str().unwrap();
    assert_eq!((made.status.as_u16(), of(0)), (201, id.to_string().as_str()), "{made:?}");
    assert_ne!(of(0), of(1));
    assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 2);
    app.stop().await;
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (path, body) = ("/api/videos", json!({ "filename": "", "size_bytes": 1000 }));
    for _ in 0..2 {
        let refused = post(&app, &ann, path, "k", &body).await;
        assert_eq!((refused.refusal(), refused.header("idempotent-replayed")), ((400, "invalid_request"), ""));
    }
    assert_eq!(post(&app, &ann, path, "k", &json!({ "filename": "a", "size_bytes": 1000 })).await.status, 201);
    app.stop().await;
}

#[tokio::test]
async fn a_call_goes_on_when_its_client_is_gone() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let body = json!({ "filename": "a.mp4", "size_bytes": 1000 });
    let mut call = Box::pin(post(&app, &ann, "/api/videos", "k", &body));
    // Begun, then dropped: a client that went away.
    while app.get(&ann, "/api/videos").await.body["total"] == 0 {
        let _not_yet = futures::poll!(&mut call);
    }
    drop(call);
    let again = post(&app, &ann, "/api/videos", "k", &body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(app.get(&ann, "/api/videos").await.body["total"], 1);
    app.stop().await;
}

#[tokio::test]
async fn a_call_under_way_elsewhere_is_waited_for() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let body = json!({ "name": "editor" });
    broken_off(&app, &ann, "/api/tokens", &body, "k").await;
    let store = app.store().clone();
    let (waits, released) = (post(&app, &ann, "/api/tokens", "k", &body), async {
        app.tasks.spawn("release", OnEnd::Log, async move { store.unlock_keyed_calls().await });
    });
    let (answer, ()) = futures::join!(waits, released);
    assert_eq!(answer.status, 201, "{answer:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_key_means_nothing_where_nothing_is_created() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let get = app.client.request(Method::GET, "/api/me").header("idempotency-key", "k");
    let answer = Answer::read(get.header("authorization", format!("Bearer {}", ann.token)).send().await).await;
    assert_eq!((answer.status.as_u16(), answer.header("idempotent-replayed")), (200, ""));
    let nobody = app.client.post("/api/videos").header("idempotency-key", "k").body_json(&json!({})).send().await;
    assert_eq!(Answer::read(nobody).await.refusal(), (401, "not_signed_in"));
    app.stop().await;
}
