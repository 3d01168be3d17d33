//! One node's connection from handshake to end: who it is, hello and welcome, then control, recall and deliveries
//! side by side. Knows no single message but the greeting.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use farm_core::ids::NodeId;
use farm_core::retry::Fault;
use quinn::{Connection, Incoming, RecvStream, SendStream};
use rustls::pki_types::CertificateDer;
use service::OnEnd;
use tokio::sync::mpsc;
use tracing::{info, warn};
use uuid::Uuid;
use wire::v1::{Hello, Rejected, Welcome};
use wire::{MESSAGE_BYTES_MAX, read_message};

use super::{Hall, control, delivery, recall, translate};
use crate::certificates;
use crate::store::{Attempt, NodeFacts, Standing};

/// Handshake, hello and welcome together.
const GREETING_MAX: Duration = Duration::from_secs(10);
/// Messages waiting for a node that does not read. More, and it is let go.
const OUTGOING_MAX: usize = 256;
/// Slots a node may offer.
const SLOTS_MAX: u32 = 1_024;
/// How long a refusal may take to reach the node.
const REJECTION_MAX: Duration = Duration::from_secs(2);
/// What people read when a task is given up after this.
const RESTARTED: &str = "Rendering was interrupted on too many nodes.";

/// A node that has been greeted.
pub(super) struct Session {
    pub(super) hall: Arc<Hall>,
    pub(super) node: NodeId,
    pub(super) fingerprint: [u8; 32],
    pub(super) connection: Connection,
    /// Slots it offers; 0 once it drains.
    pub(super) slot_count: AtomicU32,
    /// Attempts it holds as far as it has been told.
    held: Mutex<BTreeSet<Attempt>>,
    outgoing: mpsc::Sender<Vec<u8>>,
}

impl Session {
    /// Puts a message on the control stream. A node that lets them pile up is let go.
    pub(super) fn say(&self, message: Vec<u8>) {
        if self.outgoing.try_send(message).is_err() {
            self.connection.close(0_u32.into(), b"the control stream is not read");
        }
    }

    /// A lease of this node, as it names it.
    pub(super) fn attempt(&self, task: u128, epoch: i64) -> Attempt {
        Attempt { task: farm_core::ids::TaskId(Uuid::from_u128(task)), epoch, node: self.node }
    }

    pub(super) fn hold(&self, attempt: Attempt) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(attempt);
    }

    pub(super) fn let_go(&self, attempt: &Attempt) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(attempt);
    }

    pub(super) fn held(&self) -> BTreeSet<Attempt> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Serves one connection to its end.
pub(super) async fn serve(hall: Arc<Hall>, incoming: Incoming) -> anyhow::Result<()> {
    let address = incoming.remote_address();
    let greeted = tokio::time::timeout(GREETING_MAX, greet(hall.clone(), incoming)).await;
    let (session, to, from, messages) = match greeted {
        Ok(Ok(greeted)) => greeted,
        // A stranger at the door, or a node that must not come in: nothing of ours failed.
        Ok(Err(cause)) => {
            warn!(%address, "Turned a connection from {address} away: {cause:#}");
            return Ok(());
        }
        Err(_late) => {
            warn!(%address, "Turned a connection from {address} away: no hello in time");
            return Ok(());
        }
    };
    let node = session.node;
    info!(node.id = %node, %address, "Node {node} connected");
    let cause = tokio::select! {
        cause = speak(to, messages) => cause,
        cause = control::listen(&session, from) => cause,
        cause = recall::run(&session) => cause,
        cause = accept_deliveries(&session) => cause,
        closed = session.connection.closed() => closed.into(),
    };
    session.connection.close(0_u32.into(), b"");
    info!(node.id = %node, "Node {node} is gone: {cause:#}");
    if hall.sessions.leave(node, &session.connection) {
        hall.ports.store.node_disconnected(node).await.context("note that a node is gone")?;
    }
    Ok(())
}

type Greeted = (Arc<Session>, SendStream, RecvStream, mpsc::Receiver<Vec<u8>>);

