//! Brings a part or an index to the coordinator: one stream each, again and again until there is a receipt.
//! Keeps the caller's file; deletes nothing.

use std::io;
use std::path::Path;
use std::time::Duration;

use quinn::{RecvStream, SendStream};
use thiserror::Error;
use tokio::fs::File;
use tracing::debug;
use wire::v1::{Message as _, PartRefused, Receipt};
use wire::{FrameError, MESSAGE_BYTES_MAX, ReadError, read_message};

use crate::presence::{Link, Session};

/// The coordinator syncs the part to disk before it answers; a slow disk is given this long.
const RECEIPT_MAX: Duration = Duration::from_mins(2);
/// First wait before a part is sent again; doubles up to the longest.
const AGAIN_FIRST: Duration = Duration::from_millis(200);
/// Longest wait before a part is sent again.
const AGAIN_MAX: Duration = Duration::from_secs(5);

/// Why something will never be delivered.
#[derive(Debug, Error)]
pub enum DeliverError {
    /// The coordinator has no use for it.
    #[error("deliver: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
    /// Our own file cannot be read.
    #[error("read the rendered part")]
    Payload(#[source] io::Error),
}

/// Why one try did not bring a receipt.
#[derive(Debug, Error)]
enum TryError {
    #[error("send a part")]
    Connection(#[from] quinn::ConnectionError),
    #[error("send a part")]
    Write(#[source] io::Error),
    #[error("read the rendered part")]
    Payload(#[source] io::Error),
    #[error("read the receipt")]
    Read(#[from] ReadError),
    #[error("read the receipt")]
    Frame(#[from] FrameError),
    #[error("wait for the receipt: none within {} s", RECEIPT_MAX.as_secs())]
    Late,
}

enum Answer {
    Received,
    Refused(PartRefused),
}

/// Sends `head` (an encoded message) and the file behind it until the coordinator has it or does not want it.
/// Never gives up by itself: the lease does.
pub async fn deliver(link: &Link, head: &[u8], payload: Option<&Path>) -> Result<(), DeliverError> {
    let mut sessions = link.watch();
    let mut wait = AGAIN_FIRST;
    loop {
        if let Some(session) = link.session() {
            match send(&session, head, payload).await {
                Ok(Answer::Received) => return Ok(()),
                Ok(Answer::Refused(PartRefused { reason, retry_after_ms: 0, .. })) => {
                    return Err(DeliverError::Refused { reason });
                }
                Ok(Answer::Refused(later)) => {
                    wait = Duration::from_millis(u64::from(later.retry_after_ms)).min(AGAIN_MAX);
                }
                Err(TryError::Payload(source)) => return Err(DeliverError::Payload(source)),
                Err(cause) => debug!("Will send again: {:#}", anyhow::Error::from(cause)),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = sessions.changed() => {}
        }
        wait = (wait * 2).min(AGAIN_MAX);
    }
}

async fn send(session: &Session, head: &[u8], payload: Option<&Path>) -> Result<Answer, TryError> {
    let (to, from) = session.connection.open_bi().await?;
    write(to, head, payload).await?;
    tokio::time::timeout(RECEIPT_MAX, read_answer(from)).await.map_err(|_late| TryError::Late)?
}

async fn write(mut to: SendStream, head: &[u8], payload: Option<&Path>) -> Result<(), TryError> {
    if let Err(cause) = to.write_all(head).await {
        return unless_stopped(cause);
    }
    if let Some(path) = payload {
        let mut file = File::open(path).await.map_err(TryError::Payload)?;
        if let Err(cause) = tokio::io::copy(&mut file, &mut to).await {
            return cause
                .downcast::<quinn::WriteError>()
                .map_or_else(|other| Err(TryError::Write(other)), unless_stopped);
        }
    }
    let _already_stopped = to.finish();
    Ok(())
}

/// A coordinator that stops reading has answered already: the answer says why.
fn unless_stopped(cause: quinn::WriteError) -> Result<(), TryError> {
    match cause {
        quinn::WriteError::Stopped(_) => Ok(()),
        other => Err(TryError::Write(other.into())),
    }
}

async fn read_answer(mut from: RecvStream) -> Result<Answer, TryError> {
    let answer = read_message(&mut from, MESSAGE_BYTES_MAX).await?;
    if answer.kind() == Receipt::KIND {
        let _names_what_we_sent: Receipt = wire::decode(answer.frame())?;
        return Ok(Answer::Received);
    }
    Ok(Answer::Refused(wire::decode(answer.frame())?))
}
