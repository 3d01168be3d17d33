//! One coordinator to a ledger: parts and keys lie in its data folder, so a second one could not go on with what the first
//! began. By locks that a killed process leaves behind for nobody: the kernel's on a SQLite file, the server's on a PostgreSQL
//! database. Waits for nobody's end but that of one just killed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use service::Stop;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use super::{Kind, StoreError};

/// The lock's name among a PostgreSQL database's advisory locks.
const LOCK: i64 = i64::from_be_bytes(*b"reelfarm");
/// PostgreSQL notices that a killed client is gone within milliseconds, when it lives on the same machine.
const PREDECESSOR_GONE_WITHIN: Duration = Duration::from_secs(5);
/// How often a lock that is taken is tried again until then.
const TRY_EVERY: Duration = Duration::from_millis(100);
/// How often it is made certain that PostgreSQL still holds the lock for us; also the time it has to say so.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why this process may not use a ledger.
#[derive(Debug, Error)]
pub enum SoleError {
    /// Somebody else does.
    #[error("another coordinator uses {ledger}: a ledger has one coordinator at a time")]
    Taken {
        /// The database's file or name.
        ledger: String,
    },
    /// The lock could not be looked at.
    #[error("lock {}", lock.display())]
    Lock {
        /// The lock's file.
        lock: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The address is no address, or nobody answers there.
    #[error("lock the database")]
    Database(#[source] sqlx::Error),
    /// It is the address of no ledger.
    #[error(transparent)]
    Address(StoreError),
}

/// The right to be the one coordinator of a ledger, until it is dropped.
#[derive(Debug)]
pub enum Sole {
    /// Of a SQLite file.
    File(File),
    /// Of a PostgreSQL database: the server holds the lock as long as this connection lives.
    Database {
        /// Where to connect again.
        options: Box<PgConnectOptions>,
        /// The connection that has the lock; none while it is lost.
        connection: Mutex<Option<PgConnection>>,
    },
}

impl Sole {
    /// Takes the ledger at `url`, or says that somebody has it.
    pub async fn take(url: &str) -> Result<Sole, SoleError> {
        match Kind::of(url).map_err(SoleError::Address)? {
            Kind::Sqlite => take_file(url).map(Sole::File),
            Kind::Postgres => take_database(url, PREDECESSOR_GONE_WITHIN).await,
        }
    }

    /// Runs until asked to stop, and keeps the right meanwhile: a lost connection to PostgreSQL is made again. An error says that
    /// somebody else was faster.
    pub async fn keep(&self, stop: &Stop) -> Result<(), SoleError> {
        while stop.soft.run_until_cancelled(sleep(LOOK_EVERY)).await.is_some() {
            self.look().await?;
        }
        Ok(())
    }

    /// Makes certain of the right, or takes it again if nobody else did.
    async fn look(&self) -> Result<(), SoleError> {
        let Sole::Database { options, connection } = self else { return Ok(()) };
        let mut connection = connection.lock().await;
        if let Some(held) = connection.as_mut()
            && matches!(timeout(LOOK_EVERY, is_held(held)).await, Ok(Ok(true)))
        {
            return Ok(());
        }
        *connection = None;
        match timeout(LOOK_EVERY, connect(options)).await {
            Ok(Ok(Some(taken))) => {
                info!("Took the lock on the database again: its connection was lost");
                *connection = Some(taken);
                Ok(())
            }
            Ok(Ok(None)) => Err(taken(options)),
            // Without the database nobody works, so nobody is in anybody's way.
            Ok(Err(cause)) => {
                warn!("Failed to take the lock on the database again, will try: {cause}");
                Ok(())
            }
            Err(_late) => Ok(()),
        }
    }
}

fn take_file(url: &str) -> Result<File, SoleError> {
    let options = SqliteConnectOptions::from_str(url).map_err(SoleError::Database)?;
    let database = options.get_filename().to_owned();
    let lock = database.with_added_extension("lock");
    let failed = |source| SoleError::Lock { lock: lock.clone(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&lock).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SoleError::Taken { ledger: database.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn take_database(url: &str, patience: Duration) -> Result<Sole, SoleError> {
    let options = PgConnectOptions::from_str(url).map_err(SoleError::Database)?;
    let until = Instant::now() + patience;
    loop {
        if let Some(connection) = connect(&options).await.map_err(SoleError::Database)? {
            return Ok(Sole::Database { options: Box::new(options), connection: Mutex::new(Some(connection)) });
        }
        if Instant::now() >= until {
            return Err(taken(&options));
        }
        sleep(TRY_EVERY).await;
    }
}

fn taken(options: &PgConnectOptions) -> SoleError {
    SoleError::Taken { ledger: format!("the PostgreSQL database {:?}", options.get_database().unwrap_or_default()) }
}

/// A connection that has the lock; none when somebody else has it.
async fn connect(options: &PgConnectOptions) -> Result<Option<PgConnection>, sqlx::Error> {
    const SQL: &str = "-- sole.take\nselect pg_try_advisory_lock($1)";
    let mut connection = options.connect().await?;
    if sqlx::query_scalar(SQL).bind(LOCK).fetch_one(&mut connection).await? {
        return Ok(Some(connection));
    }
    connection.close().await?;
    Ok(None)
}

/// Whether this very connection has a lock: one behind a pool may have become another.
async fn is_held(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    const SQL: &str = "-- sole.held\nselect exists (
        select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted)";
    sqlx::query_scalar(SQL).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fresh::postgres_database;

    #[tokio::test]
    async fn a_sqlite_ledger_has_one_coordinator_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/ledger.db", dir.path().display());
        let first = Sole::take(&url).await.unwrap();
        let said = Sole::take(&url).await.unwrap_err().to_string();
        let database = dir.path().join("ledger.db");
        let expected =
            format!("another coordinator uses {}: a ledger has one coordinator at a time", database.display());
        assert_eq!(said, expected);
        drop(first);
        Sole::take(&url).await.unwrap();
    }

    #[tokio::test]
    async fn a_postgresql_ledger_has_one_coordinator_at_a_time() {
        let url = postgres_database().await;
        let first = Sole::take(&url).await.unwrap();
        let said = take_database(&url, Duration::ZERO).await.unwrap_err().to_string();
        assert!(said.starts_with("another coordinator uses the PostgreSQL database \"reelfarm_"), "{said}");
        drop(first);
        let second = Sole::take(&url).await.unwrap();

        // Its connection is cut: it takes the lock again, unless somebody was faster.
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        let cut = async || {
            let all = "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory'
                and database = (select oid from pg_database where datname = current_database())";
            let count: i64 = sqlx::query_scalar(all).fetch_one(&pool).await.unwrap();
            assert_eq!(count, 1);
        };
        second.look().await.unwrap();
        cut().await;
        second.look().await.unwrap();
        cut().await;
        let third = Sole::take(&url).await.unwrap();
        assert!(matches!(second.look().await, Err(SoleError::Taken { .. })));
        third.look().await.unwrap();
    }
}
