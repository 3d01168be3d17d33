//! Whether the ledger takes writes. Changes nothing.

use super::{Store, StoreError};
use crate::within;

impl Store {
    /// Begins, writes nothing and commits: fails when the database is gone, locked or read-only.
    pub async fn check_writing(&self) -> Result<(), StoreError> {
        const SQL: &str = "-- health.check_writing
            update users set name = name where name = ''";
        let mut tx = self.begin().await?;
        within!(&mut tx, |db| sqlx::query(SQL).execute(db).await.map(drop))
            .map_err(StoreError::during("write to the database"))?;
        tx.commit().await
    }
}
