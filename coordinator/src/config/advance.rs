//! `[advance]`: how often exports are looked at when nothing asks for it. Moves none.

use std::time::Duration;

use serde::Deserialize;

/// `[advance]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdvanceConfig {
    /// The longest wait between two looks.
    pub tick_ms: u64,
}

impl AdvanceConfig {
    /// The longest wait between two looks.
    #[must_use]
    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_ms)
    }
}

impl Default for AdvanceConfig {
    fn default() -> AdvanceConfig {
        AdvanceConfig { tick_ms: 2_000 }
    }
}
