//! The edit list of the picture in an MP4 or MOV: where in the track's own time presentation begins, and for how long.
//! Reads boxes, decodes nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// One edit, as nearly all files that have any have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edit {
    /// The instant of the track's own time that is presented first, in seconds.
    pub from_seconds: f64,
    /// How much is presented, in seconds.
    pub length_seconds: f64,
}

/// The edit of the first picture track; `None` where there is no list, or one of several edits or of an empty one.
pub fn of_picture(file: &Path) -> Result<Option<Edit>> {
    let bytes = fs::read(file)?;
    if bytes.get(4..8) != Some(b"ftyp") {
        return Ok(None);
    }
    let movie = child(&bytes, *b"moov")?.context("there is no moov")?;
    let movie_scale = time_scale(child(movie, *b"mvhd")?.context("there is no mvhd")?)?;
    for track in children(movie, *b"trak")? {
        let media = child(track, *b"mdia")?.context("a track without media")?;
        let handler = child(media, *b"hdlr")?.context("a track without a handler")?;
        if handler.get(8..12) != Some(b"vide") {
            continue;
        }
        let media_scale = time_scale(child(media, *b"mdhd")?.context("a track without a header")?)?;
        let Some(edits) = child(track, *b"edts")? else { return Ok(None) };
        let Some(list) = child(edits, *b"elst")? else { return Ok(None) };
        return Ok(only_edit(list, movie_scale, media_scale));
    }
    Ok(None)
}

fn only_edit(list: &[u8], movie_scale: f64, media_scale: f64) -> Option<Edit> {
    let wide = list.first()? == &1;
    let count = number(list.get(4..8)?);
    let (length, from) =
        if wide { (list.get(8..16)?, list.get(16..24)?) } else { (list.get(8..12)?, list.get(12..16)?) };
    // An empty edit says −1.
    let is_empty = from.iter().all(|byte| *byte == 0xFF);
    let edit =
        Edit { from_seconds: real(number(from)) / media_scale, length_seconds: real(number(length)) / movie_scale };
    (count == 1 && !is_empty).then_some(edit)
}

/// Of `mvhd` and `mdhd` alike: two dates stand before it.
fn time_scale(header: &[u8]) -> Result<f64> {
    let at = if header.first() == Some(&1) { 20 } else { 12 };
    Ok(real(number(header.get(at..at + 4).context("a short header")?)))
}

fn child(parent: &[u8], name: [u8; 4]) -> Result<Option<&[u8]>> {
    Ok(children(parent, name)?.into_iter().next())
}

/// The bodies of the boxes of a name.
fn children(mut parent: &[u8], name: [u8; 4]) -> Result<Vec<&[u8]>> {
    let mut found = Vec::new();
    while let Some(head) = parent.get(..8) {
        let (header_bytes, size) = match number(&head[..4]) {
            0 => (8, parent.len()),
            1 => (16, usize::try_from(number(parent.get(8..16).context("a short box")?))?),
            size => (8, usize::try_from(size)?),
        };
        ensure!(header_bytes <= size && size <= parent.len(), "a box of {size} bytes in {}", parent.len());
        if head[4..8] == name {
            found.push(&parent[header_bytes..size]);
        }
        parent = &parent[size..];
    }
    Ok(found)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[expect(clippy::cast_precision_loss, reason = "times of a short file")]
fn real(number: u64) -> f64 {
    number as f64
}
