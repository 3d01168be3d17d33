//! Doorbells decided but not yet rung: written with the decision, deleted once NATS has them. Rings none itself.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

/// A doorbell to ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doorbell {
    /// The row.
    pub id: Uuid,
    /// Where to ring.
    pub subject: String,
    /// Equal ids within NATS's window are one message.
    pub message_id: String,
    /// The message.
    pub body: Vec<u8>,
}

impl Tx {
    /// Books a doorbell, in the transaction that decided it.
    pub async fn insert_doorbell(&mut self, doorbell: &Doorbell) -> Result<(), StoreError> {
        const SQL: &str = "-- outbox.insert
            insert into outbox (id, subject, message_id, body, created_at) values ($1, $2, $3, $4, now_micros())";
        let sql = self.clocked(SQL);
        within!(self, |db| sqlx::query(sql)
            .bind(doorbell.id)
            .bind(&doorbell.subject)
            .bind(&doorbell.message_id)
            .bind(&doorbell.body)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("book a doorbell"))
    }
}

impl Store {
    /// The doorbells that wait longest.
    pub async fn doorbells(&self, limit: i64) -> Result<Vec<Doorbell>, StoreError> {
        const SQL: &str = "-- outbox.first
            select id, subject, message_id, body from outbox order by created_at, id limit $1"; // index outbox_in_order
        let rows: Vec<(Uuid, String, String, Vec<u8>)> =
            read!(self, |db| sqlx::query_as(SQL).bind(limit).fetch_all(db).await)
                .map_err(StoreError::during("list the doorbells to ring"))?;
        let doorbell = |(id, subject, message_id, body)| Doorbell { id, subject, message_id, body };
        Ok(rows.into_iter().map(doorbell).collect())
    }

    /// Deletes doorbells that have been rung.
    pub async fn delete_doorbells(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        const SQL: &str = "-- outbox.delete
            delete from outbox where id = $1";
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for id in ids {
            within!(&mut tx, |db| sqlx::query(SQL).bind(id).execute(db).await.map(drop))
                .map_err(StoreError::during("delete a rung doorbell"))?;
        }
        tx.commit().await
    }
}
