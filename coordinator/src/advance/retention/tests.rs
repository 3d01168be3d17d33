//! What is kept no longer goes, and nothing else, on both ledgers and from a real object store.

use std::sync::Arc;

use bytes::Bytes;
use farm_core::ids::VideoId;
use farm_core::video::Container;
use farm_core::work::{SoundCodec, SoundWork, Track, Work};
use service::{Clock as _, SystemClock, Tasks, Timestamp};
use uuid::Uuid;

use super::*;
use crate::config::{EmbeddedStorage, LimitsConfig, RetentionConfig, StorageConfig};
use crate::nudge::Nudge;
use crate::parts::PartStore;
use crate::storage::{Storage, Upload};
use crate::store::fresh::{self, NewTask};
use crate::store::parts::tests::part;
use crate::store::tests::ledger::{
    NOW, a_pending_export, a_ready_video, a_user, an_output, an_uploading_export, complete,
};
use crate::store::users::Role;
use crate::store::videos::NewVideo;

async fn ports(store: crate::store::Store, dir: &std::path::Path) -> Ports {
    let (objects, listen) = (dir.join("objects"), "127.0.0.1:0".parse().unwrap());
    let embedded = StorageConfig::Embedded(EmbeddedStorage { dir: objects, listen, public_url: None });
    let tasks = Tasks::new();
    Ports {
        store,
        storage: Storage::open(&embedded, dir, &tasks).await.unwrap(),
        parts: PartStore::open(&dir.join("parts")).unwrap(),
        nudge: Nudge::new(),
        clock: Arc::new(SystemClock),
        tasks,
        limits: LimitsConfig::default().limits(),
        retention: RetentionConfig::default(),
    }
}

/// An upload that was begun, with its first part there.
async fn an_upload(ports: &Ports, user: UserId, begun_at: Timestamp) -> (VideoId, Upload) {
    let id = VideoId(Uuid::now_v7());
    let source_key = format!("sources/{id}");
    let upload = ports.storage.create_multipart(&source_key, "video/mp4", None).await.unwrap();
    let video = NewVideo {
        id,
        user,
        filename: "holiday.mp4",
        content_type: "video/mp4",
        size_bytes: 10,
        source_key: &source_key,
        upload_id: &upload.upload_id,
        claimed_hash: None,
    };
    let mut tx = ports.store.begin().await.unwrap();
    tx.insert_video(video, begun_at).await.unwrap();
    tx.commit().await.unwrap();
    ports.storage.upload_part(&upload, 1, Bytes::from_static(b"half")).await.unwrap();
    (id, upload)
}

/// An export that was completed, with its file.
async fn a_completed_export(ports: &Ports, user: UserId, video: VideoId, at: Timestamp) -> (ExportId, String) {
    let id = an_uploading_export(&ports.store, user, video).await;
    let key = format!("exports/{id}/1/1.mp4");
    an_output(&ports.store, id, 1, &key, None).await;
    ports.storage.put(&key, "video/mp4", Bytes::from_static(b"a file")).await.unwrap();
    complete(&ports.store, id, &key, at).await;
    (id, key)
}

async fn a_failed_export(ports: &Ports, user: UserId, video: VideoId, at: Timestamp) -> ExportId {
    let id = a_pending_export(&ports.store, user, video, NOW).await;
    assert!(ports.store.fail_export(id, "render_failed", "It is damaged.", at).await.unwrap());
    id
}

