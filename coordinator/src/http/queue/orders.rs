//! `POST /api/queue/exports/{id}/…`: what operators order about an open export. Renders nothing.

use std::sync::Arc;

use farm_core::ids::{ExportId, TaskId};
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::{Clock, Timestamp};
use tracing::info;
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::refusal::{Refusal, RefusalCode};
use crate::nudge::Nudge;
use crate::store::{Store, Tx};

/// The most urgent, and with a minus the least.
pub const PRIORITY_MAX: i32 = 100;

/// How urgent an export shall be.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewPriority {
    /// −100 to 100: the higher, the sooner, before all that is lower, whoever owns it. 0 is ordinary.
    priority: i32,
}

/// What shall be tried anew.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
struct Requeue {
    /// Only this task; absent: everything of the export that is not done.
    task_id: Option<Uuid>,
}

/// What was ordered.
#[derive(Clone, Debug, Object)]
struct Ordered {
    /// The export.
    export_id: Uuid,
    /// How many of its tasks it concerns.
    tasks: u64,
}

/// `POST /api/queue/exports/{id}/…`.
pub struct QueueOrders {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) nudge: Nudge,
}

#[OpenApi]
impl QueueOrders {
    /// Set an export's priority
    ///
    /// For operators and admins. It holds for tasks nobody has begun.
    #[oai(path = "/api/queue/exports/:id/priority", method = "post", operation_id = "set_priority")]
    async fn priority(
        &self,
        who: Operator,
        /// The export's id.
        id: Path<Uuid>,
        body: Json<NewPriority>,
    ) -> Result<Json<Ordered>, Refusal> {
        let priority = body.0.priority;
        if !(-PRIORITY_MAX..=PRIORITY_MAX).contains(&priority) {
            let message = format!("A priority is −{PRIORITY_MAX} to {PRIORITY_MAX}.");
            return Err(Refusal::invalid(vec![Problem::new("priority", ProblemCode::InvalidNumber, message)]));
        }
        self.order(who, id.0, "set the priority of", async |tx, id, now| {
            Ok(tx.set_priority(id, priority, now).await?.then_some(0))
        })
        .await
    }

    /// Hold an export back
    ///
    /// For operators and admins. What nodes have of it they finish; nothing more of it is begun, and its time stands still.
    #[oai(path = "/api/queue/exports/:id/pause", method = "post", operation_id = "pause_export")]
    async fn pause(
        &self,
        who: Operator,
        /// The export's id.
        id: Path<Uuid>,
    ) -> Result<Json<Ordered>, Refusal> {
        self.order(who, id.0, "paused", async |tx, id, now| Ok(tx.pause_export(id, now).await?.then_some(0))).await
    }

    /// Let an export go on
    ///
    /// For operators and admins.
    #[oai(path = "/api/queue/exports/:id/resume", method = "post", operation_id = "resume_export")]
    async fn resume(
        &self,
        who: Operator,
        /// The export's id.
        id: Path<Uuid>,
    ) -> Result<Json<Ordered>, Refusal> {
        self.order(who, id.0, "resumed", async |tx, id, now| Ok(tx.resume_export(id, now).await?.then_some(0))).await
    }

    /// Try anew what is not done
    ///
    /// For operators and admins. Takes the export's tasks, or the one named, off their nodes and forgets how often they failed.
    #[oai(path = "/api/queue/exports/:id/requeue", method = "post", operation_id = "requeue_export")]
    async fn requeue(
        &self,
        who: Operator,
        /// The export's id.
        id: Path<Uuid>,
        body: Json<Option<Requeue>>,
    ) -> Result<Json<Ordered>, Refusal> {
        let task = body.0.unwrap_or_default().task_id.map(TaskId);
        self.order(who, id.0, "requeued", async |tx, id, _now| {
            let count = tx.requeue_tasks(id, task).await?;
            Ok((count > 0 || task.is_none()).then_some(count))
        })
        .await
    }
}

impl QueueOrders {
    /// Gives an order about an open export; `give` tells how many tasks it concerns, or `None` when the export is over.
    async fn order(
        &self,
        who: Operator,
        id: Uuid,
        done: &'static str,
        give: impl AsyncFnOnce(&mut Tx, ExportId, Timestamp) -> Result<Option<u64>, Refusal>,
    ) -> Result<Json<Ordered>, Refusal> {
        let (Operator(operator), id) = (who, ExportId(id));
        if !self.store.export_is_there(id).await? {
            return Err(Refusal::not_found("export"));
        }
        let mut tx = self.store.begin().await?;
        let Some(tasks) = give(&mut tx, id, self.clock.now()).await? else {
            return Err(Refusal::new(
                RefusalCode::ExportOver,
                "The export is over, or the task is none of its open ones.",
            ));
        };
        tx.commit().await?;
        info!(export.id = %id, user.id = %operator.user, tasks, "{} {done} export {id}", operator.name);
        self.nudge.dispatch();
        self.nudge.progress();
        Ok(Json(Ordered { export_id: id.0, tasks }))
    }
}
