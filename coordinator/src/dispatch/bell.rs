//! Rings what is booked: drains the outbox to NATS, keeps stream and consumers in place, and says how NATS is.
//! Chooses no task.

use std::collections::BTreeMap;
use std::time::Duration;

use farm_core::work::MEDIA_POOL;
use futures::future::join_all;
use service::Stop;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use super::broker::{Broker, BrokerError};
use super::{Ports, warn_of};
use crate::store::StoreError;

/// Doorbells published side by side.
const RUNG_AT_ONCE_MAX: i64 = 64;
/// How often the outbox is looked at unasked.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often stream, consumers and storage are checked although nothing seems wrong.
const CHECK_EVERY: Duration = Duration::from_secs(10);
/// The pools that always have a consumer, so that a node's first fetch finds one.
const POOLS_ALWAYS: [&str; 2] = [MEDIA_POOL, "x264"];

/// Why one look did not get through.
enum Hitch {
    Broker(BrokerError),
    Store(StoreError),
}

impl From<BrokerError> for Hitch {
    fn from(cause: BrokerError) -> Hitch {
        Hitch::Broker(cause)
    }
}

impl From<StoreError> for Hitch {
    fn from(cause: StoreError) -> Hitch {
        Hitch::Store(cause)
    }
}

/// What was last made sure of, and when.
#[derive(Default)]
struct Prepared {
    connection: u64,
    pools: BTreeMap<String, u32>,
    at: Option<Instant>,
}

impl Prepared {
    fn holds(&self, connection: u64, pools: &BTreeMap<String, u32>) -> bool {
        self.connection == connection && self.pools == *pools && self.at.is_some_and(|at| at.elapsed() < CHECK_EVERY)
    }
}

/// Runs until asked to stop, or until NATS turns out never to do.
pub(super) async fn run(ports: &Ports, broker: &Broker, booked: &Notify, stop: &Stop) -> Result<(), BrokerError> {
    let mut prepared = Prepared::default();
    let mut connections = broker.connections();
    while !stop.soft.is_cancelled() {
        match look(ports, broker, &mut prepared).await {
            Ok(()) => {
                if ports.health.set(None) {
                    info!("NATS is there and stores doorbells");
                    ports.nudge.dispatch();
                }
            }
            Err(Hitch::Store(cause)) => warn_of("ring the booked doorbells", cause),
            Err(Hitch::Broker(cause)) if cause.is_final() => return Err(cause),
            Err(Hitch::Broker(cause)) => {
                prepared = Prepared::default();
                let cause = format!("{:#}", anyhow::Error::from(cause));
                if ports.health.set(Some(cause.clone())) {
                    warn!("NATS does not take doorbells, will go on trying: {cause}");
                }
            }
        }
        tokio::select! {
            () = booked.notified() => {}
            _ = connections.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.soft.cancelled() => {}
        }
    }
    Ok(())
}

async fn look(ports: &Ports, broker: &Broker, prepared: &mut Prepared) -> Result<(), Hitch> {
    broker.reach()?;
    let connection = *broker.connections().borrow();
    let pools = pools(ports).await?;
    if !prepared.holds(connection, &pools) {
        if broker.prepare(&pools).await? {
            let count = ports.store.forget_rings().await?;
            info!(count, "Made the stream of doorbells; {count} tasks are rung anew");
            ports.nudge.dispatch();
        }
        broker.prove().await?;
        *prepared = Prepared { connection, pools, at: Some(Instant::now()) };
    }
    ring_booked(ports, broker).await
}

/// Slots by pool, over the nodes that are connected.
async fn pools(ports: &Ports) -> Result<BTreeMap<String, u32>, StoreError> {
    let mut pools: BTreeMap<String, u32> = POOLS_ALWAYS.iter().map(|&pool| (pool.to_owned(), 0)).collect();
    for node in ports.store.connected_nodes().await? {
        for pool in node.facts.pools() {
            *pools.entry(pool).or_default() += node.slot_count;
        }
    }
    Ok(pools)
}

/// Until the outbox is empty. A doorbell is deleted once NATS has it; rung twice, it is one message or one refused claim.
async fn ring_booked(ports: &Ports, broker: &Broker) -> Result<(), Hitch> {
    loop {
        let doorbells = ports.store.doorbells(RUNG_AT_ONCE_MAX).await?;
        if doorbells.is_empty() {
            return Ok(());
        }
        let rung = join_all(doorbells.iter().map(|doorbell| broker.ring(doorbell))).await;
        let stored = doorbells.iter().zip(&rung).filter(|(_, rung)| rung.is_ok()).map(|(doorbell, _)| doorbell.id);
        ports.store.delete_doorbells(&stored.collect::<Vec<_>>()).await?;
        rung.into_iter().collect::<Result<(), BrokerError>>()?;
    }
}
