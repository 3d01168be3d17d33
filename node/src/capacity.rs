//! How much runs here at once: slots, and the attempts that hold them with the signals that reach them.
//! Starts nothing itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// An attempt by task and epoch.
type Key = (u128, i64);

/// Slots and running attempts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Attempts {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    slots: Arc<Semaphore>,
    /// Rendered parts that may wait to be received while their slots render others: as many as there are slots.
    deliveries: Arc<Semaphore>,
    running: Mutex<HashMap<Key, Signals>>,
    count: watch::Sender<usize>,
    draining: CancellationToken,
    /// The coordinator asked for no more claims, for as long as the connection lasts.
    held_back: watch::Sender<bool>,
    releasing: CancellationToken,
}

#[derive(Clone, Debug)]
struct Signals {
    stop: CancellationToken,
    renewed: Arc<Notify>,
}

/// An attempt's place in a slot, later among the deliveries; free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    key: Key,
    signals: Signals,
    attempts: Attempts,
    permit: Mutex<OwnedSemaphorePermit>,
}

impl Attempts {
    /// `slot_count` free slots.
    #[must_use]
    pub fn new(slot_count: u32) -> Attempts {
        Attempts {
            shared: Arc::new(Shared {
                slots: Arc::new(Semaphore::new(slot_count as usize)),
                deliveries: Arc::new(Semaphore::new(slot_count as usize)),
                running: Mutex::default(),
                count: watch::Sender::new(0),
                draining: CancellationToken::new(),
                held_back: watch::Sender::new(false),
                releasing: CancellationToken::new(),
            }),
        }
    }

    /// Waits until a slot is free, without taking it: doorbells are only fetched then.
    pub async fn slot_free(&self) {
        let _given_back_at_once = self.shared.slots.acquire().await;
    }

    /// A slot, if one is free right now.
    #[must_use]
    pub fn take_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.slots).try_acquire_owned().ok()
    }

    /// Puts an attempt into a slot.
    #[must_use]
    pub fn enter(&self, task: u128, epoch: i64, slot: OwnedSemaphorePermit) -> Place {
        let signals = Signals { stop: CancellationToken::new(), renewed: Arc::default() };
        let key = (task, epoch);
        let mut running = self.shared.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(key, signals.clone());
        self.shared.count.send_replace(running.len());
        drop(running);
        Place { key, signals, attempts: self.clone(), permit: Mutex::new(slot) }
    }

    /// The coordinator renewed an attempt's lease.
    pub fn renewed(&self, task: u128, epoch: i64) {
        if let Some(signals) = self.signals((task, epoch)) {
            signals.renewed.notify_one();
        }
    }

    /// The coordinator wants no more of an attempt.
    pub fn stop(&self, task: u128, epoch: i64) {
        if let Some(signals) = self.signals((task, epoch)) {
            signals.stop.cancel();
        }
    }

    /// The coordinator wants no more claims, or takes them again.
    pub fn hold_back(&self, held_back: bool) {
        self.shared.held_back.send_replace(held_back);
    }

    /// Waits until the coordinator takes claims.
    pub async fn may_claim(&self) {
        // The sender lives as long as `self`, so this can only end by the value.
        let mut held_back = self.shared.held_back.subscribe();
        let _may = held_back.wait_for(|held_back| !held_back).await;
    }

    /// Claim nothing more, ever: the process ends.
    pub fn drain(&self) {
        self.shared.draining.cancel();
    }

    /// Whether nothing more may be claimed.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.shared.draining.is_cancelled()
    }

    /// Every attempt gives its task back, unfinished.
    pub fn release_all(&self) {
        self.shared.releasing.cancel();
    }

    /// Whether nothing runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self.shared.count.borrow() == 0
    }

    /// Waits until nothing runs.
    pub async fn wait_until_empty(&self) {
        let mut count = self.shared.count.subscribe();
        // The sender lives as long as `self`, so this can only end by the count.
        let _empty = count.wait_for(|&count| count == 0).await;
    }

    fn signals(&self, key: Key) -> Option<Signals> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }
}

impl Place {
    /// Cancelled when the coordinator wants no more of this attempt.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.signals.stop
    }

    /// Cancelled when the node claims nothing more.
    #[must_use]
    pub fn draining(&self) -> &CancellationToken {
        &self.attempts.shared.draining
    }

    /// Cancelled when the node wants to be rid of all attempts.
    #[must_use]
    pub fn releasing(&self) -> &CancellationToken {
        &self.attempts.shared.releasing
    }

    /// The part is rendered and only has to be received: another attempt may have the slot meanwhile. While as many parts
    /// as there are slots wait already, the slot stays taken, so that a coordinator that receives nothing stops the rendering.
    pub fn leave_slot(&self) {
        if let Ok(delivery) = Arc::clone(&self.attempts.shared.deliveries).try_acquire_owned() {
            *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = delivery;
        }
    }

    /// Waits for the next renewal.
    pub async fn renewed(&self) {
        self.signals.renewed.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let shared = &self.attempts.shared;
        let mut running = shared.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.key);
        shared.count.send_replace(running.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_gives_its_slot_back() {
        let attempts = Attempts::new(1);
        let place = attempts.enter(7, 1, attempts.take_slot().unwrap());
        assert!(attempts.take_slot().is_none());
        attempts.stop(7, 2);
        assert!(!place.stop().is_cancelled(), "another epoch is another attempt");
        attempts.stop(7, 1);
        assert!(place.stop().is_cancelled());
        drop(place);
        attempts.wait_until_empty().await;
        assert!(attempts.take_slot().is_some());
    }

    #[tokio::test]
    async fn a_slot_renders_on_while_one_part_waits_to_be_received_and_no_more() {
        let attempts = Attempts::new(1);
        let waiting = attempts.enter(1, 1, attempts.take_slot().unwrap());
        waiting.leave_slot();
        let next = attempts.enter(2, 1, attempts.take_slot().expect("the slot is free again"));
        next.leave_slot();
        assert!(attempts.take_slot().is_none(), "two parts that nobody receives");
        assert!(!attempts.is_empty());
        drop(waiting);
        next.leave_slot();
        assert!(attempts.take_slot().is_some());
    }
}
