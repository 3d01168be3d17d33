//! Every function of the store on every database at hand.

pub(crate) mod ledger;
mod limits;
mod people;
mod programs;

use std::time::Duration;

use farm_core::ids::{ExportId, NodeId, VideoId};
use farm_core::progress::WorkDone;
use farm_core::status::{ExportStatus, VideoStatus};
use uuid::Uuid;

use super::exports::ExportFilter;
use super::join_tokens::NewNode;
use super::page::Page;
use super::users::Role;
use super::videos::VideoFilter;
use super::{Store, StoreError};
use crate::write;
use ledger::{
    NOW, SOURCE_HASH, a_pending_export, a_ready_video, a_user, an_uploading_video, facts, on_each_ledger, ten_seconds,
};

async fn run(store: &Store, sql: &'static str, id: Uuid) {
    let done: Result<(), sqlx::Error> = write!(store, |db| sqlx::query(sql).bind(id).execute(db).await.map(drop));
    done.unwrap();
}

/// Two picture tasks (one reused) and one of sound.
async fn add_tasks(store: &Store, video: VideoId, export: ExportId) {
    const SQL: &str = "insert into tasks (id, kind, pool, video_id, export_id, content_key, work, state, epoch,
            lease_until, not_before, ring_count, media_failures, node_failures, amount_total, amount_done, reused,
            created_at, finished_at)
        values ($1, $2, 'media', $3, $4, $5, $6, $7, 1, $8, 0, 0, 0, 0, $9, $10, $11, 0, $12)";
    let rows = [
        ("picture", "done", 100_i64, 100_i64, true),
        ("picture", "leased", 150, 50, false),
        ("sound", "ready", 10_000, 0, false),
    ];
    for (kind, state, total, done, reused) in rows {
        let result: Result<(), sqlx::Error> = write!(store, |db| sqlx::query(SQL)
            .bind(Uuid::now_v7())
            .bind(kind)
            .bind(video.0)
            .bind(export.0)
            .bind([1_u8; 32].as_slice())
            .bind(sqlx::types::Json(serde_json::json!({})))
            .bind(state)
            .bind((state == "leased").then_some(1_i64))
            .bind(total)
            .bind(done)
            .bind(reused)
            .bind((state == "done").then_some(1_i64))
            .execute(db)
            .await
            .map(drop));
        result.unwrap();
    }
}

