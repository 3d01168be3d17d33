//! Listens to a segment before it is levelled, and says what is to be done to it.
//! Does not do it.

use wire::v1::SegmentLevel;

use super::limiter::aim;
use super::loudness::{Level, Meter, TARGET_LUFS, from_decibels, thousandths};
use super::outline::{Outline, ROW_SAMPLES};

/// A segment being listened to.
pub struct Survey {
    meter: Meter,
    outline: Outline,
    channels: usize,
    /// True peak, linear, that the finished segment may have.
    ceiling: f64,
    /// Samples per channel of the row that has begun.
    in_row: usize,
}

impl Survey {
    /// Of interleaved samples of 1 or 2 channels at 48 kHz, to be held below a true peak.
    pub fn new(channels: u32, ceiling: f64) -> Result<Self, ebur128::Error> {
        let (meter, outline) = (Meter::new(channels)?, Outline::default());
        Ok(Self { meter, outline, channels: channels as usize, ceiling, in_row: 0 })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, mut samples: &[f32]) -> Result<(), ebur128::Error> {
        while !samples.is_empty() {
            let wanted = (ROW_SAMPLES - self.in_row) * self.channels;
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.meter.push(taken)?;
            self.in_row += taken.len() / self.channels;
            if self.in_row == ROW_SAMPLES {
                let (loudness_lufs, peak) = self.meter.row(ROW_SAMPLES)?;
                self.outline.push(loudness_lufs, peak);
                self.in_row = 0;
            }
            samples = rest;
        }
        Ok(())
    }

    /// What all samples together ask for.
    pub fn finish(self) -> Result<Treatment, ebur128::Error> {
        let before = self.meter.finish()?;
        let Level::Measured { loudness_lufs, peak } = before else {
            return Ok(Treatment { before, gain: 1.0, ceiling: None });
        };
        let (gain, aim) = (from_decibels(TARGET_LUFS - loudness_lufs), aim(self.ceiling));
        if peak * gain <= aim {
            return Ok(Treatment { before, gain, ceiling: None });
        }
        let gain = self.outline.gain(gain, aim, TARGET_LUFS);
        Ok(Treatment { before, gain, ceiling: Some(self.ceiling) })
    }
}

/// What is done to a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// What it was like.
    pub before: Level,
    /// How far it is turned up or down, linear.
    pub gain: f64,
    /// What the limiter holds its true peak to, linear, where that would lift one higher.
    pub ceiling: Option<f64>,
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

    fn surveyed(channels: u32, samples: &[f32]) -> Treatment {
        let mut survey = Survey::new(channels, 0.7).unwrap();
        samples.chunks(777 * channels as usize).for_each(|piece| survey.push(piece).unwrap());
        survey.finish().unwrap()
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
            assert!(found.ceiling.is_none());
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
            assert_eq!(found, Treatment { before: Level::Silence, gain: 1.0, ceiling: None });
        }
    }

    #[test]
    fn what_the_limiter_will_take_is_asked_for_before() {
        let mut samples = tone(240_000, 1, 0.05);
        samples.iter_mut().skip(500).step_by(9_600).for_each(|sample| *sample = 0.9);
        let found = surveyed(1, &samples);
        let Level::Measured { loudness_lufs, .. } = found.before else { panic!("{found:?}") };
        assert!(
            found.ceiling == Some(0.7) && 20.0 * found.gain.log10() > TARGET_LUFS - loudness_lufs + 1.0,
            "{found:?}"
        );
    }
}
