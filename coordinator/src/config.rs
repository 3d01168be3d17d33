//! The coordinator's configuration: TOML, overridden by `REELFARM__…`; one struct per section, unknown keys refused.
//! Reads no secrets: a section names the file, whoever uses the secret reads it.

mod advance;
mod cdn;
mod data;
mod database;
mod dispatch;
mod http;
mod ingest;
mod limits;
mod nats;
mod retention;
mod secret_file;
mod storage;
mod webhooks;

use std::path::Path;

use serde::Deserialize;
use service::config::COORDINATOR_SECTIONS;

pub use advance::AdvanceConfig;
pub use cdn::CdnConfig;
pub use data::DataConfig;
pub use database::DatabaseConfig;
pub use dispatch::DispatchConfig;
pub use http::HttpConfig;
pub use ingest::IngestConfig;
pub use limits::LimitsConfig;
pub use nats::{NatsConfig, NatsLogin};
pub use retention::RetentionConfig;
pub use secret_file::{SecretFileError, read_secret};
pub use service::config::ConfigError;
pub use storage::{EmbeddedStorage, S3Storage, StorageConfig};
pub use webhooks::WebhooksConfig;

/// A whole configuration that works for a coordinator alone on a machine, with every key explained.
pub const DEFAULT_TOML: &str = include_str!("config/default.toml");

/// Everything a coordinator is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the HTTP API listens.
    #[serde(default)]
    pub http: HttpConfig,
    /// The ledger.
    pub database: DatabaseConfig,
    /// The doorbell.
    pub nats: NatsConfig,
    /// Where nodes connect.
    #[serde(default)]
    pub ingest: IngestConfig,
    /// Where sources and finished files are.
    pub storage: StorageConfig,
    /// What finished files are downloaded from, when that is not the object store itself.
    #[serde(default)]
    pub cdn: CdnConfig,
    /// The coordinator's own files.
    pub data: DataConfig,
    /// How much each creator may order and keep.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// How long things are kept.
    #[serde(default)]
    pub retention: RetentionConfig,
    /// How often exports are looked at.
    #[serde(default)]
    pub advance: AdvanceConfig,
    /// How webhooks are called.
    #[serde(default)]
    pub webhooks: WebhooksConfig,
    /// How often tasks are looked at.
    #[serde(default)]
    pub dispatch: DispatchConfig,
}

impl Config {
    /// Reads the file and the environment.
    pub fn load(file: &Path) -> Result<Config, ConfigError> {
        service::config::load(file, &COORDINATOR_SECTIONS)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Config::load(file.path())
    }

    #[test]
    fn the_default_file_says_what_the_program_would_do_anyway() {
        let config = load(DEFAULT_TOML).unwrap();
        assert_eq!(config.http, HttpConfig::default());
        assert_eq!(config.ingest, IngestConfig::default());
        assert_eq!(config.limits, LimitsConfig::default());
        assert_eq!(config.retention, RetentionConfig::default());
        assert_eq!(config.advance, AdvanceConfig::default());
        assert_eq!(config.webhooks, WebhooksConfig::default());
        assert_eq!(config.cdn, CdnConfig::default());
        assert_eq!(config.dispatch, DispatchConfig::default());
    }

    #[test]
    fn an_unknown_key_is_refused_in_every_section() {
        assert_eq!(DEFAULT_TOML.lines().filter(|line| line.starts_with('[')).count(), COORDINATOR_SECTIONS.len());
        for section in COORDINATOR_SECTIONS {
            let header = format!("[{section}]\n");
            assert!(DEFAULT_TOML.contains(&header), "[{section}] is in the default file");
            let text = DEFAULT_TOML.replace(&header, &format!("{header}liisten = 1\n"));
            let refused = load(&text).unwrap_err();
            let cause = std::error::Error::source(&refused).unwrap().to_string();
            assert!(cause.contains("liisten"), "[{section}]: {cause}");
        }
    }

    #[test]
    fn storage_may_be_any_s3() {
        let (before, rest) = DEFAULT_TOML.split_once("[storage]").unwrap();
        let (_, after) = rest.split_once("[data]").unwrap();
        let s3 = "[storage]\nkind = \"s3\"\nendpoint = \"https://s3.example.org\"\nregion = \"eu-central-1\"\n\
                  bucket = \"films\"\naccess_key_file = \"/k\"\nsecret_key_file = \"/s\"\n[data]";
        let StorageConfig::S3(storage) = load(&format!("{before}{s3}{after}")).unwrap().storage else {
            panic!("kind = \"s3\" was read as something else");
        };
        assert_eq!((storage.bucket.as_str(), storage.path_style), ("films", true));
    }
}
