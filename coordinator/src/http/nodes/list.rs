//! `GET /api/nodes`: every machine of the farm and how it is. Changes none.

use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::Operator;
use super::super::queue;
use super::super::refusal::Refusal;
use super::show::{NodeView, view};
use crate::store::Store;

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
        let line = queue::line(&self.store).await?;
        let seen = self.store.nodes_seen().await?;
        let nodes: Vec<NodeView> = seen.into_iter().map(|node| view(node, &line)).collect();
        Ok(Json(Nodes { total: nodes.len() as u64, nodes }))
    }
}
