//! The node's configuration: one struct a section, unknown keys refused, secrets only by the name of their file.
//! Opens nothing but the file it is read from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use service::config::{ConfigError, NODE_SECTIONS};

use crate::render::MEMORY_BYTES;

/// Everything a node is told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The coordinator it belongs to.
    pub coordinator: CoordinatorConfig,
    /// The doorbell.
    pub nats: NatsConfig,
    /// How much it takes on.
    #[serde(default)]
    pub capacity: CapacityConfig,
    /// What a media process may do.
    #[serde(default)]
    pub sandbox: SandboxConfig,
    /// Its own files.
    pub scratch: ScratchConfig,
}

/// `[coordinator]`: where it is, and what enrolment left to prove who we are.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CoordinatorConfig {
    /// The HTTP API, for enrolment.
    pub server: String,
    /// `ADDR:PORT`, UDP.
    pub ingest: String,
    /// The node's certificate.
    pub certificate: PathBuf,
    /// The node's private key.
    pub key: PathBuf,
    /// The farm's certificate authority.
    pub ca: PathBuf,
}

/// `[nats]`: where the doorbell hangs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NatsConfig {
    /// `nats://ADDR:PORT`.
    pub url: String,
    /// The user.
    pub user: String,
    /// A file with the password.
    pub password_file: PathBuf,
}

/// `[capacity]`: how much the node takes on.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityConfig {
    /// Encodes at once; absent: as many as there are processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u32>,
}

/// `[sandbox]`: what a media process may do.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    /// MiB of memory that one media process may hold; absent: 4096. There are as many at once as there are slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
}

/// `[scratch]`: parts not yet received, and files of running attempts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScratchConfig {
    /// Emptied at every start: nothing in it outlives the process that made it.
    pub dir: PathBuf,
}

/// More slots than this is a typing error.
const SLOTS_MAX: u32 = 256;
/// With less memory than this a media process cannot even start its libraries and encode a small picture.
const MEMORY_MIB_MIN: u32 = 256;

impl Config {
    /// Reads the file and the environment.
    pub fn load(file: &Path) -> Result<Config, ConfigError> {
        service::config::load(file, &NODE_SECTIONS)
    }
}

impl CapacityConfig {
    /// Encodes at once, between 1 and 256.
    #[must_use]
    pub fn slot_count(&self) -> u32 {
        let processors =
            std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1));
        self.slots.unwrap_or(processors).clamp(1, SLOTS_MAX)
    }
}

impl SandboxConfig {
    /// Bytes of memory that one media process may hold.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.memory_mib.map_or(MEMORY_BYTES, |mebibytes| u64::from(mebibytes.max(MEMORY_MIB_MIN)) << 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_those_that_the_environment_may_speak_of() {
        let read = |section: &str| toml::from_str::<Config>(&format!("[{section}]")).unwrap_err().to_string();
        assert!(read("storage").contains("unknown field `storage`"), "{}", read("storage"));
        for section in NODE_SECTIONS {
            assert!(!read(section).contains("unknown field"), "{}", read(section));
        }
    }

    #[test]
    fn memory_of_media_processes_is_what_is_written_or_a_sensible_bound() {
        let bytes = |memory_mib| SandboxConfig { memory_mib }.memory_bytes();
        assert_eq!(bytes(None), 4096 << 20);
        assert_eq!(bytes(Some(1024)), 1024 << 20);
        assert_eq!(bytes(Some(1)), 256 << 20, "less than any child needs would refuse every video");
    }
}
