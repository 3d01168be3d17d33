//! `[ingest]`: where nodes connect and how long a lease lasts. Opens no socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;

/// `[ingest]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestConfig {
    /// `ADDR:PORT`, UDP.
    pub listen: SocketAddr,
    /// `HOST:PORT` as nodes reach it, when that differs from `listen`.
    pub public_address: Option<String>,
    /// How long a node holds a task without renewing; a renewal is due every third of it.
    pub lease_ms: u64,
}

impl IngestConfig {
    /// How long a node holds a task without renewing.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }

    /// What nodes are told to connect to.
    #[must_use]
    pub fn address_for_nodes(&self) -> String {
        self.public_address.clone().unwrap_or_else(|| self.listen.to_string())
    }
}

impl Default for IngestConfig {
    fn default() -> IngestConfig {
        IngestConfig { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8443)), public_address: None, lease_ms: 30_000 }
    }
}
