//! How machines join: tokens that work once, and the nodes they become. Signs nothing.

use farm_core::ids::NodeId;
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within, write};

/// Nodes shown in one list.
const NODES_SHOWN_MAX: i64 = 10_000;

/// A machine about to be entered.
#[derive(Clone, Debug)]
pub struct NewNode<'a> {
    /// Already in its certificate.
    pub id: NodeId,
    /// What people call it.
    pub name: &'a str,
    /// BLAKE3 of its certificate's DER.
    pub certificate_fingerprint: &'a [u8; 32],
    /// What it says of itself.
    pub facts: Option<&'a serde_json::Value>,
}

/// A machine as operators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSeen {
    /// Which.
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// Encodes it runs at once.
    pub slot_count: u32,
    /// Encodes it runs now.
    pub slots_busy: u32,
    /// Whether a coordinator holds its connection.
    pub connected: bool,
    /// Whether it takes nothing new.
    pub draining: bool,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// When it joined.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Uuid,
    name: String,
    slot_count: i64,
    slots_busy: i64,
    connected: bool,
    draining: bool,
    seen_at: Option<i64>,
    created_at: i64,
}

impl Store {
    /// Enters a token under which one machine called `name` may join until `expires`.
    pub async fn insert_join_token(
        &self,
        secret_hash: &[u8; 32],
        name: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- join_tokens.insert
            insert into join_tokens (secret_hash, name, expires_at) values ($1, $2, $3)";
        write!(self, |db| sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(name)
            .bind(expires.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a join token"))
    }

    /// Every machine that joined, by name.
    pub async fn nodes_seen(&self) -> Result<Vec<NodeSeen>, StoreError> {
        const SQL: &str = "-- nodes.seen
            select id, name, slot_count, connected, draining, seen_at, created_at,
                   (select count(*) from tasks where state = 'leased' and node_id = nodes.id) as slots_busy
            from nodes order by name, id limit $1";
        let rows: Vec<NodeRow> = read!(self, |db| sqlx::query_as(SQL).bind(NODES_SHOWN_MAX).fetch_all(db).await)
            .map_err(StoreError::during("list the nodes"))?;
        Ok(rows.into_iter().map(NodeSeen::from).collect())
    }
}

impl Tx {
    /// Uses a token up and tells the name it was made for; `None` if it is unknown, used or over.
    pub async fn use_join_token(
        &mut self,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        const SQL: &str = "-- join_tokens.use
            update join_tokens set used_at = $2
            where secret_hash = $1 and used_at is null and expires_at > $2
            returning name";
        within!(self, |db| sqlx::query_scalar(SQL).bind(secret_hash.as_slice()).bind(now.0).fetch_optional(db).await)
            .map_err(StoreError::during("use a join token"))
    }

    /// Enters a machine. It tells its slots when it connects.
    pub async fn insert_node(&mut self, node: NewNode<'_>, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- nodes.insert
            insert into nodes (id, name, certificate_fingerprint, facts, slot_count, connected, draining, created_at)
            values ($1, $2, $3, $4, 0, false, false, $5)";
        within!(self, |db| sqlx::query(SQL)
            .bind(node.id.0)
            .bind(node.name)
            .bind(node.certificate_fingerprint.as_slice())
            .bind(node.facts.map(Json))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a node"))
    }
}

impl From<NodeRow> for NodeSeen {
    fn from(row: NodeRow) -> NodeSeen {
        let count = |count: i64| u32::try_from(count).unwrap_or(0);
        NodeSeen {
            id: NodeId(row.id),
            name: row.name,
            slot_count: count(row.slot_count),
            slots_busy: count(row.slots_busy),
            connected: row.connected,
            draining: row.draining,
            seen_at: row.seen_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
        }
    }
}
