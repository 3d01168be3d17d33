//! `GET /api/queue/tasks`: tasks of everybody, and why each that waits does. Leases none.

use std::collections::BTreeMap;

use farm_core::ids::{ExportId, NodeId, TaskId};
use farm_core::waiting::Reason;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::instant::instant;
use super::super::paging;
use super::super::refusal::Refusal;
use super::super::words::Sort;
use super::words::{TaskKind, TaskState};
use crate::store::Store;
use crate::store::queue::{TaskFilter, TaskSeen};

/// Why something is not happening.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Why {
    /// For programs. Of a task: `paused`, `backing_off`, `no_node`, `same_part`, `rung`, `next`, `in_line`.
    /// Of a node: `offline`, `quarantined`, `draining`, `no_slots`, `nothing_waits`, `other_pools`, `held_back`, `about_to_start`.
    pub code: String,
    /// For people.
    pub message: String,
    /// Its place in the line, from 1; only for `in_line`.
    pub place: Option<u64>,
}

impl From<&Reason> for Why {
    fn from(reason: &Reason) -> Why {
        let place = match reason {
            Reason::InLine { place } => Some(*place as u64),
            _ => None,
        };
        Why { code: reason.code().to_owned(), message: reason.sentence(), place }
    }
}

/// A unit of work that a node leases.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Task", skip_serializing_if_is_none)]
pub struct TaskView {
    /// Its id.
    id: Uuid,
    /// What kind it is.
    kind: TaskKind,
    /// Where it is.
    state: TaskState,
    /// Whose nodes can do it: an encoder's name, or `media`, which every node can.
    pool: String,
    /// Whose it is.
    user_id: Uuid,
    /// The video it reads.
    video_id: Uuid,
    /// What that is called.
    filename: String,
    /// The export it works for; an index or preview has none.
    export_id: Option<Uuid>,
    /// The node that has it, or had it last.
    node_id: Option<Uuid>,
    /// How often it was leased.
    attempt: u64,
    /// How often it failed since it was last queued.
    failures: u64,
    /// What went wrong last, for people.
    error_message: Option<String>,
    /// What went wrong last, in the media library's own words.
    error_detail: Option<String>,
    /// Frames of picture, milliseconds of sound or preview.
    amount_total: u64,
    /// Of these, done.
    amount_done: u64,
    /// Whether its part was there before anybody rendered it.
    reused: bool,
    /// Why it waits; only while it is `ready`.
    waiting: Option<Why>,
    /// Since when the node has it, or had it last.
    leased_at: Option<OffsetDateTime>,
    /// Until when the node has it.
    lease_until: Option<OffsetDateTime>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was done or given up.
    finished_at: Option<OffsetDateTime>,
}

/// A page of tasks.
#[derive(Clone, Debug, Object)]
struct Tasks {
    /// The page.
    tasks: Vec<TaskView>,
    /// How many fit the filter on all pages.
    total: u64,
}

/// `GET /api/queue/tasks`.
pub struct ListTasks {
    pub(super) store: Store,
}

#[OpenApi]
impl ListTasks {
    /// List tasks
    ///
    /// For operators and admins. A task that waits says why.
    #[oai(path = "/api/queue/tasks", method = "get", operation_id = "list_tasks")]
    #[expect(clippy::too_many_arguments, reason = "each query parameter of the API is one argument")]
    async fn list(
        &self,
        _operator: Operator,
        /// Only those of this export.
        export_id: Query<Option<Uuid>>,
        /// Only those that this node has, or had last.
        node_id: Query<Option<Uuid>>,
        /// Only those in this state.
        state: Query<Option<TaskState>>,
        /// Only those of this kind.
        kind: Query<Option<TaskKind>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Tasks on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<Tasks>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let filter = TaskFilter {
            export: export_id.0.map(ExportId),
            node: node_id.0.map(NodeId),
            state: state.0.map(Into::into),
            kind: kind.0.map(Into::into),
        };
        let (tasks, total) = self.store.tasks_seen(filter, page).await?;
        let (_, reasons) = super::line(&self.store).await?;
        Ok(Json(Tasks { tasks: tasks.into_iter().map(|task| view(task, &reasons)).collect(), total }))
    }
}

/// A task as it is shown, with the reason why it waits if it does.
pub fn view(task: TaskSeen, reasons: &BTreeMap<TaskId, Reason>) -> TaskView {
    let ready = task.state == farm_core::status::TaskState::Ready;
    TaskView {
        waiting: reasons.get(&task.id).filter(|_| ready).map(Why::from),
        id: task.id.0,
        kind: task.kind.into(),
        state: task.state.into(),
        pool: task.pool,
        user_id: task.user.0,
        video_id: task.video.0,
        filename: task.filename,
        export_id: task.export.map(|export| export.0),
        node_id: task.node.map(|node| node.0),
        attempt: task.attempt,
        failures: task.failures,
        error_message: task.error_message,
        error_detail: task.error_detail,
        amount_total: task.amount_total,
        amount_done: task.amount_done,
        reused: task.reused,
        leased_at: task.leased_at.map(instant),
        lease_until: task.lease_until.map(instant),
        created_at: instant(task.created_at),
        finished_at: task.finished_at.map(instant),
    }
}
