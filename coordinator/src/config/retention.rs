//! `[retention]`: how long things are kept that nobody deletes. Deletes nothing.

use std::time::Duration;

use serde::Deserialize;

/// `[retention]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Days that exports are kept after they ended, with their files.
    pub exports_days: u32,
    /// Hours that an upload may take; what is not complete by then is deleted.
    pub uploads_hours: u32,
    /// Days that rendered parts are kept after a file was last made of them.
    pub parts_days: u32,
}

impl RetentionConfig {
    /// How long exports are kept after they ended.
    #[must_use]
    pub fn exports(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.exports_days))
    }

    /// How long an upload may take.
    #[must_use]
    pub fn uploads(&self) -> Duration {
        Duration::from_hours(u64::from(self.uploads_hours))
    }

    /// How long parts are kept after they were last used.
    #[must_use]
    pub fn parts(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.parts_days))
    }
}

impl Default for RetentionConfig {
    fn default() -> RetentionConfig {
        RetentionConfig { exports_days: 30, uploads_hours: 24, parts_days: 30 }
    }
}
