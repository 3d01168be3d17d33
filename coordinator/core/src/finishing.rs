//! How long it takes from an export's last part until its files are there: laying out, verifying, uploading. Learnt from those that
//! were finished before, and guessed until there are some. Reads no ledger.

use std::time::Duration;

/// Older ones than the newest so many are forgotten: disks and lines change.
pub const FINISHED_MAX: usize = 20;
/// What every export takes, as if its files had so many bytes more: a turn of the loop, and a few calls of the object store.
const BYTES_OF_NONE: u64 = 25_000_000;
/// A guess for a farm that has finished nothing yet, in bytes a second: an object store behind a line of 1 Gbit/s.
const GUESSED_PER_SECOND: u64 = 100_000_000;
/// The guess counts as so many finished exports, so that a single odd one is not taken for the rule.
const GUESSES: usize = 2;
/// Nothing is expected to take longer.
const LONGEST: Duration = Duration::from_mins(30);

/// An export that was finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Bytes that its files were expected to have when it was ordered: of one under way no more is known.
    pub expected_bytes: u64,
    /// From the last part to the end.
    pub took: Duration,
}

/// How long an export will take from its last part on, whose files are expected to have so many bytes.
#[must_use]
pub fn finishing(expected_bytes: u64, finished: &[Finished]) -> Duration {
    let weight = |bytes: u64| as_f64(bytes.saturating_add(BYTES_OF_NONE));
    let mut seconds_per_byte = vec![1.0 / as_f64(GUESSED_PER_SECOND); GUESSES];
    let newest = finished.iter().take(FINISHED_MAX);
    seconds_per_byte.extend(newest.map(|one| one.took.as_secs_f64() / weight(one.expected_bytes)));
    seconds_per_byte.sort_by(f64::total_cmp);
    let usual = seconds_per_byte[seconds_per_byte.len() / 2];
    Duration::try_from_secs_f64(usual * weight(expected_bytes)).unwrap_or(LONGEST).min(LONGEST)
}

#[expect(clippy::cast_precision_loss, reason = "a guess needs no byte")]
fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn took(expected_bytes: u64, seconds: u64) -> Finished {
        Finished { expected_bytes, took: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_farm_without_a_past_guesses_by_size() {
        assert_eq!(finishing(0, &[]), Duration::from_millis(250));
        assert_eq!(finishing(975_000_000, &[]), Duration::from_secs(10));
        assert_eq!(finishing(u64::MAX, &[]), LONGEST);
    }

    #[test]
    fn what_was_finished_before_tells_more_than_the_guess() {
        // A store behind a slow line: a megabyte a second.
        let slow: Vec<Finished> = (0..5).map(|number| took(75_000_000 + number, 100)).collect();
        assert!(finishing(175_000_000, &slow).abs_diff(Duration::from_secs(200)) < Duration::from_millis(1));
        assert_eq!(finishing(175_000_000, &slow[..1]), finishing(175_000_000, &[]), "one alone may be odd");
    }

    #[test]
    fn old_ones_are_forgotten() {
        let mut past = vec![took(75_000_000, 1); FINISHED_MAX];
        past.extend(vec![took(75_000_000, 500); 2 * FINISHED_MAX]);
        assert_eq!(finishing(75_000_000, &past), Duration::from_secs(1));
    }

    proptest! {
        /// Larger files never take less, and what is said lies within what was seen and the guess.
        #[test]
        fn is_bounded_and_rises_with_size(
            bytes in 0_u64..1 << 40,
            more in 0_u64..1 << 40,
            past in prop::collection::vec((0_u64..1 << 40, 0_u64..10_000_000), 0..30),
        ) {
            let past: Vec<Finished> = past.into_iter()
                .map(|(expected_bytes, ms)| Finished { expected_bytes, took: Duration::from_millis(ms) })
                .collect();
            let (small, large) = (finishing(bytes, &past), finishing(bytes + more, &past));
            prop_assert!(small <= large && large <= LONGEST);
        }
    }
}
