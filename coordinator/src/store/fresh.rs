//! A fresh ledger for a test: SQLite in a folder of its own, or a new database on a PostgreSQL server of its own.
//! Holds the smallest rows a task needs around it.

use std::sync::LazyLock;
use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, NodeId, TaskId, UserId, VideoId};
use farm_core::work::{Encoder, Work};
use sqlx::Executor;
use sqlx::types::Json;
use test_postgres::Server;
use uuid::Uuid;

use super::join_tokens::NewNode;
use super::{NodeFacts, Store};
use crate::write;

/// Where modules above the store are tested: `postgres`, or SQLite without it. The store itself is tested on both.
const DATABASE_VARIABLE: &str = "REELFARM_TEST_DATABASE";

/// A ledger, and the folder that goes with it.
pub struct Fresh {
    pub store: Store,
    _folder: Option<tempfile::TempDir>,
}

/// A task as a test wants it.
pub struct NewTask<'a> {
    pub video: VideoId,
    pub export: Option<ExportId>,
    pub key: Option<ContentKey>,
    pub work: &'a Work,
    pub amount: i64,
}

/// On SQLite, or on PostgreSQL when the environment says so.
pub async fn store() -> Fresh {
    match std::env::var(DATABASE_VARIABLE).as_deref() {
        Ok("postgres") => on_postgres().await,
        _ => on_sqlite().await,
    }
}

/// One on each database.
pub async fn each() -> [Fresh; 2] {
    [on_sqlite().await, on_postgres().await]
}

async fn on_sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
    Fresh { store: Store::open(&url).await.unwrap(), _folder: Some(folder) }
}

async fn on_postgres() -> Fresh {
    Fresh { store: Store::open(&postgres_database().await).await.unwrap(), _folder: None }
}

/// The address of a new database on this process's own server.
pub async fn postgres_database() -> String {
    static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
    let name = format!("reelfarm_{}", Uuid::now_v7().simple());
    let pool = sqlx::PgPool::connect(&SERVER.url()).await.unwrap();
    pool.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    pool.close().await;
    SERVER.url_of(&name)
}

impl Fresh {
    pub async fn user(&self, name: &str) -> UserId {
        const SQL: &str = "insert into users (id, name, role, created_at) values ($1, $2, 'creator', 0)";
        let id = Uuid::now_v7();
        write!(&self.store, |db| sqlx::query(SQL).bind(id).bind(name).execute(db).await.map(drop)).unwrap();
        UserId(id)
    }

    pub async fn video(&self, user: UserId, status: &str) -> VideoId {
        const SQL: &str = "insert into videos (id, user_id, filename, content_type, size_bytes, status, source_key, facts,
            frames, source_hash, created_at, updated_at) values ($1, $2, 'a.mp4', 'video/mp4', 1000, $3, 'sources/a', $4, $5, $6, 0, 0)";
        let ready = status == "ready";
        let id = Uuid::now_v7();
        write!(&self.store, |db| sqlx::query(SQL)
            .bind(id)
            .bind(user.0)
            .bind(status)
            .bind(ready.then_some(Json("facts")))
            .bind(ready.then_some([0_u8; 32].as_slice()))
            .bind([0_u8; 32].as_slice())
            .execute(db)
            .await
            .map(drop))
        .unwrap();
        VideoId(id)
    }

    pub async fn export(&self, user: UserId, video: VideoId, ordered_at: i64) -> ExportId {
        const SQL: &str = "insert into exports (id, user_id, video_id, export_type, resolution, format, quality_preset,
            export_order, segment_selections, total_duration_seconds, status, phase, epoch, progress_percentage, created_at, updated_at)
            values ($1, $2, $3, 'single', '720p', 'mp4', 'medium', $4, $4, 1.0, 'processing', 'rendering', 0, 0, $5, 0)";
        let id = Uuid::now_v7();
        write!(&self.store, |db| sqlx::query(SQL)
            .bind(id)
            .bind(user.0)
            .bind(video.0)
            .bind(Json("order"))
            .bind(ordered_at)
            .execute(db)
            .await
            .map(drop))
        .unwrap();
        ExportId(id)
    }

    pub async fn cancel(&self, export: ExportId) {
        const SQL: &str = "update exports set status = 'cancelled', completed_at = 1 where id = $1";
        write!(&self.store, |db| sqlx::query(SQL).bind(export.0).execute(db).await.map(drop)).unwrap();
    }

    pub async fn task(&self, task: &NewTask<'_>) -> TaskId {
        const SQL: &str =
            "insert into tasks (id, kind, pool, video_id, export_id, content_key, work, state, epoch, not_before,
            ring_count, media_failures, node_failures, amount_total, amount_done, reused, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, 'ready', 0, 0, 0, 0, 0, $8, 0, false, 0)";
        let id = Uuid::now_v7();
        write!(&self.store, |db| sqlx::query(SQL)
            .bind(id)
            .bind(task.work.kind().as_str())
            .bind(task.work.pool())
            .bind(task.video.0)
            .bind(task.export.map(|export| export.0))
            .bind(task.key.as_ref().map(|key| key.0.as_slice()))
            .bind(Json(task.work))
            .bind(task.amount)
            .execute(db)
            .await
            .map(drop))
        .unwrap();
        TaskId(id)
    }

    pub async fn node(&self, fingerprint: u8) -> NodeId {
        let facts = NodeFacts {
            version: "0".to_owned(),
            host: "h".to_owned(),
            cpu_count: 2,
            media_library: "m".to_owned(),
            encoders: vec![Encoder { family: "x264".to_owned(), identity: "x264 1".to_owned() }],
            sandbox_layers: Vec::new(),
            instance: Uuid::from_u128(1),
        };
        let id = NodeId(Uuid::now_v7());
        let node = NewNode { id, name: "n", certificate_fingerprint: &[fingerprint; 32], facts: None };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_node(node, service::Timestamp(1)).await.unwrap();
        tx.commit().await.unwrap();
        self.store.node_connected(id, 2, &facts).await.unwrap();
        id
    }

    /// Lets a lease end now: its time passes without anybody waiting for it.
    pub async fn let_leases_run_out(&self) {
        const SQL: &str = "update tasks set lease_until = 1 where state = 'leased'";
        write!(&self.store, |db| sqlx::query(SQL).execute(db).await.map(drop)).unwrap();
    }
}

/// Makes a lease as old as `running`: its time passes without anybody waiting for it.
pub async fn has_run_for(store: &Store, task: TaskId, running: Duration) {
    const SQL: &str = "update tasks set leased_at = leased_at - $2 where id = $1";
    let running = i64::try_from(running.as_micros()).unwrap();
    write!(store, |db| sqlx::query(SQL).bind(task.0).bind(running).execute(db).await.map(drop)).unwrap();
}
