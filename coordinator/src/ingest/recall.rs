//! Looks, as long as a node is connected, whether it should go on: attempts nobody wants any more, drain, removal.
//! Hears nothing from the node.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tracing::{info, warn};
use wire::v1::{Drain, Stop};

use super::session::Session;
use crate::store::{Attempt, Standing, StoreError};

/// How soon a node hears of a cancelled export.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A node is noted as seen once in so many looks.
const LOOKS_PER_SIGHTING: u64 = 10;

/// Looks until the node must go. Gives why it must.
pub(super) async fn run(session: &Session) -> anyhow::Error {
    let mut clock = tokio::time::interval(LOOK_EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told_to_drain = false;
    for look in 0_u64.. {
        clock.tick().await;
        match look_once(session, look, &mut told_to_drain).await {
            Ok(None) => {}
            Ok(Some(reason)) => return anyhow::anyhow!(reason),
            Err(cause) => {
                let (node, cause) = (session.node, anyhow::Error::from(cause));
                warn!(node.id = %node, "Failed to look after node {node}, will look again: {cause:#}");
            }
        }
    }
    unreachable!("nobody looks 2^64 times")
}

/// Why the connection must end, if it must.
async fn look_once(session: &Session, look: u64, told_to_drain: &mut bool) -> Result<Option<&'static str>, StoreError> {
    let store = &session.hall.ports.store;
    match store.node_standing(session.node, &session.fingerprint).await? {
        Standing::Unknown => return Ok(Some("it is no longer one of this farm's nodes")),
        // No message says so: a node that connects anew takes tasks.
        Standing::Welcome if *told_to_drain => return Ok(Some("it takes tasks again, and connects anew for that")),
        Standing::Draining if !*told_to_drain => {
            session.say(wire::encode(&Drain {}));
            *told_to_drain = true;
        }
        Standing::Draining | Standing::Welcome => {}
    }
    if look.is_multiple_of(LOOKS_PER_SIGHTING) {
        store.node_seen(session.node, session.slot_count.load(Ordering::Relaxed)).await?;
    }
    // What was granted while the ledger is being read is not in `held`, and so is not stopped by mistake.
    let held = session.held();
    if held.is_empty() {
        return Ok(None);
    }
    let wanted: BTreeSet<Attempt> = store.attempts_of(session.node).await?.into_iter().collect();
    for attempt in held.difference(&wanted) {
        session.let_go(attempt);
        session.say(wire::encode(&Stop { task: attempt.task.0.as_u128(), epoch: attempt.epoch }));
        info!(task.id = %attempt.task, node.id = %session.node, "Stopped task {} on node {}", attempt.task, session.node);
    }
    Ok(None)
}
