//! Archives before Info-ZIP and Python's zipfile. The one beyond 4 GiB is a file of holes: only its headers are written.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use farm_core::content_key::ContentKey;

use super::*;
use crate::assemble::tests::media::run;

/// Writes an archive whose slices are of `payload` (holes where it is `None`).
fn write(archive: &Layout, payload: Option<&[u8]>, path: &Path) {
    let file = File::create(path).unwrap();
    file.set_len(archive.size_bytes()).unwrap();
    let mut at = 0;
    for piece in archive.pieces() {
        match (piece, payload) {
            (Piece::Bytes(bytes), _) => file.write_all_at(bytes, at).unwrap(),
            (Piece::Slice { .. }, None) => {}
            (Piece::Slice { offset, length, .. }, Some(payload)) => {
                let start = usize::try_from(*offset).unwrap();
                let end = usize::try_from(offset + length).unwrap();
                file.write_all_at(&payload[start..end], at).unwrap();
            }
        }
        at += piece.length();
    }
}

fn slice(offset: u64, length: u64) -> Layout {
    let mut layout = Layout::default();
    layout.push(Piece::Slice { part: ContentKey([7; 32]), offset, length });
    layout
}

/// Name, size, CRC, method and date of every entry, by Python.
fn listing(path: &Path) -> String {
    let script = "import sys, zipfile\n\
        for i in zipfile.ZipFile(sys.argv[1]).infolist():\n \
        print(i.filename, i.file_size, f'{i.CRC:08x}', i.compress_type, i.date_time[:3], i.header_offset)";
    run("python3", &["-c", script, path.to_str().unwrap()])
}

#[test]
fn clips_come_out_as_they_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let payload: Vec<u8> = (0..70_000_u32).flat_map(u32::to_le_bytes).collect();
    let (one, two) = (slice(0, 100_000), slice(100_000, 180_000));
    let crc32 = |range: std::ops::Range<usize>| crc32fast::hash(&payload[range]);
    let entries = [
        Entry { filename: "Ferien-01.mp4", layout: &one, crc32: crc32(0..100_000) },
        Entry { filename: "字 ü-02.mp4", layout: &two, crc32: crc32(100_000..280_000) },
    ];
    let path = dir.path().join("clips.zip");
    let archive = zip(&entries);
    assert_eq!(archive, zip(&entries), "the same bytes every time");
    write(&archive, Some(&payload), &path);
    let tested = run("unzip", &["-t", path.to_str().unwrap()]);
    assert!(tested.contains("No errors detected"), "{tested}");
    let expected = format!(
        "Ferien-01.mp4 100000 {:08x} 0 (1980, 1, 1) 0\n字 ü-02.mp4 180000 {:08x} 0 (1980, 1, 1) 100043\n",
        entries[0].crc32, entries[1].crc32
    );
    assert_eq!(listing(&path), expected);
}

#[test]
fn large_archives_have_large_fields() {
    let dir = tempfile::tempdir().unwrap();
    let (large, small) = (slice(0, 4_900_000_000), slice(0, 10));
    // The CRC of zeros, by their number: only reading would show that it is wrong, listing does not read.
    let crc32 = 0x1234_5678;
    let entries = [
        Entry { filename: "a.mp4", layout: &large, crc32 },
        Entry { filename: "b.mp4", layout: &small, crc32: crc32fast::hash(&[0; 10]) },
    ];
    let path = dir.path().join("large.zip");
    write(&zip(&entries), None, &path);
    let expected = format!(
        "a.mp4 4900000000 12345678 0 (1980, 1, 1) 0\nb.mp4 10 {:08x} 0 (1980, 1, 1) 4900000055\n",
        entries[1].crc32
    );
    assert_eq!(listing(&path), expected);
    let extracted = run("unzip", &["-p", path.to_str().unwrap(), "b.mp4"]);
    assert_eq!(extracted.as_bytes(), [0; 10]);
}
