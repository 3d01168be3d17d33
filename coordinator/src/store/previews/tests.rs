//! A preview's way through the ledger, and what is left of it.

use farm_core::content_key::ContentKey;
use farm_core::ids::NodeId;
use farm_core::part::{FileKind, PartCodec, PartHeader};
use farm_core::retry::Fault;
use timeline::Rate;

use super::*;
use crate::store::fresh;
use crate::store::parts::NewPart;
use crate::store::tests::ledger::{NOW, a_ready_video, a_user, facts, on_each_ledger, ten_seconds};
use crate::store::users::Role;
use crate::store::{Attempt, Lease};

const KEY: ContentKey = ContentKey([3; 32]);
const LEASE: Duration = Duration::from_secs(30);

fn work() -> PreviewWork {
    farm_core::preview::work(&facts(), &ten_seconds())
}

async fn begin(store: &Store, video: VideoId) -> bool {
    store.begin_preview(video, &KEY, &work(), Duration::ZERO, NOW).await.unwrap()
}

/// The only ready task, leased by a node.
async fn claim(store: &Store, node: NodeId) -> Lease {
    let ready = store.ready_tasks(LEASE).await.unwrap();
    assert_eq!(ready.len(), 1, "{ready:?}");
    let (task, epoch) = (ready[0].candidate.task, ready[0].epoch);
    store.claim_task(task, epoch, node, LEASE).await.unwrap().expect("a preview of a ready video is wanted")
}

async fn deliver(store: &Store, attempt: &Attempt) {
    let header = PartHeader {
        codec: PartCodec::Files { files: Vec::new() },
        rate: Rate::hz(1).unwrap(),
        frames: Vec::new(),
        payload_bytes: 0,
        levels: Vec::new(),
    };
    let part = NewPart {
        key: KEY,
        epoch: attempt.epoch,
        header,
        payload_hash: [0; 32],
        encoder: "preview".to_owned(),
        node: attempt.node,
        render_ms: 1,
    };
    let mut tx = store.begin().await.unwrap();
    tx.insert_part(&part, NOW).await.unwrap();
    assert!(tx.complete_task(attempt).await.unwrap().is_some());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_preview_is_made_published_and_its_part_forgotten() {
    for fresh in fresh::each().await {
        let (store, node) = (&fresh.store, fresh.node(1).await);
        let user = a_user(store, "ann", Role::Creator).await;
        let video = a_ready_video(store, user).await;
        assert_eq!(store.videos_to_preview().await.unwrap(), [video]);
        assert!(begin(store, video).await);
        assert!(!begin(store, video).await, "once");
        assert_eq!(store.videos_to_preview().await.unwrap(), []);
        assert_eq!(store.preview_of(user, video).await.unwrap(), Some(PreviewState::Making));

        let lease = claim(store, node).await;
        assert_eq!(lease.promise.work, Work::Preview(work()));
        assert!(store.renew_lease(&lease.attempt, LEASE, 5_000).await.unwrap());
        assert_eq!(store.previews_to_publish().await.unwrap(), []);
        deliver(store, &lease.attempt).await;
        let made = MadePreview { video, content_key: KEY };
        assert_eq!(store.previews_to_publish().await.unwrap(), [made]);

        for kind in FileKind::ALL {
            let key = kind.as_str();
            assert!(store.lay_down_preview_file(video, kind, key, 7).await.unwrap());
            assert!(store.note_preview_upload(video, key, "u").await.unwrap());
            assert!(!store.note_preview_file(video, "another", NOW).await.unwrap());
            assert!(store.note_preview_file(video, key, NOW).await.unwrap());
        }
        assert_eq!(store.video_of(user, video).await.unwrap().unwrap().poster_key.as_deref(), Some("poster"));
        assert_eq!(store.complete_preview(made).await.unwrap(), Some(1), "the payload of that attempt may go");
        assert_eq!(store.complete_preview(made).await.unwrap(), None, "once");
        assert!(store.parts_present(&[KEY]).await.unwrap().is_empty());
        assert_eq!(store.previews_to_publish().await.unwrap(), []);
        let Some(PreviewState::Published { sprite, files }) = store.preview_of(user, video).await.unwrap() else {
            panic!()
        };
        assert_eq!((sprite, files.len()), (work().sprite, 4));
        assert!(files.iter().all(|file| file.published && file.upload_id.is_none() && file.size_bytes == 7));

        let stranger = a_user(store, "bob", Role::Creator).await;
        assert_eq!(store.preview_of(stranger, video).await.unwrap(), None);
        assert_eq!(store.preview_objects(stranger, video).await.unwrap(), []);
        assert_eq!(store.preview_objects(user, video).await.unwrap().len(), 4);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.delete_video(user, video).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.preview_files(video).await.unwrap(), []);
        assert!(!store.lay_down_preview_file(video, FileKind::Poster, "late", 7).await.unwrap(), "its video is gone");
        assert!(!store.note_preview_file(video, "poster", NOW).await.unwrap());
    }
}

