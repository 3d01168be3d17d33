//! Looks into a running farm's SQLite ledger, read only: what was rendered, by which attempt, and what is left.
//! The one place where a test sees more than a user does.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{FromRow, Row as _};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// The ledger of one farm.
pub struct Ledger {
    runtime: Runtime,
    pool: SqlitePool,
}

/// A task of an export.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TaskRow {
    /// Names the part it yields.
    pub content_key: Vec<u8>,
    /// `picture`, `sound` or `poster`.
    pub kind: String,
    /// `ready`, `leased`, `done`, …
    pub state: String,
    /// How often it was leased.
    pub epoch: i64,
    /// Whether the part was there before.
    pub reused: bool,
}

/// A part that was received.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
pub struct PartRow {
    /// Its name.
    pub content_key: Vec<u8>,
    /// The attempt whose bytes these are.
    pub epoch: i64,
    /// When it was received, microseconds.
    pub created_at: i64,
    /// BLAKE3 of its bytes.
    pub payload_hash: Vec<u8>,
}

impl Ledger {
    /// Opens the database of a farm.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(file: &Path) -> Ledger {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options);
        let pool = runtime.block_on(pool).expect("the ledger can be opened");
        Ledger { runtime, pool }
    }

    /// The tasks of an export by kind, in the order they were made.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    #[must_use]
    pub fn tasks(&self, export: &str) -> Vec<TaskRow> {
        let id = Uuid::parse_str(export).expect("an export's id");
        let query = sqlx::query_as(
            "select content_key, kind, state, epoch, reused from tasks where export_id = $1 order by kind, created_at, id",
        );
        self.runtime.block_on(query.bind(id).fetch_all(&self.pool)).expect("tasks can be read")
    }

    /// Every part in the store that an export asked for.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    #[must_use]
    pub fn parts(&self) -> Vec<PartRow> {
        let query = sqlx::query_as(
            "select content_key, epoch, created_at, payload_hash from parts
             where content_key in (select content_key from tasks where export_id is not null) order by content_key",
        );
        self.runtime.block_on(query.fetch_all(&self.pool)).expect("parts can be read")
    }

    /// How many parts in the store are previews.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    #[must_use]
    pub fn preview_parts(&self) -> i64 {
        let query = sqlx::query_scalar(
            "select count(*) from parts where encoder = 'preview' and content_key not in
             (select content_key from tasks where export_id is not null)",
        );
        self.runtime.block_on(query.fetch_one(&self.pool)).expect("parts can be counted")
    }

    /// How many previews are still to be made, or being made.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    #[must_use]
    pub fn open_previews(&self) -> i64 {
        let query =
            sqlx::query_scalar("select count(*) from tasks where kind = 'preview' and state in ('ready', 'leased')");
        self.runtime.block_on(query.fetch_one(&self.pool)).expect("previews can be counted")
    }

    /// How often previews were leased.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    #[must_use]
    pub fn preview_leases(&self) -> i64 {
        let query = sqlx::query_scalar("select coalesce(sum(epoch), 0) from tasks where kind = 'preview'");
        self.runtime.block_on(query.fetch_one(&self.pool)).expect("leases can be counted")
    }

    /// How many rows a table has.
    ///
    /// # Panics
    /// When there is no such table.
    #[must_use]
    pub fn count(&self, table: &'static str) -> i64 {
        let query = match table {
            "videos" => "select count(*) from videos",
            "exports" => "select count(*) from exports",
            "tasks" => "select count(*) from tasks",
            "outbox" => "select count(*) from outbox",
            _ => panic!("no test counts {table}"),
        };
        let row = self.runtime.block_on(sqlx::query(query).fetch_one(&self.pool)).expect("rows can be counted");
        row.get(0)
    }
}
