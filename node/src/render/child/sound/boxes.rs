//! Walks the boxes of an ISO base media file without reading what is inside them.
//! Knows the frame of a box and nothing of its meaning.

use std::io;

use crate::render::child::reader::SourceReader;

/// More boxes beside each other than any real file has; stops a walk along a file made of tiny ones.
const SIBLINGS_MAX: usize = 10_000;

/// The largest table read into memory: the chunks of a day of sound.
const TABLE_BYTES_MAX: u64 = 64 << 20;

/// A stretch of the file: a box without its header, or the whole file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

impl Span {
    /// The children of this box, in order; those cut off by its end are left out.
    pub fn children(self, reader: &SourceReader) -> io::Result<Vec<([u8; 4], Span)>> {
        let mut children = Vec::new();
        let mut at = self.start;
        while at + 8 <= self.end && children.len() < SIBLINGS_MAX {
            let head = reader.bytes(at, 8)?;
            let (size, kind) = (u64::from(be_u32(&head, 0)), [head[4], head[5], head[6], head[7]]);
            let (header, size) = match size {
                0 => (8, self.end - at),
                1 if at + 16 <= self.end => (16, be_u64(&reader.bytes(at + 8, 8)?, 0)),
                size => (8, size),
            };
            let Some(end) = at.checked_add(size).filter(|&end| size >= header && end <= self.end) else { break };
            children.push((kind, Span { start: at + header, end }));
            at = end;
        }
        Ok(children)
    }

    /// The first box reached by these names, one inside the other.
    pub fn descend(self, reader: &SourceReader, path: &[&[u8; 4]]) -> io::Result<Option<Span>> {
        let mut span = self;
        for name in path {
            match span.children(reader)?.into_iter().find(|(kind, _)| kind == *name) {
                Some((_, child)) => span = child,
                None => return Ok(None),
            }
        }
        Ok(Some(span))
    }

    /// All bytes of it.
    pub fn bytes(self, reader: &SourceReader) -> io::Result<Vec<u8>> {
        let length = self.end - self.start;
        if length > TABLE_BYTES_MAX {
            return Err(io::Error::other("a table of the file is too large"));
        }
        reader.bytes(self.start, usize::try_from(length).map_err(io::Error::other)?)
    }
}

/// Two bytes, big-endian; zero past the end, as for all of these: a table that is too short names nothing.
pub fn be_u16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_be_bytes(*bytes))
}

/// Four bytes, big-endian.
pub fn be_u32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// Eight bytes, big-endian.
pub fn be_u64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
