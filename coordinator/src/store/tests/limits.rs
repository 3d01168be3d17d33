//! What each user has, as the ledger counts it, and the log nobody can rewrite. Decides nothing.

use std::time::Duration;

use farm_core::ids::UserId;
use farm_core::limits::{Limits, Use};

use super::ledger::{NOW, a_pending_export, a_ready_video, a_user, an_uploading_video, on_each_ledger};
use crate::store::Store;
use crate::store::audit::{AuditFilter, Deed};
use crate::store::limits::OwnLimits;
use crate::store::page::Page;
use crate::store::users::Role;
use crate::write;

async fn use_of(store: &Store, user: UserId, per_hour: u32, later: Duration) -> Use {
    let mut tx = store.begin().await.unwrap();
    tx.lock_user(user).await.unwrap();
    tx.use_of(user, per_hour, NOW.after(later)).await.unwrap()
}

#[tokio::test]
async fn everything_a_user_has_is_counted_once() {
    on_each_ledger(async |store| {
        let (ann, bob) = (a_user(&store, "ann", Role::Creator).await, a_user(&store, "bob", Role::Creator).await);
        let video = a_ready_video(&store, ann).await;
        an_uploading_video(&store, ann, None).await;
        a_ready_video(&store, bob).await;
        for (minute, expected) in [(0, 500), (10, 700)] {
            let export = a_pending_export(&store, ann, video, NOW).await;
            let mut tx = store.begin().await.unwrap();
            tx.note_order(ann, export, &[expected, 50], NOW.after(Duration::from_mins(minute))).await.unwrap();
            tx.commit().await.unwrap();
        }
        let quarter = Duration::from_mins(15);
        let has = use_of(&store, ann, 2, quarter).await;
        let held_bytes = 2_000_000 + 550 + 750;
        let month_left = has.month_left;
        let expected = Use {
            active_exports: 2,
            orders_in_hour: 2,
            next_leaves: quarter,
            held_bytes,
            month_left,
            ..Use::default()
        };
        assert_eq!(has, expected);
        assert!((Duration::from_hours(24 * 15)..Duration::from_hours(24 * 16)).contains(&month_left), "it is 15 June");
        for (attempt, at) in [(1_i64, NOW), (2, NOW.before(Duration::from_hours(24 * 20)))] {
            const SQL: &str = "insert into charges
                (task_id, attempt, user_id, export_id, kind, recipe, amount, render_ms, size_bytes, created_at)
                values ($1, $2, $3, null, 'picture', 'r', 1, 60000, 1, $4)";
            let done: Result<(), sqlx::Error> = write!(&store, |db| sqlx::query(SQL)
                .bind(uuid::Uuid::now_v7())
                .bind(attempt)
                .bind(ann.0)
                .bind(at.0)
                .execute(db)
                .await
                .map(drop));
            done.unwrap();
        }
        let minute = use_of(&store, ann, 2, quarter).await.rendered_this_month;
        assert_eq!(minute, Duration::from_mins(1), "last month's is last month's");
        assert_eq!(use_of(&store, ann, 1, quarter).await.next_leaves, Duration::from_mins(5), "both must leave");
        assert_eq!(use_of(&store, ann, 0, quarter).await.next_leaves, Duration::ZERO);
        assert_eq!(use_of(&store, ann, 2, Duration::from_hours(1)).await.orders_in_hour, 1, "the first has left");
        assert_eq!(use_of(&store, bob, 2, quarter).await.held_bytes, 1_000_000);
    })
    .await;
}

#[tokio::test]
async fn own_limits_stand_over_the_general_ones() {
    const GENERAL: Limits =
        Limits { active_exports: 3, exports_per_hour: 10, storage_bytes: 100, file_bytes: 50, minutes_per_month: None };
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        assert_eq!(store.own_limits(ann).await.unwrap().over(&GENERAL), GENERAL);
        for own in [
            OwnLimits { active_exports: Some(5), ..OwnLimits::default() },
            OwnLimits { storage_bytes: Some(7), ..OwnLimits::default() },
        ] {
            let mut tx = store.begin().await.unwrap();
            tx.set_own_limits(ann, own).await.unwrap();
            tx.commit().await.unwrap();
        }
        let video = a_ready_video(&store, ann).await;
        let export = a_pending_export(&store, ann, video, NOW).await;
        assert_eq!(store.file_bytes_max(export, &GENERAL).await.unwrap(), Some(50));
        let root = a_user(&store, "root", Role::Admin).await;
        let video = a_ready_video(&store, root).await;
        let export = a_pending_export(&store, root, video, NOW).await;
        assert_eq!(store.file_bytes_max(export, &GENERAL).await.unwrap(), None, "free of limits");
        let both = Limits { active_exports: 5, storage_bytes: 7, ..GENERAL };
        assert_eq!(store.own_limits(ann).await.unwrap().over(&GENERAL), both);
    })
    .await;
}

#[tokio::test]
async fn nobody_rewrites_the_audit_log() {
    on_each_ledger(async |store| {
        let deed = Deed {
            user: None,
            user_name: "eve".to_owned(),
            action: "login".to_owned(),
            object_id: None,
            created_id: None,
            status: 401,
            address: "203.0.113.7".to_owned(),
            request_id: "r".to_owned(),
        };
        store.note_deed(&deed, NOW).await.unwrap();
        for sql in ["update audit_log set user_name = 'ann'", "delete from audit_log"] {
            let done: Result<(), sqlx::Error> = write!(&store, |db| sqlx::query(sql).execute(db).await.map(drop));
            assert!(done.unwrap_err().to_string().contains("append only"), "{sql}");
        }
        let (entries, total) = store.audit_entries(AuditFilter::default(), Page::default()).await.unwrap();
        assert_eq!((&entries[0].deed, entries[0].at, total), (&deed, NOW, 1));
    })
    .await;
}
