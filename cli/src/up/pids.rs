//! Keeps `pids.json`: the pids of the children as they are at this moment, for people and tests that send signals.
//! The supervisor itself never reads it.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::failure::Failure;
use crate::folder::write_private;

/// The pids of the children that run; one that is between two lives is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pids {
    /// nats-server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nats: Option<u32>,
    /// reelfarm-coordinator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<u32>,
    /// reelfarm-node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<u32>,
}

/// The file; removed when dropped, since then nothing runs.
#[derive(Debug)]
pub struct PidFile(PathBuf);

impl PidFile {
    /// Keeps the file at `path`.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Replaces the file in one step, so a reader never sees half of it.
    pub fn write(&self, pids: Pids) -> Result<(), Failure> {
        write_private(&self.0, &serde_json::to_vec(&pids).context("failed to write pids as JSON")?)
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Nothing is left to do about it, and the next start replaces the file.
        let _ = std::fs::remove_file(&self.0);
    }
}
