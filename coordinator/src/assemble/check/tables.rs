//! A reader of just those boxes the check needs. Trusts nothing: every length is held against what is there.

use std::ops::Range;

use super::CheckError;

/// Everything in front of the payload.
pub(super) struct Front<'a> {
    moov: &'a [u8],
    /// Where `mdat`'s content lies in the file.
    pub(super) payload: Range<u64>,
}

/// One track's tables, as they lie in the file.
pub(super) struct Track<'a> {
    /// Ticks of media before the presentation begins.
    pub(super) media_time: i64,
    /// Sum of all sample durations.
    pub(super) media_duration: u64,
    decode_deltas: &'a [[u8; 8]],
    presentation_offsets: &'a [[u8; 8]],
    keys: Option<&'a [[u8; 4]]>,
    sizes: &'a [[u8; 4]],
    chunk_runs: &'a [[u8; 12]],
    chunk_offsets: ChunkOffsets<'a>,
}

/// A sample as the tables tell it.
pub(super) struct Sample {
    pub(super) offset: u64,
    pub(super) size: u64,
    /// When it is decoded, the first one at 0.
    pub(super) decoded: i64,
    /// When it is shown, on the presentation's clock.
    pub(super) shown: i64,
    /// From the first decode to the beginning of the presentation.
    pub(super) delay: i64,
    pub(super) key: bool,
}

#[derive(Clone, Copy)]
enum ChunkOffsets<'a> {
    Narrow(&'a [[u8; 4]]),
    Wide(&'a [[u8; 8]]),
}

impl ChunkOffsets<'_> {
    fn nth(self, chunk: usize) -> Option<u64> {
        match self {
            ChunkOffsets::Narrow(table) => table.get(chunk).map(|bytes| u64::from(u32::from_be_bytes(*bytes))),
            ChunkOffsets::Wide(table) => table.get(chunk).map(|bytes| u64::from_be_bytes(*bytes)),
        }
    }
}

impl<'a> Front<'a> {
    pub(super) fn read(bytes: &'a [u8], file_bytes: u64) -> Result<Front<'a>, CheckError> {
        let malformed = CheckError::Malformed { what: "ftyp, moov and mdat do not follow each other" };
        let read = || {
            let (_, rest) = child(bytes, *b"ftyp")?;
            let (moov, rest) = child(rest, *b"moov")?;
            let head: u64 = match rest {
                [_, _, _, _, b'm', b'd', b'a', b't'] => u64::from(be32(rest)?),
                [0, 0, 0, 1, b'm', b'd', b'a', b't', size @ ..] => u64::from_be_bytes(size.try_into().ok()?),
                _ => return None,
            };
            let start = (bytes.len() - rest.len()) as u64;
            let payload = bytes.len() as u64..file_bytes;
            (start.checked_add(head)? == file_bytes).then_some(Front { moov, payload })
        };
        read().ok_or(malformed)
    }

    /// The one track with a handler.
    pub(super) fn track(&self, handler: [u8; 4]) -> Result<Option<Track<'a>>, CheckError> {
        let malformed = CheckError::Malformed { what: "a track lacks a table" };
        let of_kind = |trak: &&'a [u8]| {
            let hdlr = path(trak, &[*b"mdia", *b"hdlr"]);
            hdlr.and_then(|hdlr| hdlr.get(8..12)) == Some(&handler[..])
        };
        let Some(trak) = children(self.moov, *b"trak").find(of_kind) else { return Ok(None) };
        Track::read(trak).map(Some).ok_or(malformed)
    }
}

