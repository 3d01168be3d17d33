//! `[webhooks]`: how programs are told what happened. Calls none.

use std::time::Duration;

use serde::Deserialize;

/// `[webhooks]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksConfig {
    /// The longest wait between two looks at the messages that are due.
    pub tick_ms: u64,
    /// Until a receiver has answered.
    pub timeout_ms: u64,
    /// Whether receivers may be on this machine or in the network it stands in.
    pub allow_private_addresses: bool,
}

impl WebhooksConfig {
    /// The longest wait between two looks.
    #[must_use]
    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_ms)
    }

    /// Until a receiver has answered.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl Default for WebhooksConfig {
    fn default() -> WebhooksConfig {
        WebhooksConfig { tick_ms: 1_000, timeout_ms: 15_000, allow_private_addresses: false }
    }
}
