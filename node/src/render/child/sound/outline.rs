//! A segment of sound in outline: how loud and how high it is, millisecond by millisecond. Tells what gain brings it to the target
//! although the limiter will take some of it away again. Holds no samples and changes none: it foretells what the limiter will do.

use super::limiter::{LOOK_AHEAD, RELEASE_SAMPLES};
use super::loudness::from_decibels;

/// Samples per channel that a row stands for: a millisecond. Where in longer ones a peak is would matter.
pub const ROW_SAMPLES: usize = 48;

/// How many rows the limiter looks ahead.
const AHEAD_ROWS: usize = LOOK_AHEAD / ROW_SAMPLES;

/// Rows in a gating block of BS.1770 (400 ms), and from one to the next (100 ms).
const BLOCK_ROWS: usize = 400;
const HOP_ROWS: usize = 100;

/// BS.1770's gates: blocks below the first do not count, nor those that are so much below the mean of the others.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const RELATIVE_GATE_LU: f64 = -10.0;

/// The most that is turned up against the limiter: past this there is more limiter to be heard than sound.
const PUSH_DB_MAX: f64 = 12.0;

/// Halvings of that range until the gain is found: to a hundredth of a decibel.
const HALVINGS: u32 = 10;

/// Eight bytes for every millisecond: 29 MB for an hour.
#[derive(Default)]
pub struct Outline {
    rows: Vec<Row>,
}

/// A millisecond of sound.
#[derive(Clone, Copy)]
struct Row {
    /// Mean square of the K-weighted sound, summed over channels: the energy of BS.1770.
    energy: f32,
    /// The largest true peak of any channel, linear.
    peak: f32,
}

impl Outline {
    /// Takes the next millisecond: its loudness in LUFS and its peak.
    #[expect(clippy::cast_possible_truncation, reason = "an outline needs no more than 24 bits")]
    pub fn push(&mut self, loudness_lufs: f64, peak: f32) {
        self.rows.push(Row { energy: energy(loudness_lufs) as f32, peak });
    }

    /// The gain, linear, that leaves the segment at the target behind a limiter at `ceiling`: no less than `gain`, which would
    /// do without one. Where no gain does, the most that is allowed.
    pub fn gain(&self, gain: f64, ceiling: f64, target_lufs: f64) -> f64 {
        let reached = |push_db: f64| self.limited(gain * from_decibels(push_db), ceiling) >= target_lufs;
        let (mut too_low, mut enough) = (0.0, PUSH_DB_MAX);
        if reached(too_low) {
            return gain;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(too_low, enough);
            *(if reached(middle) { &mut enough } else { &mut too_low }) = middle;
        }
        gain * from_decibels(enough)
    }

    /// Integrated loudness of the segment turned up by `gain` and limited.
    fn limited(&self, gain: f64, ceiling: f64) -> f64 {
        let envelopes = self.envelopes(gain, ceiling);
        let limited = self.rows.iter().zip(envelopes.windows(AHEAD_ROWS)).map(|(row, ahead)| {
            // What the limiter does is its envelope's mean over the look-ahead: it falls before a peak and is down when that comes.
            let gain = gain * ahead.iter().sum::<f64>() / as_count(AHEAD_ROWS);
            f64::from(row.energy) * gain * gain
        });
        integrated(&limited.collect::<Vec<_>>())
    }

    /// The limiter's envelope at each row, and on to the end of its look-ahead.
    fn envelopes(&self, gain: f64, ceiling: f64) -> Vec<f64> {
        let back = as_count(ROW_SAMPLES) / f64::from(RELEASE_SAMPLES);
        let (mut envelope, mut asked) = (1.0, [1.0_f64; AHEAD_ROWS]);
        let peaks = self.rows.iter().map(|row| row.peak).chain([0.0; AHEAD_ROWS - 1]);
        let next = |(row, peak): (usize, f32)| {
            asked[row % AHEAD_ROWS] = (ceiling / (f64::from(peak) * gain)).min(1.0);
            let lowest = asked.iter().copied().fold(1.0, f64::min);
            envelope = lowest.min(envelope + (lowest - envelope).max(0.0) * back);
            envelope
        };
        peaks.enumerate().map(next).collect()
    }
}

