//! `[dispatch]`: how often tasks are looked at and rung again. Rings none.

use std::time::Duration;

use serde::Deserialize;

/// `[dispatch]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DispatchConfig {
    /// The longest wait between two looks.
    pub tick_ms: u64,
    /// A ready task nobody claimed is rung again after this.
    pub ring_again_ms: u64,
}

impl DispatchConfig {
    /// The longest wait between two looks.
    #[must_use]
    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_ms)
    }

    /// When an unanswered doorbell is rung again.
    #[must_use]
    pub fn ring_again(&self) -> Duration {
        Duration::from_millis(self.ring_again_ms)
    }
}

impl Default for DispatchConfig {
    fn default() -> DispatchConfig {
        DispatchConfig { tick_ms: 1_000, ring_again_ms: 30_000 }
    }
}
