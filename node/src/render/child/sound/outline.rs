//! A segment of sound in outline: how loud and how high it is, millisecond by millisecond. Tells what gain brings it to the target
//! although the limiter will take some of it away again. Holds no samples and changes none: it foretells what the limiter will do.

use super::gating::{ROW_SAMPLES, integrated};
use super::limiter::{LOOK_AHEAD, RELEASE_SAMPLES};
use super::loudness::from_decibels;

/// How many rows the limiter looks ahead.
const AHEAD_ROWS: usize = LOOK_AHEAD / ROW_SAMPLES;

/// The most that is turned up against the limiter: past this there is more limiter to be heard than sound.
const PUSH_DB_MAX: f64 = 12.0;

/// Halvings of that range until the gain is found: to a hundredth of a decibel.
const HALVINGS: u32 = 10;

/// How much faster than usual the limiter may let go where the segment does not reach the target otherwise: at 25 and 6 ms.
const FASTER_RELEASES_SAMPLES: [u16; 2] = [RELEASE_SAMPLES / 4, RELEASE_SAMPLES / 16];

/// Near enough to the target not to let go faster.
const NEAR_LU: f64 = 0.2;

/// How a segment is turned up against the limiter.
#[derive(Clone, Copy, Debug)]
pub struct Push {
    /// Linear.
    pub gain: f64,
    /// The limiter's time constant.
    pub release_samples: u16,
    /// Integrated loudness that this is foretold to lead to.
    pub reached_lufs: f64,
}

/// Eight bytes for every millisecond: 29 MB for an hour.
pub struct Outline {
    /// Mean square of the K-weighted sound, summed over channels, of each row: the energy of BS.1770.
    energies: Vec<f32>,
    /// The largest true peak of any channel in each row, linear.
    peaks: Vec<f32>,
}

impl Outline {
    /// Of rows measured each by itself.
    pub fn new(energies: Vec<f32>, peaks: Vec<f32>) -> Self {
        Self { energies, peaks }
    }

    /// Integrated loudness of the segment as it is, in LUFS.
    pub fn loudness_lufs(&self) -> f64 {
        integrated(&self.energies)
    }

    /// The gain that leaves the segment at the target behind a limiter at `ceiling`: no less than `gain`, linear, which would do
    /// without one. Where no gain does, the most that is allowed.
    pub fn push(&self, gain: f64, ceiling: f64, target_lufs: f64) -> Push {
        let slow = self.push_released(gain, ceiling, target_lufs, RELEASE_SAMPLES);
        FASTER_RELEASES_SAMPLES.into_iter().fold(slow, |best, release_samples| {
            if best.reached_lufs >= target_lufs - NEAR_LU {
                return best;
            }
            let push = self.push_released(gain, ceiling, target_lufs, release_samples);
            if push.reached_lufs > best.reached_lufs { push } else { best }
        })
    }

    fn push_released(&self, gain: f64, ceiling: f64, target_lufs: f64, release_samples: u16) -> Push {
        let reached_lufs = |push_db: f64| self.limited(gain * from_decibels(push_db), ceiling, release_samples);
        let (mut too_low, mut enough) = (0.0, PUSH_DB_MAX);
        if reached_lufs(too_low) >= target_lufs {
            return Push { gain, release_samples, reached_lufs: reached_lufs(too_low) };
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(too_low, enough);
            *(if reached_lufs(middle) >= target_lufs { &mut enough } else { &mut too_low }) = middle;
        }
        Push { gain: gain * from_decibels(enough), release_samples, reached_lufs: reached_lufs(enough) }
    }

    /// Integrated loudness of the segment turned up by `gain` and limited.
    fn limited(&self, gain: f64, ceiling: f64, release_samples: u16) -> f64 {
        let envelopes = self.envelopes(gain, ceiling, release_samples);
        let limited = self.energies.iter().zip(envelopes.windows(AHEAD_ROWS)).map(|(energy, ahead)| {
            // What the limiter does is its envelope's mean over the look-ahead: it falls before a peak and is down when that comes.
            let gain = gain * ahead.iter().sum::<f64>() / as_count(AHEAD_ROWS);
            single(f64::from(*energy) * gain * gain)
        });
        integrated(&limited.collect::<Vec<_>>())
    }

    /// The limiter's envelope at each row, and on to the end of its look-ahead.
    fn envelopes(&self, gain: f64, ceiling: f64, release_samples: u16) -> Vec<f64> {
        let back = as_count(ROW_SAMPLES) / f64::from(release_samples);
        let (mut envelope, mut asked) = (1.0, [1.0_f64; AHEAD_ROWS]);
        let peaks = self.peaks.iter().copied().chain([0.0; AHEAD_ROWS - 1]);
        let next = |(row, peak): (usize, f32)| {
            asked[row % AHEAD_ROWS] = (ceiling / (f64::from(peak) * gain)).min(1.0);
            let lowest = asked.iter().copied().fold(1.0, f64::min);
            envelope = lowest.min(envelope + (lowest - envelope).max(0.0) * back);
            envelope
        };
        peaks.enumerate().map(next).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a day has 86 million rows")]
fn as_count(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "an outline needs no more than 24 bits")]
fn single(energy: f64) -> f32 {
    energy as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::child::sound::gating::energy;

    fn outline(rows: &[(f64, f32)]) -> Outline {
        let energies = rows.iter().map(|&(loudness_lufs, _)| single(energy(loudness_lufs)));
        Outline::new(energies.collect(), rows.iter().map(|row| row.1).collect())
    }

    #[test]
    fn what_the_limiter_leaves_alone_gets_no_more_gain() {
        let quiet = outline(&vec![(-30.0, 0.1); 2_000]);
        assert!((quiet.limited(from_decibels(16.0), 0.9, RELEASE_SAMPLES) + 14.0).abs() < 1e-3);
        let gain = from_decibels(16.001);
        assert!((quiet.push(gain, 0.9, -14.0).gain - gain).abs() < 1e-12);
    }

    #[test]
    fn what_the_limiter_takes_is_given_back() {
        // A peak in every block, of sound that would be at the target without a limiter.
        let mut rows = vec![(-30.0, 0.1); 4_000];
        rows.iter_mut().step_by(200).for_each(|row| row.1 = 0.25);
        let (peaked, gain) = (outline(&rows), from_decibels(16.0));
        let without = peaked.limited(gain, 0.9, RELEASE_SAMPLES);
        assert!(without < -15.0 && without > -19.0, "{without}");
        let found = peaked.push(gain, 0.9, -14.0);
        assert!(found.gain > gain && (found.reached_lufs + 14.0).abs() < 0.01);
        assert_eq!(found.release_samples, RELEASE_SAMPLES);
    }

    #[test]
    fn peaks_that_come_too_often_are_let_go_of_faster() {
        // One every 20 ms, 12 dB too high: a slow limiter never comes back from one before the next.
        let mut rows = vec![(-14.0, 0.1); 4_000];
        rows.iter_mut().step_by(20).for_each(|row| row.1 = 2.0);
        let found = outline(&rows).push(1.0, 0.5, -14.0);
        assert!(found.release_samples < RELEASE_SAMPLES && found.reached_lufs > -14.2, "{found:?}");
    }

    #[test]
    fn there_is_an_end_to_turning_up() {
        let mut rows = vec![(-40.0, 0.01); 2_000];
        rows.iter_mut().step_by(2).for_each(|row| row.1 = 1.0);
        let gain = outline(&rows).push(1.0, 0.9, -14.0).gain;
        assert!((gain - from_decibels(PUSH_DB_MAX)).abs() < 1e-9);
    }
}
