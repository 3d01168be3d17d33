//! Operators' orders about exports and machines. Renders nothing: the ledger says what nodes would be given.

use std::time::Duration;

use farm_core::estimate::measure;
use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::plan::{Basis, plan};
use farm_core::work::{Encoder, TaskKind, Work};
use http::Method;
use serde_json::{Value, json};
use service::Clock as _;
use uuid::Uuid;

use super::app::{App, Person};
use crate::store::charges::Charge;
use crate::store::join_tokens::NewNode;
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video};
use crate::store::users::Role;
use crate::store::{Attempt, NodeFacts, Standing};

const LEASE: Duration = Duration::from_mins(1);
const RING_AGAIN: Duration = Duration::from_secs(30);
const FINGERPRINT: [u8; 32] = [7; 32];

pub(super) fn x264() -> Encoder {
    Encoder { family: "x264".to_owned(), identity: "x264 1".to_owned() }
}

/// An export that is being rendered; gives its tasks too.
pub(super) async fn a_rendering_export(app: &App, user: UserId, video: VideoId) -> (ExportId, Vec<TaskId>) {
    let id = a_pending_export(app.store(), user, video, NOW).await;
    let open = app.store().exports_to_advance().await.unwrap().into_iter().find(|open| open.id == id).unwrap();
    let (source, order) =
        (app.store().source(video).await.unwrap().unwrap(), app.store().export_order(id).await.unwrap());
    let (facts, table, source_hash, encoder) = (&source.facts, &source.table, &source.hash, &x264());
    let plan = plan(&Basis { order: &order, facts, table, source_hash, encoder, export: id });
    assert!(app.store().begin_rendering(&open, &plan, NOW).await.unwrap());
    let ready = app.store().ready_tasks(RING_AGAIN).await.unwrap().into_iter();
    (id, ready.filter(|task| task.candidate.export == Some(id)).map(|task| task.candidate.task).collect())
}

/// What each frame takes when it is [`rendered`].
pub(super) const FRAME_MS: u64 = 10;

