//! `GET /api/nodes`: every machine of the farm and how it is. Changes none.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::Operator;
use super::super::paging;
use super::super::queue;
use super::super::refusal::Refusal;
use super::super::words::Sort;
use super::show::{NodeView, view};
use crate::store::Store;

/// The farm's machines.
#[derive(Debug, Object)]
struct Nodes {
    /// The page.
    nodes: Vec<NodeView>,
    /// How many there are on all pages.
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
    async fn list(
        &self,
        _operator: Operator,
        /// From 1.
        page: Query<Option<u32>>,
        /// Machines on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// By creation; by name by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<Nodes>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let line = queue::line(&self.store).await?;
        let seen = self.store.nodes_seen().await?;
        let (seen, total) = paging::slice(seen, page, sort.0, |node| node.created_at);
        Ok(Json(Nodes { nodes: seen.into_iter().map(|node| view(node, &line)).collect(), total }))
    }
}
