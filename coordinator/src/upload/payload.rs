//! Reads the bytes of a layout: made here or sliced from parts on the disk. Blocks; sends nothing.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use bytes::{Bytes, BytesMut};
use farm_core::content_key::ContentKey;
use farm_core::report;
use sha2::{Digest as _, Sha256};

use super::PublishError;
use crate::assemble::{Headers, Layout, Piece};
use crate::parts::{PartStore, PartsError};
use crate::store::parts::StoredPart;

/// Read and hashed at a time.
const BUFFER_BYTES: usize = 256 * 1024;
/// Files open at once: a file alternates between one part of picture and one of sound.
const FILES_OPEN_MAX: usize = 8;

/// What reading a whole file found.
pub(super) struct Digest {
    pub(super) sha256: [u8; 32],
    pub(super) crc32: u32,
    /// What lies in the file of each part.
    pub(super) parts: report::Payloads,
}

/// The parts of an export.
pub(super) struct Payload {
    parts: PartStore,
    stored: HashMap<ContentKey, StoredPart>,
}

impl Payload {
    pub(super) fn new(parts: PartStore, stored: HashMap<ContentKey, StoredPart>) -> Payload {
        Payload { parts, stored }
    }

    pub(super) fn headers(&self) -> Headers<'_> {
        self.stored.iter().map(|(key, part)| (*key, &part.header)).collect()
    }

    /// The attempt whose bytes a part is.
    pub(super) fn epoch(&self, part: &ContentKey) -> Option<i64> {
        self.stored.get(part).map(|stored| stored.epoch)
    }

    /// Hashes a file, and every part in it against the hash it was received with: a flipped bit on the disk ends here.
    pub(super) fn digest(&self, layout: &Layout) -> Result<Digest, PublishError> {
        let mut sha256 = Sha256::new();
        let mut crc32 = crc32fast::Hasher::new();
        let mut files = Files::new(self);
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut proofs: HashMap<ContentKey, Proof> = HashMap::new();
        for piece in layout.pieces() {
            match piece {
                Piece::Bytes(bytes) => {
                    sha256.update(bytes);
                    crc32.update(bytes);
                }
                Piece::Slice { part, offset, length } => {
                    let proof = proofs.entry(*part).or_default();
                    files.each(*part, *offset..offset + length, &mut buffer, |at, bytes| {
                        sha256.update(bytes);
                        crc32.update(bytes);
                        proof.take(at, bytes);
                    })?;
                }
            }
        }
        let mut parts = HashMap::with_capacity(proofs.len());
        for (part, mut proof) in proofs {
            let stored = self.stored.get(&part).ok_or(PublishError::PartLost { part })?;
            let blake3 = *proof.hasher.finalize().as_bytes();
            parts.insert(part, report::Payload { size_bytes: proof.position, blake3 });
            // Sound may hold packets more than the file needs.
            let rest = proof.position..stored.header.payload_bytes;
            files.each(part, rest, &mut buffer, |at, bytes| proof.take(at, bytes))?;
            if proof.hasher.finalize() != stored.payload_hash {
                return Err(PublishError::PartLost { part });
            }
        }
        Ok(Digest { sha256: sha256.finalize().into(), crc32: crc32.finalize(), parts })
    }

    /// Every part as the report names it; `reused` are those that were there before.
    pub(super) fn facts(&self, reused: &HashSet<ContentKey>) -> HashMap<ContentKey, report::PartFacts<'_>> {
        self.stored.iter().map(|(key, part)| (*key, facts(part, reused.contains(key)))).collect()
    }

    /// A few bytes of a part.
    pub(super) fn peek(&self, part: ContentKey, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        Files::new(self).read_exact(part, offset, buffer).map_err(io::Error::other)
    }

    /// The bytes of a stretch of a file.
    pub(super) fn read(&self, layout: &Layout, range: Range<u64>) -> Result<Bytes, PublishError> {
        let length = usize::try_from(range.end - range.start).expect("a part of an upload fits into memory");
        let mut bytes = BytesMut::zeroed(length);
        let mut files = Files::new(self);
        let mut filled = 0;
        for piece in layout.range(range) {
            match piece {
                Piece::Bytes(made) => {
                    bytes[filled..filled + made.len()].copy_from_slice(&made);
                    filled += made.len();
                }
                Piece::Slice { part, offset, length } => {
                    let length = usize::try_from(length).expect("inside the range");
                    files.read_exact(part, offset, &mut bytes[filled..filled + length])?;
                    filled += length;
                }
            }
        }
        assert_eq!(filled, length, "a layout has a piece for every byte");
        Ok(bytes.freeze())
    }
}

fn facts(part: &StoredPart, reused: bool) -> report::PartFacts<'_> {
    report::PartFacts {
        header: &part.header,
        encoder: &part.encoder,
        node: part.node,
        node_version: part.node_version.as_deref(),
        media_library: part.media_library.as_deref(),
        epoch: part.epoch,
        render_ms: part.render_ms,
        reused,
    }
}

/// The running hash of one part, in whatever slices it comes.
#[derive(Default)]
struct Proof {
    hasher: blake3::Hasher,
    position: u64,
}

impl Proof {
    /// Bytes met a second time, in a part that is placed twice, are not hashed again.
    fn take(&mut self, at: u64, bytes: &[u8]) {
        if at == self.position {
            self.hasher.update(bytes);
            self.position += bytes.len() as u64;
        }
    }
}

/// A few open part files.
struct Files<'a> {
    payload: &'a Payload,
    open: HashMap<ContentKey, File>,
}

impl<'a> Files<'a> {
    fn new(payload: &'a Payload) -> Files<'a> {
        Files { payload, open: HashMap::new() }
    }

    /// Hands a stretch of a part to `each`, a buffer at a time.
    fn each(
        &mut self,
        part: ContentKey,
        range: Range<u64>,
        buffer: &mut [u8],
        mut each: impl FnMut(u64, &[u8]),
    ) -> Result<(), PublishError> {
        let mut at = range.start;
        while at < range.end {
            let length = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(buffer.len());
            self.read_exact(part, at, &mut buffer[..length])?;
            each(at, &buffer[..length]);
            at += length as u64;
        }
        Ok(())
    }

    fn read_exact(&mut self, part: ContentKey, offset: u64, buffer: &mut [u8]) -> Result<(), PublishError> {
        let lost = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof);
        let file = self.file(part).map_err(|error| {
            if lost(&error.source) { PublishError::PartLost { part } } else { PublishError::Parts(error) }
        })?;
        file.read_exact_at(buffer, offset).map_err(|source| {
            if lost(&source) {
                PublishError::PartLost { part }
            } else {
                let path = part.to_string().into();
                PublishError::Parts(PartsError { doing: "read the part", path, source })
            }
        })
    }

    fn file(&mut self, part: ContentKey) -> Result<&File, PartsError> {
        if self.open.len() >= FILES_OPEN_MAX && !self.open.contains_key(&part) {
            self.open.clear();
        }
        match self.open.entry(part) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(place) => {
                let epoch = self.payload.epoch(&part).unwrap_or_default();
                Ok(place.insert(self.payload.parts.read(&part, epoch)?))
            }
        }
    }
}