/// Puts every picture task of an export on the bill, as if it had been rendered; gives them with their frames.
pub(super) async fn rendered(app: &App, export: ExportId, video: VideoId, node: NodeId) -> Vec<(TaskId, u64)> {
    let (source, order) =
        (app.store().source(video).await.unwrap().unwrap(), app.store().export_order(export).await.unwrap());
    let (facts, table, source_hash, encoder) = (&source.facts, &source.table, &source.hash, &x264());
    let plan = plan(&Basis { order: &order, facts, table, source_hash, encoder, export });
    let ready = app.store().ready_tasks(RING_AGAIN).await.unwrap();
    let mut pictures = Vec::new();
    for planned in plan.tasks.iter().filter(|task| matches!(task.work, Work::Picture(_))) {
        let task = ready.iter().find(|ready| {
            ready.candidate.content_key == Some(planned.content_key) && ready.candidate.export == Some(export)
        });
        let attempt = Attempt { task: task.unwrap().candidate.task, epoch: 1, node };
        let render_ms = planned.amount * FRAME_MS;
        let charge = Charge {
            attempt: &attempt,
            kind: TaskKind::Picture,
            measure: &measure(&planned.work),
            render_ms,
            size_bytes: render_ms * 100,
            frame_count: planned.amount,
        };
        let mut tx = app.store().begin().await.unwrap();
        tx.charge(&charge, app.clock.now()).await.unwrap();
        // Said again, it is still one row.
        tx.charge(&charge, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        pictures.push((attempt.task, planned.amount));
    }
    pictures
}

pub(super) async fn a_node(app: &App, slot_count: u32) -> NodeId {
    let id = NodeId(Uuid::now_v7());
    let facts = NodeFacts {
        version: "0.1.0".to_owned(),
        host: "attic".to_owned(),
        cpu_count: 4,
        media_library: "GStreamer 1.22.0".to_owned(),
        encoders: vec![x264()],
        sandbox_layers: vec!["seccomp".to_owned()],
        instance: Uuid::from_u128(1),
    };
    let mut tx = app.store().begin().await.unwrap();
    let new = NewNode { id, name: "attic", certificate_fingerprint: &FINGERPRINT, facts: None };
    tx.insert_node(new, NOW).await.unwrap();
    tx.commit().await.unwrap();
    app.store().node_connected(id, slot_count, &facts).await.unwrap();
    id
}

async fn reasons(app: &App, who: &Person, query: &str) -> Vec<String> {
    let body = app.get(who, &format!("/api/queue/tasks?sort=created_at{query}")).await.body;
    let reason = |task: &Value| task["waiting"]["code"].as_str().unwrap_or("-").to_owned();
    body["tasks"].as_array().unwrap().iter().map(reason).collect()
}

#[tokio::test]
async fn exports_are_hurried_paused_resumed_and_requeued() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let (first, _) = a_rendering_export(&app, ann.id, video).await;
    let (second, tasks) = a_rendering_export(&app, ann.id, video).await;
    let path = |export: ExportId, order: &str| format!("/api/queue/exports/{export}/{order}");
    let order_of = |body: Value| -> Vec<String> {
        body["exports"].as_array().unwrap().iter().map(|export| export["id"].as_str().unwrap().to_owned()).collect()
    };
    let queue = app.get(&op, "/api/queue").await.body;
    assert_eq!((&queue["total"], &queue["counts"]["processing"]), (&json!(2), &json!(2)), "{queue}");
    assert_eq!(
        (&queue["exports"][0]["user_name"], &queue["exports"][0]["filename"]),
        (&json!("ann"), &json!("holiday.mp4"))
    );
    assert_eq!(order_of(queue), [first.to_string(), second.to_string()]);

    assert_eq!(app.post(&op, &path(second, "priority"), json!({ "priority": 50 })).await.status, 200);
    assert_eq!(order_of(app.get(&op, "/api/queue").await.body), [second.to_string(), first.to_string()]);
    let candidates = app.store().ready_tasks(RING_AGAIN).await.unwrap();
    assert!(
        candidates.iter().all(|ready| (ready.candidate.export == Some(second)) == (ready.candidate.priority == 50))
    );
    for priority in [-101, 101] {
        let refused = app.post(&op, &path(second, "priority"), json!({ "priority": priority })).await;
        assert_eq!(refused.problems(), [("priority", "invalid_number")]);
    }

    assert_eq!(app.ask(&op, Method::POST, &path(second, "pause"), None).await.status, 200);
    let left = app.store().ready_tasks(RING_AGAIN).await.unwrap();
    assert!(!left.is_empty() && left.iter().all(|ready| ready.candidate.export == Some(first)), "{left:?}");
    let node = a_node(&app, 2).await;
    assert_eq!(app.store().claim_task(tasks[0], 0, node, LEASE).await.unwrap(), None, "not even by an old doorbell");
    assert!(reasons(&app, &op, &format!("&export_id={second}")).await.iter().all(|reason| reason == "paused"));
    assert_eq!(app.get(&op, "/api/queue").await.body["counts"]["paused"], 1);
    assert!(app.get(&ann, &format!("/api/exports/{second}")).await.body.get("paused_at").is_some());

    // Forty minutes pass: longer than an export may take. They do not count.
    app.clock.advance(Duration::from_mins(40));
    assert_eq!(app.store().exports_to_advance().await.unwrap()[1].deadline, None);
    assert_eq!(app.ask(&op, Method::POST, &path(second, "resume"), None).await.status, 200);
    assert_eq!(app.get(&ann, &format!("/api/exports/{second}")).await.body["deadline_at"], "2025-06-15T16:16:40Z");

    let lease = app.store().claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap();
    let one = json!({ "task_id": tasks[0].to_string() });
    let requeued = app.post(&op, &path(second, "requeue"), one.clone()).await;
    assert_eq!((requeued.status.as_u16(), &requeued.body["tasks"]), (200, &json!(1)));
    assert!(!app.store().renew_lease(&lease.attempt, LEASE, 1).await.unwrap(), "the node must stop");
    assert!(app.store().claim_task(tasks[0], 1, node, LEASE).await.unwrap().is_some(), "and another may begin");
    assert_eq!(app.post(&op, &path(first, "requeue"), one).await.refusal(), (409, "export_over"), "none of its tasks");
    let all = app.ask(&op, Method::POST, &path(second, "requeue"), None).await;
    assert_eq!(all.body["tasks"], tasks.len(), "{all:?}");

    assert_eq!(app.delete(&ann, &format!("/api/exports/{second}")).await.status, 202);
    assert_eq!(app.ask(&op, Method::POST, &path(second, "pause"), None).await.refusal(), (409, "export_over"));
    let nobody = ExportId(Uuid::nil());
    assert_eq!(app.ask(&op, Method::POST, &path(nobody, "pause"), None).await.refusal(), (404, "not_found"));
    app.stop().await;
}

