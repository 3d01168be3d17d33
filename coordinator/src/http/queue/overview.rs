//! `GET /api/queue`: everybody's open exports in the order they are served, and the farm in numbers. Changes nothing.

use std::sync::Arc;
use std::time::Duration;

use farm_core::waiting::Standing;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::{Clock, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::instant::instant;
use super::super::paging;
use super::super::range::RangeView;
use super::super::refusal::Refusal;
use super::super::words::ExportStatus;
use crate::store::Store;
use crate::store::queue::QueuedExport;

/// The rate of frames is that of the last minute.
const RATE_OVER: Duration = Duration::from_mins(1);

/// What counts as lately.
const LATELY: Duration = Duration::from_hours(1);

/// How many tasks of an export are in each state.
#[derive(Clone, Debug, Object)]
struct TaskCounts {
    /// May be claimed.
    ready: u64,
    /// A node has them.
    leased: u64,
    /// Their parts are there.
    done: u64,
    /// Failed for good.
    poisoned: u64,
}

/// An open export among all others.
#[derive(Clone, Debug, Object)]
#[oai(rename = "QueuedExport", skip_serializing_if_is_none)]
struct QueuedExportView {
    /// Its id.
    id: Uuid,
    /// Whose it is.
    user_id: Uuid,
    /// What its owner is called.
    user_name: String,
    /// The video it is made of.
    video_id: Uuid,
    /// What that is called.
    filename: String,
    /// Where it stands.
    status: ExportStatus,
    /// How urgent it is, −100 to 100: the higher, the sooner. 0 is ordinary.
    priority: i32,
    /// 0–99, as its owner was shown it.
    progress_percentage: u8,
    /// Its tasks; none before it is planned.
    tasks: TaskCounts,
    /// Seconds since it was ordered.
    age_seconds: f64,
    /// When it was ordered.
    created_at: OffsetDateTime,
    /// When rendering began.
    started_at: Option<OffsetDateTime>,
    /// When it fails if it is not done.
    deadline_at: Option<OffsetDateTime>,
    /// Since when it is paused.
    paused_at: Option<OffsetDateTime>,
}

/// The farm in numbers.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct QueueCounts {
    /// Exports of which nothing is done yet.
    pending: u64,
    /// Exports being made.
    processing: u64,
    /// Exports that are paused; they are among the others.
    paused: u64,
    /// Exports that failed within the last hour.
    failed_last_hour: u64,
    /// Tasks that wait, indexes and previews among them; at most 5,000 are counted.
    tasks_waiting: u64,
    /// Tasks some node has.
    tasks_running: u64,
    /// Nodes that take tasks.
    nodes_online: u64,
    /// Their slots.
    slots: u64,
    /// How many of these are busy.
    slots_busy: u64,
    /// Seconds since the oldest open export was ordered; absent when there is none.
    oldest_wait_seconds: Option<f64>,
    /// Frames of pictures rendered in a second, over the last minute.
    frames_per_second: f64,
    /// Seconds until everything that is planned is rendered, if nothing else is ordered; absent while no node takes tasks, or some
    /// pictures of it are of a kind of which too little was rendered. What is paused is left out.
    time_left_seconds: Option<RangeView>,
}

/// The queue.
#[derive(Clone, Debug, Object)]
struct Queue {
    /// The farm in numbers.
    counts: QueueCounts,
    /// A page of everybody's open exports: the most urgent first, then the oldest.
    exports: Vec<QueuedExportView>,
    /// How many are open on all pages.
    total: u64,
}

/// `GET /api/queue`.
pub struct ViewQueue {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl ViewQueue {
    /// Look at the queue
    ///
    /// For operators and admins.
    #[oai(path = "/api/queue", method = "get", operation_id = "view_queue")]
    async fn view(
        &self,
        _operator: Operator,
        /// From 1.
        page: Query<Option<u32>>,
        /// Exports on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
    ) -> Result<Json<Queue>, Refusal> {
        let page = paging::page(page.0, limit.0, None)?;
        let now = self.clock.now();
        let (exports, total) = self.store.queued_exports(page).await?;
        let exports = exports.into_iter().map(|export| view(export, now)).collect();
        Ok(Json(Queue { counts: counts(&self.store, now).await?, exports, total }))
    }
}

/// The farm in numbers, as it is.
pub async fn counts(store: &Store, now: Timestamp) -> Result<QueueCounts, Refusal> {
    let counts = store.queue_counts(now.before(LATELY)).await?;
    let nodes = store.nodes_seen().await?;
    let online = || nodes.iter().filter(|node| node.standing == Standing::Online);
    let slots = online().map(|node| u64::from(node.slot_count)).sum();
    let minute = store.queue_history(now.before(RATE_OVER), RATE_OVER, 1).await?;
    Ok(QueueCounts {
        pending: counts.pending,
        processing: counts.processing,
        paused: counts.paused,
        failed_last_hour: counts.failed_lately,
        tasks_waiting: store.waiting_tasks(super::RING_AGAIN).await?.len() as u64,
        tasks_running: store.workloads().await?.len() as u64,
        nodes_online: online().count() as u64,
        slots,
        slots_busy: online().map(|node| u64::from(node.slots_busy)).sum(),
        oldest_wait_seconds: counts.oldest.map(|oldest| now.since(oldest).as_secs_f64()),
        frames_per_second: as_f64(minute.iter().map(|stretch| stretch.frames_done).sum()) / RATE_OVER.as_secs_f64(),
        time_left_seconds: if slots == 0 { None } else { super::left(store).await? }
            .map(|left| RangeView::of(left.times(0.001 / as_f64(slots)), 1.0)),
    })
}

#[expect(clippy::cast_precision_loss, reason = "no farm has 2⁵³ slots, nor renders as many frames in a minute")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

impl QueueCounts {
    /// The same without what passes by itself.
    pub fn timeless(&self) -> QueueCounts {
        QueueCounts { oldest_wait_seconds: None, frames_per_second: 0.0, time_left_seconds: None, ..self.clone() }
    }
}

fn view(export: QueuedExport, now: Timestamp) -> QueuedExportView {
    QueuedExportView {
        id: export.id.0,
        user_id: export.user.0,
        user_name: export.user_name,
        video_id: export.video.0,
        filename: export.filename,
        status: export.status.into(),
        priority: export.priority,
        progress_percentage: export.progress_percentage,
        tasks: TaskCounts {
            ready: export.tasks.ready,
            leased: export.tasks.leased,
            done: export.tasks.done,
            poisoned: export.tasks.poisoned,
        },
        age_seconds: now.since(export.created_at).as_secs_f64(),
        created_at: instant(export.created_at),
        started_at: export.started_at.map(instant),
        deadline_at: export.deadline.map(instant),
        paused_at: export.paused_at.map(instant),
    }
}
