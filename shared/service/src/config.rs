//! Loads a typed configuration: defaults, then a TOML file, then `REELFARM__…` environment variables.

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Why a configuration is refused.
#[derive(Debug, Error)]
#[error("read the configuration")]
pub struct ConfigError {
    #[source]
    source: Box<figment::Error>,
}

/// Environment variables that override the file: `REELFARM__HTTP__LISTEN` is `[http] listen`.
pub const ENV_PREFIX: &str = "REELFARM__";

/// Reads `file` and the environment into `C`. Unknown keys are refused where `C` says `deny_unknown_fields`.
pub fn load<C: DeserializeOwned>(file: &Path) -> Result<C, ConfigError> {
    Figment::new()
        .merge(Toml::file_exact(file))
        .merge(Env::prefixed(ENV_PREFIX).split("__"))
        .extract()
        .map_err(|source| ConfigError { source: Box::new(source) })
}
