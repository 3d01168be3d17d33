//! Ingest over real sockets, certificates, ledger, part store and object store, with a node that is not to be trusted.

mod fake_node;

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::work::{SoundCodec, SoundSegment, SoundWork, Track, Work};
use service::{SystemClock, Timestamp};
use uuid::Uuid;
use wire::v1;

use super::*;
use crate::config::{EmbeddedStorage, StorageConfig};
use crate::store::Attempt;
use crate::store::fresh::{self, Fresh, NewTask};
use fake_node::{FakeNode, Identity, hello};

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);
const KEY: ContentKey = ContentKey([7; 32]);
const PAYLOAD: &[u8] = &[1; 30];

struct Scene {
    fresh: Fresh,
    folder: tempfile::TempDir,
    authority: CertificateAuthority,
    address: SocketAddr,
    tasks: Tasks,
    ports: Ports,
    user: UserId,
    video: VideoId,
    export: ExportId,
    task: TaskId,
}

async fn scene() -> Scene {
    let fresh = fresh::store().await;
    let folder = tempfile::tempdir().unwrap();
    let user = fresh.user("a").await;
    let video = fresh.video(user, "ready").await;
    let export = fresh.export(user, video, 0).await;
    let work = work();
    let task = fresh.task(&NewTask { video, export: Some(export), key: Some(KEY), work: &work, amount: 42 }).await;
    let tasks = Tasks::new();
    let listen = "127.0.0.1:0".parse().unwrap();
    let embedded = EmbeddedStorage { dir: folder.path().join("objects"), listen, public_url: None };
    let storage = Storage::open(&StorageConfig::Embedded(embedded), folder.path(), &tasks).await.unwrap();
    let authority = CertificateAuthority::open(folder.path(), SystemClock.now()).unwrap();
    let ports = Ports {
        store: fresh.store.clone(),
        nudge: Nudge::new(),
        storage,
        parts: PartStore::open(&folder.path().join("parts")).unwrap(),
        clock: Arc::new(SystemClock),
    };
    let config = IngestConfig { listen, ..IngestConfig::default() };
    let ingest = Ingest::bind(ports.clone(), &config, &authority, &tasks).unwrap();
    let address = ingest.local_address().unwrap();
    tasks.spawn("ingest", OnEnd::Fatal, ingest.run());
    Scene { fresh, folder, authority, address, tasks, ports, user, video, export, task }
}

fn work() -> Work {
    let track = Track { container: farm_core::video::Container::IsoBmff, ordinal: 0, codec: "aac".to_owned() };
    let segments = vec![SoundSegment { start_sample: 0, sample_count: 2000, overlap_samples: 0 }];
    Work::Sound(SoundWork { track, segments, codec: SoundCodec::Aac, channels: 2, bitrate_bps: 1, normalize: false })
}

impl Scene {
    async fn enrol(&self) -> Identity {
        let identity = Identity::signed_by(&self.authority, NodeId(Uuid::now_v7()));
        let mut tx = self.ports.store.begin().await.unwrap();
        let node = crate::store::join_tokens::NewNode {
            id: identity.id,
            name: "n",
            certificate_fingerprint: &identity.fingerprint,
            facts: None,
        };
        tx.insert_node(node, Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        identity
    }

    async fn connect(&self, identity: &Identity, instance: u128) -> FakeNode {
        let mut node = FakeNode::dial(self.address, identity, &self.authority).await.unwrap();
        node.say(wire::encode(&hello(instance))).await;
        node.hear::<v1::Welcome>().await;
        node
    }

    async fn granted(&self, node: &mut FakeNode) -> v1::Grant {
        node.say(wire::encode(&v1::Claim { task: self.task.0.as_u128(), epoch: 0 })).await;
        wire::decode(node.hear::<v1::Grant>().await.frame()).unwrap()
    }

    fn part(&self, epoch: i64) -> v1::PartHeader {
        let codec = v1::AacConfig {
            specific_config: vec![0x11, 0x90],
            channels: 2,
            sample_rate: 48_000,
            priming_samples: 1024,
            sample_count: 2000,
            bitrate_bps: 1,
        };
        let unit = |pts| v1::PartFrame { pts, dts: pts, duration: 1024, size_bytes: 10, key: true };
        v1::PartHeader {
            task: self.task.0.as_u128(),
            epoch,
            content_key: KEY.0,
            codec: v1::CodecConfig::Aac(codec),
            rate_num: 48_000,
            rate_den: 1,
            frames: vec![unit(0), unit(1024), unit(2048)],
            payload_bytes: 30,
            payload_hash: *blake3::hash(PAYLOAD).as_bytes(),
            render_ms: 5,
            levels: Vec::new(),
        }
    }

    async fn is_open(&self) -> bool {
        self.ports.store.task_tally(self.export).await.unwrap().open == 1
    }

    async fn finish(self) {
        self.tasks.stop().soft.cancel();
        tokio::time::timeout(PATIENCE, self.tasks.finished()).await.unwrap();
        assert!(!self.tasks.crashed());
        let left = std::fs::read_dir(self.folder.path().join("parts")).unwrap();
        let unfinished = left.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "tmp"));
        assert_eq!(unfinished.count(), 0, "no half-received part is left");
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let scene = scene().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = CertificateAuthority::open(elsewhere.path(), SystemClock.now()).unwrap();
    let forged = Identity::signed_by(&stranger, NodeId(Uuid::now_v7()));
    // TLS 1.3 lets a client believe in the handshake until the server's refusal arrives.
    match FakeNode::dial(scene.address, &forged, &scene.authority).await {
        Err(_refused) => {}
        Ok(node) => {
            let closed = tokio::time::timeout(PATIENCE, node.connection.closed()).await.unwrap();
            assert!(matches!(closed, quinn::ConnectionError::ConnectionClosed(_)), "{closed}");
        }
    }
    let enrolled = scene.enrol().await;
    assert!(FakeNode::dial(scene.address, &enrolled, &stranger).await.is_err(), "nor does a node trust another farm");
    scene.finish().await;
}

