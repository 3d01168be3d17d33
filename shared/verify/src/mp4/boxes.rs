//! Boxes by kind and size. Knows no meaning of them.

use std::ops::Range;

use crate::content::Content;
use crate::found::{ReadError, malformed};

/// Boxes at the top of a file: a handful, and no file needs more.
const TOP_LEVEL_MAX: usize = 1000;

/// A box of a file.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) kind: [u8; 4],
    /// With its head.
    pub(super) whole: Range<u64>,
    pub(super) data: Range<u64>,
}

/// The boxes of a file, which fill it exactly.
pub(super) fn top_level(content: &dyn Content) -> Result<Vec<Found>, ReadError> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < content.size_bytes() {
        let mut head = [0; 16];
        let length = head.len().min(usize::try_from(content.size_bytes() - at).unwrap_or(usize::MAX));
        content.read_at(at, &mut head[..length])?;
        let (kind, data, size) = size_of(&head[..length], content.size_bytes() - at)
            .ok_or_else(|| malformed(format!("the box at {at} is not whole")))?;
        found.push(Found { kind, whole: at..at + size, data: at + data..at + size });
        at += size;
        if found.len() > TOP_LEVEL_MAX {
            return Err(malformed("it has more boxes than any"));
        }
    }
    Ok(found)
}

/// Kind, bytes of head, and bytes in all of the box that begins with `head` and has `room` bytes.
fn size_of(head: &[u8], room: u64) -> Option<([u8; 4], u64, u64)> {
    let kind = head.get(4..8)?.try_into().ok()?;
    let (data, size) = match u32::from_be_bytes(head.get(..4)?.try_into().ok()?) {
        0 => (8, room),
        1 => (16, u64::from_be_bytes(head.get(8..16)?.try_into().ok()?)),
        size => (8, size.into()),
    };
    (data <= size && size <= room).then_some((kind, data, size))
}

/// The boxes in a buffer with their contents, as far as they are whole.
pub(super) fn within(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (kind, data, size) = size_of(bytes, bytes.len() as u64)?;
        let position = |at: u64| usize::try_from(at).expect("inside a buffer in memory");
        let content = &bytes[position(data)..position(size)];
        bytes = &bytes[position(size)..];
        Some((kind, content))
    })
}