#[tokio::test]
async fn tasks_say_why_they_wait_and_nodes_why_they_are_idle() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let (_, tasks) = a_rendering_export(&app, ann.id, video).await;
    assert!(tasks.len() >= 3, "{tasks:?}");
    assert!(reasons(&app, &op, "").await.iter().all(|reason| reason == "no_node"));
    let node = a_node(&app, 1).await;
    let now = reasons(&app, &op, "").await;
    assert_eq!(now.iter().filter(|reason| *reason == "next").count(), 2, "one slot, and one doorbell ahead: {now:?}");
    let path = format!("/api/nodes/{node}");
    assert_eq!(app.get(&op, &path).await.body["node"]["idle"]["code"], "about_to_start");

    let lease = app.store().claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap();
    let busy = app.get(&op, &path).await.body;
    assert_eq!((busy["node"].get("idle"), &busy["node"]["slots_busy"]), (None, &json!(1)), "{busy}");
    assert_eq!(
        (&busy["facts"]["encoders"][0]["family"], &busy["tasks"][0]["id"]),
        (&json!("x264"), &json!(tasks[0].to_string()))
    );
    let of_node = app.get(&op, &format!("/api/queue/tasks?node_id={node}&state=leased&kind=picture")).await.body;
    assert_eq!((&of_node["total"], &of_node["tasks"][0]["attempt"]), (&json!(1), &json!(1)));
    assert_eq!(of_node["tasks"][0]["filename"], "holiday.mp4", "of which video it is");

    let drained = app.ask(&op, Method::POST, &format!("{path}/drain"), None).await;
    assert_eq!((&drained.body["state"], &drained.body["idle"]["code"]), (&json!("draining"), &json!("draining")));
    assert_eq!(app.store().node_standing(node, &FINGERPRINT).await.unwrap(), Standing::Draining);
    assert_eq!(app.ask(&op, Method::POST, &format!("{path}/resume"), None).await.body["state"], "online");

    let why = json!({ "reason": "spoils frames" });
    let kept = app.post(&op, &format!("{path}/quarantine"), why).await;
    assert_eq!(
        (&kept.body["state"], &kept.body["quarantine_reason"]),
        (&json!("quarantined"), &json!("spoils frames"))
    );
    assert!(!app.store().renew_lease(&lease.attempt, LEASE, 1).await.unwrap(), "what it had is free");
    let Attempt { task, epoch, .. } = lease.attempt;
    assert_eq!(app.store().claim_task(task, epoch, node, LEASE).await.unwrap(), None, "but not for it");
    assert!(app.store().connected_nodes().await.unwrap().is_empty());
    assert_eq!(app.ask(&op, Method::POST, &format!("{path}/resume"), None).await.body["state"], "online");
    let unsaid = app.post(&op, &format!("{path}/quarantine"), json!({ "reason": " " })).await;
    assert_eq!(unsaid.problems(), [("reason", "invalid_text")]);

    assert_eq!(app.delete(&op, &path).await.status, 204);
    assert_eq!(app.get(&op, &path).await.refusal(), (404, "not_found"));
    assert_eq!(app.store().node_standing(node, &FINGERPRINT).await.unwrap(), Standing::Unknown);
    app.stop().await;
}

#[tokio::test]
async fn creators_run_no_farm() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let id = Uuid::nil();
    for path in [
        "/api/queue",
        "/api/queue/history",
        "/api/queue/tasks",
        "/api/queue/stuck",
        "/api/nodes",
        &format!("/api/nodes/{id}"),
    ] {
        assert_eq!(app.get(&ann, path).await.refusal(), (403, "forbidden"), "{path}");
    }
    for order in ["pause", "resume", "requeue"] {
        let path = format!("/api/queue/exports/{id}/{order}");
        assert_eq!(app.ask(&ann, Method::POST, &path, None).await.refusal(), (403, "forbidden"), "{path}");
    }
    let path = format!("/api/queue/exports/{id}/priority");
    assert_eq!(app.post(&ann, &path, json!({ "priority": 1 })).await.refusal(), (403, "forbidden"));
    for order in ["drain", "resume"] {
        let path = format!("/api/nodes/{id}/{order}");
        assert_eq!(app.ask(&ann, Method::POST, &path, None).await.refusal(), (403, "forbidden"), "{path}");
    }
    let path = format!("/api/nodes/{id}/quarantine");
    assert_eq!(app.post(&ann, &path, json!({ "reason": "mine" })).await.refusal(), (403, "forbidden"));
    assert_eq!(app.delete(&ann, &format!("/api/nodes/{id}")).await.refusal(), (403, "forbidden"));
    app.stop().await;
}
