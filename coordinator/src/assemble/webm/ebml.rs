//! Writes EBML elements into memory. Knows their forms, not their meanings.

use super::ids::Id;

/// The width of sizes and places that are filled in later or must not move what follows.
pub(super) const WIDTH_MAX: usize = 8;

/// Elements one after another.
#[derive(Default)]
pub(super) struct Elements {
    bytes: Vec<u8>,
}

impl Elements {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An element around whatever `body` writes.
    pub(super) fn around(&mut self, id: Id, body: impl FnOnce(&mut Elements)) {
        self.id(id);
        let start = self.bytes.len();
        body(self);
        let size = size_field((self.bytes.len() - start) as u64);
        self.bytes.splice(start..start, size);
    }

    /// The head of an element whose content of `size` bytes follows, in a field of full width.
    pub(super) fn wide_head(&mut self, id: Id, size: u64) {
        self.id(id);
        self.raw(&size_field_of(WIDTH_MAX, size));
    }

    /// The head of an element whose content of `size` bytes follows.
    pub(super) fn head(&mut self, id: Id, size: u64) {
        self.id(id);
        let field = size_field(size);
        self.bytes.extend(field);
    }

    /// Fills in the size of an element that was begun with [`Self::wide_head`], at `start`: it ends here.
    pub(super) fn close(&mut self, id: Id, start: usize, content_bytes: u64) {
        let field = start + id_bytes(id).count();
        self.bytes[field..field + WIDTH_MAX].copy_from_slice(&size_field_of(WIDTH_MAX, content_bytes));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn uint(&mut self, id: Id, value: u64) {
        self.uint_of(uint_width(value), id, value);
    }

    /// A number in a field of `width` bytes.
    pub(super) fn uint_of(&mut self, width: usize, id: Id, value: u64) {
        assert!(uint_width(value) <= width, "the width was chosen for the largest");
        self.binary(id, &value.to_be_bytes()[WIDTH_MAX - width..]);
    }

    pub(super) fn int(&mut self, id: Id, value: i64) {
        // The sign needs a bit of its own: the highest one that differs from it must stay below.
        let bits = 65 - (value ^ (value >> 63)).leading_zeros() as usize;
        self.binary(id, &value.to_be_bytes()[WIDTH_MAX - bits.div_ceil(8)..]);
    }

    /// Nanoseconds since the first moment of 2001, in the one width dates have.
    pub(super) fn date(&mut self, id: Id, nanoseconds: i64) {
        self.binary(id, &nanoseconds.to_be_bytes());
    }

    pub(super) fn float(&mut self, id: Id, value: f64) {
        self.binary(id, &value.to_be_bytes());
    }

    pub(super) fn text(&mut self, id: Id, text: &str) {
        self.binary(id, text.as_bytes());
    }

    pub(super) fn binary(&mut self, id: Id, content: &[u8]) {
        self.head(id, content.len() as u64);
        self.raw(content);
    }

    fn id(&mut self, id: Id) {
        self.bytes.extend(id_bytes(id));
    }
}

/// An id as it is written: it says its own length.
pub(super) fn id_bytes(id: Id) -> impl Iterator<Item = u8> {
    id.to_be_bytes().into_iter().skip_while(|&byte| byte == 0)
}

/// Bytes of a size, in the narrowest field. Fields of all ones mean "unknown", so the largest size of a width takes the next.
pub(super) fn size_width(size: u64) -> usize {
    (1..WIDTH_MAX).find(|width| size < (1 << (7 * width)) - 1).unwrap_or(WIDTH_MAX)
}

/// Bytes that a number takes; zero takes one.
pub(super) fn uint_width(value: u64) -> usize {
    (64 - value.leading_zeros() as usize).div_ceil(8).max(1)
}

fn size_field(size: u64) -> impl Iterator<Item = u8> {
    let width = size_width(size);
    (size | 1 << (7 * width)).to_be_bytes().into_iter().skip(WIDTH_MAX - width)
}

fn size_field_of(width: usize, size: u64) -> [u8; WIDTH_MAX] {
    assert!(size_width(size) <= width, "no file is so large");
    (size | 1 << (7 * width)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_never_look_unknown() {
        let field = |size| size_field(size).collect::<Vec<u8>>();
        assert_eq!(field(0), [0x80]);
        assert_eq!(field(126), [0xFE]);
        assert_eq!(field(127), [0x40, 127], "0xFF would be unknown");
        assert_eq!(field(16_382), [0x7F, 0xFE]);
        assert_eq!(field(16_383), [0x20, 0x3F, 0xFF]);
        assert_eq!(field(2_097_151), [0x10, 0x1F, 0xFF, 0xFF]);
        assert_eq!(size_field_of(8, 5), [1, 0, 0, 0, 0, 0, 0, 5]);
    }

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        let written = |write: &dyn Fn(&mut Elements)| {
            let mut out = Elements::default();
            write(&mut out);
            out.into_bytes()
        };
        assert_eq!(written(&|out| out.uint(0xD7, 0)), [0xD7, 0x81, 0]);
        assert_eq!(written(&|out| out.uint(0x002A_D7B1, 1_000_000)), [0x2A, 0xD7, 0xB1, 0x83, 0x0F, 0x42, 0x40]);
        assert_eq!(written(&|out| out.uint_of(4, 0xF1, 300)), [0xF1, 0x84, 0, 0, 1, 44]);
        assert_eq!(written(&|out| out.int(0x75A2, 127)), [0x75, 0xA2, 0x81, 127]);
        assert_eq!(written(&|out| out.int(0x75A2, 128)), [0x75, 0xA2, 0x82, 0, 128], "not −128");
        assert_eq!(written(&|out| out.int(0x75A2, -128)), [0x75, 0xA2, 0x81, 128]);
        assert_eq!(written(&|out| out.int(0x75A2, 0)), [0x75, 0xA2, 0x81, 0]);
        assert_eq!(written(&|out| out.int(0x75A2, i64::MIN))[2..], [0x88, 128, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(&|out| out.around(0xE1, |out| out.uint(0x9F, 2))), [0xE1, 0x83, 0x9F, 0x81, 2]);
    }
}
