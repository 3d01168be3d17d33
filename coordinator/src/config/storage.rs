//! `[storage]`: the S3 server with sources and finished files, our own or another. Speaks to none.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

/// `[storage]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum StorageConfig {
    /// The coordinator serves S3 itself.
    Embedded(EmbeddedStorage),
    /// Any S3 server.
    S3(S3Storage),
}

/// `[storage]` with `kind = "embedded"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedStorage {
    /// Where the objects lie.
    pub dir: PathBuf,
    /// `ADDR:PORT`, TCP.
    pub listen: SocketAddr,
    /// What clients and nodes type to reach it, when that differs from `http://listen`.
    pub public_url: Option<Url>,
}

/// `[storage]` with `kind = "s3"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Storage {
    /// The server; absent for Amazon's own in `region`.
    pub endpoint: Option<Url>,
    /// The server as clients and nodes reach it, when that differs from `endpoint`.
    pub public_endpoint: Option<Url>,
    /// The region requests are signed for.
    pub region: String,
    /// Must exist.
    pub bucket: String,
    /// A file with the access key id.
    pub access_key_file: PathBuf,
    /// A file with the secret access key.
    pub secret_key_file: PathBuf,
    /// `endpoint/bucket/key` instead of `bucket.endpoint/key`.
    #[serde(default = "path_style")]
    pub path_style: bool,
}

/// Every server that is not Amazon's understands it, and Amazon's still does.
fn path_style() -> bool {
    true
}
