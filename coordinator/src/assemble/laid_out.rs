//! A layout as a file that can be verified before it exists: what was counted of its parts is not counted again.

use std::io;
use std::ops::Range;

use farm_core::content_key::ContentKey;
use farm_core::report::{Payload, Payloads};
use verify::Content;

use super::{Layout, Piece};

/// Fills a buffer with the bytes of a part from an offset on.
pub type ReadPart<'a> = dyn Fn(ContentKey, u64, &mut [u8]) -> io::Result<()> + 'a;

/// A layout with what was counted when it was hashed.
pub struct LaidOut<'a> {
    /// The file.
    pub layout: &'a Layout,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// What lies in it of each part.
    pub payloads: &'a Payloads,
    /// For the little that was not counted.
    pub read: &'a ReadPart<'a>,
}

impl Content for LaidOut<'_> {
    fn size_bytes(&self) -> u64 {
        self.layout.size_bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.saturating_add(buffer.len() as u64);
        if end > self.size_bytes() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut filled = 0;
        for piece in self.layout.range(offset..end) {
            let length = usize::try_from(piece.length()).expect("inside the buffer");
            let room = &mut buffer[filled..filled + length];
            match piece {
                Piece::Bytes(bytes) => room.copy_from_slice(&bytes),
                Piece::Slice { part, offset, .. } => (self.read)(part, offset, room)?,
            }
            filled += length;
        }
        Ok(())
    }

    fn sha256(&self) -> io::Result<[u8; 32]> {
        Ok(self.sha256)
    }

    fn blake3(&self, stretches: &[Range<u64>]) -> io::Result<[u8; 32]> {
        match self.whole_part(stretches) {
            Some(payload) => Ok(payload.blake3),
            None => verify::blake3(self, stretches),
        }
    }
}

impl LaidOut<'_> {
    /// The part that stretches are from its first byte to its last in the file, and nothing else.
    fn whole_part(&self, stretches: &[Range<u64>]) -> Option<Payload> {
        let mut pieces = stretches.iter().flat_map(|stretch| self.layout.range(stretch.clone())).peekable();
        let Some(&Piece::Slice { part: whole, .. }) = pieces.peek() else { return None };
        let mut end = 0;
        for piece in pieces {
            let Piece::Slice { part, offset, length } = piece else { return None };
            if part != whole || offset != end {
                return None;
            }
            end += length;
        }
        self.payloads.get(&whole).copied().filter(|payload| payload.size_bytes == end)
    }
}
