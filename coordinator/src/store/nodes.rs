//! Nodes in the ledger: who is enrolled, connected, draining, and what they can do. Knows no certificate authority.

mod orders;
mod seen;

use std::collections::BTreeSet;
use std::time::Duration;

use farm_core::ids::NodeId;
use farm_core::work::{Encoder, MEDIA_POOL};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{read, write};

pub use seen::NodeSeen;

/// A node that has said nothing for so long counts as gone, even if nobody saw its connection end.
pub const NODE_SILENCE_MAX: Duration = Duration::from_secs(45);

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFacts {
    /// The node program's version.
    pub version: String,
    /// Host name, for people.
    pub host: String,
    /// Logical processors.
    pub cpu_count: u32,
    /// The media library and its version.
    pub media_library: String,
    /// Picture encoders that passed the probe on this node.
    pub encoders: Vec<Encoder>,
    /// Layers of the media sandbox that are active.
    pub sandbox_layers: Vec<String>,
    /// Which life of its process it is in: another one means that its old attempts are gone.
    pub instance: Uuid,
}

/// What of a node's facts tells one life of its process from the next. Facts of a node that never connected lack it.
#[derive(Deserialize)]
struct Life {
    instance: Option<Uuid>,
}

impl NodeFacts {
    /// The pools whose tasks it can do.
    #[must_use]
    pub fn pools(&self) -> BTreeSet<String> {
        let families = self.encoders.iter().map(|encoder| encoder.family.clone());
        families.chain([MEDIA_POOL.to_owned()]).collect()
    }
}

/// A node that is connected and takes tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedNode {
    /// Which.
    pub id: NodeId,
    /// Encodes it can run at once.
    pub slot_count: u32,
    /// What it can do.
    pub facts: NodeFacts,
}

/// What the farm thinks of a node that is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may claim.
    Welcome,
    /// It finishes what it has and claims nothing more.
    Draining,
    /// It is not, or no longer, one of ours.
    Unknown,
}

#[derive(sqlx::FromRow)]
struct ConnectedRow {
    id: Uuid,
    slot_count: i64,
    facts: Json<NodeFacts>,
}

impl Store {
    /// Whether a node with this certificate is one of ours.
    pub async fn node_standing(
        &self,
        node: NodeId,
        certificate_fingerprint: &[u8; 32],
    ) -> Result<Standing, StoreError> {
        const SQL: &str = "-- nodes.standing
            select draining or quarantined_at is not null from nodes where id = $1 and certificate_fingerprint = $2";
        let draining: Option<bool> = read!(self, |db| sqlx::query_scalar(SQL)
            .bind(node.0)
            .bind(certificate_fingerprint.as_slice())
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("look a node up"))?;
        Ok(match draining {
            None => Standing::Unknown,
            Some(true) => Standing::Draining,
            Some(false) => Standing::Welcome,
        })
    }

    /// The life in which a node's process was when it last said hello.
    pub async fn node_instance(&self, node: NodeId) -> Result<Option<Uuid>, StoreError> {
        const SQL: &str = "-- nodes.instance
            select facts from nodes where id = $1 and facts is not null";
        let facts: Option<Json<Life>> = read!(self, |db| sqlx::query_scalar(SQL).bind(node.0).fetch_optional(db).await)
            .map_err(StoreError::during("read which life a node was in"))?;
        Ok(facts.and_then(|facts| facts.0.instance))
    }

    /// A node said hello.
    pub async fn node_connected(&self, node: NodeId, slot_count: u32, facts: &NodeFacts) -> Result<(), StoreError> {
        const SQL: &str = "-- nodes.connected
            update nodes set connected = true, seen_at = now_micros(), slot_count = $2, facts = $3 where id = $1";
        let sql = self.clocked(SQL);
        write!(self, |db| sqlx::query(sql)
            .bind(node.0)
            .bind(i64::from(slot_count))
            .bind(Json(facts))
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("note a node's hello"))
    }

    /// A node is still there; `slot_count` is what it still offers.
    pub async fn node_seen(&self, node: NodeId, slot_count: u32) -> Result<(), StoreError> {
        const SQL: &str = "-- nodes.seen
            update nodes set connected = true, seen_at = now_micros(), slot_count = $2 where id = $1";
        let sql = self.clocked(SQL);
        write!(self, |db| sqlx::query(sql).bind(node.0).bind(i64::from(slot_count)).execute(db).await.map(drop))
            .map_err(StoreError::during("note that a node is there"))
    }

    /// A node's connection ended.
    pub async fn node_disconnected(&self, node: NodeId) -> Result<(), StoreError> {
        const SQL: &str = "-- nodes.disconnected
            update nodes set connected = false where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(node.0).execute(db).await.map(drop))
            .map_err(StoreError::during("note that a node is gone"))
    }

    /// The nodes that take tasks now.
    pub async fn connected_nodes(&self) -> Result<Vec<ConnectedNode>, StoreError> {
        const SQL: &str = "-- nodes.connected_now
            select id, slot_count, facts from nodes
            where connected and not draining and quarantined_at is null and facts is not null and seen_at > now_micros() - $1 order by id";
        let sql = self.clocked(SQL);
        let silence = i64::try_from(NODE_SILENCE_MAX.as_micros()).unwrap_or(i64::MAX);
        let rows: Vec<ConnectedRow> = read!(self, |db| sqlx::query_as(sql).bind(silence).fetch_all(db).await)
            .map_err(StoreError::during("list the connected nodes"))?;
        let node = |row: ConnectedRow| ConnectedNode {
            id: NodeId(row.id),
            slot_count: u32::try_from(row.slot_count).unwrap_or(0),
            facts: row.facts.0,
        };
        Ok(rows.into_iter().map(node).collect())
    }

    /// The encoders of the nodes that take tasks now, one entry per node that has one.
    pub async fn connected_encoders(&self) -> Result<Vec<Encoder>, StoreError> {
        let nodes = self.connected_nodes().await?;
        Ok(nodes.into_iter().flat_map(|node| node.facts.encoders).collect())
    }
}
