//! What programs and operators stand on, on both databases: the queue, limits, presets, links, webhooks, charges, orders about
//! nodes. The API's tests say what it is for.

use std::time::Duration;

use farm_core::backlog::Left;
use farm_core::deadline::GRANTED_FIRST;
use farm_core::estimate::Measure;
use farm_core::export_settings::ExportSettings;
use farm_core::finishing::Finished;
use farm_core::ids::{DeliveryId, ExportId, NodeId, PresetId, TaskId, UserId, WebhookId};
use farm_core::plan::{Basis, plan};
use farm_core::waiting::Standing as Stand;
use farm_core::webhooks::EventType;
use farm_core::work::{Encoder, TaskKind};
use service::{Secret, Timestamp};
use uuid::Uuid;

use super::ledger::{
    NOW, a_pending_export, a_ready_video, a_user, an_uploading_export, begin_rendering, complete, on_each_ledger,
};
use crate::store::charges::{Charge, Cost};
use crate::store::fresh::has_run_for;
use crate::store::join_tokens::NewNode;
use crate::store::learning::Alike;
use crate::store::page::Page;
use crate::store::queue::{READ_EVERY, READINGS_KEPT, Reading, Stretch, TaskFilter, began};
use crate::store::shares::Shared;
use crate::store::users::Role;
use crate::store::webhooks::{DeliveryState, Outcome, WebhookTerms};
use crate::store::{Attempt, NodeFacts, Store};

const LEASE: Duration = Duration::from_mins(1);
const AGAIN: Duration = Duration::from_secs(30);

fn x264() -> Encoder {
    Encoder { family: "x264".to_owned(), identity: "x264 1".to_owned() }
}

async fn rendering(store: &Store, export: ExportId) -> Vec<TaskId> {
    let open = store.exports_to_advance().await.unwrap().into_iter().find(|open| open.id == export).unwrap();
    let (source, order) = (store.source(open.video).await.unwrap().unwrap(), store.export_order(export).await.unwrap());
    let (facts, table, source_hash, encoder) = (&source.facts, &source.table, &source.hash, &x264());
    let plan = plan(&Basis { order: &order, facts, table, source_hash, encoder, export });
    assert!(store.begin_rendering(&open, &plan, NOW).await.unwrap());
    let ready = store.ready_tasks(AGAIN).await.unwrap().into_iter();
    ready.filter(|ready| ready.candidate.export == Some(export)).map(|ready| ready.candidate.task).collect()
}

/// Somebody and an order of theirs.
async fn an_order(store: &Store) -> (UserId, ExportId) {
    let ann = a_user(store, "ann", Role::Creator).await;
    let video = a_ready_video(store, ann).await;
    (ann, a_pending_export(store, ann, video, NOW).await)
}

/// An order being made, and a node that may help.
struct Scene {
    ann: UserId,
    export: ExportId,
    tasks: Vec<TaskId>,
    node: NodeId,
}

async fn a_rendering_export(store: &Store) -> Scene {
    let (ann, export) = an_order(store).await;
    Scene { ann, export, tasks: rendering(store, export).await, node: a_node(store).await }
}

async fn a_node(store: &Store) -> NodeId {
    let id = NodeId(Uuid::now_v7());
    let mut tx = store.begin().await.unwrap();
    tx.insert_node(NewNode { id, name: "attic", certificate_fingerprint: &[7; 32], facts: None }, NOW).await.unwrap();
    tx.commit().await.unwrap();
    let facts = NodeFacts {
        version: "0".to_owned(),
        host: "h".to_owned(),
        cpu_count: 2,
        media_library: "m".to_owned(),
        encoders: vec![x264()],
        sandbox_layers: Vec::new(),
        instance: Uuid::from_u128(1),
    };
    store.node_connected(id, 2, &facts).await.unwrap();
    id
}

