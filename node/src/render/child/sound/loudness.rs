//! Measures a segment by EBU R128 and says what gain brings it to the target.
//! Does not change a sample: the limiter and the caller do.

use ebur128::{EbuR128, Mode};
use wire::v1::SegmentLevel;

use super::OUTPUT_RATE;
use super::peaks::{TruePeak, loudest};

/// Where a levelled segment ends up, integrated.
pub const TARGET_LUFS: f64 = -14.0;

/// True peak that no levelled segment passes.
pub const CEILING_DBTP: f64 = -1.0;

/// BS.1770's absolute gate: what is below it everywhere is silence.
const SILENCE_LUFS: f64 = -70.0;

/// BS.1770's gating block. A segment shorter than one has no integrated loudness.
const GATING_BLOCK_MS: u32 = 400;

/// How far sound can rise above its samples: what the sixteen samples next to a point can add up to between them is
/// (4/π) × (1 + 1/3 + 1/5 + … + 1/15) = 2.57 times the largest of them.
const RISE_MAX: f64 = 2.6;

/// What a segment of sound needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// It is silence: left alone.
    Silence,
    /// It has been measured.
    Measured {
        /// Integrated loudness.
        loudness_lufs: f64,
        /// Largest sample of any channel, linear; of finished sound its true peak.
        peak: f64,
    },
}

impl Level {
    /// Linear gain that brings the segment to the target.
    pub fn gain(self) -> f64 {
        match self {
            Self::Silence => 1.0,
            Self::Measured { loudness_lufs, .. } => from_decibels(TARGET_LUFS - loudness_lufs),
        }
    }

    /// What levelling did to a segment of this level that left it with another.
    pub fn became(self, after: Level) -> SegmentLevel {
        let loudness = |level| match level {
            Self::Silence => None,
            Self::Measured { loudness_lufs, .. } => Some(thousandths(loudness_lufs)),
        };
        let peak = match after {
            Self::Measured { peak, .. } if peak > 0.0 => Some(thousandths(20.0 * peak.log10())),
            _ => None,
        };
        SegmentLevel {
            loudness_in_mlufs: loudness(self),
            gain_mdb: thousandths(20.0 * self.gain().log10()),
            loudness_out_mlufs: loudness(after),
            true_peak_out_mdbtp: peak,
        }
    }

    /// Whether that gain may lift a true peak above the ceiling. Where it does not after all, the limiter changes nothing.
    pub fn needs_limiter(self) -> bool {
        match self {
            Self::Silence => false,
            Self::Measured { peak, .. } => peak * RISE_MAX * self.gain() > from_decibels(CEILING_DBTP),
        }
    }
}

/// A meter over one segment.
pub struct Meter {
    loudness: EbuR128,
    channels: u32,
    frame_count: u64,
    sample_peak: f32,
    true_peak: Option<TruePeak>,
}

impl Meter {
    /// For interleaved samples of 1 or 2 channels at 48 kHz.
    pub fn new(channels: u32) -> Result<Self, ebur128::Error> {
        let loudness = EbuR128::new(channels, OUTPUT_RATE, Mode::I)?;
        Ok(Self { loudness, channels, frame_count: 0, sample_peak: 0.0, true_peak: None })
    }

    /// The same, to measure what has become of a segment: with its true peak.
    pub fn of_finished(channels: u32) -> Result<Self, ebur128::Error> {
        Ok(Self { true_peak: Some(TruePeak::new(channels as usize)), ..Self::new(channels)? })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), ebur128::Error> {
        self.frame_count += samples.len() as u64 / u64::from(self.channels);
        match &mut self.true_peak {
            Some(true_peak) => true_peak.push(samples),
            None => self.sample_peak = self.sample_peak.max(loudest(samples)),
        }
        self.loudness.add_frames_f32(samples)
    }

    /// What all samples together say.
    pub fn finish(self) -> Result<Level, ebur128::Error> {
        let length_ms = self.frame_count * 1_000 / u64::from(OUTPUT_RATE);
        let loudness_lufs = match u32::try_from(length_ms) {
            Ok(0) => f64::NEG_INFINITY,
            // Too short for the gates: loudness over its whole length is the same measure without them.
            Ok(length_ms) if length_ms < GATING_BLOCK_MS => self.loudness.loudness_window(length_ms)?,
            _ => self.loudness.loudness_global()?,
        };
        if loudness_lufs < SILENCE_LUFS {
            return Ok(Level::Silence);
        }
        let peak = f64::from(self.true_peak.map_or(self.sample_peak, TruePeak::finish));
        Ok(Level::Measured { loudness_lufs, peak })
    }
}

/// A level in whole thousandths: beyond ±200 dB there is no sound.
#[expect(clippy::cast_possible_truncation, reason = "clamped to six digits")]
fn thousandths(level: f64) -> i32 {
    (level.clamp(-200.0, 200.0) * 1_000.0).round() as i32
}

/// Decibels as a linear factor.
pub fn from_decibels(decibels: f64) -> f64 {
    10.0_f64.powf(decibels / 20.0)
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "test values are small")]
mod tests {
    use super::*;

    fn measured(channels: u32, samples: &[f32]) -> Level {
        let mut meter = Meter::new(channels).unwrap();
        meter.push(samples).unwrap();
        meter.finish().unwrap()
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
            let level = measured(channels, &tone(96_000, channels as usize, 0.1));
            assert!((20.0 * level.gain().log10() - (TARGET_LUFS - expected)).abs() < 0.1, "{level:?}");
        }
    }

    #[test]
    fn a_segment_too_short_for_the_gates_is_levelled_all_the_same() {
        let level = measured(2, &tone(9_600, 2, 0.1));
        assert!((20.0 * level.gain().log10() - 6.0).abs() < 0.5, "{level:?}");
    }

    #[test]
    fn silence_is_left_alone() {
        for samples in [vec![0.0; 96_000], tone(96_000, 1, 0.000_1), vec![]] {
            let level = measured(1, &samples);
            assert_eq!((level, level.gain(), level.needs_limiter()), (Level::Silence, 1.0, false));
        }
    }
}
