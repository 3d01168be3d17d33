//! Does like things on a few threads at once, so that a farm renders the next export while the last one is judged.
//! Knows nothing of what is done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads: two keep the farm's two slots busy while the third reads what is finished.
const LANES: usize = 3;

/// What `work` makes of every item, in the order of the items.
///
/// # Panics
/// When `work` does, once every thread has ended.
pub fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut done = Vec::new();
        while let Some((place, item)) = claim(&next, items) {
            done.push((place, work(item)));
        }
        done
    };
    let mut all = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES.min(items.len())).map(|_| scope.spawn(lane)).collect();
        let ended: Vec<_> = lanes.into_iter().map(thread::ScopedJoinHandle::join).collect();
        let done = ended.into_iter().map(|lane| lane.unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        done.flatten().collect::<Vec<_>>()
    });
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, made)| made).collect()
}

/// The next item that nobody has, and its place.
fn claim<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    items.get(place).map(|item| (place, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_comes_back_in_order() {
        let items: Vec<usize> = (0..100).collect();
        let calls = AtomicUsize::new(0);
        let doubled = side_by_side(&items, |item| {
            calls.fetch_add(1, Ordering::Relaxed);
            2 * item
        });
        assert_eq!(doubled, items.iter().map(|item| 2 * item).collect::<Vec<_>>());
        assert_eq!(calls.into_inner(), 100);
        assert_eq!(side_by_side(&[0_u8; 0], |_| ()), []);
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn a_panic_is_passed_on() {
        side_by_side(&(0..10).collect::<Vec<_>>(), |item| assert_ne!(*item, 7, "the seventh"));
    }
}
