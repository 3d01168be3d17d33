//! What operators are told of the queue beside what is in it: how it was, how long it will take, and what is stuck.

use std::time::Duration;

use serde_json::{Value, json};
use service::Clock as _;

use super::app::{App, Person};
use super::queue::{FRAME_MS, a_node, a_rendering_export, rendered};
use crate::store::fresh::has_run_for;
use crate::store::queue::READ_EVERY;
use crate::store::tests::ledger::a_ready_video;
use crate::store::users::Role;

const LEASE: Duration = Duration::from_mins(1);

async fn get(app: &App, who: &Person, path: &str) -> Value {
    app.get(who, path).await.body
}

#[tokio::test]
async fn the_queue_can_be_looked_back_at() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let (video, node) = (a_ready_video(app.store(), ann.id).await, a_node(&app, 2).await);
    let (export, tasks) = a_rendering_export(&app, ann.id, video).await;
    let pictures = rendered(&app, export, video, node).await;
    let frames: u64 = pictures.iter().map(|(_, frames)| frames).sum();
    assert_eq!(frames, 250, "ten seconds");
    app.store().note_reading(app.clock.now()).await.unwrap();
    app.clock.advance(READ_EVERY);
    let history = get(&app, &op, "/api/queue/history?minutes=1").await;
    let stretches = history["stretches"].as_array().unwrap();
    assert_eq!((&history["step_seconds"], stretches.len()), (&json!(15), 4), "{history}");
    let (before, last) = (&stretches[2], &stretches[3]);
    assert_eq!((&last["tasks_waiting"], &last["slots"]), (&json!(tasks.len()), &json!(2)), "{history}");
    assert_eq!((&last["tasks_done"], &last["frames_done"]), (&json!(pictures.len()), &json!(250)));
    assert_eq!((before.get("tasks_waiting"), &before["tasks_done"]), (None, &json!(0)), "nobody was there to look");
    assert_eq!(get(&app, &op, "/api/queue/history?minutes=1440").await["stretches"].as_array().unwrap().len(), 96);
    assert_eq!(
        get(&app, &op, "/api/queue/history").await["step_seconds"],
        45,
        "an hour, unless something else is said"
    );
    for minutes in [0, 1441] {
        let refused = app.get(&op, &format!("/api/queue/history?minutes={minutes}")).await;
        assert_eq!(refused.problems(), [("minutes", "invalid_number")]);
    }
    app.stop().await;
}

#[tokio::test]
async fn the_queue_tells_how_fast_it_moves_and_how_long_it_takes() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let (first, _) = a_rendering_export(&app, ann.id, video).await;
    let counts = async || get(&app, &op, "/api/queue").await["counts"].clone();
    assert!(counts().await.get("time_left_seconds").is_none(), "nobody renders");
    let node = a_node(&app, 2).await;
    assert!(counts().await.get("time_left_seconds").is_none(), "nothing was learnt");
    let mut exports = vec![first];
    for _ in 0..4 {
        exports.push(a_rendering_export(&app, ann.id, video).await.0);
    }
    for export in &exports {
        rendered(&app, *export, video, node).await;
    }
    app.clock.advance(Duration::from_secs(1));
    let now = counts().await;
    assert!((now["frames_per_second"].as_f64().unwrap() - 1250.0 / 60.0).abs() < 1e-9, "{now}");
    // Five times 250 frames at 10 ms on two slots: all were alike. Posters, of which none was rendered yet, are left out.
    let left = &now["time_left_seconds"];
    let (low, high) = (left["low"].as_f64().unwrap(), left["high"].as_f64().unwrap());
    assert!(low <= 6.25 && 6.25 <= high && high - low <= 2.0, "{left}");
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(counts().await["frames_per_second"], 0.0, "a minute later nothing was rendered in the last one");
    for export in exports {
        assert_eq!(app.delete(&ann, &format!("/api/exports/{export}")).await.status, 202);
    }
    assert_eq!(counts().await["time_left_seconds"], json!({ "low": 0.0, "high": 0.0 }), "nothing is left");
    app.stop().await;
}

#[tokio::test]
async fn a_task_that_takes_many_times_as_long_as_usual_is_stuck() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let (video, node) = (a_ready_video(app.store(), ann.id).await, a_node(&app, 2).await);
    let (first, _) = a_rendering_export(&app, ann.id, video).await;
    let pictures = rendered(&app, first, video, node).await;
    let (task, frames) = pictures[0];
    app.store().claim_task(task, 0, node, LEASE).await.unwrap().unwrap();
    has_run_for(app.store(), task, Duration::from_secs(45)).await;
    let stuck = async |query: &str| {
        let body = get(&app, &op, &format!("/api/queue/stuck{query}")).await;
        body["stuck"].as_array().unwrap().clone()
    };
    assert!(stuck("").await.is_empty(), "too little was rendered to say what is usual");
    for _ in 0..4 {
        let (export, _) = a_rendering_export(&app, ann.id, video).await;
        rendered(&app, export, video, node).await;
    }
    let found = stuck("").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["task"]["id"], &found[0]["task"]["node_id"]),
        (&json!(task.to_string()), &json!(node.to_string()))
    );
    #[expect(clippy::cast_precision_loss, reason = "a few hundred frames")]
    let usual = (frames * FRAME_MS) as f64 / 1000.0;
    assert!((found[0]["usual_seconds"].as_f64().unwrap() - usual).abs() < 0.01, "{found:?}");
    assert!((45.0..60.0).contains(&found[0]["running_seconds"].as_f64().unwrap()), "{found:?}");
    assert!(stuck("?factor=100").await.is_empty(), "not so many times as long");
    let refused = app.get(&op, "/api/queue/stuck?factor=0").await;
    assert_eq!(refused.problems(), [("factor", "invalid_number")]);
    let one = json!({ "task_id": task.to_string() });
    assert_eq!(app.post(&op, &format!("/api/queue/exports/{first}/requeue"), one).await.status, 200);
    assert!(stuck("").await.is_empty(), "nobody has it any more");
    app.stop().await;
}
