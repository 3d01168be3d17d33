//! The time an export may take, in its row. How much it may be extended by, `core::deadline` says.

use std::time::Duration;

use farm_core::ids::{ExportId, UserId};
use service::Timestamp;

use crate::store::{StoreError, Tx};
use crate::within;

/// What may be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// When rendering began.
    pub started_at: Timestamp,
    /// Until when it may take so far.
    pub deadline: Timestamp,
}

impl Extension {
    /// What it is granted so far, from the moment rendering began.
    #[must_use]
    pub fn granted(&self) -> Duration {
        self.deadline.since(self.started_at)
    }
}

impl Tx {
    /// The limit of a user's export that is being made; `None` for every other.
    pub async fn export_limit(&mut self, user: UserId, id: ExportId) -> Result<Option<Extension>, StoreError> {
        const SQL: &str = "-- exports.limit
            select started_at, deadline from exports
            where id = $1 and user_id = $2 and status = 'processing' and started_at is not null and deadline is not null";
        let row: Option<(i64, i64)> =
            within!(self, |db| sqlx::query_as(SQL).bind(id.0).bind(user.0).fetch_optional(db).await)
                .map_err(StoreError::during("read how long an export may take"))?;
        Ok(row.map(|(started_at, deadline)| Extension {
            started_at: Timestamp(started_at),
            deadline: Timestamp(deadline),
        }))
    }

    /// Lets an export take until `deadline`. False when its limit is no longer `before`, or it is over.
    pub async fn extend_export(
        &mut self,
        id: ExportId,
        before: Extension,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- exports.extend
            update exports set deadline = $3, updated_at = $4
            where id = $1 and deadline = $2 and status = 'processing'";
        let changed = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(before.deadline.0)
            .bind(deadline.0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("extend an export"))?;
        Ok(changed == 1)
    }
}
