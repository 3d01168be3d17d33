//! How far the sound task is, told to the parent every so often, and added to the sentence when it fails.
//! Knows sample counts only.

use wire::v1::SoundWork;

use super::OUTPUT_RATE;
use crate::render::child::output::Output;
use crate::render::failure::RenderFailure;

/// Sound between two messages: decoders manage some hundred times real time, so this is many a second at the most.
const SAMPLES_BETWEEN: u64 = 5 * OUTPUT_RATE as u64;

/// Calls between two messages where no sound comes out: decoding that is still before its segment is alive too.
const CALLS_BETWEEN: u32 = 500;

/// Counts samples over all passes.
pub struct Progress {
    channels: u64,
    /// Levelled sound is read twice, and each pass counts for half of it.
    passes: u64,
    /// Samples to be read in one pass; overlaps are in two segments.
    total_samples: u64,
    /// Samples of the finished sound.
    finished_samples: u64,
    read_samples: u64,
    told_samples: u64,
    calls: u32,
}

impl Progress {
    /// Nothing done yet.
    pub fn new(work: &SoundWork) -> Self {
        let total_samples = work.segments.iter().fold(0_u64, |sum, segment| sum.saturating_add(segment.sample_count));
        let channels = u64::from(work.channels.max(1));
        let passes = if work.normalize { 2 } else { 1 };
        let overlapping = work.segments.iter().fold(0_u64, |sum, segment| sum.saturating_add(segment.overlap_samples));
        let finished_samples = total_samples.saturating_sub(overlapping);
        Self { channels, passes, total_samples, finished_samples, read_samples: 0, told_samples: 0, calls: 0 }
    }

    /// So many interleaved samples more.
    pub fn advance(&mut self, values: usize, output: &mut Output) -> Result<(), RenderFailure> {
        self.read_samples += values as u64 / self.channels;
        self.calls += 1;
        if self.read_samples - self.told_samples < SAMPLES_BETWEEN && self.calls < CALLS_BETWEEN {
            return Ok(());
        }
        self.told_samples = self.read_samples;
        self.calls = 0;
        output.progress(self.finished_share() * 1_000 / u64::from(OUTPUT_RATE))
    }

    /// A failure that also says how much sound there was before it.
    pub fn add_to(&self, failure: RenderFailure) -> RenderFailure {
        let message = failure.message.trim_end_matches('.');
        let (done, total) = (tenths(self.done_samples()), tenths(self.total_samples));
        RenderFailure {
            message: format!("{message}; {done} of {total} s of its sound were read before that."),
            ..failure
        }
    }

    fn done_samples(&self) -> u64 {
        self.read_samples / self.passes
    }

    /// What has been read as a share of the finished sound, which is what the task's amount counts.
    fn finished_share(&self) -> u64 {
        let share = u128::from(self.done_samples()) * u128::from(self.finished_samples);
        u64::try_from(share / u128::from(self.total_samples.max(1))).unwrap_or(u64::MAX)
    }
}

fn tenths(samples: u64) -> String {
    let tenths = samples * 10 / u64::from(OUTPUT_RATE);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use wire::v1::{Container, FailureClass, SoundCodec, SoundSegment, Track};

    use super::*;

    #[test]
    fn a_failure_says_how_much_was_there() {
        let work = SoundWork {
            track: Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".into() },
            segments: vec![SoundSegment { start_sample: 0, sample_count: 480_000, overlap_samples: 0 }],
            codec: SoundCodec::Aac,
            channels: 2,
            bitrate_bps: 128_000,
            normalize: true,
        };
        let mut progress = Progress::new(&work);
        progress.read_samples = 240_000;
        let failure = progress.add_to(RenderFailure::media("The sound is damaged."));
        assert_eq!(failure.class, FailureClass::Media);
        assert_eq!(failure.message, "The sound is damaged; 2.5 of 10.0 s of its sound were read before that.");
    }

    #[test]
    fn overlaps_are_read_twice_and_count_once() {
        let segment = |overlap_samples| SoundSegment { start_sample: 0, sample_count: 480_000, overlap_samples };
        let work = SoundWork {
            track: Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".into() },
            segments: vec![segment(0), segment(240_000)],
            codec: SoundCodec::Aac,
            channels: 2,
            bitrate_bps: 128_000,
            normalize: true,
        };
        let mut progress = Progress::new(&work);
        progress.read_samples = 2 * 960_000;
        assert_eq!((progress.done_samples(), progress.finished_share()), (960_000, 720_000));
    }
}
