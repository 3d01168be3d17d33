//! Edit lists: which stretch of a track is shown. mp4parse keeps only where it begins, so they are read here.

use super::boxes::within;
use crate::found::{ReadError, malformed};

/// The edit lists of a movie.
pub(super) struct Edits {
    /// Ticks per second of the edits' lengths.
    time_scale: u32,
    /// Of each track in order.
    tracks: Vec<Option<Edit>>,
}

/// The one edit of a track.
#[derive(Clone, Copy)]
struct Edit {
    /// On the movie's clock.
    length: u64,
    /// On the track's clock.
    start: i64,
}

/// What is shown of a track, on its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) start: i64,
    /// `None` for all that follows.
    pub(super) length: Option<i64>,
}

impl Edits {
    /// Reads those of a whole `moov`.
    pub(super) fn read(movie: &[u8]) -> Result<Edits, ReadError> {
        let (_, movie) = within(movie).next().ok_or_else(|| malformed("its movie is not whole"))?;
        let head = child(movie, *b"mvhd").ok_or_else(|| malformed("its movie has no head"))?;
        let time_scale = head.first().and_then(|&version| number(head, if version == 1 { 20 } else { 12 }, 4));
        let time_scale = time_scale.and_then(|scale| u32::try_from(scale).ok()).filter(|&scale| scale > 0);
        let tracks = within(movie).filter(|(kind, _)| kind == b"trak");
        Ok(Edits {
            time_scale: time_scale.ok_or_else(|| malformed("its movie's clock does not run"))?,
            tracks: tracks.map(|(_, track)| edit(track)).collect::<Result<_, _>>()?,
        })
    }

    /// What is shown of the track at a place in the movie, whose clock counts `time_scale` ticks a second.
    pub(super) fn of(&self, place: usize, time_scale: u32) -> Result<Shown, ReadError> {
        let Some(Edit { length, start }) = self.tracks.get(place).copied().flatten() else {
            return Ok(Shown { start: 0, length: None });
        };
        let ticks = u128::from(length) * u128::from(time_scale) / u128::from(self.time_scale);
        let length = i64::try_from(ticks).map_err(|_| malformed("an edit list has no end"))?;
        Ok(Shown { start, length: Some(length) })
    }
}

/// The edit of a track, if it has a list.
fn edit(track: &[u8]) -> Result<Option<Edit>, ReadError> {
    let Some(list) = child(track, *b"edts").and_then(|edits| child(edits, *b"elst")) else { return Ok(None) };
    let wide = list.first() == Some(&1);
    let (start_at, rate_at, start_bytes) = if wide { (16, 24, 8) } else { (12, 16, 4) };
    let fields = || {
        let length = number(list, 8, start_bytes)?;
        let start = number(list, start_at, start_bytes)?;
        // Sign and all of a narrow field.
        let start = if wide { start.cast_signed() } else { i64::from(u32::try_from(start).ok()?.cast_signed()) };
        (number(list, 4, 4)? == 1 && number(list, rate_at, 4)? == 1 << 16 && start >= 0)
            .then_some(Edit { length, start })
    };
    fields().map(Some).ok_or_else(|| malformed("an edit list does not show one stretch at its own speed"))
}

fn child(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    within(bytes).find(|(found, _)| *found == kind).map(|(_, content)| content)
}

/// A big-endian number of 4 or 8 bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}
