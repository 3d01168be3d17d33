//! The top-level boxes of an MP4: whether playback can begin before the end was read.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// A finished file has a handful of them.
const BOXES_MAX: usize = 64;

/// Whether `moov` comes before `mdat`.
pub fn moov_is_first(file: &Path) -> Result<bool> {
    let names = names(file)?;
    let place = |name: &[u8; 4]| names.iter().position(|found| found == name);
    let (moov, mdat) = (place(b"moov").context("there is no moov")?, place(b"mdat").context("there is no mdat")?);
    Ok(moov < mdat)
}

fn names(file: &Path) -> Result<Vec<[u8; 4]>> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    let mut names = Vec::new();
    let mut at = 0;
    while at < length {
        ensure!(names.len() < BOXES_MAX, "more than {BOXES_MAX} top-level boxes");
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0; 16];
        let header_bytes = usize::try_from((length - at).min(16))?;
        file.read_exact(&mut header[..header_bytes])?;
        let short = u64::from(u32::from_be_bytes(header[..4].try_into().expect("four bytes")));
        let size = match short {
            0 => length - at,
            1 => u64::from_be_bytes(header[8..].try_into().expect("eight bytes")),
            size => size,
        };
        ensure!(size >= 8 && at + size <= length, "a box of {size} bytes at {at} in a file of {length}");
        names.push(header[4..8].try_into().expect("four bytes"));
        at += size;
    }
    Ok(names)
}
