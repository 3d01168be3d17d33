//! The control stream of one connection: writes what the node has to say, hands on what the coordinator says.
//! Ends with the connection.

use quinn::{Connection, RecvStream, SendStream};
use service::Stop;
use thiserror::Error;
use tokio::sync::mpsc;
use tracing::{info, warn};
use wire::v1::{self, ClaimRefused, Drain, Grant, Renewed};
use wire::{FrameError, MESSAGE_BYTES_MAX, ReadError, Received, read_message};

use super::{Link, is};
use crate::capacity::Attempts;

/// Why a control stream ended.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The coordinator's side broke or made no sense.
    #[error("listen to the coordinator")]
    Read(#[from] ReadError),
    /// A message was not what its kind says.
    #[error("understand the coordinator")]
    Frame(#[from] FrameError),
    /// Our side broke.
    #[error("speak to the coordinator")]
    Write(#[from] quinn::WriteError),
    /// Nothing is left to do here.
    #[error("leave the coordinator: the node is stopping")]
    Leaving,
}

/// The two halves of the control stream, and what waits to be said.
#[derive(Debug)]
pub struct Control {
    pub(super) connection: Connection,
    pub(super) to: SendStream,
    pub(super) from: RecvStream,
    pub(super) messages: mpsc::Receiver<Vec<u8>>,
}

impl Control {
    /// Runs until one side breaks, or the node stops and its last attempt has ended.
    pub(super) async fn run(self, link: &Link, attempts: &Attempts, stop: &Stop) -> ControlError {
        let Control { connection, to, from, messages } = self;
        let cause = tokio::select! {
            cause = speak(to, messages) => cause,
            cause = listen(from, link, attempts) => cause,
            () = leave(attempts, stop) => ControlError::Leaving,
        };
        connection.close(0_u32.into(), b"");
        cause
    }
}

async fn leave(attempts: &Attempts, stop: &Stop) {
    stop.soft.cancelled().await;
    attempts.wait_until_empty().await;
}

async fn speak(mut to: SendStream, mut messages: mpsc::Receiver<Vec<u8>>) -> ControlError {
    while let Some(message) = messages.recv().await {
        if let Err(cause) = to.write_all(&message).await {
            return cause.into();
        }
    }
    ControlError::Leaving
}

async fn listen(mut from: RecvStream, link: &Link, attempts: &Attempts) -> ControlError {
    loop {
        let heard = read_message(&mut from, MESSAGE_BYTES_MAX).await.map_err(ControlError::from);
        if let Err(cause) = heard.and_then(|message| hear(&message, link, attempts)) {
            return cause;
        }
    }
}

fn hear(message: &Received, link: &Link, attempts: &Attempts) -> Result<(), ControlError> {
    if is::<Grant>(message) {
        let grant: Grant = wire::decode(message.frame())?;
        link.answer(grant.task, Some(grant));
    } else if is::<ClaimRefused>(message) {
        let refused: ClaimRefused = wire::decode(message.frame())?;
        link.answer(refused.task, None);
    } else if is::<Renewed>(message) {
        let renewed: Renewed = wire::decode(message.frame())?;
        attempts.renewed(renewed.task, renewed.epoch);
    } else if is::<v1::Stop>(message) {
        let stopped: v1::Stop = wire::decode(message.frame())?;
        attempts.stop(stopped.task, stopped.epoch);
    } else if is::<Drain>(message) {
        info!("Asked to claim nothing more");
        attempts.hold_back(true);
    } else {
        warn!(kind = message.kind(), "Ignored a message of an unknown kind");
    }
    Ok(())
}
