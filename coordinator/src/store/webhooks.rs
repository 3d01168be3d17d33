//! Webhooks in the ledger: whom to tell of what. Another user's is not there. Sends nothing.

mod announce;
mod deliveries;

use farm_core::ids::{UserId, WebhookId};
use farm_core::webhooks::EventType;
use service::{Secret, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

pub use deliveries::{Delivery, DeliveryState, Due, Outcome};

/// An address that is told what happened.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Which.
    pub id: WebhookId,
    /// What its owner calls it.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// What it is told of.
    pub events: Vec<EventType>,
    /// Whether it is told anything.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

/// What a webhook shall be.
#[derive(Clone, Debug)]
pub struct WebhookTerms<'a> {
    /// What its owner calls it.
    pub name: &'a str,
    /// Where it is told.
    pub url: &'a str,
    /// What it is told of.
    pub events: &'a [EventType],
    /// Whether it is told anything.
    pub enabled: bool,
}

impl WebhookTerms<'_> {
    fn events(&self) -> Json<Vec<&'static str>> {
        Json(self.events.iter().map(|event| event.as_str()).collect())
    }
}

#[derive(sqlx::FromRow)]
struct WebhookRow {
    id: Uuid,
    name: String,
    url: String,
    events: Json<Vec<String>>,
    enabled: bool,
    created_at: i64,
    updated_at: i64,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Webhook {
        Webhook {
            id: WebhookId(row.id),
            name: row.name,
            url: row.url,
            // An event that this version no longer knows is not told of.
            events: row.events.0.iter().filter_map(|event| EventType::parse(event)).collect(),
            enabled: row.enabled,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

impl Store {
    /// All webhooks of a user, oldest first.
    pub async fn webhooks_of(&self, user: UserId) -> Result<Vec<Webhook>, StoreError> {
        // How many there may be, core says; the limit only bounds a query.
        const SQL: &str = "-- webhooks.of_user
            select id, name, url, events, enabled, created_at, updated_at from webhooks
            where user_id = $1 order by created_at, id limit 1000";
        let rows: Vec<WebhookRow> = read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list a user's webhooks"))?;
        Ok(rows.into_iter().map(Webhook::from).collect())
    }

    /// A user's webhook.
    pub async fn webhook_of(&self, user: UserId, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        const SQL: &str = "-- webhooks.one
            select id, name, url, events, enabled, created_at, updated_at from webhooks where user_id = $1 and id = $2";
        let row: Option<WebhookRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).bind(id.0).fetch_optional(db).await)
                .map_err(StoreError::during("read a webhook"))?;
        Ok(row.map(Webhook::from))
    }
}

impl Tx {
    /// Keeps a new webhook. False when the user has `max` already.
    pub async fn insert_webhook(
        &mut self,
        user: UserId,
        id: WebhookId,
        terms: &WebhookTerms<'_>,
        secret: &Secret<String>,
        max: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const LOCK: &str = "-- webhooks.lock
            update users set name = name where id = $1";
        const COUNT: &str = "-- webhooks.count
            select count(*) from webhooks where user_id = $1";
        const INSERT: &str = "-- webhooks.insert
            insert into webhooks (id, user_id, name, url, events, secret, enabled, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        within!(&mut *self, |db| sqlx::query(LOCK).bind(user.0).execute(db).await.map(drop))
            .map_err(StoreError::during("hold a user's webhooks"))?;
        let count: i64 = within!(&mut *self, |db| sqlx::query_scalar(COUNT).bind(user.0).fetch_one(db).await)
            .map_err(StoreError::during("count a user's webhooks"))?;
        if count >= i64::from(max) {
            return Ok(false);
        }
        within!(self, |db| sqlx::query(INSERT)
            .bind(id.0)
            .bind(user.0)
            .bind(terms.name)
            .bind(terms.url)
            .bind(terms.events())
            .bind(secret.expose())
            .bind(terms.enabled)
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a webhook"))?;
        Ok(true)
    }

    /// Edits a user's webhook. False when there is none.
    pub async fn edit_webhook(
        &mut self,
        user: UserId,
        id: WebhookId,
        terms: &WebhookTerms<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- webhooks.edit
            update webhooks set name = $3, url = $4, events = $5, enabled = $6, updated_at = $7
            where id = $1 and user_id = $2";
        let edited = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .bind(terms.name)
            .bind(terms.url)
            .bind(terms.events())
            .bind(terms.enabled)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("edit a webhook"))?;
        Ok(edited == 1)
    }

    /// Deletes a user's webhook with its deliveries. False when there is none.
    pub async fn delete_webhook(&mut self, user: UserId, id: WebhookId) -> Result<bool, StoreError> {
        const SQL: &str = "-- webhooks.delete
            delete from webhooks where id = $1 and user_id = $2";
        let deleted = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("delete a webhook"))?;
        Ok(deleted == 1)
    }
}
