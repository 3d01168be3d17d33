//! `[data]`: the folder of the coordinator's own files. Touches no file.

use std::path::PathBuf;

use serde::Deserialize;

/// `[data]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Parts, the farm's certificate authority, keys of the embedded S3 server.
    pub dir: PathBuf,
}