#[tokio::test]
async fn a_token_names_its_user_until_it_is_replaced() {
    on_each_ledger(async |store| {
        let admin = a_user(&store, "admin", Role::Admin).await;
        assert_eq!(a_user(&store, "admin", Role::Creator).await, admin, "the same user, whatever role is asked for");
        let mut tx = store.begin().await.unwrap();
        tx.replace_token(admin, "cli", &[1; 32], NOW).await.unwrap();
        tx.replace_token(admin, "cli", &[2; 32], NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.identity_of_token(&[1; 32], NOW).await.unwrap(), None);
        for later in [Duration::ZERO, Duration::from_secs(1), Duration::from_mins(2)] {
            let who = store.identity_of_token(&[2; 32], NOW.after(later)).await.unwrap().unwrap();
            assert_eq!((who.user, who.name.as_str(), who.role), (admin, "admin", Role::Admin));
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_dropped_never_was() {
    on_each_ledger(async |store| {
        let mut tx = store.begin().await.unwrap();
        let ghost = tx.ensure_user("ghost", Role::Creator, NOW).await.unwrap();
        drop(tx);
        assert_ne!(a_user(&store, "ghost", Role::Creator).await, ghost);
    })
    .await;
}

#[tokio::test]
async fn a_video_goes_from_upload_to_ready_one_step_at_a_time() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let id = an_uploading_video(&store, user, Some(&SOURCE_HASH)).await;
        assert_eq!(store.videos_to_hash().await.unwrap(), []);
        assert!(!store.video_hashed(id, &SOURCE_HASH, NOW).await.unwrap(), "not before its bytes are there");

        assert!(store.begin_indexing(user, id, NOW).await.unwrap());
        assert!(!store.begin_indexing(user, id, NOW).await.unwrap(), "once");
        assert_eq!(store.videos_to_hash().await.unwrap()[0].id, id);
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.video_indexed(id, &facts(), &ten_seconds(), NOW).await.unwrap(), "not before it is hashed");
        drop(tx);

        assert!(store.video_hashed(id, &SOURCE_HASH, NOW).await.unwrap());
        assert_eq!(store.videos_to_hash().await.unwrap(), []);
        assert_eq!(store.videos_to_index().await.unwrap(), [id]);
        store.insert_index_task(id, NOW).await.unwrap();
        assert_eq!(store.videos_to_index().await.unwrap(), []);

        assert!(store.source(id).await.unwrap().is_none());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.video_indexed(id, &facts(), &ten_seconds(), NOW).await.unwrap());
        tx.commit().await.unwrap();
        let source = store.source(id).await.unwrap().unwrap();
        assert_eq!((source.hash, source.table, source.facts), (SOURCE_HASH, ten_seconds(), facts()));
        let video = store.video_of(user, id).await.unwrap().unwrap();
        let indexed = video.indexed.unwrap();
        assert_eq!((video.status, indexed.frame_count), (VideoStatus::Ready, 250));
        assert!((indexed.duration_seconds - 10.0).abs() < 1e-9);
        assert!(!store.video_failed(id, "x", "y", NOW).await.unwrap(), "ready is final");
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_not_the_announced_ones_fail_the_video() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let id = an_uploading_video(&store, user, Some(&[1; 32])).await;
        store.begin_indexing(user, id, NOW).await.unwrap();
        assert!(!store.video_hashed(id, &SOURCE_HASH, NOW).await.unwrap());
        let video = store.video_of(user, id).await.unwrap().unwrap();
        assert_eq!(video.status, VideoStatus::Failed);
        assert_eq!(video.failure.unwrap().code, "upload_corrupted");
        assert_eq!(store.videos_to_index().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_video_is_found_again_by_its_bytes_and_by_nobody_else() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        let bob = a_user(&store, "bob", Role::Creator).await;
        let uploading = an_uploading_video(&store, ann, Some(&[9; 32])).await;
        assert!(store.video_with_hash(ann, &[9; 32]).await.unwrap().is_none(), "its bytes may never come");
        store.begin_indexing(ann, uploading, NOW).await.unwrap();
        assert_eq!(store.video_with_hash(ann, &[9; 32]).await.unwrap().unwrap().id, uploading);
        let ready = a_ready_video(&store, ann).await;
        assert_eq!(store.video_with_hash(ann, &SOURCE_HASH).await.unwrap().unwrap().id, ready);
        assert!(store.video_with_hash(bob, &SOURCE_HASH).await.unwrap().is_none());
        assert!(store.video_of(bob, ready).await.unwrap().is_none());
        let named = async |user, search| {
            let filter = VideoFilter { search, ..VideoFilter::default() };
            let (videos, total) = store.videos_of(user, filter, Page::default()).await.unwrap();
            assert_eq!(videos.len() as u64, total);
            total
        };
        assert_eq!((named(bob, None).await, named(ann, None).await), (0, 2));
        let name = store.video_of(ann, ready).await.unwrap().unwrap().filename.to_uppercase();
        assert!(named(ann, Some(&name)).await > 0, "in whatever case");
        assert_eq!((named(ann, Some("%")).await, named(bob, Some(&name)).await), (0, 0));
        let uploading = VideoFilter { status: Some(VideoStatus::Uploading), ..VideoFilter::default() };
        assert_eq!(store.videos_of(ann, uploading, Page::default()).await.unwrap().1, 0);
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_both_ways() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        let mut ids = Vec::new();
        for age in 0..5 {
            ids.push(a_pending_export(&store, user, video, NOW.after(Duration::from_secs(age))).await);
        }
        let page = |number, newest_first| Page { number, limit: 2, newest_first };
        let all = ExportFilter::default();
        let listed = async |filter, page| {
            let (exports, total) = store.exports_of(user, filter, page).await.unwrap();
            (exports.into_iter().map(|export| export.id).collect::<Vec<_>>(), total)
        };
        assert_eq!(listed(all, page(1, true)).await, (vec![ids[4], ids[3]], 5));
        assert_eq!(listed(all, page(3, true)).await, (vec![ids[0]], 5));
        assert_eq!(listed(all, page(2, false)).await, (vec![ids[2], ids[3]], 5));
        assert_eq!(listed(all, page(4, false)).await, (vec![], 5));
        let done = ExportFilter { status: Some(ExportStatus::Completed), ..all };
        assert_eq!(listed(done, page(1, true)).await, (vec![], 0));
        let fitting = ExportFilter {
            video: Some(video),
            status: Some(ExportStatus::Pending),
            export_type: Some(farm_core::export::ExportType::Single),
            resolution: Some(farm_core::export::Resolution::P720),
            format: Some(farm_core::export::Format::Mp4),
            quality: Some(farm_core::export::Quality::Medium),
            search: None,
        };
        assert_eq!(listed(fitting, page(1, false)).await, (vec![ids[0], ids[1]], 5));
        let other = ExportFilter { video: Some(VideoId(Uuid::now_v7())), ..all };
        assert_eq!(listed(other, page(1, true)).await.1, 0);
        assert_eq!(store.export_counts(user).await.unwrap(), [(ExportStatus::Pending, 5)]);

        let name = store.video_of(user, video).await.unwrap().unwrap().filename.to_uppercase();
        let searched = async |text| listed(ExportFilter { search: Some(text), ..all }, page(1, true)).await.1;
        assert_eq!(searched(name.as_str()).await, 5, "by the video's name");
        let outputs = "insert into outputs (export_id, number, filename, s3_key, size_bytes, duration_seconds)
                       values ($1, 1, '100%_Best (1).mp4', 'exports/a', 700, 6.0)";
        run(&store, outputs, ids[2].0).await;
        assert_eq!(searched("100%_best").await, 1, "by a file's name");
        assert_eq!(searched("100_best").await, 0, "a sign stands for itself");
        assert_eq!(searched("%").await, 1, "and so does this");
    })
    .await;
}

