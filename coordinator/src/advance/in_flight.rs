//! Long steps under way in this process, so that a loop that looks again does not start them twice.
//! Not a ledger: two coordinators that start the same step are told apart by its conditional update.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// Long steps that may run at once; the rest are started by a later round.
const LONG_STEPS_MAX: usize = 4;

/// The ids of what long steps are working on.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight(Arc<Mutex<HashSet<Uuid>>>);

/// A long step's place; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    id: Uuid,
    in_flight: InFlight,
}

impl InFlight {
    /// A place for a step on `id`, unless one is under way or too many are.
    pub(super) fn enter(&self, id: Uuid) -> Option<Place> {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (ids.len() < LONG_STEPS_MAX && ids.insert(id)).then(|| Place { id, in_flight: self.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_an_id_and_a_bound_on_all() {
        let in_flight = InFlight::default();
        let first = in_flight.enter(Uuid::from_u128(0)).unwrap();
        assert!(in_flight.enter(Uuid::from_u128(0)).is_none());
        let more: Vec<_> = (1..9).map_while(|n| in_flight.enter(Uuid::from_u128(n))).collect();
        assert_eq!(more.len(), LONG_STEPS_MAX - 1);
        drop(first);
        assert!(in_flight.enter(Uuid::from_u128(0)).is_some());
    }
}
