//! Which tasks run next: the urgent first, then fair between users, whole exports in order of age, what others wait for first, longest first;
//! previews in what room is left, and they give it up again.
//! Rings no doorbell and knows no clock: what was rung lately is an argument.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::content_key::ContentKey;
use crate::ids::{ExportId, TaskId, UserId};
use crate::work::TaskKind;

/// Doorbells that may lie ready for a node beyond its free slots: while it sends one part it can begin the next.
pub const RUNG_AHEAD_PER_NODE: u32 = 1;

/// Attempts in which every preview gives way. After them one preview of the farm, the one that tried most often, keeps its slot:
/// however busy the farm is previews get made, one after the other, and never in all the slots that exports wait for.
pub const GIVES_WAY_MAX: i64 = 2;

/// A task that may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub task: TaskId,
    /// Whose.
    pub user: UserId,
    /// Of which export; an index or preview has none.
    pub export: Option<ExportId>,
    /// How urgent its export is: the higher, the sooner. 0 is ordinary.
    pub priority: i32,
    /// When the export was ordered (without one, when the task was made), microseconds since 1970.
    pub ordered_at: i64,
    /// What kind.
    pub kind: TaskKind,
    /// Whose nodes can do it.
    pub pool: String,
    /// The part it yields.
    pub content_key: Option<ContentKey>,
    /// Frames of picture, milliseconds of sound or preview.
    pub amount: u64,
    /// Its doorbell was rung a short while ago and may still be answered.
    pub rung: bool,
}

/// A task that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// Whose.
    pub user: UserId,
    /// The part it will yield.
    pub content_key: Option<ContentKey>,
}

/// A preview that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previewing {
    /// Which.
    pub task: TaskId,
    /// Which lease of it.
    pub attempt: i64,
    /// The pools of the node that has it.
    pub pools: BTreeSet<String>,
}

/// What a connected node could still take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The pools it serves.
    pub pools: BTreeSet<String>,
    /// Slots nobody uses.
    pub slots_free: u32,
}

/// The tasks whose doorbells to ring now, in order. At most `limit`, and never more than the rooms hold.
#[must_use]
pub fn choose(candidates: &[Candidate], running: &[Running], rooms: &[Room], limit: usize) -> Vec<TaskId> {
    let mut rooms = Rooms::new(rooms);
    let mut busy_keys: BTreeSet<ContentKey> = running.iter().filter_map(|task| task.content_key).collect();
    let mut load: BTreeMap<UserId, usize> = BTreeMap::new();
    for task in running {
        *load.entry(task.user).or_default() += 1;
    }
    // A doorbell that may still be answered holds its place: it is as good as running.
    for task in candidates.iter().filter(|task| task.rung) {
        rooms.take(&task.pool);
        busy_keys.extend(task.content_key);
        *load.entry(task.user).or_default() += 1;
    }
    let mut chosen = Vec::new();
    for previews in [false, true] {
        // Ahead of its turn a preview would be in the way of what is ordered next.
        let take = if previews { Rooms::take_slot } else { Rooms::take };
        let mut queues = queues(candidates.iter().filter(|task| (task.kind == TaskKind::Preview) == previews));
        while chosen.len() < limit {
            let Some(user) = next_user(&queues, &load) else { break };
            let queue = queues.get_mut(&user).expect("the user was just found there");
            let task = queue.pop().expect("users without tasks are removed");
            if queue.is_empty() {
                queues.remove(&user);
            }
            let free_key = task.content_key.is_none_or(|key| !busy_keys.contains(&key));
            if free_key && take(&mut rooms, &task.pool) {
                busy_keys.extend(task.content_key);
                *load.entry(user).or_default() += 1;
                chosen.push(task.task);
            }
        }
    }
    chosen
}

