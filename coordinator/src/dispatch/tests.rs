//! Dispatch against a real NATS server: what it sets up, and that losing the server or its files loses no task.

mod server;

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer};
use async_nats::jetstream::stream::{DiscardPolicy, RetentionPolicy};
use farm_core::content_key::ContentKey;
use farm_core::ids::TaskId;
use farm_core::video::{Container, Orientation};
use farm_core::work::{PreviewWork, SoundCodec, SoundWork, Sprite, Track, Work};
use futures::StreamExt;
use service::{OnEnd, SystemClock, Tasks};
use timeline::{Rate, Ticks};
use wire::doorbell;

use super::*;
use crate::store::fresh::{self, Fresh, NewTask};
use server::Server;

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

struct Scene {
    fresh: Fresh,
    task: TaskId,
    ports: Ports,
    tasks: Tasks,
}

/// One ready sound task, and a node with room for it.
async fn scene() -> Scene {
    let fresh = fresh::store().await;
    let user = fresh.user("a").await;
    let video = fresh.video(user, "ready").await;
    let export = fresh.export(user, video, 0).await;
    fresh.node(1).await;
    let track = Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".to_owned() };
    let work = Work::Sound(SoundWork {
        track,
        segments: Vec::new(),
        codec: SoundCodec::Aac,
        channels: 2,
        bitrate_bps: 1,
        normalize: false,
    });
    let key = Some(ContentKey([7; 32]));
    let task = fresh.task(&NewTask { video, export: Some(export), key, work: &work, amount: 100 }).await;
    let ports = Ports {
        store: fresh.store.clone(),
        nudge: Nudge::new(),
        clock: Arc::new(SystemClock),
        health: DispatchHealth::default(),
    };
    Scene { fresh, task, ports, tasks: Tasks::new() }
}

impl Scene {
    /// Re-rings so late that a second doorbell can only come from a noticed loss.
    fn start(&self, server: &Server) {
        let config = DispatchConfig { tick_ms: 100, ring_again_ms: 3_600_000 };
        let (ports, nats, stop) = (self.ports.clone(), server.config(), self.tasks.stop().clone());
        self.tasks.spawn("dispatch", OnEnd::Fatal, run(ports, config, nats, stop));
    }

    async fn until_well(&self) {
        let mut health = self.ports.health.watch();
        tokio::time::timeout(PATIENCE, health.wait_for(Option::is_none)).await.unwrap().unwrap();
    }

    async fn until_unwell(&self) {
        let mut health = self.ports.health.watch();
        tokio::time::timeout(PATIENCE, health.wait_for(Option::is_some)).await.unwrap().unwrap();
    }

    async fn finish(self) {
        self.tasks.stop().soft.cancel();
        tokio::time::timeout(PATIENCE, self.tasks.finished()).await.unwrap();
        assert!(!self.tasks.crashed());
        assert_eq!(self.fresh.store.doorbells(9).await.unwrap(), [], "no booked doorbell is left");
    }
}

/// Takes the next doorbell of a pool, as a node does.
async fn take(server: &Server, pool: &str) -> doorbell::Doorbell {
    let jetstream = async_nats::jetstream::new(server.client().await);
    let consumer: PullConsumer =
        jetstream.get_consumer_from_stream(doorbell::consumer(pool), doorbell::STREAM).await.unwrap();
    let mut messages = consumer.batch().max_messages(1).expires(PATIENCE).messages().await.unwrap();
    let message = messages.next().await.expect("a doorbell comes").unwrap();
    message.double_ack().await.unwrap();
    doorbell::Doorbell::from_bytes(&message.payload).unwrap()
}

