//! The NATS server: connection, stream, consumers, publishing. Knows nothing of tasks beyond subject and bytes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::context::{GetStreamErrorKind, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, ErrorCode, stream};
use async_nats::{ConnectOptions, Event, connection::State};
use thiserror::Error;
use tokio::sync::watch;
use wire::doorbell;

use crate::config::{NatsConfig, read_secret};
use crate::store::Doorbell;

use super::DispatchError;

/// Older servers lose what they acknowledged on a full disk, or lack `sync_interval: always`.
pub const SERVER_VERSION_MIN: (i64, i64, i64) = (2, 12, 7);
/// Doorbells older than this are rung anew anyway.
const DOORBELL_AGE_MAX: Duration = Duration::from_hours(1);
/// A message id used twice within it is one message.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);
/// Covers the claim only: a node acknowledges as soon as the ledger has answered.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// Doorbells a pool may hold unacknowledged at the least.
const ACK_PENDING_MIN: i64 = 64;
/// NATS not answering for so long is NATS being away.
const REQUEST_MAX: Duration = Duration::from_secs(5);
/// The longest wait before a connection is tried again.
const RECONNECT_MAX: Duration = Duration::from_secs(2);
/// Proves that the server still stores what it acknowledges: PING answers even on a full disk.
const HEALTH_STREAM: &str = "HEALTH";
const HEALTH_SUBJECT: &str = "events.health";

/// What NATS could not do.
#[derive(Debug, Error)]
pub enum BrokerError {
    /// It is there, but too old.
    #[error("use NATS {found}: {}.{}.{} or newer is needed", SERVER_VERSION_MIN.0, SERVER_VERSION_MIN.1, SERVER_VERSION_MIN.2)]
    TooOld {
        /// What it says it is.
        found: String,
    },
    /// The address is none, or the login is refused in a way that will not change.
    #[error("connect to NATS")]
    Connect(#[source] async_nats::ConnectError),
    /// There is no connection now.
    #[error("reach NATS: there is no connection")]
    Away,
    /// The stream is gone: NATS came back empty.
    #[error("ring: the stream is gone")]
    StreamGone,
    /// It did not do what was asked.
    #[error("{doing}")]
    Refused {
        /// What was asked.
        doing: &'static str,
        /// What it answered.
        #[source]
        source: async_nats::Error,
    },
}

impl BrokerError {
    /// Whether trying again cannot help.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, BrokerError::TooOld { .. } | BrokerError::Connect(_))
    }

    fn refused<E: Into<async_nats::Error>>(doing: &'static str) -> impl FnOnce(E) -> BrokerError {
        move |source| BrokerError::Refused { doing, source: source.into() }
    }
}

/// A connection that comes back by itself.
#[derive(Clone, Debug)]
pub(super) struct Broker {
    client: async_nats::Client,
    jetstream: jetstream::Context,
    connections: watch::Receiver<u64>,
}

impl Broker {
    /// Begins to connect; NATS may come later.
    pub(super) async fn connect(config: &NatsConfig) -> Result<Broker, DispatchError> {
        let password = read_secret(&config.password_file)?;
        let (counter, connections) = watch::channel(0);
        let counter = Arc::new(counter);
        let client = ConnectOptions::with_user_and_password(config.user.clone(), password.expose().clone())
            .name("reelfarm coordinator")
            .retry_on_initial_connect()
            .request_timeout(Some(REQUEST_MAX))
            .reconnect_delay_callback(|attempt| {
                Duration::from_millis(50).saturating_mul(1 << attempt.min(6)).min(RECONNECT_MAX)
            })
            .event_callback(move |event| {
                let counter = counter.clone();
                async move {
                    if event == Event::Connected {
                        counter.send_modify(|count| *count += 1);
                    }
                }
            })
            .connect(config.url.split(',').collect::<Vec<_>>())
            .await
            .map_err(BrokerError::Connect)?;
        let mut jetstream = jetstream::new(client.clone());
        jetstream.set_timeout(REQUEST_MAX);
        Ok(Broker { client, jetstream, connections })
    }

