//! Takes a payload in: temporary file, running hash, length, fsync, rename, fsync of the folder. Commits nothing to the ledger.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use farm_core::content_key::ContentKey;
use thiserror::Error;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::{PartStore, PartsError, during};

/// No part is larger: the sound of ten days at 192 kb/s is 21 GB, of the longest file people may have (5 GB), 5 GB.
pub const PART_BYTES_MAX: u64 = 5_000_000_000;
/// Read, hashed and written at a time: hashing it takes less than 100 µs.
const BUFFER_BYTES: usize = 128 * 1024;

/// Makes the temporary names of one process differ.
static RECEIVED: AtomicU64 = AtomicU64::new(0);

/// Why a payload was not taken. Nothing of it is left.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// It promises to be larger than any part.
    #[error("receive a part of {payload_bytes} bytes: more than {PART_BYTES_MAX}")]
    TooLarge {
        /// As promised.
        payload_bytes: u64,
    },
    /// It ended early or went on too long.
    #[error("receive a part: {promised_bytes} bytes were promised, {}{received_bytes} came", if received_bytes > promised_bytes { "at least " } else { "" })]
    Length {
        /// As promised.
        promised_bytes: u64,
        /// As counted.
        received_bytes: u64,
    },
    /// Its bytes are not the ones promised.
    #[error("receive a part: its BLAKE3 is not the promised one")]
    Hash,
    /// The attempt of that number has brought other bytes already: the part of another export's task, or of another plan.
    #[error("receive the part {key}: attempt {epoch} has already brought other bytes")]
    Differs {
        /// The part.
        key: ContentKey,
        /// The attempt.
        epoch: i64,
    },
    /// The sender broke off.
    #[error("read the part from its node")]
    Read(#[source] io::Error),
    /// The disk said no.
    #[error("keep the part")]
    Keep(#[source] PartsError),
}

impl PartStore {
    /// Takes a payload of `payload_bytes` whose BLAKE3 is `payload_hash`. On success it is on the disk for good under
    /// (`key`, `epoch`); the same bytes again are welcome, other bytes under the same name are refused.
    pub async fn receive(
        &self,
        key: &ContentKey,
        epoch: i64,
        payload_bytes: u64,
        payload_hash: &[u8; 32],
        reader: impl AsyncRead + Unpin,
    ) -> Result<(), ReceiveError> {
        if payload_bytes > PART_BYTES_MAX {
            return Err(ReceiveError::TooLarge { payload_bytes });
        }
        let path = self.path(key, epoch);
        let folder = path.parent().expect("every part is in a folder");
        tokio::fs::create_dir_all(folder).await.map_err(|error| keep("make the folder", folder)(error))?;
        let unfinished = Unfinished::beside(&path);
        let mut file = File::create(&unfinished.0).await.map_err(keep("make", &unfinished.0))?;
        copy(reader, &mut file, payload_bytes, payload_hash, &unfinished.0).await?;
        file.sync_all().await.map_err(keep("write", &unfinished.0))?;
        if !place(&unfinished.0, &path).map_err(keep("place", &path))? {
            let welcome = same_bytes(&path, payload_hash).await.map_err(keep("read", &path))?;
            return if welcome { Ok(()) } else { Err(ReceiveError::Differs { key: *key, epoch }) };
        }
        let folder_file = File::open(folder).await.map_err(keep("open", folder))?;
        folder_file.sync_all().await.map_err(keep("sync", folder))
    }
}

async fn copy(
    mut reader: impl AsyncRead + Unpin,
    file: &mut File,
    payload_bytes: u64,
    payload_hash: &[u8; 32],
    path: &Path,
) -> Result<(), ReceiveError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut received_bytes = 0;
    loop {
        let count = reader.read(&mut buffer).await.map_err(ReceiveError::Read)?;
        received_bytes += count as u64;
        if received_bytes > payload_bytes || (count == 0 && received_bytes < payload_bytes) {
            return Err(ReceiveError::Length { promised_bytes: payload_bytes, received_bytes });
        }
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        file.write_all(&buffer[..count]).await.map_err(keep("write", path))?;
    }
    file.flush().await.map_err(keep("write", path))?;
    if hasher.finalize() == *payload_hash { Ok(()) } else { Err(ReceiveError::Hash) }
}

/// Gives a finished file its name, unless the name is taken: a rename would replace bytes the ledger may already name.
fn place(unfinished: &Path, path: &Path) -> io::Result<bool> {
    match std::fs::hard_link(unfinished, path) {
        Ok(()) => Ok(true),
        Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

async fn same_bytes(path: &Path, hash: &[u8; 32]) -> io::Result<bool> {
    let mut file = File::open(path).await?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer).await? {
            0 => return Ok(hasher.finalize() == *hash),
            count => hasher.update(&buffer[..count]),
        };
    }
}

fn keep(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ReceiveError {
    let named = during(doing, path);
    move |source| ReceiveError::Keep(named(source))
}

/// A file that is removed when the receiving ends, however it ends.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(path: &Path) -> Unfinished {
        let number = RECEIVED.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().expect("a part has a name").to_owned();
        name.push(format!(".{number}.tmp"));
        Unfinished(path.with_file_name(name))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Left behind only when the disk is failing; the sweep at the next start takes it.
        let _swept_later = std::fs::remove_file(&self.0);
    }
}
