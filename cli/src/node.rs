//! `reelfarm node`: hands over to `reelfarm-node`, with the default place of its configuration.
//! Enrolment itself is that program's.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::args::Enroll;
use crate::failure::Failure;
use crate::programs;

/// Carries the join token to the node: arguments can be read by every user of the machine.
pub const JOIN_TOKEN_VARIABLE: &str = "REELFARM_JOIN_TOKEN";

/// Becomes `reelfarm-node enroll`; returns only when that cannot be started.
pub fn enroll(enroll: Enroll) -> Result<(), Failure> {
    let config = match enroll.config {
        Some(config) => config,
        None => default_config().ok_or_else(|| Failure::refused("there is no home folder: name a file by --config"))?,
    };
    let program = programs::beside_us("reelfarm-node")?;
    let mut command = Command::new(&program);
    command.arg("enroll").arg("--server").arg(enroll.server.as_str().trim_end_matches('/'));
    command.arg("--config").arg(config).env(JOIN_TOKEN_VARIABLE, enroll.token);
    let error = anyhow::Error::new(command.exec());
    Err(error.context(format!("failed to start {}", program.display())).into())
}

fn default_config() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".config")))?;
    Some(folder.join("reelfarm").join("node.toml"))
}
