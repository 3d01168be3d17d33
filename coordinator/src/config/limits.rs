//! `[limits]`: how much each creator may order and keep, unless an admin set something else for them. Counts nothing.

use farm_core::limits::Limits;
use serde::Deserialize;

/// `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Exports under way at once.
    pub active_exports: u32,
    /// Exports ordered in an hour.
    pub exports_per_hour: u32,
    /// Bytes of videos and files together.
    pub storage_bytes: u64,
    /// Bytes of one finished file.
    pub file_bytes: u64,
    /// Minutes of one slot in a month; unbounded when absent.
    pub minutes_per_month: Option<u32>,
}

impl LimitsConfig {
    /// As the core has them.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            active_exports: self.active_exports,
            exports_per_hour: self.exports_per_hour,
            storage_bytes: self.storage_bytes,
            file_bytes: self.file_bytes,
            minutes_per_month: self.minutes_per_month,
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> LimitsConfig {
        LimitsConfig {
            active_exports: 3,
            exports_per_hour: 10,
            storage_bytes: 100_000_000_000,
            file_bytes: 5_000_000_000,
            minutes_per_month: None,
        }
    }
}
