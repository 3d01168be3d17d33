//! Webhooks made, shown, edited and deleted. Calls none.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use farm_core::ids::{UserId, WebhookId};
use farm_core::webhooks::{EventType, WEBHOOKS_MAX};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};
use service::{Clock, Secret};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::paging;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::words::Sort;
use super::terms;
use crate::store::Store;
use crate::store::webhooks::Webhook;

/// What every secret begins with; the standard's own word.
const SECRET_PREFIX: &str = "whsec_";
/// The standard wants 24 to 64 bytes.
const SECRET_BYTES: usize = 32;

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(remote = "EventType")]
pub enum EventName {
    /// An export's files are there.
    #[oai(rename = "export.completed")]
    ExportCompleted,
    /// An export ended without files.
    #[oai(rename = "export.failed")]
    ExportFailed,
    /// Somebody no longer wants an export.
    #[oai(rename = "export.cancelled")]
    ExportCancelled,
    /// A video can be exported.
    #[oai(rename = "video.ready")]
    VideoReady,
    /// A video cannot be exported.
    #[oai(rename = "video.failed")]
    VideoFailed,
}

/// An address that is told what happened.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Webhook")]
struct WebhookView {
    /// Its id.
    id: Uuid,
    /// What you call it.
    name: String,
    /// Where messages are sent, by POST.
    url: String,
    /// What it is told of.
    events: Vec<EventName>,
    /// Whether it is told anything; what happens while it is not is never told.
    enabled: bool,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last edited.
    updated_at: OffsetDateTime,
}

/// A webhook that was just made.
#[derive(Clone, Debug, Object)]
struct NewWebhookView {
    /// It.
    webhook: WebhookView,
    /// Signs every message (Standard Webhooks): `whsec_` and the Base64 of the key. Shown this one time.
    secret: String,
}

/// Your webhooks.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Webhooks")]
struct WebhookList {
    /// The page.
    webhooks: Vec<WebhookView>,
    /// How many there are on all pages.
    total: u64,
}

/// What a webhook shall be.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where messages are sent, such as `https://example.org/reelfarm`. Not on this farm's own network.
    pub url: String,
    /// What it is told of; everything by default.
    pub events: Option<Vec<EventName>>,
    /// What you call it, 1 to 200 characters; its host by default.
    pub name: Option<String>,
    /// Whether it is told anything; yes by default.
    pub enabled: Option<bool>,
}

#[derive(ApiResponse)]
enum Created {
    /// It is told what happens from now on.
    #[oai(status = 201)]
    Created(Json<NewWebhookView>),
}

#[derive(ApiResponse)]
enum Deleted {
    /// It is gone, and what it was not yet told with it.
    #[oai(status = 204)]
    Deleted,
}

/// `/api/webhooks`.
pub struct Webhooks {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) private_receivers: bool,
}

#[OpenApi]
impl Webhooks {
    /// List your webhooks
    #[oai(path = "/api/webhooks", method = "get", operation_id = "list_webhooks")]
    async fn list(
        &self,
        who: SignedIn,
        /// From 1.
        page: Query<Option<u32>>,
        /// Webhooks on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// By creation; oldest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<WebhookList>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let webhooks = self.store.webhooks_of(who.0.user).await?;
        let (webhooks, total) = paging::slice(webhooks, page, sort.0, |webhook| webhook.created_at);
        Ok(Json(WebhookList { webhooks: webhooks.into_iter().map(Into::into).collect(), total }))
    }

    /// Be told what happens
    ///
    /// Messages are signed, sent in order, and tried again for a day when the receiver does not take them.
    #[oai(path = "/api/webhooks", method = "post", operation_id = "create_webhook")]
    async fn create(&self, who: SignedIn, body: Json<NewWebhook>) -> Result<Created, Refusal> {
        let terms = terms::read(body.0, self.private_receivers)?;
        let (user, id) = (who.0.user, WebhookId(Uuid::now_v7()));
        let mut key = [0; SECRET_BYTES];
        getrandom::fill(&mut key).map_err(|cause| Refusal::internal(&cause))?;
        let secret = Secret::new(format!("{SECRET_PREFIX}{}", STANDARD.encode(key)));
        let mut tx = self.store.begin().await?;
        if !tx.insert_webhook(user, id, &terms.borrowed(), &secret, WEBHOOKS_MAX, self.clock.now()).await? {
            let message = format!("You have {WEBHOOKS_MAX} webhooks already; delete one first.");
            return Err(Refusal::new(RefusalCode::TooManyWebhooks, message));
        }
        tx.commit().await?;
        let webhook = self.one(user, id).await?.into();
        Ok(Created::Created(Json(NewWebhookView { webhook, secret: secret.expose().clone() })))
    }

    /// Look at a webhook
    #[oai(path = "/api/webhooks/:id", method = "get", operation_id = "view_webhook")]
    async fn view(
        &self,
        who: SignedIn,
        /// The webhook's id.
        id: Path<Uuid>,
    ) -> Result<Json<WebhookView>, Refusal> {
        Ok(Json(self.one(who.0.user, WebhookId(id.0)).await?.into()))
    }

    /// Edit a webhook
    ///
    /// Messages it was not yet told go to the new address. The secret stays.
    #[oai(path = "/api/webhooks/:id", method = "put", operation_id = "edit_webhook")]
    async fn edit(
        &self,
        who: SignedIn,
        /// The webhook's id.
        id: Path<Uuid>,
        body: Json<NewWebhook>,
    ) -> Result<Json<WebhookView>, Refusal> {
        let (user, id) = (who.0.user, WebhookId(id.0));
        self.one(user, id).await?;
        let terms = terms::read(body.0, self.private_receivers)?;
        let mut tx = self.store.begin().await?;
        if !tx.edit_webhook(user, id, &terms.borrowed(), self.clock.now()).await? {
            return Err(Refusal::not_found("webhook"));
        }
        tx.commit().await?;
        Ok(Json(self.one(user, id).await?.into()))
    }

    /// Delete a webhook
    #[oai(path = "/api/webhooks/:id", method = "delete", operation_id = "delete_webhook")]
    async fn delete(
        &self,
        who: SignedIn,
        /// The webhook's id.
        id: Path<Uuid>,
    ) -> Result<Deleted, Refusal> {
        let mut tx = self.store.begin().await?;
        if !tx.delete_webhook(who.0.user, WebhookId(id.0)).await? {
            return Err(Refusal::not_found("webhook"));
        }
        tx.commit().await?;
        Ok(Deleted::Deleted)
    }
}

impl Webhooks {
    async fn one(&self, user: UserId, id: WebhookId) -> Result<Webhook, Refusal> {
        self.store.webhook_of(user, id).await?.ok_or_else(|| Refusal::not_found("webhook"))
    }
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> WebhookView {
        WebhookView {
            id: webhook.id.0,
            name: webhook.name,
            url: webhook.url,
            events: webhook.events.into_iter().map(Into::into).collect(),
            enabled: webhook.enabled,
            created_at: instant(webhook.created_at),
            updated_at: instant(webhook.updated_at),
        }
    }
}