/// The previews to be taken off their nodes because something else finds no slot there.
#[must_use]
pub fn giving_way(
    candidates: &[Candidate],
    running: &[Running],
    previews: &[Previewing],
    rooms: &[Room],
) -> Vec<TaskId> {
    let mut rooms = Rooms::new(rooms);
    let mut busy_keys: BTreeSet<ContentKey> = running.iter().filter_map(|task| task.content_key).collect();
    let patience = |preview: &&Previewing| (preview.attempt, preview.task);
    let stays = previews.iter().filter(|preview| preview.attempt > GIVES_WAY_MAX).max_by_key(patience);
    let mut previews: Vec<&Previewing> = previews.iter().filter(|preview| stays != Some(preview)).collect();
    previews.sort_by_key(patience);
    let mut yielding = Vec::new();
    for task in candidates.iter().filter(|task| task.kind != TaskKind::Preview) {
        let free_key = task.content_key.is_none_or(|key| busy_keys.insert(key));
        if free_key
            && !rooms.take_slot(&task.pool)
            && let Some(place) = previews.iter().position(|preview| preview.pools.contains(&task.pool))
        {
            yielding.push(previews.remove(place).task);
        }
    }
    yielding
}

/// Every user's waiting tasks, the next one last.
fn queues<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> BTreeMap<UserId, Vec<&'a Candidate>> {
    let mut queues: BTreeMap<UserId, Vec<&Candidate>> = BTreeMap::new();
    for task in candidates.filter(|task| !task.rung) {
        queues.entry(task.user).or_default().push(task);
    }
    for queue in queues.values_mut() {
        queue.sort_by_key(|task| Reverse(turn(task)));
    }
    queues
}

/// Smaller goes first. What an operator calls urgent; then an index unlocks a whole video; sound is one long task; then the longest picture, so that none straggles,
/// and posters, the shortest of all.
fn turn(task: &Candidate) -> Turn {
    let later = matches!(task.kind, TaskKind::Picture | TaskKind::Poster);
    let index = task.kind == TaskKind::Index;
    (Reverse(task.priority), !index, task.ordered_at, task.export, later, Reverse(task.amount), task.task)
}

type Turn = (Reverse<i32>, bool, i64, Option<ExportId>, bool, Reverse<u64>, TaskId);

/// The user whose next task is the most urgent; among equals the one with the least running, then the one whose next task
/// waits longest.
fn next_user(queues: &BTreeMap<UserId, Vec<&Candidate>>, load: &BTreeMap<UserId, usize>) -> Option<UserId> {
    let turn_of = |user: &UserId, queue: &[&Candidate]| {
        let (priority, waiting_since) = queue.last().map_or((0, i64::MAX), |task| (task.priority, task.ordered_at));
        (Reverse(priority), load.get(user).copied().unwrap_or(0), waiting_since, *user)
    };
    queues.iter().map(|(user, queue)| turn_of(user, queue)).min().map(|(.., user)| user)
}

/// Free places, taken from the least versatile node first.
struct Rooms(Vec<Room>);

impl Rooms {
    fn new(rooms: &[Room]) -> Rooms {
        let mut rooms = rooms.to_vec();
        rooms.sort_by_key(|room| room.pools.len());
        for room in &mut rooms {
            room.slots_free += RUNG_AHEAD_PER_NODE;
        }
        Rooms(rooms)
    }

    /// A place, if need be in front of a full node.
    fn take(&mut self, pool: &str) -> bool {
        self.take_beyond(pool, 0)
    }

    /// A slot that is free now.
    fn take_slot(&mut self, pool: &str) -> bool {
        self.take_beyond(pool, RUNG_AHEAD_PER_NODE)
    }

    fn take_beyond(&mut self, pool: &str, kept: u32) -> bool {
        let free = self.0.iter_mut().find(|room| room.slots_free > kept && room.pools.contains(pool));
        free.is_some_and(|room| {
            room.slots_free -= 1;
            true
        })
    }
}

#[cfg(test)]
mod tests;
