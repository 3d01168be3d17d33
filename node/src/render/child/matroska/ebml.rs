//! Walks the elements of an EBML file without knowing what they mean.
//! Reads heads and small bodies, and never more of them than its bound.

use crate::render::child::reader::SourceReader;

/// Elements looked at; a hostile file may hold millions.
const ELEMENTS_MAX: usize = 20_000;
/// The largest body that is read.
const BODY_BYTES_MAX: u64 = 4096;
/// The longest head: four bytes of identifier, eight of size.
const HEAD_BYTES_MAX: usize = 12;

/// An element: its identifier and where its body lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// With its length marker, as it stands in the file.
    pub id: u32,
    /// First byte of the body.
    pub start: u64,
    /// The byte after the last one; an element of unknown size ends with what it is in.
    pub end: u64,
}

impl Element {
    /// The whole file.
    #[must_use]
    pub fn file(size: u64) -> Element {
        Element { id: 0, start: 0, end: size }
    }
}

type Visit<'a> = dyn FnMut(&mut Walk<'_>, Element) -> Option<()> + 'a;

/// A walk through a file.
#[derive(Debug)]
pub struct Walk<'a> {
    reader: &'a SourceReader,
    elements_left: usize,
}

impl Walk<'_> {
    /// A walk that has not begun.
    #[must_use]
    pub fn new(reader: &SourceReader) -> Walk<'_> {
        Walk { reader, elements_left: ELEMENTS_MAX }
    }

    /// Visits the elements inside `parent`; `None` when the visitor, the file or the bound ends the walk.
    pub fn children(&mut self, parent: Element, visit: &mut Visit<'_>) -> Option<()> {
        let mut at = parent.start;
        while at < parent.end {
            self.elements_left = self.elements_left.checked_sub(1)?;
            let found = self.head(at, parent.end)?;
            visit(self, found)?;
            at = found.end;
        }
        Some(())
    }

    /// A whole number, big-endian.
    pub fn number(&self, element: Element) -> Option<u64> {
        let bytes = self.body(element)?;
        (bytes.len() <= 8).then(|| big_endian(&bytes))
    }

    /// The body, as far as it is read.
    pub fn body(&self, element: Element) -> Option<Vec<u8>> {
        let length = (element.end - element.start).min(BODY_BYTES_MAX);
        self.reader.bytes(element.start, usize::try_from(length).ok()?).ok()
    }

    fn head(&self, at: u64, limit: u64) -> Option<Element> {
        let available = usize::try_from(limit - at).unwrap_or(usize::MAX).min(HEAD_BYTES_MAX);
        let bytes = self.reader.bytes(at, available).ok()?;
        let Head { id, size, bytes } = Head::read(&bytes)?;
        let start = at + bytes as u64;
        // An element that claims more than its parent holds ends with it: truncated files are read as far as they go.
        let end = size.map_or(Some(limit), |size| start.checked_add(size))?.min(limit);
        Some(Element { id, start, end: end.max(start) })
    }
}

/// Identifier and size of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    id: u32,
    /// `None` where the file does not know.
    size: Option<u64>,
    bytes: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Head> {
        let id_bytes = length(*bytes.first()?).filter(|length| *length <= 4)?;
        let id = u32::try_from(big_endian(bytes.get(..id_bytes)?)).ok()?;
        let rest = &bytes[id_bytes..];
        let size_bytes = length(*rest.first()?)?;
        let marked = big_endian(rest.get(..size_bytes)?);
        let unknown = (1 << (7 * size_bytes)) - 1;
        let size = marked & unknown;
        Some(Head { id, size: (size != unknown).then_some(size), bytes: id_bytes + size_bytes })
    }
}

/// Bytes of a variable-length number, by the zeros its first byte begins with.
fn length(first: u8) -> Option<usize> {
    (first != 0).then(|| first.leading_zeros() as usize + 1)
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// A floating-point number of four or eight bytes.
#[must_use]
pub fn float(bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => Some(f64::from(f32::from_be_bytes(bytes.try_into().ok()?))),
        8 => Some(f64::from_be_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let known = Head { id: 0x002a_d7b1, size: Some(3), bytes: 4 };
        assert_eq!(Head::read(&[0x2a, 0xd7, 0xb1, 0x83, 1, 2, 3]), Some(known));
        let wide = Head { id: 0xae, size: Some(0x0102), bytes: 9 };
        assert_eq!(Head::read(&[0xae, 0x01, 0, 0, 0, 0, 0, 0x01, 0x02]), Some(wide));
        let unknown = Head { id: 0x1f43_b675, size: None, bytes: 5 };
        assert_eq!(Head::read(&[0x1f, 0x43, 0xb6, 0x75, 0xff]), Some(unknown));
        assert_eq!(
            Head::read(&[0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap().size,
            None
        );
    }

    #[test]
    fn nonsense_is_no_head() {
        for bytes in [&[][..], &[0], &[0xae], &[0x08, 1, 2, 3, 4, 0x81], &[0xae, 0], &[0xae, 0x40]] {
            assert_eq!(Head::read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn floats_have_two_lengths() {
        assert_eq!(float(&1.5_f32.to_be_bytes()), Some(1.5));
        assert_eq!(float(&12.25_f64.to_be_bytes()), Some(12.25));
        assert_eq!(float(&[1]), None);
    }
}
