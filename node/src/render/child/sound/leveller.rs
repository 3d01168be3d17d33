//! Brings a measured segment to its level: gain, and the limiter where the gain would lift a peak too high.
//! Does not measure.

use super::limiter::Limiter;
use super::loudness::{CEILING_DBTP, Level, from_decibels};

/// What is done to the samples of one segment.
pub struct Leveller {
    gain: Option<f32>,
    limiter: Option<Limiter>,
    scaled: Vec<f32>,
}

impl Leveller {
    /// For a segment of this level; without one samples pass untouched, and so does silence.
    pub fn new(channels: usize, level: Option<Level>) -> Self {
        let level = level.unwrap_or(Level::Silence);
        let limiter = level.needs_limiter().then(|| Limiter::new(channels, from_decibels(CEILING_DBTP)));
        let gain = (level != Level::Silence).then(|| single(level.gain()));
        Self { gain, limiter, scaled: Vec::new() }
    }

    /// Takes the segment's next samples and appends those that are finished.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        let Some(gain) = self.gain else { return out.extend_from_slice(samples) };
        let scaled = samples.iter().map(|sample| sample * gain);
        match &mut self.limiter {
            None => out.extend(scaled),
            Some(limiter) => {
                self.scaled.clear();
                self.scaled.extend(scaled);
                limiter.push(&self.scaled, out);
            }
        }
    }

    /// Appends all that is left of the segment.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if let Some(limiter) = self.limiter.take() {
            limiter.finish(out);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "samples are single precision throughout")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levelled(level: Option<Level>, samples: &[f32]) -> Vec<f32> {
        let mut out = Vec::new();
        let mut leveller = Leveller::new(1, level);
        leveller.push(samples, &mut out);
        leveller.finish(&mut out);
        out
    }

    #[test]
    fn without_a_level_not_a_bit_changes() {
        let samples = [0.1, -1.7, f32::MIN_POSITIVE, -0.0];
        for level in [None, Some(Level::Silence)] {
            let out = levelled(level, &samples);
            assert!(out.iter().zip(&samples).all(|(out, sample)| out.to_bits() == sample.to_bits()));
        }
    }

    #[test]
    fn loud_sound_is_turned_down_by_the_gain_alone() {
        for (peak, needs_limiter) in [(0.68, false), (1.0, true)] {
            let level = Level::Measured { loudness_lufs: -8.0, peak };
            assert_eq!(level.needs_limiter(), needs_limiter);
            let out = levelled(Some(level), &[0.68, -0.5]);
            assert!((out[0] - 0.340_8).abs() < 1e-3 && (out[1] + 0.250_6).abs() < 1e-3);
        }
    }

    #[test]
    fn peaks_of_quiet_sound_stay_below_the_ceiling() {
        let mut samples = vec![0.05; 4_000];
        samples[2_000] = 0.9;
        let out = levelled(Some(Level::Measured { loudness_lufs: -24.0, peak: 0.9 }), &samples);
        assert_eq!(out.len(), samples.len());
        assert!(out.iter().all(|&sample| f64::from(sample) < from_decibels(CEILING_DBTP)));
        assert!((out[0] - 0.158).abs() < 1e-3);
    }
}