#[tokio::test]
async fn a_ready_task_is_rung_once_over_the_stream_the_contract_describes() {
    let (scene, server) = (scene().await, Server::start().await);
    scene.start(&server);
    scene.until_well().await;
    assert_eq!(take(&server, "media").await, doorbell::Doorbell { task: scene.task.0, epoch: 0 });

    let jetstream = async_nats::jetstream::new(server.client().await);
    let mut stream = jetstream.get_stream(doorbell::STREAM).await.unwrap();
    let info = stream.info().await.unwrap();
    assert_eq!(info.config.retention, RetentionPolicy::WorkQueue);
    assert_eq!(info.config.discard, DiscardPolicy::New);
    assert_eq!(info.config.max_age, Duration::from_hours(1));
    assert_eq!(info.config.duplicate_window, Duration::from_mins(2));
    assert_eq!(info.state.last_sequence, 1, "one ring");
    let consumer = stream.consumer_info(doorbell::consumer("media")).await.unwrap();
    assert_eq!(consumer.config.ack_policy, AckPolicy::Explicit);
    assert_eq!((consumer.config.ack_wait, consumer.config.max_deliver), (Duration::from_secs(30), -1));
    assert!(stream.consumer_info(doorbell::consumer("x264")).await.is_ok());
    scene.finish().await;
}

#[tokio::test]
async fn a_nats_that_comes_back_empty_costs_time_but_no_task() {
    let (scene, mut server) = (scene().await, Server::start().await);
    scene.start(&server);
    scene.until_well().await;
    assert_eq!(take(&server, "media").await.task, scene.task.0);

    server.kill();
    scene.until_unwell().await;
    server.wipe();
    server.restart().await;
    scene.until_well().await;
    assert_eq!(take(&server, "media").await.task, scene.task.0, "it is rung again, though nobody asked");
    scene.finish().await;
}

#[tokio::test]
async fn doorbells_wait_for_a_nats_that_comes_late() {
    let (scene, mut server) = (scene().await, Server::start().await);
    server.kill();
    scene.start(&server);
    server.restart().await;
    scene.until_well().await;
    assert_eq!(take(&server, "media").await.task, scene.task.0);
    scene.finish().await;
}

#[tokio::test]
async fn a_lost_lease_is_taken_back_and_rung() {
    let (scene, server) = (scene().await, Server::start().await);
    let node = scene.fresh.node(2).await;
    let store = &scene.fresh.store;
    let lease = store.claim_task(scene.task, 0, node, Duration::from_secs(30)).await.unwrap().unwrap();
    scene.fresh.let_leases_run_out().await;
    scene.start(&server);
    scene.until_well().await;
    assert_eq!(take(&server, "media").await.epoch, lease.attempt.epoch);
    scene.finish().await;
}

#[tokio::test]
async fn a_running_preview_gives_its_slot_to_what_waits_and_comes_back_last() {
    let (scene, server) = (scene().await, Server::start().await);
    let store = &scene.fresh.store;
    let node = store.connected_nodes().await.unwrap()[0].id;
    let track = Track { container: Container::IsoBmff, ordinal: 0, codec: "h264".to_owned() };
    let work = Work::Preview(PreviewWork {
        picture: track,
        rate: Rate::MILLISECONDS,
        start: Ticks(0),
        end: Ticks(1),
        frame_count: 1,
        frame_rate: Rate::MILLISECONDS,
        orientation: Orientation::Upright,
        deinterlace: false,
        width: 2,
        height: 2,
        sound: None,
        sprite: Sprite { count: 1, columns: 1, width: 2, height: 2, interval_ns: 1 },
    });
    let user = scene.fresh.user("b").await;
    let mut previews = Vec::new();
    for key in [[8; 32], [9; 32]] {
        let video = scene.fresh.video(user, "ready").await;
        let key = Some(ContentKey(key));
        let task = scene.fresh.task(&NewTask { video, export: None, key, work: &work, amount: 1 }).await;
        previews.push(store.claim_task(task, 0, node, Duration::from_secs(30)).await.unwrap().unwrap().attempt);
    }
    scene.start(&server);
    scene.until_well().await;
    assert_eq!(take(&server, "media").await.task, scene.task.0, "the sound is what is rung");
    let running = store.workloads().await.unwrap();
    assert_eq!(running.len(), 1, "one preview was taken off, the other has its slot still: {running:?}");
    let waiting = store.ready_tasks(Duration::from_hours(1)).await.unwrap();
    let preview = waiting.iter().find(|ready| ready.candidate.task != scene.task).unwrap();
    assert!(previews.iter().any(|attempt| attempt.task == preview.candidate.task && attempt.epoch == preview.epoch));
    assert!(!preview.candidate.rung, "there is no slot for it: {waiting:?}");
    scene.finish().await;
}