#[tokio::test]
async fn the_queue_is_ordered_paused_resumed_and_requeued() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, ann).await;
        let first = a_pending_export(&store, ann, video, NOW).await;
        let second = a_pending_export(&store, ann, video, NOW.after(AGAIN)).await;
        rendering(&store, first).await;
        let tasks = rendering(&store, second).await;
        let mut tx = store.begin().await.unwrap();
        assert!(tx.set_priority(second, 5, NOW).await.unwrap());
        assert!(tx.pause_export(first, NOW).await.unwrap());
        tx.commit().await.unwrap();
        let (queued, total) = store.queued_exports(Page::default()).await.unwrap();
        assert_eq!((total, queued[0].id, queued[0].priority, queued[1].paused_at), (2, second, 5, Some(NOW)));
        assert_eq!(queued[0].tasks.ready, tasks.len() as u64);
        let counts = store.queue_counts(Timestamp(0)).await.unwrap();
        assert_eq!((counts.processing, counts.paused, counts.oldest), (2, 1, Some(NOW)));
        let ready = store.ready_tasks(AGAIN).await.unwrap();
        assert!(ready.iter().all(|ready| ready.candidate.export == Some(second) && ready.candidate.priority == 5));
        let waiting = store.waiting_tasks(AGAIN).await.unwrap();
        assert_eq!(waiting.iter().filter(|task| task.paused).count(), waiting.len() - tasks.len());

        let node = a_node(&store).await;
        let lease = store.claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap();
        let filter = TaskFilter { export: Some(second), node: Some(node), ..TaskFilter::default() };
        let (seen, total) = store.tasks_seen(filter, Page { newest_first: false, ..Page::default() }).await.unwrap();
        assert_eq!((total, seen[0].id, seen[0].attempt, seen[0].kind), (1, tasks[0], 1, TaskKind::Picture));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.requeue_tasks(second, Some(tasks[0])).await.unwrap(), 1);
        assert_eq!(tx.requeue_tasks(second, None).await.unwrap(), tasks.len() as u64);
        assert!(tx.resume_export(first, NOW.after(LEASE)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(!store.renew_lease(&lease.attempt, LEASE, 1).await.unwrap());
        let deadline = store.export_of(ann, first).await.unwrap().unwrap().deadline;
        assert_eq!(deadline, Some(NOW.after(GRANTED_FIRST).after(LEASE)), "a minute of pause does not count");
        assert!(
            store.export_is_there(first).await.unwrap() && !store.export_is_there(ExportId(Uuid::nil())).await.unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn nodes_are_drained_quarantined_and_removed() {
    on_each_ledger(async |store| {
        let Scene { tasks, node, .. } = a_rendering_export(&store).await;
        assert!(store.claim_task(tasks[0], 0, node, LEASE).await.unwrap().is_some());
        let seen = store.nodes_seen().await.unwrap().remove(0);
        assert_eq!((seen.standing, seen.slots_busy, seen.pools().len()), (Stand::Online, 1, 2));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.drain_node(node).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.node_seen_as(node).await.unwrap().unwrap().standing, Stand::Draining);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.quarantine_node(node, "spoils frames", NOW).await.unwrap());
        tx.commit().await.unwrap();
        let seen = store.node_seen_as(node).await.unwrap().unwrap();
        assert_eq!((seen.standing, seen.slots_busy, seen.quarantined_at), (Stand::Quarantined, 0, Some(NOW)));
        assert_eq!(store.claim_task(tasks[0], 1, node, LEASE).await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.resume_node(node).await.unwrap() && tx.remove_node(node).await.unwrap());
        assert!(!tx.remove_node(node).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.node_seen_as(node).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn limits_presets_and_links_are_kept() {
    on_each_ledger(async |store| {
        let (ann, export) = an_order(&store).await;
        begin_rendering(&store, export).await;
        let mut tx = store.begin().await.unwrap();
        let limit = tx.export_limit(ann, export).await.unwrap().unwrap();
        assert_eq!(limit.granted(), GRANTED_FIRST);
        assert!(tx.extend_export(export, limit, limit.deadline.after(LEASE), NOW).await.unwrap());
        assert!(!tx.extend_export(export, limit, limit.deadline, NOW).await.unwrap(), "somebody was quicker");

        let (id, settings) =
            (PresetId(Uuid::now_v7()), ExportSettings { crossfade_ms: 250, ..ExportSettings::default() });
        assert_eq!(tx.lock_presets(ann).await.unwrap(), []);
        tx.insert_preset(ann, id, "web", &settings, NOW).await.unwrap();
        tx.keep_export_defaults(ann, &settings, Some(id), NOW).await.unwrap();
        let edited = ExportSettings { reuse_parts: false, ..settings };
        assert!(tx.edit_preset(ann, id, "net", &edited, NOW).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.export_defaults(ann).await.unwrap().settings, edited, "they follow");
        let kept = store.presets_of(ann).await.unwrap().remove(0);
        assert_eq!(
            (kept.name.as_str(), kept.is_default, store.preset_of(ann, id).await.unwrap()),
            ("net", true, Some(kept.clone()))
        );
        let mut tx = store.begin().await.unwrap();
        assert!(tx.delete_preset(ann, id).await.unwrap());
        tx.delete_presets(ann).await.unwrap();
        tx.commit().await.unwrap();
        let defaults = store.export_defaults(ann).await.unwrap();
        assert_eq!((defaults.settings, defaults.preset), (edited, None));
        let mut tx = store.begin().await.unwrap();
        tx.reset_export_defaults(ann).await.unwrap();
        tx.insert_share(export, &[1; 32], NOW, NOW.after(LEASE)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.shared(&[1; 32], NOW).await.unwrap(), Some(Shared::Over), "it is not completed");
        let open = store.exports_to_advance().await.unwrap().remove(0);
        assert!(store.begin_upload(&open, NOW).await.unwrap());
        complete(&store, export, "exports/a", NOW).await;
        let expires_at = NOW.after(LEASE);
        assert_eq!(store.shared(&[1; 32], NOW).await.unwrap(), Some(Shared::Open { export, expires_at }));
        assert_eq!(store.shared(&[1; 32], expires_at).await.unwrap(), Some(Shared::Over));
        assert_eq!(store.shared(&[2; 32], NOW).await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(
            (tx.revoke_shares(export, NOW).await.unwrap(), tx.revoke_shares(export, NOW).await.unwrap()),
            (1, 0)
        );
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn how_long_finishing_took_is_kept() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, ann).await;
        assert_eq!(store.finished().await.unwrap(), []);
        for number in 1..=2 {
            let export = an_uploading_export(&store, ann, video).await;
            let mut tx = store.begin().await.unwrap();
            tx.note_order(ann, export, &[number * 100, 50], NOW).await.unwrap();
            tx.commit().await.unwrap();
            let shown = store.export_of(ann, export).await.unwrap().unwrap();
            assert_eq!((shown.rendered_at, shown.expected_bytes), (Some(NOW), number * 100 + 50));
            complete(&store, export, "exports/a", NOW.after(Duration::from_millis(number * 1500))).await;
        }
        // One that is under way teaches nothing yet.
        an_uploading_export(&store, ann, video).await;
        let finished = |expected_bytes, ms| Finished { expected_bytes, took: Duration::from_millis(ms) };
        assert_eq!(store.finished().await.unwrap(), [finished(250, 3000), finished(150, 1500)], "newest first");
    })
    .await;
}

#[tokio::test]
async fn webhooks_are_told_one_thing_after_the_other() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        let id = WebhookId(Uuid::now_v7());
        let terms = WebhookTerms { name: "it", url: "https://example.org/", events: &EventType::ALL, enabled: true };
        let secret = Secret::new("whsec_AAAA".to_owned());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.insert_webhook(ann, id, &terms, &secret, 1, NOW).await.unwrap());
        assert!(
            !tx.insert_webhook(ann, WebhookId(Uuid::now_v7()), &terms, &secret, 1, NOW).await.unwrap(),
            "one is enough"
        );
        tx.commit().await.unwrap();
        let video = a_ready_video(&store, ann).await;
        let export = a_pending_export(&store, ann, video, NOW).await;
        assert!(store.fail_export(export, "render_failed", "It is damaged.", NOW.after(AGAIN)).await.unwrap());
        let later = NOW.after(LEASE);
        let due = store.due_deliveries(later).await.unwrap();
        assert_eq!(due.iter().map(|due| due.event.as_str()).collect::<Vec<_>>(), ["video.ready"]);
        assert_eq!(
            (&due[0].url, due[0].secret.expose(), due[0].attempts),
            (&"https://example.org/".to_owned(), secret.expose(), 1)
        );
        assert!(store.begin_delivery(&due[0], later, LEASE).await.unwrap());
        assert!(!store.begin_delivery(&due[0], later, LEASE).await.unwrap(), "one at a time");
        assert!(store.due_deliveries(later).await.unwrap().is_empty(), "the next waits for it");
        store.end_attempt(&due[0], &Outcome::GivenUp, Some(500), Some("It answered 500."), later).await.unwrap();
        let next = store.due_deliveries(later).await.unwrap();
        assert_eq!((next[0].event.as_str(), &next[0].facts["error_code"]), ("export.failed", &"render_failed".into()));
        let (log, total) =
            store.deliveries_of(id, None, Page { newest_first: false, ..Page::default() }).await.unwrap();
        assert_eq!((total, log[0].state, log[0].last_status), (2, DeliveryState::Failed, Some(500)));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.replay_deliveries(id, None, Timestamp(0), later).await.unwrap(), 1);
        assert_eq!(tx.replay_deliveries(id, Some(DeliveryId(Uuid::nil())), Timestamp(0), later).await.unwrap(), 0);
        assert!(tx.edit_webhook(ann, id, &WebhookTerms { enabled: false, ..terms }, later).await.unwrap());
        tx.commit().await.unwrap();
        assert!(store.due_deliveries(later).await.unwrap().is_empty(), "it is told nothing for now");
        assert_eq!(store.webhooks_of(ann).await.unwrap()[0].events, EventType::ALL);
        assert_eq!(store.forget_deliveries(later.after(LEASE)).await.unwrap(), 0);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.delete_webhook(ann, id).await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

fn a_measure() -> Measure {
    Measure { recipe: "x264 23 fast".to_owned(), amount: 1_000_000 }
}

fn a_charge<'a>(attempt: &'a Attempt, measure: &'a Measure) -> Charge<'a> {
    Charge { attempt, kind: TaskKind::Picture, measure, render_ms: 1_500, size_bytes: 42, frame_count: 30 }
}

#[tokio::test]
async fn every_attempt_is_charged_once_and_teaches() {
    on_each_ledger(async |store| {
        let Scene { ann, export, tasks, node } = a_rendering_export(&store).await;
        let attempt = store.claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap().attempt;
        let measure = a_measure();
        let charge = a_charge(&attempt, &measure);
        for _ in 0..2 {
            let mut tx = store.begin().await.unwrap();
            tx.charge(&charge, NOW).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(store.costs_of(&[export]).await.unwrap()[&export], Cost { render_ms: 1_500, picture_ms: 1_500 });
        assert_eq!(store.samples("x264 23 fast").await.unwrap().len(), 1);
        let of_kind = store.samples_of(&Alike::Kind(TaskKind::Picture)).await.unwrap();
        assert_eq!((of_kind[0].render_ms, of_kind[0].amount), (1_500, 1));
        let left = async || store.left().await.unwrap().iter().map(|(.., left)| left.amount).sum::<f64>();
        let all = left().await;
        assert!(store.renew_lease(&attempt, LEASE, 25).await.unwrap());
        assert!(left().await < all, "of what is half done half is left");
        let left = store.left().await.unwrap();
        assert_eq!(left.len(), 2, "pictures of one recipe, and a poster, which has none: {left:?}");
        assert!(
            left.contains(&(TaskKind::Poster, Alike::Kind(TaskKind::Poster), Left { amount: 1.0, squares: 1.0 })),
            "{left:?}"
        );
        let (month, before) = ((Timestamp(0), NOW.after(LEASE)), (Timestamp(0), NOW));
        let usage = store.usage(None, month, (0, 10)).await.unwrap();
        assert_eq!((usage[0].user, usage[0].render_ms, usage[0].attempts, usage[0].exports), (ann, 1_500, 1, 1));
        assert_eq!(store.usage(Some(ann), before, (0, 10)).await.unwrap()[0].render_ms, 0, "before it");
        assert_eq!(store.usage(None, before, (0, 10)).await.unwrap(), []);
        let users = async |user, (from, until)| store.users_of(user, from, until).await.unwrap();
        assert_eq!((users(None, month).await, users(None, before).await, users(Some(ann), before).await), (1, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn the_ledger_knows_how_the_queue_was() {
    on_each_ledger(async |store| {
        let Scene { tasks, node, .. } = a_rendering_export(&store).await;
        let attempt = store.claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap().attempt;
        let measure = a_measure();
        let charge = a_charge(&attempt, &measure);
        let from = began(NOW);
        let (second, third) = (from.after(READ_EVERY), from.after(READ_EVERY * 2));
        let mut tx = store.begin().await.unwrap();
        tx.charge(&charge, second.after(Duration::from_secs(14))).await.unwrap();
        tx.commit().await.unwrap();
        // Twice within a quarter of a minute is once.
        store.note_reading(from.after(Duration::from_secs(3))).await.unwrap();
        store.note_reading(from.after(Duration::from_secs(14))).await.unwrap();
        store.note_reading(third).await.unwrap();
        let history = store.queue_history(from, READ_EVERY, 3).await.unwrap();
        let reading = Reading { tasks_waiting: tasks.len() as u64 - 1, tasks_running: 1, slots: 2 };
        let read = Stretch { reading: Some(reading), ..Stretch::default() };
        let done = Stretch { reading: None, tasks_done: 1, frames_done: 30 };
        assert_eq!(history, [read, done, read]);
        let whole = store.queue_history(from, READ_EVERY * 3, 1).await.unwrap();
        assert_eq!(whole, [Stretch { reading: Some(reading), tasks_done: 1, frames_done: 30 }]);
        // A day later the first is forgotten.
        store.note_reading(third.after(READINGS_KEPT)).await.unwrap();
        let history = store.queue_history(from, READ_EVERY, 3).await.unwrap();
        let readings: Vec<_> = history.into_iter().map(|stretch| stretch.reading).collect();
        assert_eq!(readings, [None, None, Some(reading)]);
    })
    .await;
}

#[tokio::test]
async fn what_runs_long_is_found() {
    on_each_ledger(async |store| {
        let Scene { tasks, node, .. } = a_rendering_export(&store).await;
        store.claim_task(tasks[0], 0, node, LEASE).await.unwrap().unwrap();
        store.claim_task(tasks[1], 0, node, LEASE).await.unwrap().unwrap();
        let minute = Duration::from_mins(1);
        assert!(store.running_tasks(minute).await.unwrap().is_empty(), "both have just begun");
        has_run_for(&store, tasks[1], minute * 2).await;
        let running = store.running_tasks(minute).await.unwrap();
        assert_eq!(running.iter().map(|one| one.task.id).collect::<Vec<_>>(), [tasks[1]]);
        assert!(running[0].running >= minute * 2 && running[0].task.leased_at.is_some(), "{running:?}");
    })
    .await;
}
