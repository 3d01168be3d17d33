//! What operators order of nodes: drain, resume, quarantine, removal. The node hears of it by its own connection.

use farm_core::ids::NodeId;
use service::Timestamp;

use crate::store::{StoreError, Tx};
use crate::within;

impl Tx {
    /// It finishes what it has and claims nothing more. False when there is no such node.
    pub async fn drain_node(&mut self, id: NodeId) -> Result<bool, StoreError> {
        const SQL: &str = "-- nodes.drain
            update nodes set draining = true where id = $1";
        let changed =
            within!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(|done| done.rows_affected()))
                .map_err(StoreError::during("drain a node"))?;
        Ok(changed == 1)
    }

    /// It takes tasks again, whatever kept it from them. False when there is no such node.
    pub async fn resume_node(&mut self, id: NodeId) -> Result<bool, StoreError> {
        const SQL: &str = "-- nodes.resume
            update nodes set draining = false, quarantined_at = null, quarantine_reason = null where id = $1";
        let changed =
            within!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(|done| done.rows_affected()))
                .map_err(StoreError::during("resume a node"))?;
        Ok(changed == 1)
    }

    /// It is kept from tasks, and what it has is free for others. False when there is no such node.
    pub async fn quarantine_node(&mut self, id: NodeId, reason: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- nodes.quarantine
            update nodes set quarantined_at = coalesce(quarantined_at, $3), quarantine_reason = $2 where id = $1";
        let changed = within!(&mut *self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(reason)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("quarantine a node"))?;
        self.free_tasks_of(id).await?;
        Ok(changed == 1)
    }

    /// It is none of ours any more; what it has is free for others. False when there is no such node.
    pub async fn remove_node(&mut self, id: NodeId) -> Result<bool, StoreError> {
        const SQL: &str = "-- nodes.remove
            delete from nodes where id = $1";
        self.free_tasks_of(id).await?;
        let changed =
            within!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(|done| done.rows_affected()))
                .map_err(StoreError::during("remove a node"))?;
        Ok(changed == 1)
    }
}
