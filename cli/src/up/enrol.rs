//! Brings the administrator's token and the node's certificate into being, by the same programs and calls as on any farm.
//! What a token or a certificate is worth is the coordinator's to say.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;

use super::config::NodeCoordinator;
use crate::api::NewJoinToken;
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::leash;
use crate::node::JOIN_TOKEN_VARIABLE;

/// Neither does more than a few small writes.
const STEP_MAX: Duration = Duration::from_secs(30);

/// The administrator's bearer token: the one that is there when the ledger knows it, else a new one. The coordinator
/// must not run yet.
pub async fn administrator_token(folder: &Folder, coordinator: &Path, config: &Path) -> Result<String, Failure> {
    let file = folder.token();
    let before = std::fs::read_to_string(&file).ok();
    let had_database = folder.database().exists();
    let mut command = leash::command(coordinator)?;
    command.arg("bootstrap").arg("--config").arg(config).arg("--token-file").arg(&file);
    run(command, "reelfarm-coordinator bootstrap").await?;
    let token = std::fs::read_to_string(&file).with_context(|| format!("failed to read {}", file.display()))?;
    let same_ledger = before.map_or(had_database, |before| before == token);
    if !same_ledger {
        // The node that enrolled with another ledger is unknown to this one.
        let _ = std::fs::remove_dir_all(folder.node());
    }
    Ok(token.trim().to_owned())
}

/// Enrols the node of this machine by a fresh join token.
pub async fn node(client: &Client, node: &Path, config: &Path, server: &str) -> Result<(), Failure> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let join = client.create_join_token(&NewJoinToken { name }).await?;
    let mut command = leash::command(node)?;
    command.arg("enroll").arg("--server").arg(server).arg("--config").arg(config).env(JOIN_TOKEN_VARIABLE, join.token);
    run(command, "reelfarm-node enroll").await
}

/// Whether enrolment has left everything the node needs.
pub fn is_enrolled(files: &NodeCoordinator) -> bool {
    [&files.certificate, &files.key, &files.ca].into_iter().all(|file| file.is_file())
}

async fn run(mut command: tokio::process::Command, name: &str) -> Result<(), Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = tokio::time::timeout(STEP_MAX, command.output())
        .await
        .map_err(|_| Failure::failed(format!("{name} did not end within {} s", STEP_MAX.as_secs())))?
        .with_context(|| format!("failed to start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last =
        said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing").trim().to_owned();
    // The programs say 2 as we do: it cannot be done as asked.
    if output.status.code() == Some(2) {
        return Err(Failure::refused(last));
    }
    Err(Failure::failed(format!("{name} {}: {last}", super::child::ending(output.status))))
}