#[tokio::test]
async fn equal_videos_share_a_part_until_the_last_is_published() {
    for fresh in fresh::each().await {
        let (store, node) = (&fresh.store, fresh.node(1).await);
        let ann = a_user(store, "ann", Role::Creator).await;
        let bob = a_user(store, "bob", Role::Creator).await;
        let (first, second) = (a_ready_video(store, ann).await, a_ready_video(store, bob).await);
        assert!(begin(store, first).await);
        deliver(store, &claim(store, node).await.attempt).await;
        assert!(begin(store, second).await);
        let made = |video| MadePreview { video, content_key: KEY };
        assert_eq!(store.previews_to_publish().await.unwrap(), [made(first), made(second)], "nobody renders it again");
        assert_eq!(store.complete_preview(made(first)).await.unwrap(), None, "the second still needs it");
        assert_eq!(store.complete_preview(made(second)).await.unwrap(), Some(1));
    }
}

#[tokio::test]
async fn a_preview_that_fails_says_why_and_leaves_the_video_as_it_was() {
    for fresh in fresh::each().await {
        let (store, node) = (&fresh.store, fresh.node(1).await);
        let user = a_user(store, "ann", Role::Creator).await;
        let video = a_ready_video(store, user).await;
        assert!(begin(store, video).await);
        for _ in 0..2 {
            let lease = claim(store, node).await;
            let mut tx = store.begin().await.unwrap();
            tx.fail_task(&lease.attempt, Fault::Media, "It is damaged.", "bits", NOW).await.unwrap().unwrap();
            tx.commit().await.unwrap();
        }
        let failed = PreviewState::Failed { message: "It is damaged.".to_owned() };
        assert_eq!(store.preview_of(user, video).await.unwrap(), Some(failed));
        assert!(store.source(video).await.unwrap().is_some(), "it can be exported");
        assert_eq!(store.videos_to_preview().await.unwrap(), [], "and is not tried for ever");
    }
}

#[tokio::test]
async fn a_preview_whose_part_was_lost_is_made_anew() {
    for fresh in fresh::each().await {
        let (store, node) = (&fresh.store, fresh.node(1).await);
        let user = a_user(store, "ann", Role::Creator).await;
        let video = a_ready_video(store, user).await;
        assert!(begin(store, video).await);
        deliver(store, &claim(store, node).await.attempt).await;
        assert!(store.forget_part(&KEY, 1).await.unwrap());
        store.restart_preview(video).await.unwrap();
        assert_eq!(store.previews_to_publish().await.unwrap(), []);
        assert_eq!(store.videos_to_preview().await.unwrap(), [video]);
        assert!(begin(store, video).await);
        claim(store, node).await;
    }
}

#[tokio::test]
async fn a_preview_waits_for_its_head_start_and_does_not_hide_what_is_waited_for() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        assert!(store.begin_preview(video, &KEY, &work(), Duration::from_hours(1), NOW).await.unwrap());
        assert_eq!(store.ready_tasks(LEASE).await.unwrap(), []);
    })
    .await;
}