impl<'a> Track<'a> {
    fn read(trak: &'a [u8]) -> Option<Track<'a>> {
        let edit = path(trak, &[*b"edts", *b"elst"])?;
        let media_time = match (edit.first()?, be32(edit.get(4..)?)?) {
            (0, 1) => i64::from(be32(edit.get(12..)?)?.cast_signed()),
            (1, 1) => i64::from_be_bytes(edit.get(16..24)?.try_into().ok()?),
            _ => return None,
        };
        let stbl = path(trak, &[*b"mdia", *b"minf", *b"stbl"])?;
        let table = |kind| children(stbl, kind).next();
        let decode_deltas = entries(table(*b"stts")?, 4)?;
        let media_duration =
            decode_deltas.iter().copied().map(run).map(|(count, delta)| u64::from(count) * u64::from(delta));
        Some(Track {
            media_time,
            media_duration: media_duration.sum(),
            decode_deltas,
            presentation_offsets: table(*b"ctts").map_or(Some(&[][..]), |table| entries(table, 4))?,
            keys: table(*b"stss").map(|table| entries(table, 4).ok_or(())).transpose().ok()?,
            sizes: entries(table(*b"stsz")?, 8)?,
            chunk_runs: entries(table(*b"stsc")?, 4)?,
            chunk_offsets: match (table(*b"stco"), table(*b"co64")) {
                (Some(narrow), None) => ChunkOffsets::Narrow(entries(narrow, 4)?),
                (None, Some(wide)) => ChunkOffsets::Wide(entries(wide, 4)?),
                _ => return None,
            },
        })
    }

    /// Every sample in decode order; ends early where a table does.
    pub(super) fn samples(&self) -> impl Iterator<Item = Sample> {
        let mut deltas = expand(self.decode_deltas);
        let mut offsets = expand(self.presentation_offsets);
        let mut keys = self.keys.map(|keys| keys.iter().map(|key| u32::from_be_bytes(*key)).peekable());
        let mut places = self.chunks();
        let mut place = places.next();
        let mut decoded = 0_i64;
        let delay = self.media_time;
        let presentation_offsets = !self.presentation_offsets.is_empty();
        self.sizes.iter().zip(1_u32..).map_while(move |(size, number)| {
            let size = u64::from(u32::from_be_bytes(*size));
            let (offset, left) = place?;
            place = if left > 1 { Some((offset + size, left - 1)) } else { places.next() };
            let ahead = if presentation_offsets { i64::from(offsets.next()?) } else { 0 };
            let key = keys.as_mut().is_none_or(|keys| keys.next_if_eq(&number).is_some());
            let sample = Sample { offset, size, decoded, shown: decoded + ahead - delay, delay, key };
            decoded += i64::from(deltas.next()?);
            Some(sample)
        })
    }

    /// Where every chunk begins and how many samples it holds.
    fn chunks(&self) -> impl Iterator<Item = (u64, u32)> {
        let mut runs = self.chunk_runs.iter().map(|entry| (be32(entry), be32(&entry[4..]))).peekable();
        let mut count = 0;
        let offsets = self.chunk_offsets;
        (0_u32..).map_while(move |chunk| {
            if let Some((_, run)) = runs.next_if(|(first, _)| *first == Some(chunk + 1)) {
                count = run?;
            }
            Some((offsets.nth(usize::try_from(chunk).ok()?)?, count))
        })
    }
}

fn run(entry: [u8; 8]) -> (u32, u32) {
    let both = u64::from_be_bytes(entry);
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).expect("32 bits");
    (half(both >> 32), half(both))
}

fn expand(runs: &[[u8; 8]]) -> impl Iterator<Item = u32> {
    runs.iter()
        .copied()
        .map(run)
        .flat_map(|(count, value)| std::iter::repeat_n(value, usize::try_from(count).unwrap_or(0)))
}

/// The entries of a table whose count lies at `at`: exactly as many as it says.
fn entries<const WIDTH: usize>(table: &[u8], at: usize) -> Option<&[[u8; WIDTH]]> {
    let count = usize::try_from(be32(table.get(at..)?)?).ok()?;
    let (entries, rest) = table.get(at + 4..)?.as_chunks::<WIDTH>();
    (rest.is_empty() && entries.len() == count).then_some(entries)
}

/// The content of a box at the very beginning of `bytes`, and what follows it.
fn child(bytes: &[u8], kind: [u8; 4]) -> Option<(&[u8], &[u8])> {
    let size = usize::try_from(be32(bytes)?).ok().filter(|&size| size >= 8)?;
    (bytes.get(4..8)? == kind).then_some(())?;
    Some((bytes.get(8..size)?, &bytes[size..]))
}

/// The contents of all boxes of one kind among the boxes that `bytes` are.
fn children(mut bytes: &[u8], kind: [u8; 4]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while bytes.len() >= 8 {
            let found: [u8; 4] = bytes[4..8].try_into().ok()?;
            let (content, rest) = child(bytes, found)?;
            bytes = rest;
            if found == kind {
                return Some(content);
            }
        }
        None
    })
}

fn path<'a>(bytes: &'a [u8], kinds: &[[u8; 4]]) -> Option<&'a [u8]> {
    kinds.iter().try_fold(bytes, |inside, &kind| children(inside, kind).next())
}

fn be32(bytes: &[u8]) -> Option<u32> {
    bytes.get(..4).map(|bytes| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
