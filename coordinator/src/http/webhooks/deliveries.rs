//! `/api/webhooks/{id}/deliveries` and `/replay`: what became of every message, and messages sent again. Sends none itself.

use std::sync::Arc;

use farm_core::ids::{DeliveryId, WebhookId};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};
use service::{Clock, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::Sort;
use crate::nudge::Nudge;
use crate::store::Store;
use crate::store::webhooks::Delivery;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "crate::store::webhooks::DeliveryState")]
enum DeliveryState {
    /// It is sent as soon as it may be.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    Failed,
}

/// A message to a webhook.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Delivery", skip_serializing_if_is_none)]
struct DeliveryView {
    /// Its id. The header `webhook-id` is `msg_` and this without dashes, however often it is sent.
    id: Uuid,
    /// What happened, such as `export.completed`.
    event: String,
    /// The facts as they were then: `data` of what is sent.
    data: serde_json::Value,
    /// Where it is.
    state: DeliveryState,
    /// How often it was sent.
    attempts: u32,
    /// When it is sent next; only while it is pending.
    next_attempt_at: Option<OffsetDateTime>,
    /// The status the receiver answered last.
    last_status: Option<u16>,
    /// Why the last attempt failed.
    last_error: Option<String>,
    /// When it happened.
    created_at: OffsetDateTime,
    /// When it was delivered or given up.
    ended_at: Option<OffsetDateTime>,
}

/// A page of messages.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Deliveries")]
struct DeliveryPage {
    /// The page. Messages are kept for thirty days after they ended.
    deliveries: Vec<DeliveryView>,
    /// How many there are on all pages.
    total: u64,
}

/// What to send again.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
struct Replay {
    /// Only this message, even if the receiver has it; absent: all that were given up.
    delivery_id: Option<Uuid>,
    /// Only what happened since then.
    since: Option<OffsetDateTime>,
}

/// What is sent again.
#[derive(Clone, Debug, Object)]
struct Replayed {
    /// How many messages.
    deliveries: u64,
}

/// `/api/webhooks/{id}/deliveries` and `/replay`.
pub struct Deliveries {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) nudge: Nudge,
}

#[OpenApi]
impl Deliveries {
    /// List a webhook's messages
    #[oai(path = "/api/webhooks/:id/deliveries", method = "get", operation_id = "list_deliveries")]
    async fn list(
        &self,
        who: SignedIn,
        /// The webhook's id.
        id: Path<Uuid>,
        /// Only those in this state.
        state: Query<Option<DeliveryState>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Messages on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<DeliveryPage>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let id = WebhookId(id.0);
        self.store.webhook_of(who.0.user, id).await?.ok_or_else(|| Refusal::not_found("webhook"))?;
        let (deliveries, total) = self.store.deliveries_of(id, state.0.map(Into::into), page).await?;
        Ok(Json(DeliveryPage { deliveries: deliveries.into_iter().map(Into::into).collect(), total }))
    }

    /// Send messages again
    ///
    /// Each keeps its id, so a receiver that had it can tell.
    #[oai(path = "/api/webhooks/:id/replay", method = "post", operation_id = "replay_deliveries")]
    async fn replay(
        &self,
        who: SignedIn,
        /// The webhook's id.
        id: Path<Uuid>,
        body: Json<Option<Replay>>,
    ) -> Result<Json<Replayed>, Refusal> {
        let (id, Replay { delivery_id, since }) = (WebhookId(id.0), body.0.unwrap_or_default());
        self.store.webhook_of(who.0.user, id).await?.ok_or_else(|| Refusal::not_found("webhook"))?;
        let micros = since.map_or(0, |since| since.unix_timestamp_nanos().div_euclid(1_000));
        let since = Timestamp(i64::try_from(micros).unwrap_or(i64::MAX));
        let mut tx = self.store.begin().await?;
        let count = tx.replay_deliveries(id, delivery_id.map(DeliveryId), since, self.clock.now()).await?;
        if count == 0 && delivery_id.is_some() {
            return Err(Refusal::not_found("delivery"));
        }
        tx.commit().await?;
        self.nudge.progress();
        Ok(Json(Replayed { deliveries: count }))
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> DeliveryView {
        let pending = delivery.state == crate::store::webhooks::DeliveryState::Pending;
        DeliveryView {
            id: delivery.id.0,
            event: delivery.event,
            data: delivery.facts,
            state: delivery.state.into(),
            attempts: delivery.attempts,
            next_attempt_at: pending.then(|| instant(delivery.next_attempt_at)),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            created_at: instant(delivery.created_at),
            ended_at: delivery.ended_at.map(instant),
        }
    }
}
