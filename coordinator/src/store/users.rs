//! Who has an account, and what for. Knows no tokens and no sessions.

use farm_core::ids::UserId;
use service::Timestamp;
use uuid::Uuid;

use super::{StoreError, Tx};
use crate::within;

/// What somebody may do. Each role may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Uploads and exports.
    Creator,
    /// Runs the farm: nodes and queue.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Reads what [`Role::as_str`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Role> {
        match text {
            "creator" => Some(Self::Creator),
            "operator" => Some(Self::Operator),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

impl Tx {
    /// The user of that name, made with `role` if there is none.
    pub async fn ensure_user(&mut self, name: &str, role: Role, now: Timestamp) -> Result<UserId, StoreError> {
        // The update changes nothing; it makes `returning` give the row that was there.
        const SQL: &str = "-- users.ensure
            insert into users (id, name, role, created_at) values ($1, $2, $3, $4)
            on conflict (name) do update set name = excluded.name
            returning id";
        let id: Uuid = within!(self, |db| sqlx::query_scalar(SQL)
            .bind(Uuid::now_v7())
            .bind(name)
            .bind(role.as_str())
            .bind(now.0)
            .fetch_one(db)
            .await)
        .map_err(StoreError::during("make a user"))?;
        Ok(UserId(id))
    }
}
