//! Exactness reports in the ledger, and what of one only the ledger knows. Makes none.

use std::collections::HashSet;

use farm_core::content_key::ContentKey;
use farm_core::ids::ExportId;

use super::{Store, StoreError};
use crate::read;

impl Store {
    /// The report of a completed export, as it was written; `None` for one from before there were reports.
    pub async fn export_report(&self, export: ExportId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "-- reports.export_report
            select report from exports where id = $1";
        let report: Option<Option<String>> =
            read!(self, |db| sqlx::query_scalar(SQL).bind(export.0).fetch_optional(db).await)
                .map_err(StoreError::during("read an export's report"))?;
        Ok(report.flatten())
    }

    /// The parts that were there before an export asked for them.
    pub async fn reused_parts(&self, export: ExportId) -> Result<HashSet<ContentKey>, StoreError> {
        const SQL: &str = "-- reports.reused_parts
            select content_key from tasks where export_id = $1 and reused and content_key is not null";
        let keys: Vec<Vec<u8>> = read!(self, |db| sqlx::query_scalar(SQL).bind(export.0).fetch_all(db).await)
            .map_err(StoreError::during("list an export's reused parts"))?;
        let key = |bytes: Vec<u8>| {
            let row = hex::encode(&bytes);
            let key = bytes.try_into().map(ContentKey);
            key.map_err(|_| StoreError::Inconsistent { table: "tasks", column: "content_key", row })
        };
        keys.into_iter().map(key).collect()
    }
}

#[cfg(test)]
impl Store {
    /// As if the export had been completed before there were reports.
    pub(crate) async fn forget_report(&self, export: ExportId) {
        const SQL: &str = "update exports set report = null where id = $1";
        crate::write!(self, |db| sqlx::query(SQL).bind(export.0).execute(db).await.map(drop)).unwrap();
    }
}
