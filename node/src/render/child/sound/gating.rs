//! Integrated loudness by BS.1770's gates, from the energy of every millisecond.
//! Does not measure energies.

/// Samples per channel at 48 kHz that a row stands for: a millisecond.
pub const ROW_SAMPLES: usize = 48;

/// Rows in a gating block (400 ms), and from one to the next (100 ms).
const BLOCK_ROWS: usize = 400;
const HOP_ROWS: usize = 100;

/// Blocks below the first gate do not count, nor those that are so much below the mean of the others.
pub const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const RELATIVE_GATE_LU: f64 = -10.0;

/// Integrated loudness, in LUFS, of rows of such energies: mean squares of the K-weighted sound, summed over channels. Sound that
/// is shorter than a block is measured without gates; nothing, or nothing above the first gate, is infinitely quiet.
pub fn integrated(energies: &[f32]) -> f64 {
    let blocks: Vec<f64> = match energies.len() {
        0 => return f64::NEG_INFINITY,
        1..BLOCK_ROWS => vec![mean(energies)],
        _ => energies.windows(BLOCK_ROWS).step_by(HOP_ROWS).map(mean).collect(),
    };
    let gate = energy(ABSOLUTE_GATE_LUFS);
    let Some(heard) = mean_above(&blocks, gate) else { return f64::NEG_INFINITY };
    let gate = gate.max(heard * 10.0_f64.powf(RELATIVE_GATE_LU / 10.0));
    mean_above(&blocks, gate).map_or(f64::NEG_INFINITY, loudness)
}

/// BS.1770: loudness is −0.691 + 10 × log10 of the energy.
fn loudness(energy: f64) -> f64 {
    10.0 * energy.log10() - 0.691
}

/// The energy that has a loudness.
pub fn energy(loudness_lufs: f64) -> f64 {
    10.0_f64.powf((loudness_lufs + 0.691) / 10.0)
}

fn mean(energies: &[f32]) -> f64 {
    energies.iter().copied().map(f64::from).sum::<f64>() / as_count(energies.len())
}

/// The mean of the blocks that reach a gate, if any does.
fn mean_above(blocks: &[f64], gate: f64) -> Option<f64> {
    let (count, sum) =
        blocks.iter().filter(|block| **block >= gate).fold((0, 0.0), |(count, sum), block| (count + 1, sum + block));
    (count > 0).then(|| sum / as_count(count))
}

#[expect(clippy::cast_precision_loss, reason = "a day has 86 million rows")]
fn as_count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_possible_truncation, reason = "rows are single precision")]
    fn rows(loudness_lufs: f64, count: usize) -> Vec<f32> {
        vec![energy(loudness_lufs) as f32; count]
    }

    #[test]
    fn what_is_far_below_the_rest_does_not_count() {
        // Half of it 20 LU below the other half does not count, nor does next to nothing.
        let all = [rows(-20.0, 4_000), rows(-40.0, 4_000), rows(-90.0, 4_000)].concat();
        // Blocks across the change count for what they hold.
        assert!((integrated(&all) + 20.0).abs() < 0.2);
    }

    #[test]
    fn short_sound_is_measured_whole() {
        assert!((integrated(&[rows(-20.0, 100), rows(-90.0, 100)].concat()) + 23.01).abs() < 0.01);
    }

    #[test]
    fn nothing_is_infinitely_quiet() {
        for nothing in [vec![], rows(-80.0, 300), rows(-80.0, 3_000), vec![0.0; 3_000]] {
            assert_eq!(integrated(&nothing).total_cmp(&f64::NEG_INFINITY), std::cmp::Ordering::Equal);
        }
    }
}
