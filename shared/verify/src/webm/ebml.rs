//! EBML: elements within elements, each with an id and a size. Knows no meaning of them but that of a block's head.

use std::ops::Range;

use crate::content::Content;
use crate::found::{ReadError, malformed};

/// Four bytes of id and eight of size at the most.
const HEAD_BYTES_MAX: usize = 12;

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) id: u32,
    /// Where its data are.
    pub(super) data: Range<u64>,
}

/// The head of a block.
pub(super) struct Block {
    pub(super) track: u64,
    /// Ticks from the cluster's time.
    pub(super) time: i16,
    pub(super) key: bool,
    pub(super) laced: bool,
    /// Where the frame is.
    pub(super) frame: Range<u64>,
}

/// The elements in a stretch, which they fill exactly. Ends after the first that is not whole.
pub(super) fn children(
    content: &dyn Content,
    within: Range<u64>,
) -> impl Iterator<Item = Result<Element, ReadError>> + '_ {
    let mut at = within.start;
    std::iter::from_fn(move || {
        if at >= within.end {
            return None;
        }
        let element = element(content, at..within.end);
        at = element.as_ref().map_or(within.end, |element| element.data.end);
        Some(element)
    })
}

fn element(content: &dyn Content, within: Range<u64>) -> Result<Element, ReadError> {
    let torn = || malformed(format!("an element at {} is not whole", within.start));
    let mut buffer = [0; HEAD_BYTES_MAX];
    let head = head(content, &within, &mut buffer)?;
    let (id, id_bytes) = number(head).filter(|(_, length)| *length <= 4).ok_or_else(torn)?;
    let (size, size_bytes) = number(&head[id_bytes..]).ok_or_else(torn)?;
    if size == (1 << (7 * size_bytes)) - 1 {
        return Err(malformed(format!("an element at {} does not say its size", within.start)));
    }
    let start = within.start + (id_bytes + size_bytes) as u64;
    let end = start.checked_add(size).filter(|&end| end <= within.end).ok_or_else(torn)?;
    let marked = id | 1 << (7 * id_bytes);
    Ok(Element { id: u32::try_from(marked).map_err(|_| torn())?, data: start..end })
}

/// The first bytes of a stretch.
fn head<'a>(content: &dyn Content, within: &Range<u64>, buffer: &'a mut [u8]) -> Result<&'a [u8], ReadError> {
    let length = usize::try_from(within.end - within.start).unwrap_or(usize::MAX).min(buffer.len());
    content.read_at(within.start, &mut buffer[..length])?;
    Ok(&buffer[..length])
}

/// A number of variable length without its marker, and its length.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let rest = bytes.get(1..length).filter(|_| length <= 8)?;
    let start = u64::from(first) & ((1 << (8 - length)) - 1);
    Some((rest.iter().fold(start, |value, byte| value << 8 | u64::from(*byte)), length))
}

/// The head of a block.
pub(super) fn block(content: &dyn Content, block: &Range<u64>) -> Result<Block, ReadError> {
    let mut buffer = [0; HEAD_BYTES_MAX];
    let head = head(content, block, &mut buffer)?;
    let torn = || malformed(format!("a block at {} is not whole", block.start));
    let (track, length) = number(head).ok_or_else(torn)?;
    let [high, low, flags, ..] = head[length..] else { return Err(torn()) };
    Ok(Block {
        track,
        time: i16::from_be_bytes([high, low]),
        key: flags & 0x80 != 0,
        laced: flags & 0x06 != 0,
        frame: block.start + length as u64 + 3..block.end,
    })
}

/// The bytes of an element, if they are no more than `bytes_max`.
pub(super) fn bytes(content: &dyn Content, data: &Range<u64>, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
    let length = data.end - data.start;
    if length > bytes_max {
        return Err(malformed(format!("the element at {} is too large", data.start)));
    }
    let mut bytes = vec![0; usize::try_from(length).expect("bounded")];
    content.read_at(data.start, &mut bytes)?;
    Ok(bytes)
}

/// A whole number, zero or more.
pub(super) fn unsigned(content: &dyn Content, data: &Range<u64>) -> Result<u64, ReadError> {
    Ok(bytes(content, data, 8)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// A whole number.
pub(super) fn signed(content: &dyn Content, data: &Range<u64>) -> Result<i64, ReadError> {
    let bytes = bytes(content, data, 8)?;
    let start = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    Ok(bytes.iter().fold(start, |value, byte| value << 8 | i64::from(*byte)))
}

/// A number with a fraction.
pub(super) fn float(content: &dyn Content, data: &Range<u64>) -> Result<f64, ReadError> {
    let bytes = bytes(content, data, 8)?;
    let none = || malformed(format!("the number at {} is none", data.start));
    match bytes.len() {
        0 => Ok(0.0),
        4 => Ok(f32::from_be_bytes(bytes.try_into().map_err(|_| none())?).into()),
        _ => Ok(f64::from_be_bytes(bytes.try_into().map_err(|_| none())?)),
    }
}

/// A text, without the zeros that may pad it.
pub(super) fn text(content: &dyn Content, data: &Range<u64>) -> Result<String, ReadError> {
    let bytes = bytes(content, data, 1024)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
}