#[tokio::test]
async fn who_is_not_enrolled_or_speaks_another_version_is_told_so() {
    let scene = scene().await;
    let removed = Identity::signed_by(&scene.authority, NodeId(Uuid::now_v7()));
    let mut node = FakeNode::dial(scene.address, &removed, &scene.authority).await.unwrap();
    node.say(wire::encode(&hello(1))).await;
    let rejected: v1::Rejected = wire::decode(node.hear::<v1::Rejected>().await.frame()).unwrap();
    assert!(rejected.reason.contains("not enrolled"), "{}", rejected.reason);

    let enrolled = scene.enrol().await;
    let mut node = FakeNode::dial(scene.address, &enrolled, &scene.authority).await.unwrap();
    node.say(wire::encode(&v1::Hello { oldest_version: 7, current_version: 9, ..hello(1) })).await;
    let rejected: v1::Rejected = wire::decode(node.hear::<v1::Rejected>().await.frame()).unwrap();
    assert!(rejected.reason.contains("7 to 9"), "{}", rejected.reason);
    scene.finish().await;
}

#[tokio::test]
async fn a_task_is_claimed_renewed_delivered_and_receipted_again_when_the_receipt_was_lost() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut node = scene.connect(&identity, 1).await;
    assert_eq!(scene.ports.store.connected_encoders().await.unwrap().len(), 1);
    let grant = scene.granted(&mut node).await;
    assert_eq!((grant.epoch, grant.content_key, grant.source_bytes), (1, KEY.0, 1000));
    assert!(grant.source_url.contains("/sources/a?"), "{}", grant.source_url);
    node.say(wire::encode(&v1::Claim { task: grant.task, epoch: 1 })).await;
    node.hear::<v1::ClaimRefused>().await;
    node.say(wire::encode(&v1::Renew { task: grant.task, epoch: 1, frames_done: 3 })).await;
    node.hear::<v1::Renewed>().await;

    for _ in 0..2 {
        assert_eq!(node.deliver_part(&scene.part(1), PAYLOAD).await.kind(), <v1::Receipt as v1::Message>::KIND);
    }
    assert!(!scene.is_open().await);
    let stored = scene.ports.store.parts(&[KEY]).await.unwrap();
    assert_eq!((stored[&KEY].epoch, stored[&KEY].header.frames.len()), (1, 3));
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut scene.ports.parts.read(&KEY, 1).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, PAYLOAD);
    scene.finish().await;
}

#[tokio::test]
async fn a_node_acts_on_its_own_leases_only() {
    let scene = scene().await;
    let (owner, thief) = (scene.enrol().await, scene.enrol().await);
    let mut owning = scene.connect(&owner, 1).await;
    let grant = scene.granted(&mut owning).await;
    let mut stealing = scene.connect(&thief, 1).await;

    let answer = stealing.deliver_part(&scene.part(1), PAYLOAD).await;
    let refused: v1::PartRefused = wire::decode(answer.frame()).unwrap();
    assert_eq!(refused.retry_after_ms, 0);
    stealing.say(wire::encode(&v1::Release { task: grant.task, epoch: 1 })).await;
    let class = v1::FailureClass::Media;
    let failed = v1::Failed { task: grant.task, epoch: 1, class, message: "m".to_owned(), detail: String::new() };
    stealing.say(wire::encode(&failed)).await;
    stealing.say(wire::encode(&v1::Renew { task: grant.task, epoch: 1, frames_done: 42 })).await;
    stealing.hear::<v1::Stop>().await;

    owning.say(wire::encode(&v1::Renew { task: grant.task, epoch: 1, frames_done: 1 })).await;
    owning.hear::<v1::Renewed>().await;
    assert!(scene.ports.store.parts(&[KEY]).await.unwrap().is_empty());
    scene.finish().await;
}

