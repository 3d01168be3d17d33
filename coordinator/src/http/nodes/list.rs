//! `GET /api/nodes`: every machine of the farm and how it is. Changes none.

use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::instant::instant;
use super::super::refusal::Refusal;
use crate::store::Store;
use crate::store::join_tokens::NodeSeen;

/// How a node is.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "lowercase")]
enum NodeState {
    /// Connected, takes tasks.
    Online,
    /// Connected, finishes what it has.
    Draining,
    /// Not connected.
    Offline,
}

/// A machine of the farm.
#[derive(Debug, Object)]
#[oai(rename = "Node", skip_serializing_if_is_none)]
struct NodeView {
    /// Its id.
    id: Uuid,
    /// What people call it.
    name: String,
    /// How it is.
    state: NodeState,
    /// Whether it is connected.
    connected: bool,
    /// Encodes it runs at once.
    slots: u32,
    /// Encodes it runs now.
    slots_busy: u32,
    /// When it was last heard.
    seen_at: Option<OffsetDateTime>,
    /// When it joined.
    created_at: OffsetDateTime,
}

/// The farm's machines.
#[derive(Debug, Object)]
struct Nodes {
    /// By name.
    nodes: Vec<NodeView>,
    /// How many.
    total: u64,
}

/// `GET /api/nodes`.
pub struct ListNodes {
    pub(super) store: Store,
}

#[OpenApi]
impl ListNodes {
    /// List the farm's machines
    ///
    /// For operators and admins.
    #[oai(path = "/api/nodes", method = "get", operation_id = "list_nodes")]
    async fn list(&self, _operator: Operator) -> Result<Json<Nodes>, Refusal> {
        let nodes: Vec<NodeView> = self.store.nodes_seen().await?.into_iter().map(NodeView::from).collect();
        Ok(Json(Nodes { total: nodes.len() as u64, nodes }))
    }
}

impl From<NodeSeen> for NodeView {
    fn from(node: NodeSeen) -> NodeView {
        let state = match (node.connected, node.draining) {
            (false, _) => NodeState::Offline,
            (true, true) => NodeState::Draining,
            (true, false) => NodeState::Online,
        };
        NodeView {
            id: node.id.0,
            name: node.name,
            state,
            connected: node.connected,
            slots: node.slot_count,
            slots_busy: node.slots_busy,
            seen_at: node.seen_at.map(instant),
            created_at: instant(node.created_at),
        }
    }
}