#[tokio::test]
async fn what_is_over_goes_with_its_files_and_the_rest_stays() {
    for ledger in fresh::each().await {
        let dir = tempfile::tempdir().unwrap();
        let ports = ports(ledger.store.clone(), dir.path()).await;
        let (store, storage) = (&ports.store, &ports.storage);
        let ann = a_user(store, "ann", Role::Creator).await;
        let video = a_ready_video(store, ann).await;
        let now = SystemClock.now();
        let days = |days: u64| Duration::from_hours(24 * days);
        // What is completed goes at the time that it was promised; the helper promises the time of its completion.
        let (over, over_key) = a_completed_export(&ports, ann, video, now.before(days(1))).await;
        let (kept, kept_key) = a_completed_export(&ports, ann, video, now.after(days(1))).await;
        let (failed_long_ago, failed_lately) = (
            a_failed_export(&ports, ann, video, now.before(days(31))).await,
            a_failed_export(&ports, ann, video, now.before(days(29))).await,
        );
        let open = a_pending_export(store, ann, video, now.before(days(31))).await;
        let (abandoned, its_upload) = an_upload(&ports, ann, now.before(Duration::from_hours(25))).await;
        let (uploading, other_upload) = an_upload(&ports, ann, now.before(Duration::from_hours(23))).await;

        for _ in 0..2 {
            round(&ports).await.unwrap();
            for (export, is_there) in
                [(over, false), (kept, true), (failed_long_ago, false), (failed_lately, true), (open, true)]
            {
                assert_eq!(store.export_of(ann, export).await.unwrap().is_some(), is_there);
            }
            assert_eq!(storage.head(&over_key).await.unwrap(), None);
            assert!(storage.head(&kept_key).await.unwrap().is_some());
            for (id, is_there) in [(abandoned, false), (uploading, true), (video, true)] {
                assert_eq!(store.video_of(ann, id).await.unwrap().is_some(), is_there);
            }
            let held = async |upload| storage.list_parts(upload).await.unwrap().unwrap_or_default().len();
            assert_eq!((held(&its_upload).await, held(&other_upload).await), (0, 1));
        }
        // Somebody completes an upload while it is looked at: it stays.
        assert!(store.begin_indexing(ann, uploading, now).await.unwrap());
        assert!(!store.delete_upload(uploading, Duration::ZERO).await.unwrap());
        ports.tasks.stop().hard.cancel();
        ports.tasks.finished().await;
    }
}

#[tokio::test]
async fn parts_go_when_nothing_was_made_of_them_for_long_and_nobody_waits_for_them() {
    for ledger in fresh::each().await {
        let dir = tempfile::tempdir().unwrap();
        let ports = ports(ledger.store.clone(), dir.path()).await;
        let now = SystemClock.now();
        let days = |days: u64| Duration::from_hours(24 * days);
        let user = ledger.user("ann").await;
        let video = ledger.video(user, "ready").await;
        let open = ledger.export(user, video, 0).await;
        let (unused, lately, wanted) = (part(1, 1), part(2, 1), part(3, 1));
        for (part, used_at) in
            [(&unused, now.before(days(31))), (&lately, now.before(days(29))), (&wanted, now.before(days(31)))]
        {
            let mut tx = ports.store.begin().await.unwrap();
            assert!(tx.insert_part(part, used_at).await.unwrap());
            tx.commit().await.unwrap();
        }
        let track = Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".to_owned() };
        let work = Work::Sound(SoundWork {
            track,
            segments: Vec::new(),
            codec: SoundCodec::Aac,
            channels: 2,
            bitrate_bps: 1,
            normalize: false,
        });
        ledger.task(&NewTask { video, export: Some(open), key: Some(wanted.key), work: &work, amount: 1 }).await;
        let left = async || {
            round(&ports).await.unwrap();
            let left = ports.store.part_files().await.unwrap();
            [&unused, &lately, &wanted].map(|part| left.contains(&(part.key, 1)))
        };
        assert_eq!(left().await, [false, true, true]);
        ledger.cancel(open).await;
        assert_eq!(left().await, [false, true, false], "nobody waits for it any more");
        assert!(!ports.store.forget_unused_part(&lately.key, 2, Duration::ZERO).await.unwrap(), "another attempt's");
        ports.tasks.stop().hard.cancel();
        ports.tasks.finished().await;
    }
}
