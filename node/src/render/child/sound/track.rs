//! Reads a segment's sound: seeks early enough, places what comes, brings it to 48 kHz, cuts to the sample.
//! Does not decode, does not change levels.

use wire::v1::{SoundSegment, Track};

use super::OUTPUT_RATE;
use super::cut::Cut;
use super::feed::Feed;
use super::placement::{Block, Placed, Placement, samples_to_ns};
use super::resample::Resampler;
use crate::render::child::source::Source;
use crate::render::failure::RenderFailure;

/// How far before a segment decoding begins, one try after another. MP3's bit reservoir reaches back 9 frames
/// (0.29 s at the lowest rates), Opus wants 80 ms, the others a packet or two. The later tries are for files that
/// keep sound far from the picture it belongs to: a seek lands by the picture, and sound before may lie before it.
const PREROLLS_NS: [i64; 4] = [500_000_000, 2_000_000_000, 8_000_000_000, 32_000_000_000];

/// How long before the segment the first decoded sound must be for decoder and resampler to have settled.
const SETTLED_NS: i64 = 300_000_000;

/// Takes the segment's samples, interleaved; now and then none, as a sign of life.
pub type Emit<'a> = dyn FnMut(&[f32]) -> Result<(), RenderFailure> + 'a;

/// A sound track that is read segment by segment.
pub struct SoundTrack {
    feed: Feed,
    channels: usize,
    heard: bool,
}

impl SoundTrack {
    /// Opens the track, to be read as `channels` (1 or 2).
    pub fn open(source: &Source, track: &Track, channels: usize) -> Result<Self, RenderFailure> {
        Ok(Self { feed: Feed::open(source, track, channels)?, channels, heard: false })
    }

    /// Gives out exactly the samples of a segment, silence where the track has none.
    pub fn read(&mut self, segment: &SoundSegment, emit: &mut Emit<'_>) -> Result<(), RenderFailure> {
        let count = i64::try_from(segment.sample_count).map_err(|error| too_long().because(error))?;
        let end = segment.start_sample.checked_add(count).ok_or_else(too_long)?;
        let mut reading = Reading {
            channels: self.channels,
            cut: Cut::new(self.channels, segment.start_sample, end),
            run: None,
            converted: Vec::new(),
        };
        let mut placement = Placement::default();
        let mut placed = Vec::new();
        let mut next = self.seek_before(segment.start_sample)?;
        while let Some(block) = next {
            placement.push(block, &mut placed);
            for block in placed.drain(..) {
                reading.take(&block, emit)?;
            }
            if reading.cut.is_done() {
                return Ok(());
            }
            emit(&[])?;
            next = self.next_block()?;
        }
        placement.finish(&mut placed);
        for block in placed.drain(..) {
            reading.take(&block, emit)?;
        }
        reading.finish(emit)
    }

    /// Whether the track holds any sound at all. Looks from the beginning when no segment has met any.
    pub fn has_sound(&mut self) -> Result<bool, RenderFailure> {
        if !self.heard {
            self.feed.seek(0)?;
            self.next_block()?;
        }
        Ok(self.heard)
    }

    /// Seeks so that the first block comes well before a sample, if the track has sound there; returns that block.
    fn seek_before(&mut self, sample: i64) -> Result<Option<Block>, RenderFailure> {
        let wanted_ns = samples_to_ns(sample, OUTPUT_RATE);
        let mut first = None;
        for preroll_ns in PREROLLS_NS {
            let target_ns = u64::try_from(wanted_ns - preroll_ns).unwrap_or(0);
            self.feed.seek(target_ns)?;
            first = self.next_block()?;
            let begins_ns = first.as_ref().and_then(|block| block.start_ns);
            if target_ns == 0 || begins_ns.is_some_and(|ns| ns <= wanted_ns - SETTLED_NS) {
                break;
            }
        }
        Ok(first)
    }

    fn next_block(&mut self) -> Result<Option<Block>, RenderFailure> {
        let block = self.feed.next_block()?;
        self.heard |= block.is_some();
        Ok(block)
    }
}

/// A segment being read: placed blocks go in, the segment's samples come out.
struct Reading {
    channels: usize,
    cut: Cut,
    run: Option<Resampler>,
    converted: Vec<f32>,
}

impl Reading {
    fn take(&mut self, placed: &Placed, emit: &mut Emit<'_>) -> Result<(), RenderFailure> {
        if placed.begins_run {
            self.end_run(emit)?;
        }
        let (channels, rate) = (self.channels, placed.block.rate);
        let run = self.run.get_or_insert_with(|| Resampler::new(channels, rate, placed.first));
        self.converted.clear();
        let first = run.push(&placed.block.samples, &mut self.converted);
        self.cut.push(first, &self.converted, emit)
    }

    fn end_run(&mut self, emit: &mut Emit<'_>) -> Result<(), RenderFailure> {
        let Some(mut run) = self.run.take() else { return Ok(()) };
        self.converted.clear();
        let first = run.finish(&mut self.converted);
        self.cut.push(first, &self.converted, emit)
    }

    fn finish(mut self, emit: &mut Emit<'_>) -> Result<(), RenderFailure> {
        self.end_run(emit)?;
        self.cut.finish(emit)
    }
}

fn too_long() -> RenderFailure {
    RenderFailure::node("The task asks for sound past the end of all time.")
}
