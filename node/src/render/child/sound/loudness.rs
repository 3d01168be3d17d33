//! Measures sound by EBU R128, and what levelled sound is held to.
//! Does not change a sample, and does not say what is to be done to one.

use ebur128::{EbuR128, Mode};
use wire::v1::SoundCodec;

use super::OUTPUT_RATE;
use super::gating::{ABSOLUTE_GATE_LUFS, ROW_SAMPLES, energy, integrated};
use super::peaks::TruePeak;

/// Where a levelled segment ends up, integrated.
pub const TARGET_LUFS: f64 = -14.0;

/// True peak that no levelled segment passes when it is decoded.
pub const CEILING_DBTP: f64 = -1.0;

/// How long a row of energy is.
const ROW_MS: u32 = 1;

/// What coding may add to a true peak. Measured with sound limited to one ceiling: films and voices 1.0 dB with either codec; drums,
/// bangs and clapping hands up to 3.4 dB with AAC at 128 kb/s, and 2.0 dB with Opus.
const AAC_RISE_DB: f64 = 3.6;
const OPUS_RISE_DB: f64 = 2.2;

/// How loud sound is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// It is silence: left alone.
    Silence,
    /// It has been measured.
    Measured {
        /// Integrated loudness.
        loudness_lufs: f64,
        /// Largest true peak of any channel, linear.
        peak: f64,
    },
}

/// The energy of every millisecond of a segment.
pub struct Energies {
    filter: EbuR128,
    channels: usize,
    /// Samples per channel of the row that has begun.
    in_row: usize,
    rows: Vec<f32>,
}

impl Energies {
    /// For interleaved samples of 1 or 2 channels at 48 kHz.
    pub fn new(channels: u32) -> Result<Self, ebur128::Error> {
        let filter = EbuR128::new(channels, OUTPUT_RATE, Mode::M)?;
        Ok(Self { filter, channels: channels as usize, in_row: 0, rows: Vec::new() })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, mut samples: &[f32]) -> Result<(), ebur128::Error> {
        while !samples.is_empty() {
            let wanted = (ROW_SAMPLES - self.in_row) * self.channels;
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.filter.add_frames_f32(taken)?;
            self.in_row += taken.len() / self.channels;
            if self.in_row == ROW_SAMPLES {
                self.rows.push(single(energy(self.filter.loudness_window(ROW_MS)?)));
                self.in_row = 0;
            }
            samples = rest;
        }
        Ok(())
    }

    /// One for each whole millisecond: the mean square of the K-weighted sound, summed over channels.
    pub fn finish(self) -> Vec<f32> {
        self.rows
    }
}

/// A meter over one segment.
pub struct Meter {
    energies: Energies,
    true_peak: TruePeak,
}

impl Meter {
    /// For interleaved samples of 1 or 2 channels at 48 kHz.
    pub fn new(channels: u32) -> Result<Self, ebur128::Error> {
        Ok(Self { energies: Energies::new(channels)?, true_peak: TruePeak::new(channels as usize) })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), ebur128::Error> {
        self.true_peak.push(samples);
        self.energies.push(samples)
    }

    /// What all samples together say.
    pub fn finish(self) -> Level {
        Level::of(integrated(&self.energies.finish()), self.true_peak.finish())
    }
}

impl Level {
    /// Sound of this integrated loudness, in LUFS, and largest true peak, linear.
    pub fn of(loudness_lufs: f64, peak: f32) -> Self {
        if loudness_lufs < ABSOLUTE_GATE_LUFS {
            Self::Silence
        } else {
            Self::Measured { loudness_lufs, peak: peak.into() }
        }
    }
}

/// A level in whole thousandths: beyond ±200 dB there is no sound.
#[expect(clippy::cast_possible_truncation, reason = "clamped to six digits")]
pub fn thousandths(level: f64) -> i32 {
    (level.clamp(-200.0, 200.0) * 1_000.0).round() as i32
}

/// The true peak, linear, that levelled sound keeps before it is encoded.
pub fn ceiling(codec: &SoundCodec) -> f64 {
    let rise_db = match codec {
        SoundCodec::Aac => AAC_RISE_DB,
        SoundCodec::Opus => OPUS_RISE_DB,
    };
    from_decibels(CEILING_DBTP - rise_db)
}

/// Decibels as a linear factor.
pub fn from_decibels(decibels: f64) -> f64 {
    10.0_f64.powf(decibels / 20.0)
}

#[expect(clippy::cast_possible_truncation, reason = "a millisecond needs no more than 24 bits")]
fn single(energy: f64) -> f32 {
    energy as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// The judge does the gating itself.
        #[test]
        fn another_meter_reads_the_same(
            levels in prop::collection::vec(-60.0_f64..0.0, 1..8),
            channels in 1_u32..=2,
            piece in 1_usize..3_000,
        ) {
            let tone = |level: f64| {
                let amplitude = single(from_decibels(level));
                (0_u16..14_400).map(move |n| amplitude * (f32::from(n) * 0.13).sin())
            };
            let samples: Vec<f32> = levels
                .into_iter()
                .flat_map(tone)
                .flat_map(|sample| std::iter::repeat_n(sample, channels as usize))
                .collect();
            let mut meter = Meter::new(channels).unwrap();
            samples.chunks(piece * channels as usize).for_each(|piece| meter.push(piece).unwrap());
            let mut judge = EbuR128::new(channels, OUTPUT_RATE, Mode::I).unwrap();
            judge.add_frames_f32(&samples).unwrap();
            let judged = judge.loudness_global().unwrap();
            match meter.finish() {
                // Shorter than a block, the judge has nothing to say.
                Level::Measured { loudness_lufs, .. } if judged.is_finite() => {
                    prop_assert!((loudness_lufs - judged).abs() < 0.001, "{} against {}", loudness_lufs, judged);
                }
                other => prop_assert!(samples.len() < 2 * 14_400 * channels as usize || other == Level::Silence),
            }
        }
    }
}
