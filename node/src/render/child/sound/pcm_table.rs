//! Where the frames of an uncompressed sound track lie in an MP4 or MOV file, and when they sound.
//! Reads tables only; the samples themselves, `pcm` reads.

use std::io;

use super::boxes::{Span, be_u32, be_u64};
use super::pcm_format::PcmEntry;
use crate::render::child::reader::SourceReader;

/// The tables of a track, put together.
#[derive(Clone, Debug, PartialEq)]
pub struct PcmTable {
    /// How frames are written.
    pub entry: PcmEntry,
    chunks: Vec<Chunk>,
    /// The frames that are presented.
    pub first: u64,
    /// The frame after the last one presented.
    pub end: u64,
    /// What is to be added to a frame's number to get its place in source time.
    pub shift: i64,
}

/// Frames that lie one behind the other.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Chunk {
    first: u64,
    offset: u64,
}

/// What the edit list makes of a track, in frames.
struct Edit {
    first: u64,
    end: Option<u64>,
    shift: i64,
}

impl PcmTable {
    /// The tables of the `ordinal`-th sound track; `None` where this reader does not fit: compressed sound, a fragmented
    /// file, packets of many frames, edits in the middle.
    pub fn read(reader: &SourceReader, ordinal: u32) -> io::Result<Option<Self>> {
        let file = Span { start: 0, end: reader.size() };
        let Some(moov) = file.descend(reader, &[b"moov"])? else { return Ok(None) };
        let Some(trak) = sound_track(reader, moov, ordinal)? else { return Ok(None) };
        let table = |path: &[&[u8; 4]]| -> io::Result<Vec<u8>> {
            trak.descend(reader, path)?.map_or(Ok(Vec::new()), |span| span.bytes(reader))
        };
        let stbl = |name: &[u8; 4]| table(&[b"mdia", b"minf", b"stbl", name]);

        let Some(entry) = PcmEntry::read(&stbl(b"stsd")?) else { return Ok(None) };
        let frame_bytes = u32::try_from(entry.format.bytes * entry.channels).unwrap_or(u32::MAX);
        let stts = stbl(b"stts")?;
        let stsz = stbl(b"stsz")?;
        // One sample a frame, one tick a frame. QuickTime's oldest files call every sample one byte long.
        let plain =
            be_u32(&stts, 4) == 1 && be_u32(&stts, 12) == 1 && media_rate(&table(&[b"mdia", b"mdhd"])?) == entry.rate;
        if !plain || ![1, frame_bytes].contains(&be_u32(&stsz, 4)) {
            return Ok(None);
        }
        let frame_count = u64::from(be_u32(&stsz, 8));
        let chunks = chunks(&stbl(b"stsc")?, &stbl(b"stco")?, &stbl(b"co64")?, frame_count);
        let movie = moov.descend(reader, &[b"mvhd"])?.map_or(Ok(Vec::new()), |span| span.bytes(reader))?;
        let Some(edit) = edit(&table(&[b"edts", b"elst"])?, media_rate(&movie), entry.rate) else { return Ok(None) };
        let end = edit.end.unwrap_or(frame_count).min(frame_count);
        Ok(Some(Self { entry, chunks, first: edit.first.min(end), end, shift: edit.shift }))
    }

    /// Where a frame lies, and how many frames from it on lie together; `None` past the last one.
    pub fn place(&self, frame: u64) -> Option<(u64, u64)> {
        let place = self.chunks.partition_point(|chunk| chunk.first <= frame).checked_sub(1)?;
        let chunk = self.chunks[place];
        let end = self.chunks.get(place + 1).map_or(self.end, |next| next.first).min(self.end);
        let frame_bytes = (self.entry.format.bytes * self.entry.channels) as u64;
        let offset = chunk.offset.checked_add((frame - chunk.first).checked_mul(frame_bytes)?)?;
        (frame < end).then_some((offset, end - frame))
    }
}

fn sound_track(reader: &SourceReader, moov: Span, ordinal: u32) -> io::Result<Option<Span>> {
    let mut left = ordinal;
    for (kind, trak) in moov.children(reader)? {
        if kind != *b"trak" {
            continue;
        }
        let Some(hdlr) = trak.descend(reader, &[b"mdia", b"hdlr"])? else { continue };
        if hdlr.bytes(reader)?.get(8..12) != Some(b"soun") {
            continue;
        }
        if left == 0 {
            return Ok(Some(trak));
        }
        left -= 1;
    }
    Ok(None)
}

/// Ticks per second of an `mdhd` or `mvhd` box.
fn media_rate(header: &[u8]) -> u32 {
    be_u32(header, if header.first() == Some(&1) { 20 } else { 12 })
}

/// The chunks with the number of their first frame.
fn chunks(stsc: &[u8], stco: &[u8], co64: &[u8], frame_count: u64) -> Vec<Chunk> {
    let offsets: Vec<u64> = if co64.is_empty() {
        stco.get(8..).unwrap_or_default().as_chunks::<4>().0.iter().map(|b| u64::from(u32::from_be_bytes(*b))).collect()
    } else {
        co64.get(8..).unwrap_or_default().as_chunks::<8>().0.iter().map(|b| u64::from_be_bytes(*b)).collect()
    };
    let runs = stsc.get(8..).unwrap_or_default().as_chunks::<12>().0;
    let mut chunks = Vec::with_capacity(offsets.len());
    let (mut first, mut run) = (0, 0);
    for (number, offset) in (1_u32..).zip(offsets) {
        while runs.get(run + 1).is_some_and(|next| be_u32(next, 0) <= number) {
            run += 1;
        }
        if first >= frame_count {
            break;
        }
        chunks.push(Chunk { first, offset });
        first += runs.get(run).map_or(0, |run| u64::from(be_u32(run, 4)));
    }
    chunks
}

/// One edit, after as many empty ones as there are; `None` for anything more intricate.
fn edit(elst: &[u8], movie_rate: u32, rate: u32) -> Option<Edit> {
    let in_frames =
        |ticks: u64| u64::try_from(u128::from(ticks) * u128::from(rate) / u128::from(movie_rate.max(1))).ok();
    let wide = elst.first() == Some(&1);
    let mut empty = 0;
    let mut found = None;
    for number in 0..be_u32(elst, 4).min(16) as usize {
        let at = 8 + number * if wide { 20 } else { 12 };
        let (duration, media_time) = if wide {
            (be_u64(elst, at), be_u64(elst, at + 8).cast_signed())
        } else {
            (u64::from(be_u32(elst, at)), i64::from(be_u32(elst, at + 4).cast_signed()))
        };
        match (u64::try_from(media_time), found.is_some()) {
            (Err(_), false) => empty += duration,
            // Durations are in ticks of the movie, coarser than frames: one more tick than said may be presented.
            (Ok(first), false) => found = Some((first, (duration > 0).then_some(duration + 1))),
            (_, true) => return None,
        }
    }
    let (first, duration) = found.unwrap_or((0, None));
    let end = duration.map_or(Some(None), |duration| in_frames(duration).map(|frames| Some(first + frames)))?;
    let shift = i64::try_from(in_frames(empty)?).ok()? - i64::try_from(first).ok()?;
    Some(Edit { first, end, shift })
}
