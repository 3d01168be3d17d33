//! `[nats]`: where the doorbell hangs and who may ring it. Does not connect.

use std::path::PathBuf;

use serde::Deserialize;

/// `[nats]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsConfig {
    /// `nats://HOST:PORT`, several with commas between.
    pub url: String,
    /// The coordinator's user.
    pub user: String,
    /// A file with the password.
    pub password_file: PathBuf,
    /// What an enrolled node is told; without it nodes are configured by hand.
    pub node: Option<NatsLogin>,
}

/// `[nats.node]`: the login of nodes, which may only fetch and acknowledge doorbells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsLogin {
    /// The address as nodes reach it, when that differs from `[nats] url`.
    pub url: Option<String>,
    /// The user.
    pub user: String,
    /// A file with the password.
    pub password_file: PathBuf,
}
