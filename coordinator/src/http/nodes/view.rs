//! `GET /api/nodes/{id}`: one machine, what it can do and what it does. Changes nothing.

use farm_core::ids::NodeId;
use farm_core::status::TaskState;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::super::identity::Operator;
use super::super::queue::{self, TaskView, task_view};
use super::super::refusal::Refusal;
use super::show::{NodeView, view};
use crate::store::page::{LIMIT_MAX, Page};
use crate::store::queue::TaskFilter;
use crate::store::{NodeFacts, Store};

/// A picture encoder that passed its probe on a node.
#[derive(Clone, Debug, Object)]
struct NodeEncoder {
    /// Its family, which is also a pool: `x264`, `vp9`, `nvenc` and so on.
    family: String,
    /// Family and exact versions: equal identity, equal bytes.
    identity: String,
}

/// What a node says of itself.
#[derive(Clone, Debug, Object)]
#[oai(rename = "NodeFacts")]
struct FactsView {
    /// The node program's version.
    version: String,
    /// Its host's name.
    host: String,
    /// Logical processors.
    cpu_count: u32,
    /// The media library and its version.
    media_library: String,
    /// Picture encoders that passed their probe.
    encoders: Vec<NodeEncoder>,
    /// Layers of the media sandbox that are active.
    sandbox_layers: Vec<String>,
}

/// One machine of the farm.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct NodeDetails {
    /// How it is.
    node: NodeView,
    /// What it can do; absent until it connected for the first time.
    facts: Option<FactsView>,
    /// What it does now, at most 100 tasks.
    tasks: Vec<TaskView>,
}

/// `GET /api/nodes/{id}`.
pub struct ViewNode {
    pub(super) store: Store,
}

#[OpenApi]
impl ViewNode {
    /// Look at a machine
    ///
    /// For operators and admins.
    #[oai(path = "/api/nodes/:id", method = "get", operation_id = "view_node")]
    async fn view(
        &self,
        _operator: Operator,
        /// The node's id.
        id: Path<Uuid>,
    ) -> Result<Json<NodeDetails>, Refusal> {
        let id = NodeId(id.0);
        let node = self.store.node_seen_as(id).await?.ok_or_else(|| Refusal::not_found("node"))?;
        let filter = TaskFilter { node: Some(id), state: Some(TaskState::Leased), ..TaskFilter::default() };
        let (tasks, _) = self.store.tasks_seen(filter, Page { limit: LIMIT_MAX, ..Page::default() }).await?;
        let line = queue::line(&self.store).await?;
        Ok(Json(NodeDetails {
            facts: node.facts.clone().map(Into::into),
            node: view(node, &line),
            tasks: tasks.into_iter().map(|task| task_view(task, &line.1)).collect(),
        }))
    }
}

impl From<NodeFacts> for FactsView {
    fn from(facts: NodeFacts) -> FactsView {
        let encoder =
            |encoder: farm_core::work::Encoder| NodeEncoder { family: encoder.family, identity: encoder.identity };
        FactsView {
            version: facts.version,
            host: facts.host,
            cpu_count: facts.cpu_count,
            media_library: facts.media_library,
            encoders: facts.encoders.into_iter().map(encoder).collect(),
            sandbox_layers: facts.sandbox_layers,
        }
    }
}
