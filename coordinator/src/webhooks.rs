//! Tells programs what happened: messages the ledger holds, one after the other for each receiver, until it has them or a day has
//! passed. Decides neither what is told nor how often.

mod send;

use std::sync::Arc;
use std::time::Duration;

use farm_core::webhooks::wait_after;
use futures::StreamExt as _;
use service::{Clock, Stop, Timestamp};
use tracing::{info, warn};

use crate::config::WebhooksConfig;
use crate::nudge::Nudge;
use crate::store::webhooks::{Due, Outcome};
use crate::store::{Store, StoreError};

use send::{Answer, send};

/// Receivers called side by side.
const CALLED_AT_ONCE_MAX: usize = 16;
/// Another coordinator leaves a message alone for so long beyond the longest call.
const HELD_BEYOND: Duration = Duration::from_secs(15);
/// Messages that ended are kept to be looked at and sent again.
const KEPT: Duration = Duration::from_hours(30 * 24);
/// How often old messages are looked for.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// What it works on.
#[derive(Clone)]
pub struct Ports {
    /// The ledger.
    pub store: Store,
    /// Who wakes us.
    pub nudge: Nudge,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Runs until asked to stop: woken by a nudge and by a timer.
pub async fn run(ports: Ports, config: WebhooksConfig, stop: Stop) -> Result<(), StoreError> {
    let mut nudges = ports.nudge.watch_progress();
    let mut forgotten_at: Option<Timestamp> = None;
    while !stop.soft.is_cancelled() {
        match round(&ports, &config).await {
            Ok(count) if count > 0 => continue,
            Ok(_nothing) => {}
            Err(cause) => warn_of(cause),
        }
        let now = ports.clock.now();
        if forgotten_at.is_none_or(|at| now.since(at) >= FORGET_EVERY) {
            forgotten_at = Some(now);
            if let Err(cause) = ports.store.forget_deliveries(now.before(KEPT)).await {
                warn_of(cause);
            }
        }
        let woken = tokio::time::timeout(config.tick(), nudges.changed());
        stop.soft.run_until_cancelled(woken).await;
    }
    Ok(())
}

/// Sends what is due. Gives how many messages were sent.
async fn round(ports: &Ports, config: &WebhooksConfig) -> Result<usize, StoreError> {
    let due = ports.store.due_deliveries(ports.clock.now()).await?;
    let count = due.len();
    let mut calls =
        futures::stream::iter(due).map(|due| deliver(ports, config, due)).buffer_unordered(CALLED_AT_ONCE_MAX);
    while let Some(delivered) = calls.next().await {
        delivered?;
    }
    Ok(count)
}

async fn deliver(ports: &Ports, config: &WebhooksConfig, due: Due) -> Result<(), StoreError> {
    if !ports.store.begin_delivery(&due, ports.clock.now(), config.timeout() + HELD_BEYOND).await? {
        return Ok(());
    }
    let answer = send(&due, config, ports.clock.now()).await;
    let mut jitter = [0];
    let _without_jitter_then = getrandom::fill(&mut jitter);
    let now = ports.clock.now();
    let (id, webhook, attempts, event) = (due.id, due.webhook, due.attempts, &due.event);
    let (outcome, error) = match &answer {
        Answer::Taken(_) => {
            info!(webhook.id = %webhook, delivery.id = %id, attempts, "Told webhook {webhook} of {event}");
            (Outcome::Delivered, None)
        }
        Answer::Refused { message, .. } => {
            warn!(webhook.id = %webhook, delivery.id = %id, attempts, "Failed to tell webhook {webhook} of {event}: {message}");
            let again = wait_after(attempts, jitter[0]).map(|wait| Outcome::Again(now.after(wait)));
            (again.unwrap_or(Outcome::GivenUp), Some(message.as_str()))
        }
    };
    ports.store.end_attempt(&due, &outcome, answer.status(), error, now).await
}

fn warn_of(cause: StoreError) {
    warn!("Failed to look at the webhooks' messages, will look again: {:#}", anyhow::Error::from(cause));
}

#[cfg(test)]
mod tests;
