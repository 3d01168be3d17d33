//! Being there: one QUIC connection to the coordinator, made again whenever it is lost, with the control stream on it.
//! Carries messages both ways; what they mean for an attempt is decided in `capacity` and `intake`.

mod control;
mod dial;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::Connection;
use service::Stop;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};
use wire::v1::{Claim, Grant, Hello, Message, Welcome};

use crate::capacity::Attempts;
pub use dial::{DialError, Dialer};

/// First wait before the connection is tried again; doubles up to the longest.
const REDIAL_FIRST: Duration = Duration::from_millis(100);
/// Longest wait before the connection is tried again.
const REDIAL_MAX: Duration = Duration::from_secs(5);
/// Messages waiting for the control stream; more is a coordinator that does not read.
const OUTGOING_MAX: usize = 256;
/// How long a claim may stay unanswered.
const CLAIM_ANSWER_MAX: Duration = Duration::from_secs(10);

/// A connection on which both ends have agreed.
#[derive(Clone, Debug)]
pub struct Session {
    /// For part streams.
    pub connection: Connection,
    /// Version, lease and pools.
    pub rules: Arc<Welcome>,
    outgoing: mpsc::Sender<Vec<u8>>,
}

/// The coordinator is not there, or stopped being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("reach the coordinator: there is no connection")]
pub struct Away;

/// How the rest of the node speaks to the coordinator. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Link {
    session: Arc<watch::Sender<Option<Session>>>,
    claims: Arc<Mutex<HashMap<u128, oneshot::Sender<Option<Grant>>>>>,
}

impl Default for Link {
    fn default() -> Self {
        Link { session: Arc::new(watch::Sender::new(None)), claims: Arc::default() }
    }
}

impl Link {
    /// The present session, if there is one.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        self.session.borrow().clone()
    }

    /// Changes whenever the connection comes or goes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Session>> {
        self.session.subscribe()
    }

    /// Asks for a task: the grant, or `None` when it is not to be had.
    pub async fn claim(&self, claim: Claim) -> Result<Option<Grant>, Away> {
        let (answer, answered) = oneshot::channel();
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).insert(claim.task, answer);
        self.send(wire::encode(&claim)).await?;
        let granted = tokio::time::timeout(CLAIM_ANSWER_MAX, answered).await;
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&claim.task);
        granted.map_err(|_late| Away)?.map_err(|_connection_lost| Away)
    }

    /// Sends a message on the control stream; it may still be lost with the connection.
    pub async fn send(&self, message: Vec<u8>) -> Result<(), Away> {
        let session = self.session().ok_or(Away)?;
        session.outgoing.send(message).await.map_err(|_closed| Away)
    }

    /// Sends a message if there is room for it right now: for what is stale by the next one.
    pub fn send_if_room(&self, message: Vec<u8>) {
        if let Some(session) = self.session() {
            let _dropped_when_full = session.outgoing.try_send(message);
        }
    }

    fn answer(&self, task: u128, granted: Option<Grant>) {
        if let Some(waiting) = self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&task) {
            let _nobody_waits_any_more = waiting.send(granted);
        }
    }

    fn set(&self, session: Option<Session>) {
        if session.is_none() {
            self.claims.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        self.session.send_replace(session);
    }
}

/// Keeps the connection until `done` is cancelled. Attempts outlive a lost connection for as long as their leases do.
pub async fn run(link: Link, dialer: Dialer, hello: Hello, attempts: Attempts, stop: Stop) -> Result<(), DialError> {
    let mut wait = REDIAL_FIRST;
    let mut said_away = false;
    let is_over = || stop.hard.is_cancelled() || (stop.soft.is_cancelled() && attempts.is_empty());
    while !is_over() {
        match dialer.dial(&hello).await {
            Ok((session, control)) => {
                info!(lease_ms = session.rules.lease_ms, "Connected to the coordinator");
                (wait, said_away) = (REDIAL_FIRST, false);
                // Who is still to be held back hears so again.
                attempts.hold_back(false);
                link.set(Some(session));
                let cause = control.run(&link, &attempts, &stop).await;
                link.set(None);
                if !stop.soft.is_cancelled() {
                    warn!("Lost the coordinator, will connect again: {:#}", anyhow::Error::from(cause));
                }
            }
            Err(cause) if cause.is_final() => return Err(cause),
            Err(cause) if !said_away => {
                said_away = true;
                warn!("The coordinator is not there, will try again: {:#}", anyhow::Error::from(cause));
            }
            Err(_still_away) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(REDIAL_MAX),
            () = stop.soft.cancelled(), if attempts.is_empty() => {}
        }
    }
    Ok(())
}

/// Whether a received message is an `M`.
fn is<M: Message>(received: &wire::Received) -> bool {
    received.kind() == M::KIND
}
