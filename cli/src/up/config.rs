//! Writes the configuration files of the coordinator and the node: the same files an operator would write.
//! What the keys mean, and what may be left out, the two programs say.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::nats::Login;
use crate::failure::Failure;
use crate::folder::write_private;

/// The coordinator's file.
#[derive(Debug, Serialize)]
pub struct Coordinator {
    /// The HTTP API.
    pub http: Http,
    /// The ledger.
    pub database: Database,
    /// The doorbell.
    pub nats: Nats,
    /// Where nodes connect.
    pub ingest: Ingest,
    /// The embedded S3 server.
    pub storage: Storage,
    /// The coordinator's own files.
    pub data: Data,
}

/// `[http]`.
#[derive(Debug, Serialize)]
pub struct Http {
    /// `ADDR:PORT`.
    pub listen: String,
}

/// `[database]`.
#[derive(Debug, Serialize)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://USER@HOST/DATABASE`.
    pub url: String,
}

/// `[nats]`; what only the coordinator has of it is absent for nodes.
#[derive(Debug, Serialize)]
pub struct Nats {
    /// `nats://ADDR:PORT`.
    pub url: String,
    /// The user.
    pub user: String,
    /// A file with the password.
    pub password_file: PathBuf,
    /// What the coordinator tells a node that joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeLogin>,
}

/// The coordinator's `[nats.node]`.
#[derive(Debug, Serialize)]
pub struct NodeLogin {
    /// The user.
    pub user: String,
    /// A file with the password.
    pub password_file: PathBuf,
}

/// `[ingest]`.
#[derive(Debug, Serialize)]
pub struct Ingest {
    /// `ADDR:PORT`, UDP.
    pub listen: String,
}

/// `[storage]`.
#[derive(Debug, Serialize)]
pub struct Storage {
    /// `embedded`: the coordinator serves S3 itself.
    pub kind: &'static str,
    /// Where the objects lie.
    pub dir: PathBuf,
    /// `ADDR:PORT`, TCP.
    pub listen: String,
}

/// `[data]`.
#[derive(Debug, Serialize)]
pub struct Data {
    /// Parts and the farm's certificate authority.
    pub dir: PathBuf,
}

/// The node's file.
#[derive(Debug, Serialize)]
pub struct Node {
    /// The coordinator it belongs to.
    pub coordinator: NodeCoordinator,
    /// The doorbell.
    pub nats: Nats,
    /// How much it takes on.
    pub capacity: Capacity,
    /// Its own files.
    pub scratch: Scratch,
}

/// The node's `[coordinator]`.
#[derive(Debug, Serialize)]
pub struct NodeCoordinator {
    /// The HTTP API, for enrolment.
    pub server: String,
    /// `ADDR:PORT`, UDP.
    pub ingest: String,
    /// The node's certificate; enrolment writes it.
    pub certificate: PathBuf,
    /// The node's key; enrolment writes it.
    pub key: PathBuf,
    /// The farm's certificate authority; enrolment writes it.
    pub ca: PathBuf,
}

/// The node's `[capacity]`.
#[derive(Debug, Serialize)]
pub struct Capacity {
    /// Encodes at once; absent: as many as fit the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u32>,
}

/// The node's `[scratch]`.
#[derive(Debug, Serialize)]
pub struct Scratch {
    /// Parts not yet received, and files of running tasks.
    pub dir: PathBuf,
}

impl From<Login> for Nats {
    fn from(Login { url, user, password_file }: Login) -> Self {
        Self { url, user: user.to_owned(), password_file, node: None }
    }
}

impl From<Login> for NodeLogin {
    fn from(Login { user, password_file, .. }: Login) -> Self {
        Self { user: user.to_owned(), password_file }
    }
}

/// Writes one of the two files.
pub fn write(path: &Path, config: &impl Serialize) -> Result<(), Failure> {
    let text = toml::to_string(config).context("failed to write a configuration as TOML")?;
    write_private(path, format!("# Written by `reelfarm up` at each start; changes are lost.\n{text}").as_bytes())
}

/// The URL of a SQLite file; what a URL would read otherwise is escaped.
pub fn sqlite_url(path: &Path) -> String {
    let escaped: String = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("sqlite://{escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_path_survives_its_url() {
        assert_eq!(sqlite_url(Path::new("/home/me/reelfarm.db")), "sqlite:///home/me/reelfarm.db");
        assert_eq!(sqlite_url(Path::new("/my files?/ü.db")), "sqlite:///my%20files%3F/%C3%BC.db");
    }
}
