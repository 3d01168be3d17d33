//! Reads uncompressed sound of MP4 and MOV files straight from its chunks.
//! In place of the demuxer, which in GStreamer 1.22 stamps every `lpcm` buffer with zero and swaps the bytes of
//! little-endian floats. Compressed sound is no business of it.

use wire::v1::{Container, Track};

use super::pcm_table::PcmTable;
use super::placement::{ns_to_samples, samples_to_ns};
use crate::render::child::source::Source;
use crate::render::failure::RenderFailure;

/// Frames read at a time: a few dozen kilobytes.
const FRAMES_MAX: u64 = 4_096;

/// A track being read.
pub struct Pcm {
    source: Source,
    table: PcmTable,
    next: u64,
}

/// Frames as they were written, made floating point.
pub struct Frames {
    /// Source time of the first one.
    pub start_ns: i64,
    /// Interleaved samples.
    pub samples: Vec<f32>,
}

impl Pcm {
    /// Opens the track, if this reader fits it.
    pub fn open(source: &Source, track: &Track) -> Result<Option<Self>, RenderFailure> {
        if track.container != Container::IsoBmff || track.codec != "pcm" {
            return Ok(None);
        }
        let table = PcmTable::read(source.reader(), track.ordinal).map_err(|error| unreadable().because(error))?;
        Ok(table.map(|table| Self { source: source.clone(), next: table.first, table }))
    }

    /// Samples per frame.
    pub fn channels(&self) -> usize {
        self.table.entry.channels
    }

    /// Frames per second.
    pub fn rate(&self) -> u32 {
        self.table.entry.rate
    }

    /// Goes on at a source time, or at the first frame after it.
    pub fn seek(&mut self, ns: u64) {
        let place = ns_to_samples(i64::try_from(ns).unwrap_or(i64::MAX / 2), self.rate());
        let frame = u64::try_from(place.saturating_sub(self.table.shift)).unwrap_or(0);
        self.next = frame.clamp(self.table.first, self.table.end);
    }

    /// The next frames; `None` at the end.
    pub fn next_frames(&mut self) -> Result<Option<Frames>, RenderFailure> {
        let Some((offset, together)) = self.table.place(self.next) else { return Ok(None) };
        let (count, format) = (together.min(FRAMES_MAX), self.table.entry.format);
        let length = usize::try_from(count).unwrap_or(0) * format.bytes * self.channels();
        let bytes = self.source.reader().bytes(offset, length).map_err(|error| unreadable().because(error))?;
        let samples = bytes.chunks_exact(format.bytes).map(|sample| format.value(sample)).collect();
        let place = i64::try_from(self.next).unwrap_or(i64::MAX / 2).saturating_add(self.table.shift);
        self.next += count;
        Ok(Some(Frames { start_ns: samples_to_ns(place, self.rate()), samples }))
    }
}

fn unreadable() -> RenderFailure {
    RenderFailure::media("The video file is damaged: its sound cannot be read where its tables say it is.")
}
