//! Leases against the real schema, on both databases.

use farm_core::retry::{Fault, Next};
use farm_core::work::{SoundCodec, SoundWork, Track, Work};
use futures::future::join_all;
use service::Timestamp;

use super::*;
use crate::store::Standing;
use crate::store::fresh::{self, Fresh, NewTask};

const LEASE: Duration = Duration::from_secs(30);

fn sound() -> Work {
    let track = Track { container: farm_core::video::Container::IsoBmff, ordinal: 0, codec: "aac".to_owned() };
    Work::Sound(SoundWork {
        track,
        segments: Vec::new(),
        codec: SoundCodec::Aac,
        channels: 2,
        bitrate_bps: 1,
        normalize: false,
    })
}

/// A ledger with one export, its task, and a node.
struct Scene {
    fresh: Fresh,
    video: VideoId,
    export: ExportId,
    task: TaskId,
    node: NodeId,
}

const KEY: ContentKey = ContentKey([7; 32]);

/// One on each database.
async fn scenes() -> Vec<Scene> {
    let mut scenes = Vec::new();
    for fresh in fresh::each().await {
        scenes.push(scene(fresh).await);
    }
    scenes
}

async fn scene(fresh: Fresh) -> Scene {
    let user = fresh.user("a").await;
    let video = fresh.video(user, "ready").await;
    let export = fresh.export(user, video, 0).await;
    let node = fresh.node(1).await;
    let task = NewTask { video, export: Some(export), key: Some(KEY), work: &sound(), amount: 100 };
    let task = fresh.task(&task).await;
    Scene { fresh, video, export, task, node }
}

impl Scene {
    async fn claim(&self, epoch: i64, node: NodeId) -> Option<Lease> {
        self.fresh.store.claim_task(self.task, epoch, node, LEASE).await.unwrap()
    }

