//! Why a task waits and why a node is idle, in words an operator can act on. Chooses nothing: it asks the scheduler what it
//! would do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::TaskId;
use crate::schedule::{Candidate, Room, Running, choose};

/// More slots than any farm has.
const ROOM_FOR_ALL: u32 = u32::MAX / 2;

/// A task that nobody runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What the scheduler knows of it.
    pub candidate: Candidate,
    /// Its export is paused.
    pub paused: bool,
    /// How long nobody may have it after it failed; zero when that is over.
    pub back_off: Duration,
}

/// Why a task is not running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An operator holds its export back.
    Paused,
    /// It failed, and nobody may have it for so long.
    BackingOff(Duration),
    /// No connected node takes tasks of its pool.
    NoNode {
        /// The pool.
        pool: String,
    },
    /// The part it asks for is being made for another task.
    SamePart,
    /// Its doorbell was rung; a node is about to take it.
    Rung,
    /// The scheduler's next look gives it to a node.
    Next,
    /// Every slot that could run it is taken.
    InLine {
        /// Its place in the line, from 1.
        place: usize,
    },
}

impl Reason {
    /// For programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::BackingOff(_) => "backing_off",
            Self::NoNode { .. } => "no_node",
            Self::SamePart => "same_part",
            Self::Rung => "rung",
            Self::Next => "next",
            Self::InLine { .. } => "in_line",
        }
    }

    /// For people: one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Paused => "Its export is paused; resume it.".to_owned(),
            Self::BackingOff(left) => format!("It failed and is tried again in {} s.", left.as_secs().max(1)),
            Self::NoNode { pool } => format!("No connected node takes tasks of the pool {pool}."),
            Self::SamePart => "The same part is being made for another task and will serve both.".to_owned(),
            Self::Rung => "A node was told of it and is about to take it.".to_owned(),
            Self::Next => "It is given to a node at the next look.".to_owned(),
            Self::InLine { place } => {
                format!("Every slot that could run it is taken; it is number {place} in the line.")
            }
        }
    }
}

/// Why each of the tasks waits. `rooms` are the connected nodes that take tasks.
#[must_use]
pub fn reasons(waiting: &[Waiting], running: &[Running], rooms: &[Room]) -> BTreeMap<TaskId, Reason> {
    let pools: BTreeSet<&String> = rooms.iter().flat_map(|room| &room.pools).collect();
    let mut reasons = BTreeMap::new();
    let mut line = Vec::new();
    for task in waiting {
        let (id, pool) = (task.candidate.task, &task.candidate.pool);
        let reason = if task.paused {
            Reason::Paused
        } else if !task.back_off.is_zero() {
            Reason::BackingOff(task.back_off)
        } else if !pools.contains(pool) {
            Reason::NoNode { pool: pool.clone() }
        } else if task.candidate.rung {
            line.push(task.candidate.clone());
            Reason::Rung
        } else {
            line.push(task.candidate.clone());
            // Whoever gets no place in the line below asks for a part that somebody before it asks for.
            Reason::SamePart
        };
        reasons.insert(id, reason);
    }
    let everywhere = Room { pools: pools.into_iter().cloned().collect(), slots_free: ROOM_FOR_ALL };
    let next: BTreeSet<TaskId> = choose(&line, running, rooms, usize::MAX).into_iter().collect();
    for (number, task) in choose(&line, running, &[everywhere], usize::MAX).into_iter().enumerate() {
        let reason = if next.contains(&task) { Reason::Next } else { Reason::InLine { place: number + 1 } };
        reasons.insert(task, reason);
    }
    reasons
}

/// How a node stands to the farm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not connected.
    Offline,
    /// Connected, but kept from tasks by an operator.
    Quarantined,
    /// Connected, finishes what it has.
    Draining,
    /// Connected, takes tasks.
    Online,
}

/// Why a node has slots that nobody uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It is not connected.
    Offline,
    /// It is kept from tasks.
    Quarantined,
    /// It takes nothing new.
    Draining,
    /// It offers no slot: it is stopping.
    NoSlots,
    /// There is nothing to do.
    NothingWaits,
    /// What waits is for nodes of other pools.
    OtherPools(BTreeSet<String>),
    /// What waits is paused, backing off, or being made for another task.
    HeldBack,
    /// A task is on its way to it.
    AboutToStart,
}

impl Idle {
    /// For programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Quarantined => "quarantined",
            Self::Draining => "draining",
            Self::NoSlots => "no_slots",
            Self::NothingWaits => "nothing_waits",
            Self::OtherPools(_) => "other_pools",
            Self::HeldBack => "held_back",
            Self::AboutToStart => "about_to_start",
        }
    }

    /// For people: one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Offline => "It is not connected.".to_owned(),
            Self::Quarantined => "It is quarantined; resume it once it is mended.".to_owned(),
            Self::Draining => "It is draining: it finishes what it has and takes nothing new.".to_owned(),
            Self::NoSlots => "It offers no slots: it is stopping.".to_owned(),
            Self::NothingWaits => "No task waits.".to_owned(),
            Self::OtherPools(pools) => {
                let pools: Vec<&str> = pools.iter().map(String::as_str).collect();
                format!("What waits is for other nodes: {}.", pools.join(", "))
            }
            Self::HeldBack => {
                "What waits is paused, is tried again a little later, or is being made already.".to_owned()
            }
            Self::AboutToStart => "A task is on its way to it.".to_owned(),
        }
    }
}

/// Why a node has free slots; `None` when it has none. `slot_count` is what it offers, `busy` what of it is used.
#[must_use]
pub fn idle(
    standing: Standing,
    pools: &BTreeSet<String>,
    (slot_count, busy): (u32, u32),
    waiting: &[Waiting],
    reasons: &BTreeMap<TaskId, Reason>,
) -> Option<Idle> {
    match standing {
        Standing::Offline => return Some(Idle::Offline),
        Standing::Quarantined => return Some(Idle::Quarantined),
        Standing::Draining => return Some(Idle::Draining),
        Standing::Online if slot_count == 0 => return Some(Idle::NoSlots),
        Standing::Online if busy >= slot_count => return None,
        Standing::Online => {}
    }
    if waiting.is_empty() {
        return Some(Idle::NothingWaits);
    }
    let mut its_own = waiting.iter().filter(|task| pools.contains(&task.candidate.pool)).peekable();
    if its_own.peek().is_none() {
        return Some(Idle::OtherPools(waiting.iter().map(|task| task.candidate.pool.clone()).collect()));
    }
    let may_start = |task: &Waiting| {
        let reason = reasons.get(&task.candidate.task);
        matches!(reason, Some(Reason::Rung | Reason::Next | Reason::InLine { .. }))
    };
    Some(if its_own.any(may_start) { Idle::AboutToStart } else { Idle::HeldBack })
}

#[cfg(test)]
mod tests;
