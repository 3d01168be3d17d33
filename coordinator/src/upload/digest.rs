//! Counts SHA-256 and CRC-32 of a file that so far exists only as a layout. Sends nothing.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::PublishError;
use super::bytes_of::Payloads;
use crate::assemble::Layout;

/// Bytes read at a time.
const READ_BYTES: u64 = 1 << 20;

/// What a file's bytes add up to.
#[derive(Clone, Debug)]
pub(super) struct Digest {
    /// Hex.
    pub(super) sha256: String,
    /// For the archive's directory.
    pub(super) crc32: u32,
}

/// Reads the whole file once, beside the runtime.
pub(super) async fn count(layout: Arc<Layout>, payloads: Arc<Payloads>) -> Result<Digest, PublishError> {
    tokio::task::spawn_blocking(move || count_blocking(&layout, &payloads)).await?
}

fn count_blocking(layout: &Layout, payloads: &Payloads) -> Result<Digest, PublishError> {
    let mut sha256 = Sha256::new();
    let mut crc32 = crc32fast::Hasher::new();
    let size = layout.size_bytes();
    let mut at = 0;
    while at < size {
        let until = size.min(at + READ_BYTES);
        let bytes = payloads.read(layout, at..until)?;
        sha256.update(&bytes);
        crc32.update(&bytes);
        at = until;
    }
    Ok(Digest { sha256: hex::encode(sha256.finalize()), crc32: crc32.finalize() })
}
