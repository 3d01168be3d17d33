//! The elements of a WebM file, as far as its first cluster: whether a player can seek before the end was read.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

const SEGMENT: u32 = 0x1853_8067;
const CUES: u32 = 0x1C53_BB6B;
const CLUSTER: u32 = 0x1F43_B675;
/// Before its first cluster a finished file has a handful of elements.
const ELEMENTS_MAX: usize = 64;

/// Whether `Cues` come before the first `Cluster`.
pub fn cues_are_first(file: &Path) -> Result<bool> {
    let mut file = BufReader::new(File::open(file)?);
    let mut cues = false;
    for _ in 0..ELEMENTS_MAX {
        let id = u32::try_from(number(&mut file, 4, true)?).context("an element's id has four bytes at most")?;
        let size = number(&mut file, 8, false)?;
        match id {
            SEGMENT => {}
            CLUSTER => return Ok(cues),
            _ => {
                cues |= id == CUES;
                file.seek(SeekFrom::Current(i64::try_from(size)?))?;
            }
        }
    }
    bail!("no cluster among the first {ELEMENTS_MAX} elements")
}

/// A number whose first set bit says how many bytes it has; ids keep that bit, sizes do not.
fn number(file: &mut impl Read, bytes_max: u32, marked: bool) -> Result<u64> {
    let mut first = [0];
    file.read_exact(&mut first).context("the file ends before its first cluster")?;
    let length = first[0].leading_zeros() + 1;
    ensure!(length <= bytes_max, "a number of {length} bytes");
    let mut bytes = [0; 8];
    let begin = 8 - usize::try_from(length)?;
    bytes[begin] = if marked { first[0] } else { first[0] & 0xFF_u8.checked_shr(length).unwrap_or(0) };
    file.read_exact(&mut bytes[begin + 1..])?;
    Ok(u64::from_be_bytes(bytes))
}
