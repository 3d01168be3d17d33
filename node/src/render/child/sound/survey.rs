//! Listens to a segment before it is levelled, and says what is to be done to it.
//! Does not do it.

use std::sync::Arc;

use wire::v1::SegmentLevel;

use super::limiter::{Limit, aim};
use super::listener::Listener;
use super::loudness::{Energies, Level, from_decibels, thousandths};
use super::outline::{Outline, Push};
use super::peaks::PeakRows;
use super::{PIECE_VALUES, unmeasured};
use crate::render::failure::RenderFailure;

/// A segment being listened to: for its loudness and for its peaks by two threads, beside the one that decodes.
pub struct Survey {
    energies: Listener<Result<Vec<f32>, ebur128::Error>>,
    peaks: Listener<(Vec<f32>, f32)>,
    /// Samples of the next piece for both: to hand one over wakes two threads.
    waiting: Vec<f32>,
}

impl Survey {
    /// Of interleaved samples of 1 or 2 channels at 48 kHz.
    pub fn start(channels: u32) -> Result<Self, RenderFailure> {
        let mut energies = Energies::new(channels).map_err(unmeasured)?;
        let mut peaks = PeakRows::new(channels as usize);
        let energies = Listener::start("loudness", move |pieces| {
            for piece in pieces {
                energies.push(&piece)?;
            }
            Ok(energies.finish())
        });
        let peaks = Listener::start("peaks", move |pieces| {
            for piece in pieces {
                peaks.push(&piece);
            }
            peaks.finish()
        });
        Ok(Self { energies: energies.map_err(unmeasured)?, peaks: peaks.map_err(unmeasured)?, waiting: Vec::new() })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.waiting.extend_from_slice(samples);
        if self.waiting.len() >= PIECE_VALUES {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let piece: Arc<[f32]> = self.waiting.as_slice().into();
        self.waiting.clear();
        self.energies.push(Arc::clone(&piece));
        self.peaks.push(piece);
    }

    /// What all samples together are like.
    pub fn finish(mut self) -> Result<Surveyed, RenderFailure> {
        self.hand_over();
        let (rows, peak) = self.peaks.finish();
        let outline = Outline::new(self.energies.finish().map_err(unmeasured)?, rows);
        let before = Level::of(outline.loudness_lufs(), peak);
        Ok(Surveyed { outline, before })
    }
}

/// A segment that has been listened to.
pub struct Surveyed {
    outline: Outline,
    before: Level,
}

/// What a segment is levelled to before it is encoded.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Integrated loudness.
    pub loudness_lufs: f64,
    /// What no true peak passes, linear.
    pub ceiling: f64,
}

impl Surveyed {
    /// What brings the segment to a target.
    pub fn treatment(&self, target: Target) -> Treatment {
        let before = self.before;
        let Level::Measured { loudness_lufs, peak } = before else {
            return Treatment { before, gain: 1.0, limit: None };
        };
        let (gain, aim) = (from_decibels(target.loudness_lufs - loudness_lufs), aim(target.ceiling));
        if peak * gain <= aim {
            return Treatment { before, gain, limit: None };
        }
        let Push { gain, release_samples, .. } = self.outline.push(gain, aim, target.loudness_lufs);
        Treatment { before, gain, limit: Some(Limit { ceiling: target.ceiling, release_samples }) }
    }
}

/// What is done to a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// What it was like.
    pub before: Level,
    /// How far it is turned up or down, linear.
    pub gain: f64,
    /// What the limiter does, where the gain would lift a peak too high.
    pub limit: Option<Limit>,
}

impl Treatment {
    /// What it did to a segment that it left at this level.
    pub fn became(self, after: Level) -> SegmentLevel {
        let loudness = |level| match level {
            Level::Silence => None,
            Level::Measured { loudness_lufs, .. } => Some(thousandths(loudness_lufs)),
        };
        let peak = match after {
            Level::Measured { peak, .. } if peak > 0.0 => Some(thousandths(20.0 * peak.log10())),
            _ => None,
        };
        SegmentLevel {
            loudness_in_mlufs: loudness(self.before),
            gain_mdb: thousandths(20.0 * self.gain.log10()),
            loudness_out_mlufs: loudness(after),
            true_peak_out_mdbtp: peak,
        }
    }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "test values are small")]
mod tests {
    use super::*;
    use crate::render::child::sound::limiter::RELEASE_SAMPLES;
    use crate::render::child::sound::loudness::TARGET_LUFS;

    fn surveyed(channels: u32, samples: &[f32]) -> Treatment {
        let mut survey = Survey::start(channels).unwrap();
        samples.chunks(777 * channels as usize).for_each(|piece| survey.push(piece));
        survey.finish().unwrap().treatment(Target { loudness_lufs: TARGET_LUFS, ceiling: 0.7 })
    }

    fn tone(count: usize, channels: usize, level: f32) -> Vec<f32> {
        (0..count)
            .flat_map(|n| {
                let sample = level * (std::f32::consts::TAU * 997.0 * n as f32 / 48_000.0).sin();
                std::iter::repeat_n(sample, channels)
            })
            .collect()
    }

    #[test]
    fn a_tone_of_known_loudness_gets_the_gain_it_needs() {
        // BS.1770: a stereo 997 Hz sine of 0 dBFS per channel is at 0 LUFS, one channel of it at −3.01.
        for (channels, expected) in [(2, -20.0), (1, -23.01)] {
            let found = surveyed(channels, &tone(96_000, channels as usize, 0.1));
            assert!((20.0 * found.gain.log10() - (TARGET_LUFS - expected)).abs() < 0.1, "{found:?}");
            assert!(found.limit.is_none());
        }
    }

    #[test]
    fn a_segment_too_short_for_the_gates_is_levelled_all_the_same() {
        let found = surveyed(2, &tone(9_600, 2, 0.1));
        assert!((20.0 * found.gain.log10() - 6.0).abs() < 0.5, "{found:?}");
    }

    #[test]
    fn silence_is_left_alone() {
        for samples in [vec![0.0; 96_000], tone(96_000, 1, 0.000_1), vec![]] {
            let found = surveyed(1, &samples);
            assert_eq!(found, Treatment { before: Level::Silence, gain: 1.0, limit: None });
        }
    }

    #[test]
    fn what_the_limiter_will_take_is_asked_for_before() {
        let mut samples = tone(240_000, 1, 0.05);
        samples.iter_mut().skip(500).step_by(9_600).for_each(|sample| *sample = 0.9);
        let found = surveyed(1, &samples);
        let Level::Measured { loudness_lufs, .. } = found.before else { panic!("{found:?}") };
        assert!(
            found.limit == Some(Limit { ceiling: 0.7, release_samples: RELEASE_SAMPLES })
                && 20.0 * found.gain.log10() > TARGET_LUFS - loudness_lufs + 1.0,
            "{found:?}"
        );
    }
}
