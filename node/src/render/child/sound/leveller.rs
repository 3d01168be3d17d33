//! Brings a measured segment to its level: gain, and the limiter where the gain would lift a peak too high.
//! Does not measure.

use super::limiter::Limiter;
use super::loudness::Level;
use super::survey::Treatment;

/// What is done to the samples of one segment.
pub struct Leveller {
    gain: Option<f32>,
    limiter: Option<Limiter>,
    scaled: Vec<f32>,
}

impl Leveller {
    /// For a segment to be treated so; without a treatment samples pass untouched, and so does silence.
    pub fn new(channels: usize, treatment: Option<Treatment>) -> Self {
        let treatment = treatment.filter(|treatment| treatment.before != Level::Silence);
        let limit = treatment.and_then(|treatment| treatment.limit);
        Self {
            gain: treatment.map(|treatment| single(treatment.gain)),
            limiter: limit.map(|limit| Limiter::new(channels, limit)),
            scaled: Vec::new(),
        }
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

    use crate::render::child::sound::limiter::{Limit, RELEASE_SAMPLES};
    use crate::render::child::sound::loudness::from_decibels;

    fn treatment(loudness_lufs: f64, peak: f64, gain_db: f64, ceiling: Option<f64>) -> Treatment {
        let limit = ceiling.map(|ceiling| Limit { ceiling, release_samples: RELEASE_SAMPLES });
        Treatment { before: Level::Measured { loudness_lufs, peak }, gain: from_decibels(gain_db), limit }
    }

    fn levelled(treatment: impl Into<Option<Treatment>>, samples: &[f32]) -> Vec<f32> {
        let mut out = Vec::new();
        let mut leveller = Leveller::new(1, treatment.into());
        leveller.push(samples, &mut out);
        leveller.finish(&mut out);
        out
    }

    #[test]
    fn without_a_level_not_a_bit_changes() {
        let samples = [0.1, -1.7, f32::MIN_POSITIVE, -0.0];
        for treatment in [None, Some(Treatment { before: Level::Silence, gain: 1.0, limit: None })] {
            let out = levelled(treatment, &samples);
            assert!(out.iter().zip(&samples).all(|(out, sample)| out.to_bits() == sample.to_bits()));
        }
    }

    #[test]
    fn loud_sound_is_turned_down_by_the_gain_alone() {
        for ceiling in [None, Some(0.7)] {
            let out = levelled(treatment(-8.0, 0.68, -6.0, ceiling), &[0.68, -0.5]);
            assert!((out[0] - 0.340_8).abs() < 1e-3 && (out[1] + 0.250_6).abs() < 1e-3);
        }
    }

    #[test]
    fn peaks_of_quiet_sound_stay_below_the_ceiling() {
        let mut samples = vec![0.05; 4_000];
        samples[2_000] = 0.9;
        let out = levelled(treatment(-24.0, 0.9, 10.0, Some(0.7)), &samples);
        assert_eq!(out.len(), samples.len());
        assert!(out.iter().all(|&sample| f64::from(sample) < 0.7));
        assert!((out[0] - 0.158).abs() < 1e-3);
    }
}
