//! The ledger in SQL: SQLite or PostgreSQL behind the same functions, one file per aggregate.
//! Decides nothing; every change of state is one conditional update.

pub mod audit;
pub mod charges;
mod database_clock;
pub mod exports;
#[cfg(test)]
pub(crate) mod fresh;
pub mod gauges;
mod health;
pub mod idempotency;
pub mod join_tokens;
pub mod learning;
pub mod limits;
mod login_attempts;
mod nodes;
mod outbox;
pub mod outputs;
pub mod page;
pub mod parts;
pub mod presets;
pub mod previews;
pub mod queue;
mod reports;
mod retention;
mod search;
pub mod sessions;
pub mod settings;
pub mod shares;
pub mod sole;
mod steps;
mod tasks;
#[cfg(test)]
pub(crate) mod tests;
pub mod tokens;
pub mod users;
pub mod videos;
pub mod webhooks;

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};
use thiserror::Error;

pub use nodes::{ConnectedNode, NODE_SILENCE_MAX, NodeFacts, NodeSeen, Standing};
pub use outbox::Doorbell;
pub use steps::{OpenExport, PublishedFile, TaskTally};
pub use tasks::{Attempt, DoneTask, FailedTask, Lease, Promise, Ready, Workload, rooms};

/// Readers beside the one writer of SQLite.
const SQLITE_READERS_MAX: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long SQLite waits for a lock before it says busy.
const SQLITE_BUSY_MAX: Duration = Duration::from_secs(5);

/// Why the ledger could not do something.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address names no database we speak to.
    #[error("open the database: {url:?} is neither sqlite:// nor postgres://")]
    Address {
        /// As configured.
        url: String,
    },
    /// The database said no.
    #[error("{doing}")]
    Database {
        /// What we were doing.
        doing: &'static str,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },
    /// Bringing the schema up to date failed.
    #[error("bring the database's schema up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A row holds what it never should.
    #[error("read {table}.{column}: the row {row} is inconsistent")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
}

impl StoreError {
    /// Names what was being done when the driver failed: `.map_err(StoreError::during("claim a task"))`.
    pub fn during(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
        move |source| StoreError::Database { doing, source }
    }
}

/// The ledger.
#[derive(Clone, Debug)]
pub enum Store {
    /// One machine: a writer connection and a few readers on one file.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Everything that only reads.
        reader: SqlitePool,
    },
    /// A farm.
    Postgres(PgPool),
}

/// Which database an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    fn of(url: &str) -> Result<Kind, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Kind::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
            _ => Err(StoreError::Address { url: url.to_owned() }),
        }
    }
}

/// A transaction that writes. Dropped without [`Tx::commit`], it never was.
#[derive(Debug)]
pub enum Tx {
    /// Begun IMMEDIATE: a deferred one gives instant BUSY when it turns into a writer.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On any connection.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Runs one body on whichever database a [`Store`] is, for reading: `read!(store, |db| query.fetch_all(db).await)`.
#[macro_export]
macro_rules! read {
    ($store:expr, |$db:ident| $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite { reader: $db, .. } => $body,
            $crate::store::Store::Postgres($db) => $body,
        }
    };
}

/// Runs one statement on whichever database a [`Store`] is, for writing.
#[macro_export]
macro_rules! write {
    ($store:expr, |$db:ident| $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite { writer: $db, .. } => $body,
            $crate::store::Store::Postgres($db) => $body,
        }
    };
}

/// Runs one body inside a [`Tx`], whichever database it is on.
#[macro_export]
macro_rules! within {
    ($tx:expr, |$db:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction) => {
                let $db = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $db = &mut **transaction;
                $body
            }
        }
    };
}

impl Store {
    /// Opens the database at `url` and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let store = match Kind::of(url)? {
            Kind::Sqlite => Store::open_sqlite(url).await?,
            Kind::Postgres => Store::open_postgres(url).await?,
        };
        store.migrate().await?;
        Ok(store)
    }

    async fn open_sqlite(url: &str) -> Result<Store, StoreError> {
        let opening = || StoreError::during("open the SQLite database");
        let options = SqliteConnectOptions::from_str(url)
            .map_err(opening())?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY_MAX);
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(opening())?;
        let reader = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS_MAX)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(opening())?;
        Ok(Store::Sqlite { writer, reader })
    }

    async fn open_postgres(url: &str) -> Result<Store, StoreError> {
        let opening = || StoreError::during("open the PostgreSQL database");
        let options = PgConnectOptions::from_str(url).map_err(opening())?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .connect_with(options)
            .await
            .map_err(opening())?;
        Ok(Store::Postgres(pool))
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite { writer, .. } => sqlx::migrate!("../schema/migrations/sqlite").run(writer).await,
            Store::Postgres(pool) => sqlx::migrate!("../schema/migrations/postgres").run(pool).await,
        }
        .map_err(StoreError::Migrate)
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let beginning = || StoreError::during("begin a transaction");
        match self {
            Store::Sqlite { writer, .. } => {
                writer.begin_with("begin immediate").await.map(Tx::Sqlite).map_err(beginning())
            }
            Store::Postgres(pool) => pool.begin().await.map(Tx::Postgres).map_err(beginning()),
        }
    }
}

impl Tx {
    /// Makes everything in it true at once. An error is an unknown outcome: read again by key.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(transaction) => transaction.commit().await,
            Tx::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(StoreError::during("commit a transaction"))
    }
}
