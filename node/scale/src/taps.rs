//! Which samples make a new one, and how much of each: the Catmull-Rom cubic, widened where samples become fewer.
//! Reads no samples.

/// What the weights of a new sample sum to.
const WHOLE: i16 = 1 << WHOLE_BITS;
/// Bits of a weight behind the point.
pub const WHOLE_BITS: u32 = 14;
/// Samples a side can have at most; no format knows larger pictures.
const SIDE_MAX: usize = 1 << 16;
/// How much smaller a side may become: beyond it nothing of a picture is left, and weights would be too small for their words.
const SHRINKING_MAX: usize = 64;

/// The taps of every new sample of a row or a column. All have the same number of them, which is even.
#[derive(Clone, Debug)]
pub struct Taps {
    from: usize,
    length: usize,
    firsts: Vec<isize>,
    weights: Vec<i16>,
}

impl Taps {
    /// The taps that make `from` samples `to`; `None` if one of them is 0 or absurd.
    #[must_use]
    pub fn new(from: usize, to: usize) -> Option<Taps> {
        let sensible = |count: usize| (1..=SIDE_MAX).contains(&count);
        if !sensible(from) || !sensible(to) || from > to * SHRINKING_MAX {
            return None;
        }
        // The cubic reaches two samples to either side, of the coarser of the two grids.
        let length = 2 * (2 * from).div_ceil(to).max(2);
        let step = ratio(from, to);
        let (mut firsts, mut weights) = (Vec::with_capacity(to), Vec::with_capacity(to * length));
        for number in 0..to {
            // A sample stands for the middle of its piece: new one `number` lies at (number + 1/2) × from / to - 1/2.
            let (numerator, denominator) = ((2 * number + 1) * from, 2 * to);
            let first = (numerator + to) / denominator;
            let first = first.cast_signed() - (length / 2).cast_signed();
            let tap = |offset: usize| {
                let place = (2 * (first + offset.cast_signed()) + 1) * to.cast_signed() - numerator.cast_signed();
                cubic(ratio(place.unsigned_abs(), denominator) / step.max(1.0))
            };
            weights.extend(whole(&(0..length).map(tap).collect::<Vec<f64>>()));
            firsts.push(first);
        }
        Some(Taps { from, length, firsts, weights })
    }

    /// How many taps a new sample has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// For every new sample the place of its first tap, which may lie outside, and the weights.
    pub fn iter(&self) -> impl Iterator<Item = (isize, &[i16])> {
        self.firsts.iter().copied().zip(self.weights.chunks(self.length))
    }

    /// The sample that stands for the one at `first + offset`.
    #[must_use]
    pub fn inside(&self, first: isize, offset: usize) -> usize {
        first.saturating_add_unsigned(offset).max(0).unsigned_abs().min(self.from - 1)
    }
}

#[expect(clippy::cast_precision_loss, reason = "places and sizes are far below 2^52")]
fn ratio(numerator: usize, denominator: usize) -> f64 {
    numerator as f64 / denominator as f64
}

/// The cubic of Catmull and Rom: that of Keys with a = -1/2.
fn cubic(distance: f64) -> f64 {
    if distance < 1.0 {
        (1.5 * distance - 2.5) * distance * distance + 1.0
    } else if distance < 2.0 {
        ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    } else {
        0.0
    }
}

/// Weights in whole numbers that sum to [`WHOLE`]: what rounding leaves over goes to the largest.
fn whole(taps: &[f64]) -> Vec<i16> {
    let sum: f64 = taps.iter().sum();
    let mut weights: Vec<i16> = taps.iter().map(|tap| rounded(tap / sum * f64::from(WHOLE))).collect();
    let missing = WHOLE - weights.iter().sum::<i16>();
    if let Some(largest) = weights.iter_mut().max() {
        *largest += missing;
    }
    weights
}

#[expect(clippy::cast_possible_truncation, reason = "no weight is larger than the whole")]
fn rounded(weight: f64) -> i16 {
    weight.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_the_whole_and_lie_around_their_sample() {
        for (from, to) in
            [(1920, 1280), (1080, 720), (960, 640), (640, 1280), (7, 7), (1, 5), (5, 1), (3840, 854), (64, 1)]
        {
            let taps = Taps::new(from, to).unwrap();
            for (number, (first, weights)) in taps.iter().enumerate() {
                assert_eq!(weights.iter().map(|weight| i32::from(*weight)).sum::<i32>(), 16_384, "{from} to {to}");
                // The middle of what is weighed is the place of the new sample, at least to the nearest sample.
                let centre = ((2 * number + 1) * from).cast_signed() - to.cast_signed();
                let middle = first + (taps.length() / 2).cast_signed() - 1;
                assert_eq!(middle, centre.div_euclid(2 * to.cast_signed()), "{from} to {to}, sample {number}");
            }
        }
    }

    #[test]
    fn equal_sizes_change_nothing() {
        let taps = Taps::new(9, 9).unwrap();
        assert!(taps.iter().all(|(_, weights)| weights == [0, 16_384, 0, 0]));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for (from, to) in [(0, 5), (5, 0), (65, 1), (65_537, 65_537)] {
            assert!(Taps::new(from, to).is_none(), "{from} to {to}");
        }
    }
}
