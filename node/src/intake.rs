//! Listens for doorbells, one loop a pool: fetch only when a slot is free, claim, acknowledge at once, begin.
//! NATS decides nothing: a doorbell is a reason to ask, the claim is the answer.

use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::{self, AckKind, Message};
use futures::StreamExt as _;
use service::{OnEnd, Tasks};
use thiserror::Error;
use tracing::{debug, info, warn};
use wire::doorbell::{Doorbell, STREAM, consumer};
use wire::v1::{Claim, Grant};

use crate::attempt::{self, Bench};
use crate::capacity::Attempts;
use crate::config::NatsConfig;
use crate::presence::Session;

/// A fetch that finds nothing ends after this and is made anew.
const FETCH_MAX: Duration = Duration::from_secs(2);
/// The wait after a fetch that failed.
const FETCH_AGAIN: Duration = Duration::from_millis(500);

/// Why the node cannot listen at all.
#[derive(Debug, Error)]
pub enum IntakeError {
    /// The password's file cannot be read.
    #[error("read the password in {path}")]
    Password {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The address or login cannot be used.
    #[error("connect to NATS")]
    Connect(#[from] async_nats::ConnectError),
}

/// Why one fetch brought nothing.
#[derive(Debug, Error)]
enum FetchError {
    #[error("find the pool's consumer")]
    Consumer(#[from] jetstream::stream::ConsumerError),
    #[error("fetch a doorbell")]
    Batch(#[from] pull::BatchError),
    #[error("receive a doorbell: {0}")]
    Message(async_nats::Error),
}

/// Listens until asked to stop; attempts it began go on under `tasks`.
pub async fn run(config: NatsConfig, bench: Bench, attempts: Attempts, tasks: Tasks) -> Result<(), IntakeError> {
    let password = std::fs::read_to_string(&config.password_file)
        .map_err(|source| IntakeError::Password { path: config.password_file.display().to_string(), source })?;
    let client = async_nats::ConnectOptions::with_user_and_password(config.user, password.trim().to_owned())
        .retry_on_initial_connect()
        .connect(config.url)
        .await?;
    let jetstream = jetstream::new(client);
    let mut sessions = bench.link.watch();
    let Some(first) = tasks.stop().soft.run_until_cancelled(sessions.wait_for(Option::is_some)).await else {
        return Ok(());
    };
    let pools = first.ok().and_then(|session| session.as_ref().map(|session| session.rules.pools.clone()));
    let loops = pools.unwrap_or_default().into_iter().map(|pool| {
        let intake = Intake { pool, bench: bench.clone(), attempts: attempts.clone(), tasks: tasks.clone() };
        intake.listen(jetstream.clone())
    });
    futures::future::join_all(loops).await;
    Ok(())
}

/// The loop of one pool.
struct Intake {
    pool: String,
    bench: Bench,
    attempts: Attempts,
    tasks: Tasks,
}

impl Intake {
    async fn listen(self, jetstream: jetstream::Context) {
        info!(pool = self.pool, "Listening for doorbells of pool {}", self.pool);
        let mut known = None;
        let mut said_silent = false;
        while self.wait_for_room().await {
            match self.fetch(&jetstream, &mut known).await {
                Ok(Some(message)) => {
                    said_silent = false;
                    self.answer(message).await;
                }
                Ok(None) => said_silent = false,
                Err(cause) => {
                    known = None;
                    if !said_silent {
                        said_silent = true;
                        let cause = anyhow::Error::from(cause);
                        warn!(pool = self.pool, "Failed to listen for doorbells, will try again: {cause:#}");
                    }
                    self.tasks.stop().soft.run_until_cancelled(tokio::time::sleep(FETCH_AGAIN)).await;
                }
            }
        }
    }

    /// Waits for a slot and a session; false when nothing more may be claimed.
    async fn wait_for_room(&self) -> bool {
        let mut sessions = self.bench.link.watch();
        let room = async {
            self.attempts.slot_free().await;
            self.attempts.may_claim().await;
            let _link_outlives_us = sessions.wait_for(Option::is_some).await;
        };
        let stop = &self.tasks.stop().soft;
        stop.run_until_cancelled(room).await.is_some() && !stop.is_cancelled() && !self.attempts.is_draining()
    }

    /// One doorbell, or none within the fetch's time. Never dropped half-way: a fetched doorbell would be lost for its ack wait.
    async fn fetch(
        &self,
        jetstream: &jetstream::Context,
        known: &mut Option<PullConsumer>,
    ) -> Result<Option<Message>, FetchError> {
        if known.is_none() {
            *known = Some(jetstream.get_consumer_from_stream(consumer(&self.pool), STREAM).await?);
        }
        let Some(pulled) = known else { return Ok(None) };
        let mut batch = pulled.fetch().max_messages(1).expires(FETCH_MAX).messages().await?;
        batch.next().await.transpose().map_err(FetchError::Message)
    }

    async fn answer(&self, message: Message) {
        let Some(doorbell) = Doorbell::from_bytes(&message.payload) else {
            warn!(pool = self.pool, "Threw away a doorbell that is none");
            return acknowledge(&message, AckKind::Term).await;
        };
        let room = self.attempts.take_slot().zip(self.bench.link.session());
        let Some((slot, session)) = room else { return acknowledge(&message, AckKind::Nak(None)).await };
        let claim = Claim { task: doorbell.task.as_u128(), epoch: doorbell.epoch };
        match self.bench.link.claim(claim).await {
            Ok(granted) => {
                acknowledge(&message, AckKind::Ack).await;
                if let Some(grant) = granted {
                    let place = self.attempts.enter(grant.task, grant.epoch, slot);
                    self.begin(session, grant, place);
                }
            }
            Err(away) => {
                debug!("Left a doorbell for later: {away}");
                acknowledge(&message, AckKind::Nak(None)).await;
            }
        }
    }

    fn begin(&self, session: Session, grant: Grant, place: crate::capacity::Place) {
        let bench = self.bench.clone();
        self.tasks.spawn("attempt", OnEnd::Log, async move {
            Box::pin(attempt::run(bench, session, grant, place)).await;
            Ok::<(), std::convert::Infallible>(())
        });
    }
}

/// A lost acknowledgement costs one doorbell rung twice, which is free.
async fn acknowledge(message: &Message, kind: AckKind) {
    if let Err(cause) = message.ack_with(kind).await {
        debug!("Failed to acknowledge a doorbell: {cause}");
    }
}