#[tokio::test]
async fn what_is_done_adds_up() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        let export = a_pending_export(&store, user, video, NOW).await;
        assert!(store.amounts(&[export]).await.unwrap().is_empty());
        add_tasks(&store, video, export).await;
        run(
            &store,
            "insert into outputs (export_id, number, filename, s3_key, size_bytes, duration_seconds, published_at)
             values ($1, 1, 'a.mp4', 'exports/a', 700, 6.0, 1), ($1, 2, 'b.mp4', 'exports/b', 300, 4.0, null)",
            export.0,
        )
        .await;
        let amounts = store.amounts(&[export, ExportId(Uuid::now_v7())]).await.unwrap();
        let expected = WorkDone {
            frames_total: 250,
            frames_done: 150,
            frames_reused: 100,
            frames_rendered_whole: 0,
            frames_waiting: 0,
            frames_left_longest: 100,
            sound_total_ms: 10_000,
            sound_done_ms: 0,
            tasks_leased: 1,
        };
        assert_eq!((amounts.len(), amounts[&export].work), (1, expected));
        assert_eq!((amounts[&export].uploaded_bytes, amounts[&export].upload_bytes), (700, 1000));
        let published = &store.published_outputs(&[export]).await.unwrap()[&export];
        assert_eq!(published.iter().map(|output| output.filename.as_str()).collect::<Vec<_>>(), ["a.mp4"]);
        assert_eq!(store.files_of_export(user, export).await.unwrap().len(), 2);
        assert_eq!(store.files_of_video(user, video).await.unwrap().len(), 2);

        store.raise_progress(export, 40).await.unwrap();
        store.raise_progress(export, 30).await.unwrap();
        assert_eq!(store.export_of(user, export).await.unwrap().unwrap().progress_percentage, 40);
    })
    .await;
}

