//! Messages to webhooks in the ledger: what is due, what became of it, and what is sent again. Sends nothing.

use std::time::Duration;

use farm_core::ids::{DeliveryId, WebhookId};
use service::{Secret, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::page::Page;
use crate::store::{Store, StoreError, Tx};
use crate::{paged, read, within, write};

/// Messages sent in one round; the rest come with the next.
const DUE_MAX: i64 = 64;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is sent as soon as it may be.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<DeliveryState> {
        [Self::Pending, Self::Delivered, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A message to a webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Which; also the message's id.
    pub id: DeliveryId,
    /// What happened.
    pub event: String,
    /// The facts as they were then.
    pub facts: serde_json::Value,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent next, while it is pending.
    pub next_attempt_at: Timestamp,
    /// What the receiver answered last.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

/// A message that is to be sent now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The message.
    pub id: DeliveryId,
    /// To whom.
    pub webhook: WebhookId,
    /// Where.
    pub url: String,
    /// Signs it.
    pub secret: Secret<String>,
    /// What happened.
    pub event: String,
    /// The facts.
    pub facts: serde_json::Value,
    /// When it happened.
    pub created_at: Timestamp,
    /// How often it was sent, this time included.
    pub attempts: u32,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Delivered,
    /// It is tried again then.
    Again(Timestamp),
    /// It is given up.
    GivenUp,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: Uuid,
    webhook_id: Uuid,
    url: String,
    secret: String,
    event: String,
    facts: Json<serde_json::Value>,
    created_at: i64,
    attempts: i64,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: Uuid,
    event: String,
    facts: Json<serde_json::Value>,
    state: String,
    attempts: i64,
    next_attempt_at: i64,
    last_status: Option<i64>,
    last_error: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

impl Store {
    /// The first pending message of each webhook that may be told now: one after the other, in the order in which it happened.
    pub async fn due_deliveries(&self, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        // Index deliveries_pending.
        const SQL: &str = "-- deliveries.due
            select deliveries.id, deliveries.webhook_id, webhooks.url, webhooks.secret, deliveries.event, deliveries.facts,
                   deliveries.created_at, deliveries.attempts
            from deliveries join webhooks on webhooks.id = deliveries.webhook_id
            where deliveries.state = 'pending' and deliveries.next_attempt_at <= $1 and webhooks.enabled
              and not exists (select 1 from deliveries as earlier
                              where earlier.webhook_id = deliveries.webhook_id and earlier.state = 'pending'
                                and (earlier.created_at < deliveries.created_at
                                     or earlier.created_at = deliveries.created_at and earlier.id < deliveries.id))
            order by deliveries.next_attempt_at limit $2";
        let rows: Vec<DueRow> = read!(self, |db| sqlx::query_as(SQL).bind(now.0).bind(DUE_MAX).fetch_all(db).await)
            .map_err(StoreError::during("list the deliveries that are due"))?;
        let due = |row: DueRow| Due {
            id: DeliveryId(row.id),
            webhook: WebhookId(row.webhook_id),
            url: row.url,
            secret: Secret::new(row.secret),
            event: row.event,
            facts: row.facts.0,
            created_at: Timestamp(row.created_at),
            attempts: small(row.attempts) + 1,
        };
        Ok(rows.into_iter().map(due).collect())
    }

    /// Takes a message to send it, for at most `held`. False when another coordinator has it, or it is pending no longer.
    pub async fn begin_delivery(&self, due: &Due, now: Timestamp, held: Duration) -> Result<bool, StoreError> {
        const SQL: &str = "-- deliveries.begin
            update deliveries set attempts = attempts + 1, next_attempt_at = $4
            where id = $1 and state = 'pending' and attempts = $2 and next_attempt_at <= $3";
        let begun = write!(self, |db| sqlx::query(SQL)
            .bind(due.id.0)
            .bind(i64::from(due.attempts) - 1)
            .bind(now.0)
            .bind(now.after(held).0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("begin a delivery"))?;
        Ok(begun == 1)
    }

    /// Notes what became of an attempt. Of an attempt that is not the last one it says nothing.
    pub async fn end_attempt(
        &self,
        due: &Due,
        outcome: &Outcome,
        status: Option<u16>,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- deliveries.end_attempt
            update deliveries set state = $3, next_attempt_at = $4, last_status = $5, last_error = $6, ended_at = $7
            where id = $1 and attempts = $2 and state = 'pending'";
        let (state, next, ended) = match outcome {
            Outcome::Delivered => (DeliveryState::Delivered, now, Some(now.0)),
            Outcome::Again(at) => (DeliveryState::Pending, *at, None),
            Outcome::GivenUp => (DeliveryState::Failed, now, Some(now.0)),
        };
        write!(self, |db| sqlx::query(SQL)
            .bind(due.id.0)
            .bind(i64::from(due.attempts))
            .bind(state.as_str())
            .bind(next.0)
            .bind(status.map(i64::from))
            .bind(error)
            .bind(ended)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("note what became of a delivery"))
    }

    /// A page of a webhook's messages, and how many there are.
    pub async fn deliveries_of(
        &self,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        page: Page,
    ) -> Result<(Vec<Delivery>, u64), StoreError> {
        let (rows, total) = paged!(
            self, page, "deliveries", DeliveryRow,
            select ["id, event, facts, state, attempts, next_attempt_at, last_status, last_error, created_at, ended_at"],
            from ["deliveries where webhook_id = $1 and (cast($2 as text) is null or state = $2)"],
            order ["created_at", "id"], limit "limit $3 offset $4",
            bind [webhook.0, state.map(DeliveryState::as_str)], doing "list a webhook's deliveries"
        );
        Ok((rows.into_iter().map(Delivery::try_from).collect::<Result<_, _>>()?, total))
    }

    /// Forgets messages that ended before `before`. Gives how many.
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "-- deliveries.forget
            delete from deliveries where state <> 'pending' and ended_at < $1";
        write!(self, |db| sqlx::query(SQL).bind(before.0).execute(db).await.map(|done| done.rows_affected()))
            .map_err(StoreError::during("forget old deliveries"))
    }
}

impl Tx {
    /// Sends messages of a webhook again: the one named, or all that were given up since `since`. Gives how many.
    pub async fn replay_deliveries(
        &mut self,
        webhook: WebhookId,
        delivery: Option<DeliveryId>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        const ONE: &str = "-- deliveries.replay
            update deliveries set state = 'pending', attempts = 0, next_attempt_at = $4, ended_at = null
            where webhook_id = $1 and id = $2 and created_at >= $3 and state <> 'pending'";
        const FAILED: &str = "-- deliveries.replay_failed
            update deliveries set state = 'pending', attempts = 0, next_attempt_at = $3, ended_at = null
            where webhook_id = $1 and created_at >= $2 and state = 'failed'";
        let replaying = || StoreError::during("replay deliveries");
        match delivery {
            Some(delivery) => within!(self, |db| sqlx::query(ONE)
                .bind(webhook.0)
                .bind(delivery.0)
                .bind(since.0)
                .bind(now.0)
                .execute(db)
                .await
                .map(|done| done.rows_affected()))
            .map_err(replaying()),
            None => within!(self, |db| sqlx::query(FAILED)
                .bind(webhook.0)
                .bind(since.0)
                .bind(now.0)
                .execute(db)
                .await
                .map(|done| done.rows_affected()))
            .map_err(replaying()),
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Delivery, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "deliveries", column, row: row.id.to_string() };
        Ok(Delivery {
            id: DeliveryId(row.id),
            state: DeliveryState::parse(&row.state).ok_or_else(|| wrong("state"))?,
            last_status: row.last_status.and_then(|status| u16::try_from(status).ok()),
            event: row.event,
            facts: row.facts.0,
            attempts: small(row.attempts),
            next_attempt_at: Timestamp(row.next_attempt_at),
            last_error: row.last_error,
            created_at: Timestamp(row.created_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}