/// Integrated loudness of rows of such energies.
fn integrated(energies: &[f64]) -> f64 {
    let mean = |energies: &[f64]| energies.iter().sum::<f64>() / as_count(energies.len());
    let blocks: Vec<f64> = match energies.len() {
        0 => return f64::NEG_INFINITY,
        // Too short for the gates.
        1..BLOCK_ROWS => vec![mean(energies)],
        _ => energies.windows(BLOCK_ROWS).step_by(HOP_ROWS).map(mean).collect(),
    };
    let above = |gate: f64| blocks.iter().copied().filter(|block| *block >= gate).collect::<Vec<_>>();
    let heard = above(energy(ABSOLUTE_GATE_LUFS));
    let gate = mean(&heard) * 10.0_f64.powf(RELATIVE_GATE_LU / 10.0);
    loudness(mean(&above(gate.max(energy(ABSOLUTE_GATE_LUFS)))))
}

/// BS.1770: loudness is −0.691 + 10 × log10 of the energy.
fn loudness(energy: f64) -> f64 {
    10.0 * energy.log10() - 0.691
}

fn energy(loudness_lufs: f64) -> f64 {
    10.0_f64.powf((loudness_lufs + 0.691) / 10.0)
}

#[expect(clippy::cast_precision_loss, reason = "a day has 17 million rows")]
fn as_count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(rows: &[(f64, f32)]) -> Outline {
        let mut outline = Outline::default();
        for &(loudness_lufs, peak) in rows {
            outline.push(loudness_lufs, peak);
        }
        outline
    }

    #[test]
    fn what_the_limiter_leaves_alone_gets_no_more_gain() {
        let quiet = outline(&vec![(-30.0, 0.1); 2_000]);
        assert!((quiet.limited(from_decibels(16.0), 0.9) + 14.0).abs() < 1e-3);
        let gain = from_decibels(16.001);
        assert!((quiet.gain(gain, 0.9, -14.0) - gain).abs() < 1e-12);
    }

    #[test]
    fn what_the_limiter_takes_is_given_back() {
        // A peak in every block, of sound that would be at the target without a limiter.
        let mut rows = vec![(-30.0, 0.1); 4_000];
        rows.iter_mut().step_by(200).for_each(|row| row.1 = 0.25);
        let (peaked, gain) = (outline(&rows), from_decibels(16.0));
        let without = peaked.limited(gain, 0.9);
        assert!(without < -15.0 && without > -19.0, "{without}");
        let found = peaked.gain(gain, 0.9, -14.0);
        assert!(found > gain && (peaked.limited(found, 0.9) + 14.0).abs() < 0.01);
    }

    #[test]
    fn there_is_an_end_to_turning_up() {
        let mut rows = vec![(-40.0, 0.01); 2_000];
        rows.iter_mut().step_by(2).for_each(|row| row.1 = 1.0);
        let gain = outline(&rows).gain(1.0, 0.9, -14.0);
        assert!((gain - from_decibels(PUSH_DB_MAX)).abs() < 1e-9);
    }

    #[test]
    fn gates_are_those_of_the_meter() {
        // Half of it 20 LU below the other half does not count, nor does next to nothing.
        let mut rows = vec![(-20.0, 0.1); 4_000];
        rows.extend(vec![(-40.0, 0.1); 4_000]);
        rows.extend(vec![(-90.0, 0.1); 4_000]);
        // Blocks across the change count for what they hold.
        assert!((outline(&rows).limited(1.0, 1.0) + 20.0).abs() < 0.2);
        assert!(outline(&[]).limited(1.0, 1.0) < -100.0);
    }
}
