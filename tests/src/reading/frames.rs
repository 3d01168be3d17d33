//! Decodes every frame with ffmpeg, reads the number in it, and pairs it with the time the decoder gave.
//! What the numbers should be, it does not know.

use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::{Base, Picture, ReadFrame, facts::facts};
use crate::media_tool;
use crate::source::barcode::{Barcode, Cells};

/// A test file has no more frames than this.
const FRAMES_MAX: usize = 1 << 16;

pub(super) fn read(file: &Path) -> Result<Picture> {
    let known = facts(file)?.picture;
    let (mut width, mut height) = (known.width, known.height);
    if known.rotation % 180 != 0 {
        std::mem::swap(&mut width, &mut height);
    }
    let mut command = media_tool::ffmpeg();
    // The filter prints every frame's time on the information level; -copyts keeps the file's own clock.
    command.args(["-v", "info", "-copyts", "-i"]).arg(file).args(["-map", "0:v:0", "-vf", "showinfo=checksum=0"]);
    command.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]);
    let (cells, said) = media_tool::pipe(&mut command, |_| Ok(()), |out| cells(out, width, height))?;
    let times = times(&said)?;
    ensure!(times.len() == cells.len(), "{} times for {} frames in {}", times.len(), cells.len(), file.display());
    let frames =
        times.into_iter().zip(cells).map(|(pts, cells)| ReadFrame { pts, number: cells.number(), cells }).collect();
    Ok(Picture { base: base(&said)?, width, height, frames })
}

fn cells(out: &mut dyn Read, width: usize, height: usize) -> Result<Vec<Cells>> {
    let barcode = Barcode::fitting(width, height);
    let mut plane = vec![0; width * height];
    let mut cells = Vec::new();
    while fill(out, &mut plane)? {
        ensure!(cells.len() < FRAMES_MAX, "more frames than any test file has");
        cells.push(barcode.cells(&plane, width, height));
    }
    Ok(cells)
}

/// Fills `plane`; false at the end of the stream.
pub(super) fn fill(out: &mut dyn Read, plane: &mut [u8]) -> Result<bool> {
    let mut filled = 0;
    while filled < plane.len() {
        match out.read(&mut plane[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    ensure!(filled == 0 || filled == plane.len(), "the last frame is cut off after {filled} bytes");
    Ok(filled > 0)
}

/// The `pts:` of every `showinfo` line.
pub(super) fn times(said: &str) -> Result<Vec<i64>> {
    let lines = said.lines().filter(|line| line.contains("showinfo") && line.contains(" pts_time:"));
    lines.map(|line| field(line, " pts:").and_then(|pts| Ok(pts.parse()?))).collect()
}

/// The time base `showinfo` counts in.
pub(super) fn base(said: &str) -> Result<Base> {
    let line =
        said.lines().find(|line| line.contains("config in time_base:")).context("showinfo names no time base")?;
    let (one, rate) = field(line, "time_base: ")?.trim_end_matches(',').split_once('/').context("a time base")?;
    Ok(Base { numerator: rate.parse()?, denominator: one.parse()? })
}

fn field<'a>(line: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = line.split_once(name).with_context(|| format!("no {name} in {line:?}"))?;
    rest.split_whitespace().next().with_context(|| format!("nothing after {name} in {line:?}"))
}
