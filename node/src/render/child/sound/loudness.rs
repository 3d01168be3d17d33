//! Measures sound by EBU R128, and what levelled sound is held to.
//! Does not change a sample, and does not say what is to be done to one.

use ebur128::{EbuR128, Mode};
use wire::v1::SoundCodec;

use super::OUTPUT_RATE;
use super::peaks::TruePeak;

/// Where a levelled segment ends up, integrated.
pub const TARGET_LUFS: f64 = -14.0;

/// True peak that no levelled segment passes when it is decoded.
const CEILING_DBTP: f64 = -1.0;

/// BS.1770's absolute gate: what is below it everywhere is silence.
const SILENCE_LUFS: f64 = -70.0;

/// BS.1770's gating block. A segment shorter than one has no integrated loudness.
const GATING_BLOCK_MS: u32 = 400;

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

/// A meter over one segment.
pub struct Meter {
    loudness: EbuR128,
    channels: u32,
    frame_count: u64,
    true_peak: TruePeak,
}

impl Meter {
    /// For interleaved samples of 1 or 2 channels at 48 kHz.
    pub fn new(channels: u32) -> Result<Self, ebur128::Error> {
        let loudness = EbuR128::new(channels, OUTPUT_RATE, Mode::I)?;
        Ok(Self { loudness, channels, frame_count: 0, true_peak: TruePeak::new(channels as usize) })
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), ebur128::Error> {
        self.frame_count += samples.len() as u64 / u64::from(self.channels);
        self.true_peak.push(samples);
        self.loudness.add_frames_f32(samples)
    }

    /// Loudness of the last samples, and their true peak: as many per channel as have come since this was asked last.
    pub fn row(&mut self, samples: usize) -> Result<(f64, f32), ebur128::Error> {
        let length_ms = u32::try_from(samples * 1_000 / OUTPUT_RATE as usize).unwrap_or(u32::MAX);
        Ok((self.loudness.loudness_window(length_ms)?, self.true_peak.since()))
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
        let peak = f64::from(self.true_peak.finish());
        Ok(Level::Measured { loudness_lufs, peak })
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