#[tokio::test]
async fn cancelling_happens_once_and_takes_the_tasks_along() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let other = a_user(&store, "bob", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        let export = a_pending_export(&store, user, video, NOW).await;
        add_tasks(&store, video, export).await;
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.cancel_export(other, export, NOW).await.unwrap(), "not another's");
        assert!(!tx.delete_export(user, export).await.unwrap(), "not while it is open");
        assert_eq!(tx.active_exports(video).await.unwrap(), 1);
        assert!(tx.cancel_export(user, export, NOW).await.unwrap());
        assert!(!tx.cancel_export(user, export, NOW).await.unwrap(), "once");
        assert_eq!(tx.active_exports(video).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(store.task_tally(export).await.unwrap().open, 0);
        let row = store.export_of(user, export).await.unwrap().unwrap();
        assert_eq!((row.status, row.completed_at), (ExportStatus::Cancelled, Some(NOW)));
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.delete_export(other, export).await.unwrap());
        assert!(tx.delete_export(user, export).await.unwrap());
        tx.commit().await.unwrap();
        assert!(store.export_of(user, export).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_video_goes_with_everything_that_hangs_on_it() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let other = a_user(&store, "bob", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        store.insert_index_task(video, NOW).await.unwrap();
        let export = a_pending_export(&store, user, video, NOW).await;
        add_tasks(&store, video, export).await;
        let mut tx = store.begin().await.unwrap();
        assert!(!tx.lock_video(other, video).await.unwrap());
        assert!(!tx.delete_video(other, video).await.unwrap());
        assert!(tx.delete_video(user, video).await.unwrap());
        tx.commit().await.unwrap();
        assert!(store.video_of(user, video).await.unwrap().is_none());
        assert!(store.export_of(user, export).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_join_token_works_once_and_not_for_ever() {
    on_each_ledger(async |store| {
        let expires = NOW.after(Duration::from_mins(15));
        store.insert_join_token(&[1; 32], "attic", expires).await.unwrap();
        store.insert_join_token(&[2; 32], "cellar", expires).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_join_token(&[1; 32], NOW).await.unwrap().as_deref(), Some("attic"));
        assert_eq!(tx.use_join_token(&[1; 32], NOW).await.unwrap(), None, "used");
        assert_eq!(tx.use_join_token(&[2; 32], expires).await.unwrap(), None, "over");
        assert_eq!(tx.use_join_token(&[3; 32], NOW).await.unwrap(), None, "unknown");
        let facts = serde_json::json!({ "cores": 2 });
        let node = NewNode {
            id: NodeId(Uuid::now_v7()),
            name: "attic",
            certificate_fingerprint: &[5; 32],
            facts: Some(&facts),
        };
        tx.insert_node(node, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let nodes = store.nodes_seen().await.unwrap();
        assert_eq!((nodes.len(), nodes[0].name.as_str(), nodes[0].connected), (1, "attic", false));
        assert_eq!((nodes[0].slot_count, nodes[0].slots_busy, nodes[0].created_at), (0, 0, NOW));
    })
    .await;
}

#[tokio::test]
async fn a_damaged_row_is_an_error_that_names_it() {
    on_each_ledger(async |store| {
        let user = a_user(&store, "ann", Role::Creator).await;
        let video = a_ready_video(&store, user).await;
        let export = a_pending_export(&store, user, video, NOW).await;
        run(&store, "update exports set format = 'gif' where id = $1", export.0).await;
        let refused = store.export_of(user, export).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Inconsistent { table: "exports", column: "format", row } if *row == export.to_string()),
            "{refused:?}"
        );
    })
    .await;
}
