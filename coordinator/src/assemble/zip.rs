//! ZIP archives as layouts: stored entries whose size and CRC are known beforehand, 64-bit fields where needed.
//! Deterministic: every entry bears ZIP's first day. Compresses nothing: the clips are compressed.

use bytes::{BufMut, Bytes, BytesMut};

use super::layout::{Layout, Piece};

/// No archive holds more files: one per segment.
pub const ARCHIVE_ENTRIES_MAX: usize = farm_core::export::SEGMENTS_MAX;

/// 1980-01-01, the first day ZIP can name, at midnight: date in the upper half.
const DOS_DATE_TIME: u32 = 0x0021_0000;
/// Bit 11: names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// Version 4.5 of the format brought 64-bit fields.
const VERSION_ZIP64: u16 = 45;
const VERSION_PLAIN: u16 = 20;
/// Made on Unix, where the upper half of the attributes is a mode.
const MADE_BY: u16 = (3 << 8) | VERSION_ZIP64;
/// A regular file, `rw-r--r--`.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// Stands for "see the 64-bit field".
const LONG: u32 = u32::MAX;

/// A file in an archive.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its name, without folders.
    pub filename: &'a str,
    /// Its bytes.
    pub layout: &'a Layout,
    /// CRC-32 of its bytes.
    pub crc32: u32,
}

/// Lays out an archive of `entries`, in order.
#[must_use]
pub fn zip(entries: &[Entry]) -> Layout {
    assert!(entries.len() <= ARCHIVE_ENTRIES_MAX, "an export has no more clips than segments");
    let mut archive = Layout::default();
    let mut directory = BytesMut::new();
    for entry in entries {
        let start = archive.size_bytes();
        archive.push(Piece::Bytes(local_header(entry)));
        for piece in entry.layout.pieces() {
            archive.push(piece.clone());
        }
        central_header(&mut directory, entry, start);
    }
    let directory_start = archive.size_bytes();
    let directory_bytes = directory.len() as u64;
    end(&mut directory, entries.len(), directory_start, directory_bytes);
    archive.push(Piece::Bytes(directory.freeze()));
    archive
}

fn local_header(entry: &Entry) -> Bytes {
    let size = entry.layout.size_bytes();
    let long = size >= u64::from(LONG);
    let mut out = BytesMut::new();
    out.put_u32_le(0x0403_4b50);
    out.put_u16_le(if long { VERSION_ZIP64 } else { VERSION_PLAIN });
    put_common(&mut out, entry, short(size), if long { 20 } else { 0 });
    out.put_slice(entry.filename.as_bytes());
    if long {
        out.put_u16_le(1);
        out.put_u16_le(16);
        out.put_u64_le(size);
        out.put_u64_le(size);
    }
    out.freeze()
}

fn central_header(out: &mut BytesMut, entry: &Entry, start: u64) {
    let size = entry.layout.size_bytes();
    let long_size = size >= u64::from(LONG);
    let long_start = start >= u64::from(LONG);
    let fields = u16::from(long_size) * 16 + u16::from(long_start) * 8;
    let extra = if fields == 0 { 0 } else { fields + 4 };
    out.put_u32_le(0x0201_4b50);
    out.put_u16_le(MADE_BY);
    out.put_u16_le(if extra == 0 { VERSION_PLAIN } else { VERSION_ZIP64 });
    put_common(out, entry, short(size), extra);
    // No comment, first disk, no internal attributes.
    out.put_bytes(0, 6);
    out.put_u32_le(ATTRIBUTES);
    out.put_u32_le(short(start));
    out.put_slice(entry.filename.as_bytes());
    if extra > 0 {
        out.put_u16_le(1);
        out.put_u16_le(fields);
    }
    if long_size {
        out.put_u64_le(size);
        out.put_u64_le(size);
    }
    if long_start {
        out.put_u64_le(start);
    }
}

/// From the flags to the length of the extra field, the same in both headers.
fn put_common(out: &mut BytesMut, entry: &Entry, size: u32, extra: u16) {
    out.put_u16_le(FLAGS);
    out.put_u16_le(0);
    out.put_u32_le(DOS_DATE_TIME);
    out.put_u32_le(entry.crc32);
    out.put_u32_le(size);
    out.put_u32_le(size);
    out.put_u16_le(u16::try_from(entry.filename.len()).expect("file names have at most 255 bytes"));
    out.put_u16_le(extra);
}

fn end(out: &mut BytesMut, count: usize, start: u64, bytes: u64) {
    let entries = u16::try_from(count).expect("at most one per segment");
    if start >= u64::from(LONG) {
        out.put_u32_le(0x0606_4b50);
        out.put_u64_le(44);
        out.put_u16_le(MADE_BY);
        out.put_u16_le(VERSION_ZIP64);
        out.put_u64_le(0);
        out.put_u64_le(u64::from(entries));
        out.put_u64_le(u64::from(entries));
        out.put_u64_le(bytes);
        out.put_u64_le(start);
        out.put_u32_le(0x0706_4b50);
        out.put_u32_le(0);
        out.put_u64_le(start + bytes);
        out.put_u32_le(1);
    }
    out.put_u32_le(0x0605_4b50);
    out.put_u32_le(0);
    out.put_u16_le(entries);
    out.put_u16_le(entries);
    out.put_u32_le(short(bytes));
    out.put_u32_le(short(start));
    out.put_u16_le(0);
}

fn short(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(LONG)
}

#[cfg(test)]
mod tests;
