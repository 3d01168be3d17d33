//! Previews over a real ledger, a real object store and real files: published, broken off, damaged, deleted meanwhile.

use std::path::PathBuf;
use std::time::Duration;

use farm_core::ids::{NodeId, UserId};
use farm_core::part::{FileEntry, PartCodec, PartFrame, PartHeader};
use farm_core::preview;
use farm_core::work::{PreviewWork, Work};
use service::{SystemClock, Tasks, Timestamp};
use tempfile::TempDir;
use timeline::Rate;
use uuid::Uuid;

use super::*;
use crate::parts::PartStore;
use crate::store::fresh::{self, Fresh};
use crate::store::parts::NewPart;
use crate::store::previews::PreviewState;
use crate::store::tests::ledger::{a_ready_video, a_user, facts, ten_seconds};
use crate::store::users::Role;

const KEY: ContentKey = ContentKey([5; 32]);
/// Larger than what is stored in one request.
const PROXY_BYTES: usize = 20 << 20;

/// A video whose preview is rendered.
struct Farm {
    publisher: Publisher,
    user: UserId,
    made: MadePreview,
    ledger: Fresh,
    tasks: Tasks,
    folder: TempDir,
}

impl Farm {
    async fn new() -> Farm {
        let folder = tempfile::tempdir().unwrap();
        let ledger = fresh::store().await;
        let tasks = Tasks::new();
        let publisher = Publisher {
            store: ledger.store.clone(),
            storage: crate::storage::tests::embedded(folder.path(), &tasks).await,
            parts: PartStore::open(&folder.path().join("parts")).unwrap(),
            clock: Arc::new(SystemClock),
        };
        let user = a_user(&ledger.store, "ann", Role::Creator).await;
        let video = a_ready_video(&ledger.store, user).await;
        let made = MadePreview { video, content_key: KEY };
        let farm = Farm { publisher, user, made, ledger, tasks, folder };
        farm.render().await;
        farm
    }

    fn work() -> PreviewWork {
        preview::work(&facts(), &ten_seconds())
    }

