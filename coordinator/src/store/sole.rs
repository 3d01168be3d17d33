//! One coordinator to a SQLite ledger, by a lock of the kernel's that a killed process leaves behind for nobody.
//! PostgreSQL takes any number, so there it holds nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::str::FromStr as _;

use sqlx::sqlite::SqliteConnectOptions;
use thiserror::Error;

/// Why this process may not use a ledger.
#[derive(Debug, Error)]
pub enum SoleError {
    /// Somebody else does.
    #[error("another coordinator uses {}: a SQLite ledger has one, a PostgreSQL ledger may have several", database.display())]
    Taken {
        /// The database's file.
        database: PathBuf,
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
    /// The address is no address.
    #[error("read the address of the SQLite database")]
    Address(#[source] sqlx::Error),
}

/// The right to be the one coordinator of a ledger, until it is dropped.
#[derive(Debug)]
pub struct Sole {
    _lock: Option<File>,
}

impl Sole {
    /// Takes the ledger at `url`, or says who has it.
    pub fn take(url: &str) -> Result<Sole, SoleError> {
        if !url.starts_with("sqlite:") {
            return Ok(Sole { _lock: None });
        }
        let options = SqliteConnectOptions::from_str(url).map_err(SoleError::Address)?;
        let database = options.get_filename().to_owned();
        let lock = database.with_added_extension("lock");
        let failed = |source| SoleError::Lock { lock: lock.clone(), source };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Sole { _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(SoleError::Taken { database }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_ledger_has_one_coordinator_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/ledger.db", dir.path().display());
        let first = Sole::take(&url).unwrap();
        let said = Sole::take(&url).unwrap_err().to_string();
        let database = dir.path().join("ledger.db");
        let expected = format!(
            "another coordinator uses {}: a SQLite ledger has one, a PostgreSQL ledger may have several",
            database.display()
        );
        assert_eq!(said, expected);
        drop(first);
        Sole::take(&url).unwrap();
        let farm = "postgres://reelfarm@localhost/reelfarm";
        let both = (Sole::take(farm).unwrap(), Sole::take(farm).unwrap());
        drop(both);
    }
}
