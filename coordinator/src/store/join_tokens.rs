//! How machines join: tokens that work once, and the nodes they become. Signs nothing.

use farm_core::ids::NodeId;
use service::Timestamp;
use sqlx::types::Json;

use super::{Store, StoreError, Tx};
use crate::{within, write};

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
