//! What nodes say on their control stream, one message at a time: claim, renew, progress, failed, release, drain.

use std::time::Duration;

use farm_core::retry::{Fault, Next};
use quinn::RecvStream;
use tracing::{info, warn};
use wire::v1::{
    Claim, ClaimRefused, Drain, Failed, FailureClass, Grant, Message, Progress, Release, Renew, Renewed, Stop,
};
use wire::{MESSAGE_BYTES_MAX, Received, read_message};

use super::session::{Session, drain};
use super::translate;
use crate::store::{Attempt, Lease, StoreError};

/// How long a source's address is good: the longest S3 allows us, and longer than any child may live.
const SOURCE_URL_LIFE: Duration = Duration::from_secs(crate::storage::PRESIGN_SECONDS_MAX);
/// No text of a node is kept longer.
const TEXT_CHARACTERS_MAX: usize = 2_000;

/// Hears a node out until its stream ends. Gives why it did.
pub(super) async fn listen(session: &Session, mut from: RecvStream) -> anyhow::Error {
    loop {
        let message = match read_message(&mut from, MESSAGE_BYTES_MAX).await {
            Ok(message) => message,
            Err(cause) => return cause.into(),
        };
        if let Err(cause) = hear(session, &message).await {
            return cause;
        }
    }
}

/// A message that makes no sense ends the connection; a ledger that does not answer only leaves it unanswered.
async fn hear(session: &Session, message: &Received) -> anyhow::Result<()> {
    let frame = message.frame();
    let heard = match message.kind() {
        Claim::KIND => claim(session, &wire::decode(frame)?).await,
        Renew::KIND => renew(session, &wire::decode(frame)?).await,
        Progress::KIND => progress(session, &wire::decode(frame)?).await,
        Failed::KIND => failed(session, wire::decode(frame)?).await,
        Release::KIND => release(session, &wire::decode(frame)?).await,
        Drain::KIND => drain(session).await,
        kind => anyhow::bail!("understand the node: message kind {kind} does not belong here"),
    };
    if let Err(cause) = heard {
        let (node, cause) = (session.node, anyhow::Error::from(cause));
        warn!(node.id = %node, "Failed to answer node {node}: {cause:#}");
    }
    Ok(())
}

async fn claim(session: &Session, &Claim { task, epoch }: &Claim) -> Result<(), StoreError> {
    let ports = &session.hall.ports;
    let refused = || wire::encode(&ClaimRefused { task, epoch });
    let asked = session.attempt(task, epoch);
    let claimed = ports.store.claim_task(asked.task, epoch, session.node, session.hall.lease).await;
    let lease = match claimed {
        Ok(Some(lease)) => lease,
        Ok(None) => {
            session.say(refused());
            return Ok(());
        }
        Err(cause) => {
            session.say(refused());
            return Err(cause);
        }
    };
    match ports.storage.presign_get(&lease.source_key, SOURCE_URL_LIFE, None).await {
        Ok(source_url) => grant(session, &lease, source_url),
        Err(cause) => {
            warn!(task.id = %asked.task, "Failed to presign the source of task {}: {:#}", asked.task, anyhow::Error::from(cause));
            ports.store.release_task(&lease.attempt).await?;
            session.say(refused());
        }
    }
    ports.nudge.progress();
    Ok(())
}

fn grant(session: &Session, lease: &Lease, source_url: String) {
    let Attempt { task, epoch, node } = lease.attempt;
    session.hold(lease.attempt);
    session.say(wire::encode(&Grant {
        task: task.0.as_u128(),
        epoch,
        content_key: lease.promise.content_key.map_or([0; 32], |key| key.0),
        source_url,
        source_bytes: lease.source_bytes,
        video: lease.promise.video.0.as_u128(),
        work: translate::work(&lease.promise.work),
    }));
    let kind = lease.promise.work.kind().as_str();
    info!(task.id = %task, node.id = %node, epoch, kind, "Leased {kind} task {task} to node {node}");
}

async fn renew(session: &Session, &Renew { task, epoch, frames_done }: &Renew) -> Result<(), StoreError> {
    let ports = &session.hall.ports;
    let attempt = session.attempt(task, epoch);
    if ports.store.renew_lease(&attempt, session.hall.lease, frames_done).await? {
        session.say(wire::encode(&Renewed { task, epoch }));
        ports.nudge.progress();
    } else {
        session.let_go(&attempt);
        session.say(wire::encode(&Stop { task, epoch }));
    }
    Ok(())
}

async fn progress(session: &Session, &Progress { task, epoch, frames_done }: &Progress) -> Result<(), StoreError> {
    let ports = &session.hall.ports;
    ports.store.note_progress(&session.attempt(task, epoch), frames_done).await?;
    ports.nudge.progress();
    Ok(())
}

async fn failed(session: &Session, failed: Failed) -> Result<(), StoreError> {
    let fault = match failed.class {
        FailureClass::Unsupported => Fault::Unsupported,
        FailureClass::Media => Fault::Media,
        FailureClass::Node => Fault::Node,
        FailureClass::Infra => Fault::Infra,
    };
    let attempt = session.attempt(failed.task, failed.epoch);
    fail(session, &attempt, fault, &shortened(failed.message), &shortened(failed.detail)).await
}

/// Books a failure and wakes whoever it concerns.
pub(super) async fn fail(
    session: &Session,
    attempt: &Attempt,
    fault: Fault,
    message: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let ports = &session.hall.ports;
    session.let_go(attempt);
    let mut tx = ports.store.begin().await?;
    let Some(failed) = tx.fail_task(attempt, fault, message, detail, ports.clock.now()).await? else { return Ok(()) };
    tx.commit().await?;
    let (task, node, kind) = (attempt.task, attempt.node, failed.kind.as_str());
    warn!(task.id = %task, node.id = %node, epoch = attempt.epoch, ?fault, detail,
        "Node {node} failed {kind} task {task}: {message}");
    if failed.next == Next::Poisoned {
        ports.nudge.advance();
    }
    ports.nudge.dispatch();
    ports.nudge.progress();
    Ok(())
}

async fn release(session: &Session, &Release { task, epoch }: &Release) -> Result<(), StoreError> {
    let attempt = session.attempt(task, epoch);
    session.let_go(&attempt);
    if session.hall.ports.store.release_task(&attempt).await? {
        info!(task.id = %attempt.task, node.id = %session.node, "Node {} gave task {} back", session.node, attempt.task);
        session.hall.ports.nudge.dispatch();
    }
    Ok(())
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS_MAX) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}
