//! Seeded random numbers for test cases. The seed is printed by whoever makes one, so that a failure can be had again.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::ops::Range;

/// What everybody runs: a failure is then the change's, not the dice's.
const SEED: u64 = 327_845_635;
/// Names another seed, or `random` for a fresh one.
pub const SEED_VARIABLE: &str = "REELFARM_SEED";

/// A small generator (splitmix64); good enough to choose cuts, and equal on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins at `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Random {
        Random(seed)
    }

    /// Begins at the seed in the environment, else at a fresh one; prints which.
    ///
    /// # Panics
    /// When the variable holds no number.
    #[must_use]
    pub fn announced(purpose: &str) -> Random {
        let seed = match std::env::var(SEED_VARIABLE) {
            Ok(text) if text == "random" => RandomState::new().build_hasher().finish() % 1_000_000_000,
            Ok(text) => text.parse().expect("REELFARM_SEED is a whole number or `random`"),
            Err(_) => SEED,
        };
        println!("{purpose}: {SEED_VARIABLE}={seed}");
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `range`, which must not be empty.
    pub fn within(&mut self, range: Range<usize>) -> usize {
        assert!(!range.is_empty(), "nothing to choose from in {range:?}");
        let count = u64::try_from(range.len()).expect("a length fits in 64 bits");
        range.start + usize::try_from(self.bits() % count).expect("below the length")
    }

    /// True once in `times` on average.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.within(0..times) == 0
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.within(0..choices.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_choices() {
        let (mut one, mut other) = (Random::seeded(7), Random::seeded(7));
        let drawn: Vec<usize> = (0..50).map(|_| one.within(3..9)).collect();
        assert_eq!(drawn, (0..50).map(|_| other.within(3..9)).collect::<Vec<_>>());
        for expected in 3..9 {
            assert!(drawn.contains(&expected), "{expected} never came in {drawn:?}");
        }
    }
}
