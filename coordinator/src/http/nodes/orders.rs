//! What operators order of machines: drain, resume, quarantine, removal. The ledger keeps it; a machine hears of it within a
//! second, by its own connection.

use std::sync::Arc;

use farm_core::ids::NodeId;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;
use tracing::info;
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::queue;
use super::super::refusal::Refusal;
use super::show::{NodeView, view};
use crate::nudge::Nudge;
use crate::store::{Store, Tx};

/// Why a node is kept from tasks.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct Quarantine {
    /// For whoever finds it so, 1 to 200 characters.
    reason: String,
}

#[derive(ApiResponse)]
enum Removed {
    /// It is none of the farm's any more; it may enrol again.
    #[oai(status = 204)]
    Removed,
}

/// `POST /api/nodes/{id}/…` and `DELETE /api/nodes/{id}`.
pub struct NodeOrders {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) nudge: Nudge,
}

#[OpenApi]
impl NodeOrders {
    /// Let a machine finish and take nothing new
    ///
    /// For operators and admins.
    #[oai(path = "/api/nodes/:id/drain", method = "post", operation_id = "drain_node")]
    async fn drain(
        &self,
        who: Operator,
        /// The node's id.
        id: Path<Uuid>,
    ) -> Result<Json<NodeView>, Refusal> {
        self.order(who, id.0, "drain", async |tx, id| Ok(tx.drain_node(id).await?)).await?;
        self.one(id.0).await
    }

    /// Let a machine take tasks again
    ///
    /// For operators and admins. Ends a drain and a quarantine.
    #[oai(path = "/api/nodes/:id/resume", method = "post", operation_id = "resume_node")]
    async fn resume(
        &self,
        who: Operator,
        /// The node's id.
        id: Path<Uuid>,
    ) -> Result<Json<NodeView>, Refusal> {
        self.order(who, id.0, "resume", async |tx, id| Ok(tx.resume_node(id).await?)).await?;
        self.one(id.0).await
    }

    /// Keep a machine from tasks
    ///
    /// For operators and admins. What it has is stopped and given to others.
    #[oai(path = "/api/nodes/:id/quarantine", method = "post", operation_id = "quarantine_node")]
    async fn quarantine(
        &self,
        who: Operator,
        /// The node's id.
        id: Path<Uuid>,
        body: Json<Quarantine>,
    ) -> Result<Json<NodeView>, Refusal> {
        let reason = body.0.reason;
        if let Some(problem) = farm_core::export::name_problem("reason", Some(&reason)) {
            return Err(Refusal::invalid(vec![problem]));
        }
        let now = self.clock.now();
        self.order(who, id.0, "quarantine", async |tx, id| Ok(tx.quarantine_node(id, &reason, now).await?)).await?;
        self.one(id.0).await
    }

    /// Remove a machine from the farm
    ///
    /// For operators and admins. Its connection ends, its certificate is worth nothing, what it has is given to others.
    #[oai(path = "/api/nodes/:id", method = "delete", operation_id = "delete_node")]
    async fn remove(
        &self,
        who: Operator,
        /// The node's id.
        id: Path<Uuid>,
    ) -> Result<Removed, Refusal> {
        self.order(who, id.0, "remove", async |tx, id| Ok(tx.remove_node(id).await?)).await?;
        Ok(Removed::Removed)
    }
}

impl NodeOrders {
    async fn order(
        &self,
        who: Operator,
        id: Uuid,
        order: &'static str,
        give: impl AsyncFnOnce(&mut Tx, NodeId) -> Result<bool, Refusal>,
    ) -> Result<(), Refusal> {
        let (Operator(operator), id) = (who, NodeId(id));
        let mut tx = self.store.begin().await?;
        if !give(&mut tx, id).await? {
            return Err(Refusal::not_found("node"));
        }
        tx.commit().await?;
        info!(node.id = %id, user.id = %operator.user, order, "{} ordered of node {id}: {order}", operator.name);
        self.nudge.dispatch();
        self.nudge.advance();
        self.nudge.progress();
        Ok(())
    }

    async fn one(&self, id: Uuid) -> Result<Json<NodeView>, Refusal> {
        let node = self.store.node_seen_as(NodeId(id)).await?.ok_or_else(|| Refusal::not_found("node"))?;
        Ok(Json(view(node, &queue::line(&self.store).await?)))
    }
}
