//! What changed, one numbered entry after the other, so that whoever saw some of it can be told the rest.
//! Looks at nothing itself: the present state is an argument.

use std::collections::{BTreeMap, VecDeque};

/// Entries kept for those who come back; who missed more is shown everything anew.
pub const ENTRIES_KEPT_MAX: usize = 512;

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<K, V> {
    /// It is new, or different.
    Changed(K, V),
    /// It is gone.
    Removed(K),
}

/// A state under keys, and how it came to be. `M` marks what matters of a value: values with equal marks are the same.
#[derive(Clone, Debug)]
pub struct Journal<K, M, V> {
    state: BTreeMap<K, (M, V)>,
    entries: VecDeque<Change<K, V>>,
    /// The number of the newest entry; the first has 1.
    newest: u64,
}

impl<K, M, V> Default for Journal<K, M, V> {
    fn default() -> Self {
        Journal { state: BTreeMap::new(), entries: VecDeque::new(), newest: 0 }
    }
}

impl<K: Ord + Clone, M: PartialEq, V: Clone> Journal<K, M, V> {
    /// The number of the newest entry; 0 before there is one.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Everything as it is, in order of keys.
    pub fn state(&self) -> impl Iterator<Item = (&K, &V)> {
        self.state.iter().map(|(key, (_, value))| (key, value))
    }

    /// Notes what is different from the state so far.
    pub fn note(&mut self, now: BTreeMap<K, (M, V)>) {
        let gone: Vec<K> = self.state.keys().filter(|key| !now.contains_key(key)).cloned().collect();
        for key in gone {
            self.state.remove(&key);
            self.push(Change::Removed(key));
        }
        for (key, (mark, value)) in now {
            let same = self.state.get(&key).is_some_and(|(known, _)| *known == mark);
            if !same {
                self.push(Change::Changed(key.clone(), value.clone()));
            }
            self.state.insert(key, (mark, value));
        }
    }

    /// The entries after number `seen`, each with its own; `None` when some of them are kept no longer, or `seen` was never
    /// given out.
    #[must_use]
    pub fn since(&self, seen: u64) -> Option<Vec<(u64, Change<K, V>)>> {
        let oldest = self.newest - self.entries.len() as u64;
        if seen < oldest || seen > self.newest {
            return None;
        }
        let skipped = usize::try_from(seen - oldest).ok()?;
        Some((seen + 1..).zip(self.entries.iter().skip(skipped).cloned()).collect())
    }

    fn push(&mut self, change: Change<K, V>) {
        if self.entries.len() == ENTRIES_KEPT_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(change);
        self.newest += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Numbers = Journal<u8, u8, u8>;

    fn state(values: &BTreeMap<u8, u8>) -> BTreeMap<u8, (u8, u8)> {
        values.iter().map(|(key, value)| (*key, (*value, *value))).collect()
    }

    #[test]
    fn what_does_not_matter_is_no_change() {
        let mut journal: Journal<&str, u8, &str> = Journal::default();
        journal.note(BTreeMap::from([("a", (1, "one"))]));
        journal.note(BTreeMap::from([("a", (1, "uno"))]));
        assert_eq!(journal.newest(), 1);
        assert_eq!(journal.state().collect::<Vec<_>>(), [(&"a", &"uno")], "the newest is shown all the same");
        journal.note(BTreeMap::new());
        assert_eq!(journal.since(0).unwrap(), [(1, Change::Changed("a", "one")), (2, Change::Removed("a"))]);
        assert_eq!(journal.since(2), Some(Vec::new()));
        assert_eq!(journal.since(3), None, "nobody was given that number");
    }

    #[test]
    fn who_missed_too_much_is_told_so() {
        let mut journal = Numbers::default();
        for round in 0..=ENTRIES_KEPT_MAX {
            let value = u8::from(round % 2 == 0);
            journal.note(BTreeMap::from([(0, (value, value))]));
        }
        assert_eq!(journal.since(0), None);
        assert_eq!(journal.since(1).unwrap().len(), ENTRIES_KEPT_MAX);
    }

    proptest! {
        /// Whatever was seen when, the rest leads to the present state.
        #[test]
        fn every_replay_ends_where_the_journal_is(
            states in prop::collection::vec(prop::collection::btree_map(0_u8..8, 0_u8..3, 0..8), 1..40),
        ) {
            let mut journal = Numbers::default();
            let mut seen = vec![(0, BTreeMap::new())];
            for now in &states {
                journal.note(state(now));
                seen.push((journal.newest(), now.clone()));
            }
            for (number, mut then) in seen {
                let rest = journal.since(number).expect("everything is kept");
                prop_assert!(rest.iter().map(|(number, _)| *number).eq(number + 1..=journal.newest()));
                for (_, change) in rest {
                    match change {
                        Change::Changed(key, value) => drop(then.insert(key, value)),
                        Change::Removed(key) => drop(then.remove(&key)),
                    }
                }
                prop_assert_eq!(&then, states.last().unwrap());
            }
        }
    }
}
