//! Loads a typed configuration: defaults, then a TOML file, then `REELFARM__…` environment variables.
//! Knows no key of any program, only which sections each has.

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

/// The sections of a coordinator's configuration.
pub const COORDINATOR_SECTIONS: [&str; 12] = [
    "http",
    "database",
    "nats",
    "ingest",
    "storage",
    "cdn",
    "data",
    "limits",
    "retention",
    "advance",
    "dispatch",
    "webhooks",
];

/// The sections of a node's configuration.
pub const NODE_SECTIONS: [&str; 5] = ["coordinator", "nats", "capacity", "sandbox", "scratch"];

/// Reads `file` and the environment into `C`. Unknown keys are refused where `C` says `deny_unknown_fields`.
///
/// The programs of a farm on one machine share an environment: variables of a section that only another program has are passed
/// over; what no program has is a typing error, and refused.
pub fn load<C: DeserializeOwned>(file: &Path, sections: &'static [&str]) -> Result<C, ConfigError> {
    let environment = Env::prefixed(ENV_PREFIX).filter(|key| !is_for_another(key.as_str(), sections));
    Figment::new()
        .merge(Toml::file_exact(file))
        .merge(environment.split("__"))
        .extract()
        .map_err(|source| ConfigError { source: Box::new(source) })
}

/// Whether a variable, without its prefix, speaks of a section that is not among `sections` but another program's.
fn is_for_another(key: &str, sections: &[&str]) -> bool {
    let section = key.split("__").next().unwrap_or(key);
    let has = |sections: &[&str]| sections.iter().any(|name| section.eq_ignore_ascii_case(name));
    !has(sections) && (has(&COORDINATOR_SECTIONS) || has(&NODE_SECTIONS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_another_program_are_passed_over_and_typing_errors_are_not() {
        for (key, for_node, for_coordinator) in [
            ("STORAGE__PUBLIC_URL", true, false),
            ("storage__public_url", true, false),
            ("CAPACITY__SLOTS", false, true),
            ("NATS__URL", false, false),
            ("STORRAGE__PUBLIC_URL", false, false),
            ("HTTP", true, false),
            ("", false, false),
        ] {
            assert_eq!(is_for_another(key, &NODE_SECTIONS), for_node, "{key} in a node's environment");
            assert_eq!(is_for_another(key, &COORDINATOR_SECTIONS), for_coordinator, "{key} in a coordinator's");
        }
    }
}
