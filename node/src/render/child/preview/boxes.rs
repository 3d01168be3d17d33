//! Boxes of an MP4, written one inside the other into memory.
//! Knows no tracks.

/// Boxes one after another.
#[derive(Debug, Default)]
pub struct Boxes(Vec<u8>);

impl Boxes {
    /// Everything written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A box around what `body` writes.
    pub fn around(&mut self, kind: [u8; 4], body: impl FnOnce(&mut Boxes)) {
        let start = self.0.len();
        self.u32(0);
        self.raw(&kind);
        body(self);
        let size = u32::try_from(self.0.len() - start).expect("heads stay far below 4 GiB");
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A box with version and flags.
    pub fn full(&mut self, kind: [u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Boxes)) {
        self.around(kind, |out| {
            out.u32(u32::from(version) << 24 | flags);
            body(out);
        });
    }

    /// A table: the number of its rows, then the rows.
    pub fn table<const WIDTH: usize>(&mut self, kind: [u8; 4], rows: impl ExactSizeIterator<Item = [u32; WIDTH]>) {
        self.full(kind, 0, 0, |out| {
            out.u32(u32::try_from(rows.len()).expect("fewer rows than frames"));
            rows.flatten().for_each(|value| out.u32(value));
        });
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Zeros.
    pub fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }

    pub fn u16(&mut self, value: u16) {
        self.raw(&value.to_be_bytes());
    }

    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_be_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_be_bytes());
    }
}