    async fn fail(&self, attempt: &Attempt, fault: Fault) -> Option<FailedTask> {
        let mut tx = self.fresh.store.begin().await.unwrap();
        let failed = tx.fail_task(attempt, fault, "message", "detail", Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        failed
    }

    async fn complete(&self, attempt: &Attempt) -> Option<DoneTask> {
        let mut tx = self.fresh.store.begin().await.unwrap();
        let done = tx.complete_task(attempt).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn amount_done(&self) -> i64 {
        read!(&self.fresh.store, |db| sqlx::query_scalar("select amount_done from tasks where id = $1")
            .bind(self.task.0)
            .fetch_one(db)
            .await)
        .unwrap()
    }
}

#[tokio::test]
async fn of_many_claims_one_wins() {
    for scene in scenes().await {
        let claims = (0..32).map(|_| scene.claim(0, scene.node));
        let leases: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1);
        let lease = &leases[0];
        assert_eq!(lease.attempt, Attempt { task: scene.task, epoch: 1, node: scene.node });
        assert_eq!((lease.source_key.as_str(), lease.source_bytes), ("sources/a", 1000));
        assert_eq!(lease.promise, Promise { content_key: Some(KEY), work: sound(), video: scene.video });
    }
}

#[tokio::test]
async fn a_lease_that_ran_out_is_claimed_anew_and_the_old_one_is_worth_nothing() {
    for scene in scenes().await {
        let old = scene.claim(0, scene.node).await.unwrap().attempt;
        assert!(scene.claim(1, scene.node).await.is_none(), "the lease is held");
        scene.fresh.let_leases_run_out().await;
        let store = &scene.fresh.store;
        assert!(!store.renew_lease(&old, LEASE, 1).await.unwrap(), "an expired lease cannot be renewed");
        let other = scene.fresh.node(2).await;
        let new = scene.claim(1, other).await.unwrap().attempt;
        assert_eq!(new.epoch, 2);

        store.note_progress(&old, 50).await.unwrap();
        assert_eq!(scene.amount_done().await, 0);
        assert!(!store.renew_lease(&old, LEASE, 50).await.unwrap());
        assert!(!store.release_task(&old).await.unwrap());
        assert_eq!(scene.fail(&old, Fault::Media).await, None);
        assert_eq!(scene.complete(&old).await, None);
        assert_eq!(store.attempt_promise(&old).await.unwrap(), None);
        let stranger = Attempt { node: scene.node, ..new };
        assert_eq!(scene.complete(&stranger).await, None, "another node's lease cannot be used");
        assert!(scene.complete(&new).await.is_some());
        assert!(store.is_done(&new).await.unwrap());
        assert!(!store.is_done(&old).await.unwrap());
    }
}

#[tokio::test]
async fn progress_never_falls_and_never_passes_the_end() {
    for scene in scenes().await {
        let attempt = scene.claim(0, scene.node).await.unwrap().attempt;
        let store = &scene.fresh.store;
        for (noted, shown) in [(10, 10), (5, 10), (50, 50), (u64::MAX, 100), (60, 100)] {
            assert!(store.renew_lease(&attempt, LEASE, noted).await.unwrap());
            assert_eq!(scene.amount_done().await, shown);
        }
        store.release_task(&attempt).await.unwrap();
        let again = scene.claim(1, scene.node).await.unwrap().attempt;
        store.note_progress(&again, 3).await.unwrap();
        assert_eq!(scene.amount_done().await, 100, "a second attempt does not take progress back");
    }
}

#[tokio::test]
async fn a_cancelled_export_ends_its_leases() {
    for scene in scenes().await {
        let attempt = scene.claim(0, scene.node).await.unwrap().attempt;
        let store = &scene.fresh.store;
        assert_eq!(store.attempts_of(scene.node).await.unwrap(), [attempt]);
        scene.fresh.cancel(scene.export).await;
        assert_eq!(store.attempts_of(scene.node).await.unwrap(), []);
        assert!(!store.renew_lease(&attempt, LEASE, 1).await.unwrap());
        assert_eq!(scene.complete(&attempt).await, None);
        scene.fresh.let_leases_run_out().await;
        assert!(scene.claim(1, scene.node).await.is_none());
    }
}

#[tokio::test]
async fn failures_are_counted_by_class_until_the_task_is_given_up() {
    for scene in scenes().await {
        let first = scene.claim(0, scene.node).await.unwrap().attempt;
        let failed = scene.fail(&first, Fault::Media).await.unwrap();
        assert_eq!(failed.next, Next::Again { wait: Duration::ZERO });
        let other = scene.fresh.node(2).await;
        assert!(scene.claim(1, scene.node).await.is_none(), "the second opinion is another node's");
        let second = scene.claim(1, other).await.unwrap().attempt;
        assert_eq!(scene.fail(&second, Fault::Media).await.unwrap().next, Next::Poisoned);
        let tally = scene.fresh.store.task_tally(scene.export).await.unwrap();
        assert_eq!((tally.open, tally.poison.as_deref()), (0, Some("message")));
    }
}

#[tokio::test]
async fn a_lone_node_gives_the_second_opinion_itself() {
    for scene in scenes().await {
        let first = scene.claim(0, scene.node).await.unwrap().attempt;
        scene.fail(&first, Fault::Media).await.unwrap();
        assert!(scene.claim(1, scene.node).await.is_some());
    }
}

#[tokio::test]
async fn lost_leases_are_found_and_a_wait_is_kept() {
    for scene in scenes().await {
        let attempt = scene.claim(0, scene.node).await.unwrap().attempt;
        let store = &scene.fresh.store;
        assert_eq!(store.lost_attempts().await.unwrap(), []);
        scene.fresh.let_leases_run_out().await;
        assert_eq!(store.lost_attempts().await.unwrap(), [attempt]);
        assert!(matches!(scene.fail(&attempt, Fault::Infra).await.unwrap().next, Next::Again { .. }));
        assert!(scene.claim(1, scene.node).await.is_none(), "it waits");
        assert_eq!(store.ready_tasks(LEASE).await.unwrap(), []);
    }
}

#[tokio::test]
async fn one_part_serves_every_task_that_wants_it() {
    for scene in scenes().await {
        let work = sound();
        let twin = NewTask { video: scene.video, export: Some(scene.export), key: Some(KEY), work: &work, amount: 9 };
        let twin = scene.fresh.task(&twin).await;
        let attempt = scene.claim(0, scene.node).await.unwrap().attempt;
        let store = &scene.fresh.store;
        assert!(store.claim_task(twin, 0, scene.node, LEASE).await.unwrap().is_none(), "its part is being made");
        let done = scene.complete(&attempt).await.unwrap();
        assert_eq!(done, DoneTask { kind: TaskKind::Sound, export: Some(scene.export), others: 1 });
        assert_eq!(store.task_tally(scene.export).await.unwrap().open, 0);
    }
}

#[tokio::test]
async fn an_index_is_claimed_while_its_video_is_indexing() {
    for scene in scenes().await {
        let user = scene.fresh.user("b").await;
        for (status, wanted) in [("indexing", true), ("uploading", false)] {
            let video = scene.fresh.video(user, status).await;
            let task = NewTask { video, export: None, key: None, work: &Work::Index, amount: 1 };
            let task = scene.fresh.task(&task).await;
            let lease = scene.fresh.store.claim_task(task, 0, scene.node, LEASE).await.unwrap();
            assert_eq!(lease.is_some(), wanted, "{status}");
        }
    }
}

#[tokio::test]
async fn the_scheduler_sees_what_is_ready_and_what_runs() {
    for scene in scenes().await {
        let store = &scene.fresh.store;
        let ready = store.ready_tasks(LEASE).await.unwrap();
        assert_eq!(ready.len(), 1);
        assert!(!ready[0].candidate.rung);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.ring_task(scene.task, 0).await.unwrap(), Some(1));
        assert_eq!(tx.ring_task(scene.task, 7).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert!(store.ready_tasks(LEASE).await.unwrap()[0].candidate.rung);
        assert!(!store.ready_tasks(Duration::ZERO).await.unwrap()[0].candidate.rung, "time has passed");
        assert_eq!(store.forget_rings().await.unwrap(), 1);
        assert!(!store.ready_tasks(LEASE).await.unwrap()[0].candidate.rung);

        scene.claim(0, scene.node).await.unwrap();
        assert_eq!(store.ready_tasks(LEASE).await.unwrap(), []);
        let workloads = store.workloads().await.unwrap();
        assert_eq!(workloads.len(), 1);
        assert_eq!((workloads[0].attempt.node, workloads[0].running.content_key), (scene.node, Some(KEY)));
    }
}

#[tokio::test]
async fn nodes_come_and_go() {
    for scene in scenes().await {
        let store = &scene.fresh.store;
        assert_eq!(store.node_standing(scene.node, &[1; 32]).await.unwrap(), Standing::Welcome);
        assert_eq!(store.node_standing(scene.node, &[9; 32]).await.unwrap(), Standing::Unknown);
        let nodes = store.connected_nodes().await.unwrap();
        assert_eq!((nodes.len(), nodes[0].id, nodes[0].slot_count), (1, scene.node, 2));
        assert_eq!(store.connected_encoders().await.unwrap().len(), 1);
        store.node_seen(scene.node, 0).await.unwrap();
        assert_eq!(store.connected_nodes().await.unwrap()[0].slot_count, 0);
        store.node_disconnected(scene.node).await.unwrap();
        assert_eq!(store.connected_nodes().await.unwrap(), []);
    }
}

#[tokio::test]
async fn doorbells_wait_in_order_until_they_are_rung() {
    for scene in scenes().await {
        let store = &scene.fresh.store;
        let doorbell = |number: u128| crate::store::Doorbell {
            id: Uuid::from_u128(number),
            subject: "task.media.a.b".to_owned(),
            message_id: number.to_string(),
            body: vec![1, 2],
        };
        let mut tx = store.begin().await.unwrap();
        for number in 1..=3 {
            tx.insert_doorbell(&doorbell(number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(store.doorbells(2).await.unwrap(), [doorbell(1), doorbell(2)]);
        store.delete_doorbells(&[doorbell(1).id, doorbell(2).id]).await.unwrap();
        assert_eq!(store.doorbells(9).await.unwrap(), [doorbell(3)]);
    }
}
