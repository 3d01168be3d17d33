//! From the ledger to the doorbells: takes lost leases back, lets `core::schedule` choose, rings on NATS.
//! The ledger decides who has a task; losing all of NATS costs time, never work.

mod bell;
mod broker;
mod health;
mod lost;
mod round;

use std::sync::Arc;

use service::{Clock, Stop};
use thiserror::Error;
use tokio::sync::Notify;

use crate::config::{DispatchConfig, NatsConfig, SecretFileError};
use crate::nudge::Nudge;
use crate::store::{Store, StoreError};

pub use broker::{BrokerError, SERVER_VERSION_MIN};
pub use health::DispatchHealth;

/// What dispatch works on.
#[derive(Clone)]
pub struct Ports {
    /// The ledger.
    pub store: Store,
    /// Who wakes us, and who to wake.
    pub nudge: Nudge,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Whether doorbells can be rung, for everyone who wants to know.
    pub health: DispatchHealth,
}

/// Why dispatch ended before it was asked to.
#[derive(Debug, Error)]
pub enum DispatchError {
    /// The password could not be read.
    #[error("read the password for NATS")]
    Password(#[from] SecretFileError),
    /// NATS is there and will never do.
    #[error("use NATS")]
    Broker(#[from] BrokerError),
}

/// Runs until asked to stop.
pub async fn run(ports: Ports, config: DispatchConfig, nats: NatsConfig, stop: Stop) -> Result<(), DispatchError> {
    let broker = broker::Broker::connect(&nats).await?;
    let booked = Arc::new(Notify::new());
    let rounds = async {
        round::run(&ports, &config, &booked, &stop).await;
        Ok(())
    };
    // Both see what they began to its end; only a broker that will never do ends them early.
    tokio::try_join!(rounds, bell::run(&ports, &broker, &booked, &stop))?;
    Ok(())
}

/// What one look at the ledger could not do. The next look tries again.
fn warn_of(doing: &'static str, cause: StoreError) {
    let cause = anyhow::Error::from(cause);
    tracing::warn!("Failed to {doing}, will try again: {cause:#}");
}

#[cfg(test)]
mod tests;
