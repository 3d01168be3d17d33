//! Where nodes connect: QUIC with mutual TLS. Claims, leases, progress on one control stream per node; each part and
//! index on a stream of its own. Everything a node says is fenced by its certificate, the task's epoch and its state.

mod control;
mod delivery;
mod endpoint;
mod files_check;
mod index_check;
mod part_check;
mod recall;
mod session;
mod sessions;
mod translate;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{Endpoint, Incoming};
use service::{Clock, OnEnd, Tasks};
use thiserror::Error;
use tokio::sync::Semaphore;
use tracing::info;

use crate::certificates::{CertificateAuthority, CertificateError};
use crate::config::IngestConfig;
use crate::nudge::Nudge;
use crate::parts::PartStore;
use crate::storage::Storage;
use crate::store::Store;

use sessions::Sessions;

/// Connections held at once; more are refused before they cost anything.
const CONNECTIONS_MAX: usize = 1_024;
/// From so many connections on, a stranger must prove its address before a handshake costs us anything.
const CONNECTIONS_UNPROVEN_MAX: usize = 128;
/// Parts and indexes taken in at once, over all nodes: each holds a file open.
const DELIVERIES_MAX: usize = 32;
/// Headers of deliveries held at once, over all nodes; the largest single one is 256 MiB.
const HEADER_MIB_MAX: usize = 512;
/// How long the last words to nodes may take when the coordinator stops.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// What ingest works on.
#[derive(Clone)]
pub struct Ports {
    /// The ledger.
    pub store: Store,
    /// Who to wake.
    pub nudge: Nudge,
    /// Presigns sources.
    pub storage: Storage,
    /// Keeps payloads.
    pub parts: PartStore,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Why nodes cannot connect.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The server's own certificate could not be made.
    #[error("make the ingest server's certificate")]
    Certificate(#[from] CertificateError),
    /// TLS cannot be set up with it.
    #[error("prepare mutual TLS for nodes")]
    Tls(#[source] anyhow::Error),
    /// The address is taken or not ours.
    #[error("listen for nodes on {address}")]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nobody may connect any more, though nobody asked to stop.
    #[error("accept nodes: the socket is closed")]
    Closed,
}

/// What all sessions share.
struct Hall {
    ports: Ports,
    lease: Duration,
    sessions: Sessions,
    deliveries: Semaphore,
    header_mib: Semaphore,
    tasks: Tasks,
}

/// A socket nodes can connect to.
pub struct Ingest {
    endpoint: Endpoint,
    hall: Arc<Hall>,
}

impl Ingest {
    /// Listens; connections wait until [`Ingest::run`]. Needs a runtime.
    pub fn bind(
        ports: Ports,
        config: &IngestConfig,
        authority: &CertificateAuthority,
        tasks: &Tasks,
    ) -> Result<Ingest, IngestError> {
        let identity = authority.server_identity(ports.clock.now())?;
        let endpoint = endpoint::listen(config.listen, identity, authority.certificate())?;
        let hall = Hall {
            ports,
            lease: config.lease(),
            sessions: Sessions::default(),
            deliveries: Semaphore::new(DELIVERIES_MAX),
            header_mib: Semaphore::new(HEADER_MIB_MAX),
            tasks: tasks.clone(),
        };
        Ok(Ingest { endpoint, hall: Arc::new(hall) })
    }

    /// Where it listens.
    pub fn local_address(&self) -> Result<SocketAddr, std::io::Error> {
        self.endpoint.local_addr()
    }

    /// Serves nodes until asked to stop. Attempts go on without us; nodes come back.
    pub async fn run(self) -> Result<(), IngestError> {
        let stop = self.hall.tasks.stop().clone();
        while let Some(accepted) = stop.soft.run_until_cancelled(self.endpoint.accept()).await {
            self.receive(accepted.ok_or(IngestError::Closed)?);
        }
        info!("Letting nodes go");
        self.endpoint.close(0_u32.into(), b"the coordinator stops");
        let _impatient = tokio::time::timeout(FAREWELL_MAX, self.endpoint.wait_idle()).await;
        Ok(())
    }

    fn receive(&self, incoming: Incoming) {
        let open = self.endpoint.open_connections();
        if open >= CONNECTIONS_MAX {
            return incoming.refuse();
        }
        if open >= CONNECTIONS_UNPROVEN_MAX && incoming.may_retry() {
            let _already_proven = incoming.retry();
            return;
        }
        let hall = self.hall.clone();
        self.hall.tasks.spawn("node session", OnEnd::Log, async move { session::serve(hall, incoming).await });
    }
}

#[cfg(test)]
mod tests;
