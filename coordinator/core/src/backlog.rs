//! How long the open tasks will take all together, and which of those that run take too long: both learnt from what was rendered
//! before. Reads no ledger.

use std::time::Duration;

use crate::estimate::{Range, SAMPLES_MIN, Sample};

/// One sum in ten is below the range, one above: 1.28 standard deviations.
const SPREAD: f64 = 1.281_6;
/// A task is stuck when it takes so many times as long as usual, unless somebody asks for more.
pub const STUCK_FACTOR: u32 = 3;
/// Nobody needs to look at what runs for less.
pub const STUCK_MIN: Duration = Duration::from_secs(30);

/// What is left of the tasks of one recipe, in its own measure. Of a task that is half done half is left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Left {
    /// Of all tasks together.
    pub amount: f64,
    /// What is left of each, squared, of all together: many small tasks are surer than a large one.
    pub squares: f64,
}

/// Milliseconds of one slot that what is left takes, learnt from what was rendered by the same recipe; `None` from too little.
#[must_use]
pub fn backlog(samples: &[Sample], left: Left) -> Option<Range> {
    let rates = rates(samples)?;
    let count = as_f64(rates.len() as u64);
    let mean = rates.iter().sum::<f64>() / count;
    let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / (count - 1.0);
    // The tasks differ among themselves, and the mean was learnt from a few only.
    let spread = SPREAD * (variance * (left.squares + left.amount * left.amount / count)).sqrt();
    let middle = left.amount * mean;
    Some(Range { low: (middle - spread).max(0.0), high: middle + spread })
}

/// How long a task of `amount` usually takes one slot: as long as the middle one of those rendered before; `None` when too few were.
#[must_use]
pub fn usual(samples: &[Sample], amount: u64) -> Option<Duration> {
    let mut rates = rates(samples)?;
    rates.sort_by(f64::total_cmp);
    Duration::try_from_secs_f64(rates[rates.len() / 2] * as_f64(amount) / 1000.0).ok()
}

/// Milliseconds for a unit of amount, of each sample that has one; `None` for too few.
fn rates(samples: &[Sample]) -> Option<Vec<f64>> {
    let usable = samples.iter().filter(|sample| sample.amount > 0);
    let rates: Vec<f64> = usable.map(|sample| as_f64(sample.render_ms) / as_f64(sample.amount)).collect();
    (rates.len() >= SAMPLES_MIN).then_some(rates)
}

/// Whether a task that runs for `running` is stuck.
#[must_use]
pub fn is_stuck(running: Duration, usual: Duration, factor: u32) -> bool {
    running > usual.saturating_mul(factor).max(STUCK_MIN)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of years and pixels of hours stay below 2⁵³")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(amount: u64, render_ms: u64) -> Sample {
        Sample { amount, render_ms, size_bytes: 0 }
    }

    #[test]
    fn many_tasks_are_surer_than_one() {
        let samples: Vec<Sample> = [1000, 2000, 3000].into_iter().cycle().take(99).map(|ms| sample(1, ms)).collect();
        let tasks = |count: f64| Left { amount: count, squares: count };
        let of = |count| backlog(&samples, tasks(count)).unwrap();
        let share = |range: Range| (range.high - range.low) / (range.high + range.low);
        assert!((of(100.0).low + of(100.0).high - 400_000.0).abs() < 1.0, "about two seconds each: {:?}", of(100.0));
        assert!(share(of(100.0)) < share(of(10.0)) && share(of(10.0)) < share(of(1.0)));
        let one_large = backlog(&samples, Left { amount: 100.0, squares: 10_000.0 }).unwrap();
        assert!(share(of(100.0)) < share(one_large), "though it is as much");
        assert_eq!(of(0.0), Range { low: 0.0, high: 0.0 });
        assert_eq!(backlog(&samples[..4], tasks(1.0)), None, "four are too few");
    }

    #[test]
    fn stuck_is_what_takes_many_times_as_long() {
        let mut samples = vec![sample(10, 1000); 9];
        samples.push(sample(10, 1_000_000));
        let usual_of_it = usual(&samples, 200).unwrap();
        assert_eq!(usual_of_it, Duration::from_secs(20), "whatever one of them took");
        assert!(!is_stuck(Duration::from_mins(1), usual_of_it, 3));
        assert!(is_stuck(Duration::from_secs(61), usual_of_it, 3));
        assert!(!is_stuck(Duration::from_secs(29), Duration::from_millis(1), 3), "too early to say");
        assert_eq!(usual(&samples[..4], 200), None);
        assert_eq!(usual(&vec![sample(0, 1000); 9], 200), None, "without an amount nothing can be said");
    }

    proptest! {
        #[test]
        fn a_backlog_lies_around_its_mean(
            render_ms in prop::collection::vec(0_u64..1_000_000, 5..200),
            each in prop::collection::vec(0.0_f64..10_000.0, 0..50),
        ) {
            let samples: Vec<Sample> = render_ms.iter().map(|ms| sample(1, *ms)).collect();
            let amount = each.iter().sum::<f64>();
            let range = backlog(&samples, Left { amount, squares: each.iter().map(|one| one * one).sum() }).unwrap();
            let middle = amount * render_ms.iter().map(|ms| as_f64(*ms)).sum::<f64>() / as_f64(render_ms.len() as u64);
            prop_assert!(range.low <= middle + 1e-6 && middle <= range.high + 1e-6, "{range:?} of {middle}");
            prop_assert!(range.low >= 0.0 && range.high.is_finite());
        }
    }
}