#[tokio::test]
async fn a_part_that_is_not_what_it_says_fails_its_attempt() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut node = scene.connect(&identity, 1).await;
    scene.granted(&mut node).await;
    let answer = node.deliver_part(&scene.part(1), &[2; 30]).await;
    let refused: v1::PartRefused = wire::decode(answer.frame()).unwrap();
    assert!(refused.reason.contains("BLAKE3"), "{}", refused.reason);
    assert!(scene.is_open().await);
    node.say(wire::encode(&v1::Claim { task: scene.task.0.as_u128(), epoch: 1 })).await;
    node.hear::<v1::Grant>().await;
    let broken = v1::PartHeader { frames: Vec::new(), ..scene.part(2) };
    let answer = node.deliver_part(&broken, PAYLOAD).await;
    let refused: v1::PartRefused = wire::decode(answer.frame()).unwrap();
    assert!(refused.reason.contains("its frames are 0 bytes"), "{}", refused.reason);
    scene.finish().await;
}

#[tokio::test]
async fn a_poster_is_a_jpeg_or_nothing() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut node = scene.connect(&identity, 1).await;
    let (key, work) = (ContentKey([8; 32]), part_check::tests::poster_work());
    let task = NewTask { video: scene.video, export: Some(scene.export), key: Some(key), work: &work, amount: 1 };
    let task = scene.fresh.task(&task).await.0.as_u128();
    for (epoch, payload, received) in
        [(1, b"<html>posters</html>", false), (2, b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", true)]
    {
        node.say(wire::encode(&v1::Claim { task, epoch: epoch - 1 })).await;
        node.hear::<v1::Grant>().await;
        let header = v1::PartHeader {
            task,
            epoch,
            content_key: key.0,
            payload_hash: *blake3::hash(payload).as_bytes(),
            ..part_check::tests::poster()
        };
        let answer = node.deliver_part(&header, payload).await;
        assert_eq!(
            answer.kind() == <v1::Receipt as v1::Message>::KIND,
            received,
            "{}",
            String::from_utf8_lossy(payload)
        );
        assert_eq!(scene.ports.parts.read(&key, epoch).is_ok(), received);
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_cancelled_export_reaches_its_node_unasked() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut node = scene.connect(&identity, 1).await;
    let grant = scene.granted(&mut node).await;
    scene.fresh.cancel(scene.export).await;
    let stop: v1::Stop = wire::decode(node.hear::<v1::Stop>().await.frame()).unwrap();
    assert_eq!(stop, v1::Stop { task: grant.task, epoch: 1 });
    let answer = node.deliver_part(&scene.part(1), PAYLOAD).await;
    assert_eq!(answer.kind(), <v1::PartRefused as v1::Message>::KIND);
    scene.finish().await;
}

#[tokio::test]
async fn leases_outlive_a_connection_but_not_the_process_that_held_them() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut first = scene.connect(&identity, 1).await;
    let grant = scene.granted(&mut first).await;
    let renew = wire::encode(&v1::Renew { task: grant.task, epoch: 1, frames_done: 1 });

    let mut again = scene.connect(&identity, 1).await;
    first.connection.closed().await;
    again.say(renew.clone()).await;
    again.hear::<v1::Renewed>().await;

    let mut restarted = scene.connect(&identity, 2).await;
    restarted.say(renew).await;
    restarted.hear::<v1::Stop>().await;
    restarted.say(wire::encode(&v1::Claim { task: grant.task, epoch: 1 })).await;
    restarted.hear::<v1::Grant>().await;
    let attempt = Attempt { task: scene.task, epoch: 2, node: identity.id };
    assert_eq!(scene.ports.store.attempts_of(identity.id).await.unwrap(), [attempt]);
    scene.finish().await;
}

#[tokio::test]
async fn an_index_makes_its_video_ready_or_says_why_it_never_will_be() {
    let scene = scene().await;
    let identity = scene.enrol().await;
    let mut node = scene.connect(&identity, 1).await;
    for (width, expected) in [(1920, "ready"), (60_000, "failed")] {
        let video = scene.fresh.video(scene.user, "indexing").await;
        let task = NewTask { video, export: None, key: None, work: &Work::Index, amount: 1 };
        let task = scene.fresh.task(&task).await.0.as_u128();
        node.say(wire::encode(&v1::Claim { task, epoch: 0 })).await;
        node.hear::<v1::Grant>().await;
        let mut index = index_check::tests::index();
        index.picture.width = width;
        let answer = node.deliver(wire::encode(&v1::IndexResult { task, epoch: 1, index }), &[]).await;
        assert_eq!(answer.kind(), <v1::Receipt as v1::Message>::KIND);
        let seen = scene.ports.store.video_of(scene.user, video).await.unwrap().unwrap();
        assert_eq!(seen.status.as_str(), expected);
        if let Some(failure) = seen.failure {
            assert_eq!(failure.code, "unsupported_media");
            assert!(failure.message.contains("60000×1080"), "{}", failure.message);
        }
    }
    assert_ne!(scene.video, VideoId(Uuid::nil()));
    scene.finish().await;
}