    /// Changes with every connection made: behind each may be another server, or the same one emptied.
    pub(super) fn connections(&self) -> watch::Receiver<u64> {
        self.connections.clone()
    }

    /// Whether there is a connection now.
    pub(super) fn reach(&self) -> Result<(), BrokerError> {
        if self.client.connection_state() == State::Connected { Ok(()) } else { Err(BrokerError::Away) }
    }

    /// Makes sure that stream and consumers are as they must be; `pools` says how many slots each has.
    /// True when the stream had to be made: whatever was rung before is lost.
    pub(super) async fn prepare(&self, pools: &BTreeMap<String, u32>) -> Result<bool, BrokerError> {
        self.check_version()?;
        let made = self.stream(tasks_stream()).await?;
        self.stream(health_stream()).await?;
        for (pool, slots) in pools {
            self.jetstream
                .create_consumer_on_stream(pool_consumer(pool, *slots), doorbell::STREAM)
                .await
                .map_err(BrokerError::refused("make a pool's consumer"))?;
        }
        Ok(made)
    }

    fn check_version(&self) -> Result<(), BrokerError> {
        let found = self.client.try_server_info().ok_or(BrokerError::Away)?.version;
        let (major, minor, patch) = SERVER_VERSION_MIN;
        if self.client.is_server_compatible(major, minor, patch) { Ok(()) } else { Err(BrokerError::TooOld { found }) }
    }

    async fn stream(&self, config: stream::Config) -> Result<bool, BrokerError> {
        match self.jetstream.get_stream(&config.name).await {
            Ok(_there) => return Ok(false),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {}
                _ => return Err(BrokerError::refused("look for a stream")(error)),
            },
        }
        self.jetstream.create_stream(config).await.map_err(BrokerError::refused("make a stream"))?;
        Ok(true)
    }

    /// Rings one doorbell; returns once NATS has it on disk.
    pub(super) async fn ring(&self, doorbell: &Doorbell) -> Result<(), BrokerError> {
        let message = PublishMessage::build().payload(doorbell.body.clone().into()).message_id(&doorbell.message_id);
        self.publish(doorbell.subject.clone(), message).await
    }

    /// Proves that publishing works.
    pub(super) async fn prove(&self) -> Result<(), BrokerError> {
        self.publish(HEALTH_SUBJECT.to_owned(), PublishMessage::build()).await
    }

    async fn publish(&self, subject: String, message: PublishMessage) -> Result<(), BrokerError> {
        self.reach()?;
        let sent = self.jetstream.send_publish(subject, message).await;
        // The first await only hands the message over; the second is the server's word that it is stored.
        let stored = match sent {
            Ok(acknowledged) => acknowledged.await.map(drop),
            Err(error) => Err(error),
        };
        stored.map_err(|error| match error.kind() {
            PublishErrorKind::StreamNotFound => BrokerError::StreamGone,
            _ => BrokerError::refused("ring")(error),
        })
    }
}

fn tasks_stream() -> stream::Config {
    stream::Config {
        name: doorbell::STREAM.to_owned(),
        subjects: vec!["task.>".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        max_age: DOORBELL_AGE_MAX,
        duplicate_window: DUPLICATE_WINDOW,
        ..stream::Config::default()
    }
}

fn health_stream() -> stream::Config {
    stream::Config {
        name: HEALTH_STREAM.to_owned(),
        subjects: vec![HEALTH_SUBJECT.to_owned()],
        storage: StorageType::File,
        discard: DiscardPolicy::Old,
        max_messages: 1,
        duplicate_window: DUPLICATE_WINDOW,
        ..stream::Config::default()
    }
}

fn pool_consumer(pool: &str, slots: u32) -> pull::Config {
    pull::Config {
        durable_name: Some(doorbell::consumer(pool)),
        filter_subject: doorbell::pool_filter(pool),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending: (4 * i64::from(slots)).max(ACK_PENDING_MIN),
        ..pull::Config::default()
    }
}
