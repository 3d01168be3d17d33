//! The embedded server's access keys: made once, kept in a file only we can read. Never logged.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use service::Secret;

use super::{EmbeddedError, file};

/// Bytes of randomness in each key.
const KEY_BYTES: usize = 24;

pub(super) struct Keys {
    pub(super) access_key: Secret<String>,
    pub(super) secret_key: Secret<String>,
}

#[derive(Serialize, Deserialize)]
struct AtRest {
    access_key: String,
    secret_key: String,
}

/// Reads the keys in `data_dir`, or makes them.
pub(super) fn load_or_make(data_dir: &Path) -> Result<Keys, EmbeddedError> {
    let path = data_dir.join("object-store.keys.json");
    let json = match std::fs::read(&path) {
        Ok(json) => json,
        Err(missing) if missing.kind() == ErrorKind::NotFound => make(&path)?,
        Err(source) => return Err(file("read", &path)(source)),
    };
    let keys: AtRest = serde_json::from_slice(&json).map_err(|source| EmbeddedError::Keys { path, source })?;
    Ok(Keys { access_key: Secret::new(keys.access_key), secret_key: Secret::new(keys.secret_key) })
}

/// Under its final name the file is always whole.
fn make(path: &Path) -> Result<Vec<u8>, EmbeddedError> {
    let keys = AtRest { access_key: random()?, secret_key: random()? };
    let json = serde_json::to_vec(&keys).expect("two strings are JSON");
    let unfinished = path.with_extension("tmp");
    let write = || {
        let mut out =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        out.write_all(&json)?;
        out.sync_all()?;
        std::fs::rename(&unfinished, path)
    };
    write().map_err(file("write", path))?;
    Ok(json)
}

fn random() -> Result<String, EmbeddedError> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(EmbeddedError::Random)?;
    Ok(hex::encode(bytes))
}
