//! Writes boxes into memory: containers in any order we like, typed leaf boxes by mp4-atom, tables by hand.
//! Knows no tracks.

use mp4_atom::Encode;

/// The kind of a box.
pub(super) type Kind = [u8; 4];

/// How wide the offsets of chunks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offsets {
    /// `stco`, 32 bits.
    Narrow,
    /// `co64`, 64 bits, and `mdat` with a 64-bit size.
    Wide,
}

/// Boxes one after another.
pub(super) struct Boxes {
    bytes: Vec<u8>,
    offsets: Offsets,
    /// Where tables of chunk offsets lie, and how many entries they have. They count from the payload until it is known where
    /// that begins.
    offset_tables: Vec<(usize, usize)>,
}

impl Boxes {
    pub(super) fn new(offsets: Offsets) -> Boxes {
        Boxes { bytes: Vec::new(), offsets, offset_tables: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A box around whatever `body` writes.
    pub(super) fn around(&mut self, kind: Kind, body: impl FnOnce(&mut Boxes)) {
        let start = self.bytes.len();
        self.u32(0);
        self.raw(&kind);
        body(self);
        let size = u32::try_from(self.bytes.len() - start).expect("headers stay far below 4 GiB");
        self.bytes[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A box with version and flags.
    pub(super) fn full(&mut self, kind: Kind, version: u8, flags: u32, body: impl FnOnce(&mut Boxes)) {
        self.around(kind, |out| {
            out.u32(u32::from(version) << 24 | flags);
            body(out);
        });
    }

    /// A typed box, or a part of one.
    pub(super) fn typed(&mut self, part: &impl Encode) {
        part.encode(&mut self.bytes).expect("every value was checked to fit its field");
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.raw(&value.to_be_bytes());
    }

    /// A table whose length is known only once it is written: `entries` returns it.
    pub(super) fn counted(&mut self, entries: impl FnOnce(&mut Boxes) -> u32) {
        let start = self.bytes.len();
        self.u32(0);
        let count = entries(self);
        self.bytes[start..start + 4].copy_from_slice(&count.to_be_bytes());
    }

    /// `stco` or `co64`, its offsets counted from the beginning of the payload.
    pub(super) fn chunk_offsets(&mut self, offsets: impl ExactSizeIterator<Item = u64>) {
        let wide = self.offsets;
        let count = offsets.len();
        let kind = if wide == Offsets::Wide { *b"co64" } else { *b"stco" };
        self.full(kind, 0, 0, |out| {
            out.u32(u32::try_from(count).expect("there are fewer chunks than frames"));
            out.offset_tables.push((out.bytes.len(), count));
            for offset in offsets {
                match wide {
                    Offsets::Wide => out.u64(offset),
                    // Too large only in a first try that is thrown away for a wide one.
                    Offsets::Narrow => out.u32(u32::try_from(offset).unwrap_or(u32::MAX)),
                }
            }
        });
    }

    /// The head of `mdat`; its payload follows in the file.
    pub(super) fn payload_head(&mut self, payload_bytes: u64) {
        match self.offsets {
            Offsets::Narrow => {
                self.u32(u32::try_from(payload_bytes + 8).expect("larger payloads have wide offsets"));
                self.raw(b"mdat");
            }
            Offsets::Wide => {
                self.u32(1);
                self.raw(b"mdat");
                self.u64(payload_bytes + 16);
            }
        }
    }

    /// Counts chunk offsets from the beginning of the file: the payload follows what has been written.
    pub(super) fn rebase_offsets(&mut self) {
        let base = self.bytes.len() as u64;
        for (start, count) in std::mem::take(&mut self.offset_tables) {
            match self.offsets {
                Offsets::Wide => {
                    for entry in self.bytes[start..start + count * 8].as_chunks_mut::<8>().0 {
                        *entry = (u64::from_be_bytes(*entry) + base).to_be_bytes();
                    }
                }
                Offsets::Narrow => {
                    let base = u32::try_from(base).expect("headers stay far below 4 GiB");
                    for entry in self.bytes[start..start + count * 4].as_chunks_mut::<4>().0 {
                        *entry = (u32::from_be_bytes(*entry) + base).to_be_bytes();
                    }
                }
            }
        }
    }
}