async fn greet(hall: Arc<Hall>, incoming: Incoming) -> anyhow::Result<Greeted> {
    let connection = incoming.await.context("shake hands")?;
    let (node, fingerprint) = identity(&connection).context("read the certificate: it names no node")?;
    let (mut to, mut from) = connection.accept_bi().await.context("accept the control stream")?;
    let hello = read_message(&mut from, MESSAGE_BYTES_MAX).await?;
    let hello: Hello = wire::decode(hello.frame())?;
    let agreed = wire::negotiate(hello.oldest_version, hello.current_version);
    let standing = hall.ports.store.node_standing(node, &fingerprint).await?;
    let version = match agreed {
        Ok(version) if standing != Standing::Unknown => version,
        Ok(_) => return reject(to, &connection, format!("Node {node} is not enrolled here; enrol it again.")).await,
        Err(mismatch) => return reject(to, &connection, format!("This coordinator cannot {mismatch}.")).await,
    };
    let facts = NodeFacts { instance: Uuid::from_u128(hello.instance), ..translate::node_facts(hello.facts) };
    let slot_count = hello.slot_count.min(SLOTS_MAX);
    let held = admit(&hall, node, slot_count, &facts).await?;
    hall.sessions.enter(node, connection.clone());
    let welcome = welcome(&hall, version as u16, &facts);
    to.write_all(&wire::encode(&welcome)).await.context("send the welcome")?;
    hall.ports.nudge.dispatch();
    hall.ports.nudge.advance();
    let (outgoing, messages) = mpsc::channel(OUTGOING_MAX);
    let (slot_count, held) = (AtomicU32::new(slot_count), Mutex::new(held));
    let session = Session { hall, node, fingerprint, connection, slot_count, held, outgoing };
    Ok((Arc::new(session), to, from, messages))
}

fn identity(connection: &Connection) -> Option<(NodeId, [u8; 32])> {
    let chain = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    let certificate = chain.first()?;
    Some((certificates::node_of(certificate)?, certificates::fingerprint(certificate)))
}

async fn reject<T>(mut to: SendStream, connection: &Connection, reason: String) -> anyhow::Result<T> {
    let message = wire::encode(&Rejected { reason: reason.clone() });
    if to.write_all(&message).await.is_ok() && to.finish().is_ok() {
        let _gone_already = tokio::time::timeout(REJECTION_MAX, to.stopped()).await;
    }
    connection.close(0_u32.into(), b"rejected");
    bail!(reason)
}

/// Books the node as connected. A new life of its process has forgotten its old attempts: they are free at once,
/// and count as its failures, because one of them may be what ended it.
async fn admit(hall: &Hall, node: NodeId, slot_count: u32, facts: &NodeFacts) -> anyhow::Result<BTreeSet<Attempt>> {
    let store = &hall.ports.store;
    let same_life = store.node_instance(node).await? == Some(facts.instance);
    if !same_life {
        for attempt in store.attempts_of(node).await? {
            let mut tx = store.begin().await?;
            let now = hall.ports.clock.now();
            tx.fail_task(&attempt, Fault::Node, RESTARTED, "the node was started anew", now).await?;
            tx.commit().await?;
            warn!(task.id = %attempt.task, node.id = %node, "Node {node} forgot task {}: it was started anew", attempt.task);
        }
    }
    store.node_connected(node, slot_count, facts).await?;
    Ok(store.attempts_of(node).await?.into_iter().collect())
}

fn welcome(hall: &Hall, version: u16, facts: &NodeFacts) -> Welcome {
    let lease_ms = u32::try_from(hall.lease.as_millis()).unwrap_or(u32::MAX);
    Welcome { version, lease_ms, heartbeat_ms: lease_ms / 3, pools: facts.pools().into_iter().collect() }
}

async fn speak(mut to: SendStream, mut messages: mpsc::Receiver<Vec<u8>>) -> anyhow::Error {
    while let Some(message) = messages.recv().await {
        if let Err(cause) = to.write_all(&message).await {
            return cause.into();
        }
    }
    anyhow::anyhow!("nothing is left to say")
}

/// Every further stream is a delivery. How many may be open at once, the transport limits.
async fn accept_deliveries(session: &Arc<Session>) -> anyhow::Error {
    loop {
        match session.connection.accept_bi().await {
            Ok((to, from)) => {
                let receiving = delivery::receive(session.clone(), to, from);
                session.hall.tasks.spawn("delivery", OnEnd::Log, receiving);
            }
            Err(cause) => return cause.into(),
        }
    }
}

/// Marks a node that drains as offering nothing more.
pub(super) async fn drain(session: &Session) -> Result<(), crate::store::StoreError> {
    session.slot_count.store(0, Ordering::Relaxed);
    session.hall.ports.store.node_seen(session.node, 0).await
}