    /// As a node does: the head of the proxy comes behind its body, the small files behind that.
    async fn render(&self) {
        let store = &self.ledger.store;
        let node = self.ledger.node(1).await;
        assert!(store.begin_preview(self.made.video, &KEY, &Self::work(), Duration::ZERO, Timestamp(1)).await.unwrap());
        let ready = store.ready_tasks(Duration::ZERO).await.unwrap();
        let lease = store.claim_task(ready[0].candidate.task, ready[0].epoch, node, Duration::from_secs(30)).await;
        let attempt = lease.unwrap().unwrap().attempt;
        assert_eq!(ready[0].candidate.kind, Work::Preview(Self::work()).kind());

        let mut body = vec![0; PROXY_BYTES];
        blake3::Hasher::new().finalize_xof().fill(&mut body);
        let units: [&[u8]; 5] = [&body[..PROXY_BYTES / 2], &body[PROXY_BYTES / 2..], b"head", b"sprite", b"poster"];
        let payload = units.concat();
        let run = |first: u32| std::iter::once(first..first + 1).collect();
        let file = |kind, runs: Vec<std::ops::Range<u32>>| FileEntry { kind, runs };
        let files = vec![
            file(FileKind::Proxy, vec![2..3, 0..2]),
            file(FileKind::Sprite, run(3)),
            file(FileKind::Poster, run(4)),
        ];
        let frame =
            |unit: &&[u8]| PartFrame { pts: 0, duration: 0, size_bytes: u32::try_from(unit.len()).unwrap(), key: true };
        let header = PartHeader {
            codec: PartCodec::Files { files },
            rate: Rate::hz(1).unwrap(),
            frames: units.iter().map(frame).collect(),
            payload_bytes: payload.len() as u64,
            levels: Vec::new(),
        };
        let payload_hash = *blake3::hash(&payload).as_bytes();
        let length = payload.len() as u64;
        self.publisher.parts.receive(&KEY, attempt.epoch, length, &payload_hash, payload.as_slice()).await.unwrap();
        let part = NewPart {
            key: KEY,
            epoch: attempt.epoch,
            header,
            payload_hash,
            encoder: "preview".to_owned(),
            node: NodeId(Uuid::nil()),
            render_ms: 1,
        };
        let mut tx = store.begin().await.unwrap();
        assert!(tx.insert_part(&part, Timestamp(1)).await.unwrap());
        assert!(tx.complete_task(&attempt).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }

    async fn object(&self, name: &str) -> Vec<u8> {
        let key = format!("previews/{}/1/{name}", self.made.video);
        self.publisher.storage.get(&key, None).await.unwrap().collect().await.unwrap().to_vec()
    }

    async fn payload(&self) -> Arc<Payload> {
        let stored = self.publisher.store.parts(&[KEY]).await.unwrap();
        Arc::new(Payload::new(self.publisher.parts.clone(), stored))
    }

    async fn state(&self) -> PreviewState {
        self.publisher.store.preview_of(self.user, self.made.video).await.unwrap().unwrap()
    }

    async fn delete_video(&self) {
        let mut tx = self.publisher.store.begin().await.unwrap();
        assert!(tx.delete_video(self.user, self.made.video).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Files of objects, of uploads under way, and of the part store.
    fn left(&self) -> Vec<PathBuf> {
        let mut left = Vec::new();
        let mut folders = vec![self.folder.path().join("objects"), self.folder.path().join("parts")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { left.push(path) }
            }
        }
        left
    }

    async fn end(self) {
        self.tasks.stop().hard.cancel();
        self.tasks.finished().await;
    }
}

#[tokio::test]
async fn a_preview_is_published_once_and_its_part_goes() {
    let farm = Farm::new().await;
    let before = farm.left().len();
    farm.publisher.publish_preview(farm.made).await.unwrap();
    let proxy = farm.object("proxy.mp4").await;
    assert_eq!((proxy.len(), &proxy[..4]), (PROXY_BYTES + 4, &b"head"[..]));
    let mut body = vec![0; PROXY_BYTES];
    blake3::Hasher::new().finalize_xof().fill(&mut body);
    assert!(proxy[4..] == body, "the body follows its head, in order");
    assert_eq!(
        (farm.object("sprite.jpg").await, farm.object("poster.jpg").await),
        (b"sprite".into(), b"poster".into())
    );
    let PreviewState::Published { files, .. } = farm.state().await else { panic!("it is published") };
    assert_eq!(files.len(), 3);
    assert!(farm.publisher.parts.read(&KEY, 1).is_err(), "what is in the object store is not kept twice");
    assert!(farm.left().len() > before);
    for file in farm.publisher.store.preview_objects(farm.user, farm.made.video).await.unwrap() {
        farm.publisher.storage.delete(&file.s3_key).await.unwrap();
    }
    assert_eq!(farm.left(), Vec::<PathBuf>::new());
    farm.end().await;
}

#[tokio::test]
async fn an_upload_broken_off_goes_on_and_a_finished_one_is_found() {
    let farm = Farm::new().await;
    let store = &farm.publisher.store;
    let key = format!("previews/{}/1/proxy.mp4", farm.made.video);
    // As if killed after the first part was sent.
    assert!(store.lay_down_preview_file(farm.made.video, FileKind::Proxy, &key, PROXY_BYTES as u64 + 4).await.unwrap());
    let upload = farm.publisher.storage.create_multipart(&key, "video/mp4", None).await.unwrap();
    assert!(store.note_preview_upload(farm.made.video, &key, &upload.upload_id).await.unwrap());
    let mut first = b"head".to_vec();
    first.resize(8 << 20, 7);
    farm.publisher.storage.upload_part(&upload, 1, first.into()).await.unwrap();
    farm.publisher.publish_preview(farm.made).await.unwrap();
    let proxy = farm.object("proxy.mp4").await;
    assert_eq!((proxy.len(), proxy[4]), (PROXY_BYTES + 4, 7), "the part that was there was not sent again");

    // As if killed between the last file and the note that all are there.
    let farm_again = Farm::new().await;
    farm_again.publisher.store_files(farm_again.made, &farm_again.payload().await).await.unwrap();
    assert_eq!(farm_again.state().await, PreviewState::Making);
    farm_again.publisher.publish_preview(farm_again.made).await.unwrap();
    assert!(matches!(farm_again.state().await, PreviewState::Published { .. }));
    farm_again.end().await;
    farm.end().await;
}

#[tokio::test]
async fn nothing_is_left_of_a_video_that_is_deleted_meanwhile() {
    let farm = Farm::new().await;
    let payload = farm.payload().await;
    let files = outgoing(farm.made, &payload).unwrap();
    for file in &files {
        farm.publisher.lay_down(farm.made.video, file, None).await.unwrap();
    }
    farm.delete_video().await;
    for file in &files {
        let stored = farm.publisher.store_file(farm.made.video, file, None, &payload).await;
        assert!(matches!(stored, Err(PublishError::Unwanted)), "{stored:?}");
    }
    let published = farm.publisher.publish_preview(farm.made).await;
    assert!(matches!(published, Err(PublishError::Unwanted)), "{published:?}");
    let objects: Vec<PathBuf> =
        farm.left().into_iter().filter(|path| !path.to_string_lossy().contains("/parts/")).collect();
    assert_eq!(objects, Vec::<PathBuf>::new());
    farm.end().await;
}

#[tokio::test]
async fn a_flipped_bit_on_the_disk_is_not_published_but_rendered_again() {
    let farm = Farm::new().await;
    let path = farm.left().into_iter().find(|path| path.to_string_lossy().contains("/parts/")).unwrap();
    let mut payload = std::fs::read(&path).unwrap();
    payload[7_777_777] ^= 4;
    std::fs::write(&path, payload).unwrap();
    let refused = farm.publisher.publish_preview(farm.made).await.unwrap_err();
    assert!(matches!(refused, PublishError::PartLost { part: KEY }), "{refused:?}");
    assert_eq!(farm.left(), Vec::<PathBuf>::new());
    assert_eq!(farm.publisher.store.videos_to_preview().await.unwrap(), [farm.made.video]);
    farm.end().await;
}
