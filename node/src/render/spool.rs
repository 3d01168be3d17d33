//! A part on its way to disk: payload appended and hashed as it comes, the table of its frames kept.
//! Judges nothing but its bound.

use std::path::PathBuf;

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use wire::v1::PartFrame;

use super::failure::RenderFailure;

/// The largest part: an hour of 4k at the highest cap is 14 GB and is never one part; 4 GiB holds any that is planned.
const PAYLOAD_BYTES_MAX: u64 = 4 << 30;
const FILE_NAME: &str = "payload.part";

/// A part being received.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
    frames: Vec<PartFrame>,
}

/// A part received whole.
#[derive(Debug)]
pub struct Spooled {
    /// The file that holds the payload.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its BLAKE3.
    pub hash: [u8; 32],
    /// Its frames in payload order.
    pub frames: Vec<PartFrame>,
}

impl Spool {
    /// A new, empty part in `folder`.
    pub async fn create(folder: &std::path::Path) -> Result<Spool, RenderFailure> {
        let path = folder.join(FILE_NAME);
        let file = File::create(&path).await.map_err(|error| unwritable().because(error))?;
        Ok(Spool { path, file: BufWriter::new(file), hasher: blake3::Hasher::new(), bytes: 0, frames: Vec::new() })
    }

    /// Appends one access unit.
    pub async fn append(&mut self, frame: PartFrame, payload: &[u8]) -> Result<(), RenderFailure> {
        self.bytes += payload.len() as u64;
        if self.bytes > PAYLOAD_BYTES_MAX {
            return Err(RenderFailure::node("The rendered part grew beyond what a part may be."));
        }
        self.hasher.update(payload);
        self.frames.push(frame);
        self.file.write_all(payload).await.map_err(|error| unwritable().because(error))
    }

    /// Access units so far.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.frames.len()
    }

    /// Ends the part.
    pub async fn finish(mut self) -> Result<Spooled, RenderFailure> {
        self.file.flush().await.map_err(|error| unwritable().because(error))?;
        Ok(Spooled {
            path: self.path,
            bytes: self.bytes,
            hash: *self.hasher.finalize().as_bytes(),
            frames: self.frames,
        })
    }
}

fn unwritable() -> RenderFailure {
    RenderFailure::node("The node could not write the rendered part to its disk.")
}
