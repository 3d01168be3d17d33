//! Waiting for something that other processes bring about, with a deadline and a name for what never came.
//! Where an event can be awaited (an exit, a line, an answer) tests await it and do not use this.

use std::thread;
use std::time::{Duration, Instant};

/// Between two looks: short against anything awaited here, long against the cost of a look.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` finds something.
///
/// # Panics
/// When nothing was found by the deadline; the message says what was awaited.
#[track_caller]
pub fn eventually<T>(awaited: &str, deadline: Duration, look: impl FnMut() -> Option<T>) -> T {
    found_within(deadline, look).unwrap_or_else(|| panic!("waited {deadline:?} in vain for {awaited}"))
}

/// Looks until `look` finds something or the deadline has passed.
#[expect(clippy::disallowed_methods, reason = "other processes send a test no event; no runtime is blocked here")]
pub fn found_within<T>(deadline: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begun.elapsed() > deadline {
            return None;
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// What `work` makes, and how long it took.
#[expect(clippy::disallowed_methods, reason = "how long other programs take cannot be moved by a clock of ours")]
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let made = work();
    (made, begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_is_returned() {
        let mut looks = 0;
        let found = eventually("the third look", Duration::from_secs(5), || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found, 3);
    }

    #[test]
    #[should_panic(expected = "in vain for the moon")]
    fn what_never_comes_is_named() {
        eventually("the moon", Duration::ZERO, || None::<()>);
    }
}
