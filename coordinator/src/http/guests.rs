//! How many connections each address has, so that no one address has them all. Accepts none itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by address.
#[derive(Clone, Debug)]
pub struct Guests {
    max: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection that counts until it is dropped.
#[derive(Debug)]
pub struct Guest {
    guests: Guests,
    address: IpAddr,
}

impl Guests {
    /// So many from each address.
    pub fn of_at_most(max: usize) -> Guests {
        Guests { max, counts: Arc::default() }
    }

    /// One more from `address`; `None` when it has as many as there may be.
    pub fn let_in(&self, address: IpAddr) -> Option<Guest> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Guest { guests: self.clone(), address })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.guests.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_and_no_more() {
        let guests = Guests::of_at_most(2);
        let [one, other] = ["192.0.2.1", "2001:db8::1"].map(|address| address.parse().unwrap());
        let (first, second) = (guests.let_in(one).unwrap(), guests.let_in(one).unwrap());
        assert!(guests.let_in(one).is_none() && guests.let_in(other).is_some());
        drop(first);
        let third = guests.let_in(one).unwrap();
        drop((second, third));
        assert!(guests.counts.lock().unwrap().is_empty(), "nothing is remembered of who is gone");
    }
}
