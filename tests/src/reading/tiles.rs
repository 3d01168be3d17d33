//! Decodes a sheet of equal pictures with ffmpeg and reads the number in each.
//! What the numbers should be, it does not know.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, ensure};

use super::facts::facts;
use crate::media_tool;
use crate::source::barcode::Barcode;

/// A sheet has no more pixels than this.
const BYTES_MAX: u64 = 16 << 20;

/// How pictures lie on a sheet: in rows from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// In a row.
    pub columns: usize,
    /// In all.
    pub count: usize,
    /// Width of each.
    pub width: usize,
    /// Height of each.
    pub height: usize,
}

/// The number in each picture of a sheet.
pub fn tiles(file: &Path, tiling: Tiling) -> Result<Vec<Option<u16>>> {
    let Tiling { columns, count, width, height } = tiling;
    let known = facts(file)?.picture;
    let rows = count.div_ceil(columns);
    ensure!(
        (known.width, known.height) == (columns * width, rows * height),
        "{}×{} pixels for {tiling:?}",
        known.width,
        known.height
    );
    let mut command = media_tool::ffmpeg();
    command.arg("-i").arg(file).args(["-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]);
    let (sheet, _) = media_tool::pipe(
        &mut command,
        |_| Ok(()),
        |out| {
            let mut bytes = Vec::new();
            out.take(BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        },
    )?;
    ensure!(sheet.len() == known.width * known.height, "{} bytes of pixels", sheet.len());
    let barcode = Barcode::fitting(width, height);
    let tile = |place: usize| {
        let first = place / columns * height * known.width + place % columns * width;
        let plane: Vec<u8> =
            (0..height).flat_map(|row| &sheet[first + row * known.width..][..width]).copied().collect();
        barcode.read(&plane, width, height)
    };
    Ok((0..count).map(tile).collect())
}
