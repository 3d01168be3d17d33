//! `GET /api/queue/history`: how long the line was and how much was rendered, over the last minutes to the last day. Changes nothing.

use std::sync::Arc;
use std::time::Duration;

use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::{Clock, Timestamp};
use time::OffsetDateTime;

use super::super::identity::Operator;
use super::super::instant::instant;
use super::super::refusal::Refusal;
use crate::store::Store;
use crate::store::queue::{READ_EVERY, Stretch, began};

/// As far back as there are readings.
pub const MINUTES_MAX: u32 = 24 * 60;
const MINUTES_DEFAULT: u32 = 60;
/// A chart has no room for more.
const STRETCHES_MAX: u64 = 96;

/// What a stretch of time was like.
#[derive(Clone, Debug, Object)]
#[oai(rename = "QueueStretch", skip_serializing_if_is_none)]
struct StretchView {
    /// When it began.
    at: OffsetDateTime,
    /// The most tasks that waited at any of its readings, one every 15 s; absent when the coordinator was not there to read.
    tasks_waiting: Option<u64>,
    /// The most tasks that nodes had at once, likewise.
    tasks_running: Option<u64>,
    /// The most slots there were, likewise.
    slots: Option<u64>,
    /// Tasks that were done in it.
    tasks_done: u64,
    /// Frames of pictures that these rendered.
    frames_done: u64,
}

/// How the queue was.
#[derive(Clone, Debug, Object)]
struct QueueHistory {
    /// How long each stretch is.
    step_seconds: u32,
    /// One after the other, the newest last; the last has just ended.
    stretches: Vec<StretchView>,
}

/// `GET /api/queue/history`.
pub struct QueuePast {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl QueuePast {
    /// Look at how the queue was
    ///
    /// For operators and admins. At most 96 stretches of equal length, a quarter of a minute or more each.
    #[oai(path = "/api/queue/history", method = "get", operation_id = "view_queue_history")]
    async fn history(
        &self,
        _operator: Operator,
        /// How far back, 1 to 1,440; 60 by default.
        minutes: Query<Option<u32>>,
    ) -> Result<Json<QueueHistory>, Refusal> {
        let minutes = minutes.0.unwrap_or(MINUTES_DEFAULT);
        if !(1..=MINUTES_MAX).contains(&minutes) {
            let message = format!("Minutes are a number from 1 to {MINUTES_MAX}.");
            return Err(Refusal::invalid(vec![Problem::new("minutes", ProblemCode::InvalidNumber, message)]));
        }
        let (step, count) = stretches(minutes);
        let span = step.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        // What has not ended yet would look like a fall.
        let from = began(self.clock.now()).before(span);
        let history = self.store.queue_history(from, step, count).await?;
        let stretches = (0_u32..).zip(history).map(|(number, stretch)| view(from.after(step * number), stretch));
        Ok(Json(QueueHistory {
            step_seconds: u32::try_from(step.as_secs()).unwrap_or(u32::MAX),
            stretches: stretches.collect(),
        }))
    }
}

/// How long each stretch is, and how many cover so many minutes.
fn stretches(minutes: u32) -> (Duration, usize) {
    let (span, reading) = (u64::from(minutes) * 60, READ_EVERY.as_secs());
    let step = span.div_ceil(STRETCHES_MAX).div_ceil(reading) * reading;
    (Duration::from_secs(step), usize::try_from(span.div_ceil(step)).unwrap_or(usize::MAX))
}

fn view(at: Timestamp, stretch: Stretch) -> StretchView {
    StretchView {
        at: instant(at),
        tasks_waiting: stretch.reading.map(|reading| reading.tasks_waiting),
        tasks_running: stretch.reading.map(|reading| reading.tasks_running),
        slots: stretch.reading.map(|reading| reading.slots),
        tasks_done: stretch.tasks_done,
        frames_done: stretch.frames_done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::queue::READINGS_KEPT;

    #[test]
    fn any_time_is_covered_by_few_stretches_of_whole_readings() {
        for minutes in 1..=MINUTES_MAX {
            let (step, count) = stretches(minutes);
            assert!(count as u64 <= STRETCHES_MAX, "{minutes}");
            assert_eq!(step.as_secs() % READ_EVERY.as_secs(), 0, "{minutes}");
            let covered = step.as_secs() * count as u64;
            assert!(covered <= READINGS_KEPT.as_secs(), "{minutes}: older readings are forgotten");
            assert!(
                covered >= u64::from(minutes) * 60 && covered < u64::from(minutes) * 60 + step.as_secs(),
                "{minutes}"
            );
        }
        assert_eq!(stretches(15), (Duration::from_secs(15), 60));
        assert_eq!(stretches(MINUTES_MAX), (Duration::from_mins(15), 96));
    }
}
