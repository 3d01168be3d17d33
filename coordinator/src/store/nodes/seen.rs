//! Nodes as operators see them. Changes none.

use std::collections::BTreeSet;

use farm_core::ids::NodeId;
use farm_core::waiting::Standing;
use service::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::types::Json;
use uuid::Uuid;

use super::{NODE_SILENCE_MAX, NodeFacts};
use crate::read;
use crate::store::{Store, StoreError};

/// Nodes shown in one list.
const NODES_SHOWN_MAX: i64 = 10_000;

/// A machine as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSeen {
    /// Which.
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// Encodes it runs at once.
    pub slot_count: u32,
    /// Encodes it runs now.
    pub slots_busy: u32,
    /// How it stands to the farm.
    pub standing: Standing,
    /// Whether a coordinator holds its connection.
    pub connected: bool,
    /// Why it is kept from tasks, if it is.
    pub quarantine_reason: Option<String>,
    /// Since when.
    pub quarantined_at: Option<Timestamp>,
    /// What it says of itself; absent until it connected for the first time.
    pub facts: Option<NodeFacts>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// When it joined.
    pub created_at: Timestamp,
}

impl NodeSeen {
    /// The pools whose tasks it can do.
    #[must_use]
    pub fn pools(&self) -> BTreeSet<String> {
        self.facts.as_ref().map(NodeFacts::pools).unwrap_or_default()
    }
}

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Uuid,
    name: String,
    slot_count: i64,
    slots_busy: i64,
    connected: bool,
    draining: bool,
    quarantined_at: Option<i64>,
    quarantine_reason: Option<String>,
    facts: Option<Json<serde_json::Value>>,
    seen_at: Option<i64>,
    created_at: i64,
}

macro_rules! seen {
    () => {
        "-- nodes.seen
            select id, name, slot_count, draining, quarantined_at, quarantine_reason, facts, seen_at, created_at,
                   (connected and seen_at is not null and seen_at > now_micros() - $1) as connected,
                   (select count(*) from tasks where state in ('ready', 'leased') and state = 'leased' and node_id = nodes.id)
                       as slots_busy
            from nodes"
    };
}

impl Store {
    /// Every machine that joined, by name.
    pub async fn nodes_seen(&self) -> Result<Vec<NodeSeen>, StoreError> {
        let sql: AssertSqlSafe<String> = self.clocked(concat!(seen!(), " order by name, id limit $2"));
        let rows: Vec<NodeRow> =
            read!(self, |db| sqlx::query_as(sql).bind(silence()).bind(NODES_SHOWN_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the nodes"))?;
        Ok(rows.into_iter().map(NodeSeen::from).collect())
    }

    /// One machine that joined.
    pub async fn node_seen_as(&self, id: NodeId) -> Result<Option<NodeSeen>, StoreError> {
        let sql: AssertSqlSafe<String> = self.clocked(concat!(seen!(), " where id = $2"));
        let row: Option<NodeRow> =
            read!(self, |db| sqlx::query_as(sql).bind(silence()).bind(id.0).fetch_optional(db).await)
                .map_err(StoreError::during("read a node"))?;
        Ok(row.map(NodeSeen::from))
    }
}

fn silence() -> i64 {
    i64::try_from(NODE_SILENCE_MAX.as_micros()).unwrap_or(i64::MAX)
}

impl From<NodeRow> for NodeSeen {
    fn from(row: NodeRow) -> NodeSeen {
        let count = |count: i64| u32::try_from(count).unwrap_or(0);
        let standing = match row {
            NodeRow { quarantined_at: Some(_), .. } => Standing::Quarantined,
            NodeRow { connected: false, .. } => Standing::Offline,
            NodeRow { draining: true, .. } => Standing::Draining,
            _ => Standing::Online,
        };
        NodeSeen {
            id: NodeId(row.id),
            name: row.name,
            slot_count: count(row.slot_count),
            slots_busy: count(row.slots_busy),
            standing,
            connected: row.connected,
            quarantine_reason: row.quarantine_reason,
            quarantined_at: row.quarantined_at.map(Timestamp),
            // What a machine said when it enrolled is less than what it says when it connects.
            facts: row.facts.and_then(|facts| serde_json::from_value(facts.0).ok()),
            seen_at: row.seen_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
        }
    }
}
