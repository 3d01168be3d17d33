//! Reads a secret from the file a configuration names. Never logs or keeps it.

use std::io;
use std::path::{Path, PathBuf};

use service::Secret;
use thiserror::Error;

/// Why a secret could not be read.
#[derive(Debug, Error)]
pub enum SecretFileError {
    /// The file did not open or is no text.
    #[error("read the secret in {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file holds nothing.
    #[error("read the secret in {path}: the file is empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// The file's text without the line ends around it.
pub fn read_secret(path: &Path) -> Result<Secret<String>, SecretFileError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| SecretFileError::Read { path: path.to_owned(), source })?;
    match text.trim_matches(['\r', '\n']) {
        "" => Err(SecretFileError::Empty { path: path.to_owned() }),
        secret => Ok(Secret::new(secret.to_owned())),
    }
}
