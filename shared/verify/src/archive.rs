//! A ZIP of clips: where the bytes of each entry lie. Only stored entries are read, for nothing else is written.

use std::io;
use std::ops::Range;

use thiserror::Error;
use zip::{CompressionMethod, ZipArchive};

use crate::content::{Content, Cursor};

/// How every ZIP with an entry begins.
const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// Why an archive cannot be taken apart.
#[derive(Debug, Error)]
pub(crate) enum ArchiveError {
    /// Its bytes cannot be read.
    #[error("read the archive")]
    Io(#[from] io::Error),
    /// It is no sound ZIP.
    #[error("{0}")]
    Malformed(String),
}

/// An entry of an archive.
pub(crate) struct Entry {
    /// Its name.
    pub(crate) filename: String,
    /// Where its bytes are.
    pub(crate) range: Range<u64>,
}

/// Whether a file begins like a ZIP.
pub(crate) fn is_archive(content: &dyn Content) -> io::Result<bool> {
    let mut head = [0; MAGIC.len()];
    if content.size_bytes() < head.len() as u64 {
        return Ok(false);
    }
    content.read_at(0, &mut head)?;
    Ok(head == MAGIC)
}

/// Every entry of an archive in order.
pub(crate) fn entries(content: &dyn Content) -> Result<Vec<Entry>, ArchiveError> {
    let malformed = |cause: zip::result::ZipError| match cause {
        zip::result::ZipError::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => ArchiveError::Io(cause),
        other => ArchiveError::Malformed(other.to_string()),
    };
    let mut archive = ZipArchive::new(Cursor { content, position: 0 }).map_err(malformed)?;
    let mut entries = Vec::with_capacity(archive.len());
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(malformed)?;
        let filename = entry.name().map_err(malformed)?.into_owned();
        let start = entry.data_start().filter(|_| entry.compression() == CompressionMethod::Stored);
        let end = start.and_then(|start| start.checked_add(entry.size()));
        match start.zip(end) {
            Some((start, end)) if end <= content.size_bytes() => entries.push(Entry { filename, range: start..end }),
            _ => return Err(ArchiveError::Malformed(format!("its entry {filename} is not stored as it is"))),
        }
    }
    Ok(entries)
}
