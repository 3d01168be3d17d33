//! The part store: payloads of parts as files, one per content key and attempt, each whole or not there at all.
//! Knows no headers and no SQL: a file is a part only once the ledger names it.

mod receive;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use farm_core::content_key::ContentKey;
use thiserror::Error;

pub use receive::{PART_BYTES_MAX, ReceiveError};

/// Why the part store could not do something.
#[derive(Debug, Error)]
#[error("{doing} {path}")]
pub struct PartsError {
    /// What we were doing.
    pub doing: &'static str,
    /// With which file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// A folder of payloads: `<kk>/<key>.<epoch>`, `kk` being the key's first two digits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PartStore {
    dir: PathBuf,
}

impl PartStore {
    /// Opens the store in `dir`, which is made if it is not there.
    pub fn open(dir: &Path) -> Result<PartStore, PartsError> {
        std::fs::create_dir_all(dir).map_err(during("make the folder", dir))?;
        Ok(PartStore { dir: dir.to_owned() })
    }

    /// Opens a payload for reading slices of it.
    pub fn read(&self, key: &ContentKey, epoch: i64) -> Result<std::fs::File, PartsError> {
        let path = self.path(key, epoch);
        std::fs::File::open(&path).map_err(during("open the part", &path))
    }

    /// Removes a payload; one that is not there is removed. Only after the ledger has forgotten it.
    pub fn remove(&self, key: &ContentKey, epoch: i64) -> Result<(), PartsError> {
        remove_file(&self.path(key, epoch))
    }

    /// Removes every file `known` does not name: what a crash left between the file and the ledger. Only before anything
    /// is received. Returns how many went.
    pub fn sweep(&self, known: &HashSet<(ContentKey, i64)>) -> Result<u64, PartsError> {
        let mut removed = 0;
        for folder in entries(&self.dir)?.into_iter().filter(|path| path.is_dir()) {
            for path in entries(&folder)? {
                let named = path.file_name().and_then(|name| name.to_str()).and_then(parse_name);
                if named.is_none_or(|part| !known.contains(&part)) {
                    remove_file(&path)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    fn path(&self, key: &ContentKey, epoch: i64) -> PathBuf {
        let key = key.to_string();
        self.dir.join(&key[..2]).join(format!("{key}.{epoch}"))
    }
}

fn parse_name(name: &str) -> Option<(ContentKey, i64)> {
    let (key, epoch) = name.split_once('.')?;
    Some((key.parse().ok()?, epoch.parse().ok()?))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, PartsError> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    listed.map_err(during("list", folder))
}

fn remove_file(path: &Path) -> Result<(), PartsError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(during("remove", path)(error)),
        _ => Ok(()),
    }
}

fn during(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PartsError {
    let path = path.to_owned();
    move |source| PartsError { doing, path, source }
}

#[cfg(test)]
mod tests;
