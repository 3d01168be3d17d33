//! `[database]`: where the ledger is. Knows no SQL.

use serde::Deserialize;

/// `[database]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite://PATH` or `postgres://USER@HOST/DATABASE`.
    pub url: String,
}
