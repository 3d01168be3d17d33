//! How the queue was: readings that are taken four times a minute, and what was rendered meanwhile, from the bill. Draws no chart.

use std::time::Duration;

use service::Timestamp;

use super::count;
use crate::store::{Store, StoreError};
use crate::{read, write};

/// A reading is taken so often, and each stands for so long.
pub const READ_EVERY: Duration = Duration::from_secs(15);
/// Nobody asks for older ones.
pub const READINGS_KEPT: Duration = Duration::from_hours(24);

/// What a stretch of time was like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// What was read in it; `None` when nobody was there to read.
    pub reading: Option<Reading>,
    /// Tasks done.
    pub tasks_done: u64,
    /// Frames of pictures rendered by them.
    pub frames_done: u64,
}

/// The most of everything that was read in a stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Tasks that waited.
    pub tasks_waiting: u64,
    /// Tasks that some node had.
    pub tasks_running: u64,
    /// Slots of nodes that took tasks.
    pub slots: u64,
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// When the quarter of a minute began that `at` lies in.
#[must_use]
pub fn began(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(micros(READ_EVERY)))
}

impl Store {
    /// Notes how the queue is in the quarter of a minute that `now` lies in, and forgets readings that are too old. Once for each.
    pub async fn note_reading(&self, now: Timestamp) -> Result<(), StoreError> {
        const NOTE: &str = "-- queue.note_reading
            insert into queue_readings (at, tasks_waiting, tasks_running, slots)
            select $1,
                (select count(*) from tasks left join exports on exports.id = tasks.export_id
                 where tasks.state in ('ready', 'leased') and tasks.state = 'ready'
                   and (tasks.export_id is null or exports.status = 'processing')),
                (select count(*) from tasks where state in ('ready', 'leased') and state = 'leased'),
                (select cast(coalesce(sum(slot_count), 0) as bigint) from nodes
                 where connected and not draining and quarantined_at is null)
            on conflict (at) do nothing";
        const FORGET: &str = "-- queue.forget_readings
            delete from queue_readings where at < $1";
        let at = began(now);
        write!(self, |db| sqlx::query(NOTE).bind(at.0).execute(db).await.map(drop))
            .map_err(StoreError::during("note how the queue is"))?;
        write!(self, |db| sqlx::query(FORGET).bind(at.before(READINGS_KEPT).0).execute(db).await.map(drop))
            .map_err(StoreError::during("forget how the queue was"))
    }

    /// `stretches` of `step` each, one after the other from `from`.
    pub async fn queue_history(
        &self,
        from: Timestamp,
        step: Duration,
        stretches: usize,
    ) -> Result<Vec<Stretch>, StoreError> {
        const READ: &str = "-- queue.readings
            select (at - $1) / $2 as stretch, max(tasks_waiting), max(tasks_running), max(slots) from queue_readings
            where at >= $1 and at < $3 group by stretch";
        const DONE: &str = "-- queue.done
            select (created_at - $1) / $2 as stretch, count(*), cast(sum(frame_count) as bigint) from charges
            where created_at >= $1 and created_at < $3 group by stretch";
        let step = micros(step).max(1);
        let until = from.0.saturating_add(step.saturating_mul(i64::try_from(stretches).unwrap_or(i64::MAX)));
        let reading = || StoreError::during("read how the queue was");
        let readings: Vec<(i64, i64, i64, i64)> =
            read!(self, |db| sqlx::query_as(READ).bind(from.0).bind(step).bind(until).fetch_all(db).await)
                .map_err(reading())?;
        let done: Vec<(i64, i64, i64)> =
            read!(self, |db| sqlx::query_as(DONE).bind(from.0).bind(step).bind(until).fetch_all(db).await)
                .map_err(reading())?;
        let mut history = vec![Stretch::default(); stretches];
        let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        for (number, waiting, running, slots) in readings {
            if let Some(stretch) = history.get_mut(place(number)) {
                stretch.reading =
                    Some(Reading { tasks_waiting: count(waiting), tasks_running: count(running), slots: count(slots) });
            }
        }
        for (number, tasks, frames) in done {
            if let Some(stretch) = history.get_mut(place(number)) {
                (stretch.tasks_done, stretch.frames_done) = (count(tasks), count(frames));
            }
        }
        Ok(history)
    }
}
