//! Bearer tokens, known only by their BLAKE3. Makes no secrets and reads no requests.

use std::time::Duration;

use farm_core::ids::{TokenId, UserId};
use service::Timestamp;
use uuid::Uuid;

use super::users::Role;
use super::{Store, StoreError, Tx};
use crate::{read, within, write};

/// `last_used_at` is written at most this often, so that reading requests seldom write.
const LAST_USED_EVERY: Duration = Duration::from_mins(1);

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Their account.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    token_id: Uuid,
    last_used_at: Option<i64>,
    user_id: Uuid,
    name: String,
    role: String,
}

impl Store {
    /// Whose token hashes to `secret_hash`, if anybody's; notes that it was used.
    pub async fn identity_of_token(
        &self,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Identity>, StoreError> {
        const SQL: &str = "-- tokens.identity
            select tokens.id as token_id, tokens.last_used_at, users.id as user_id, users.name, users.role
            from tokens join users on users.id = tokens.user_id
            where tokens.secret_hash = $1";
        let row: Option<IdentityRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(secret_hash.as_slice()).fetch_optional(db).await)
                .map_err(StoreError::during("look up a token"))?;
        let Some(row) = row else { return Ok(None) };
        if row.last_used_at.is_none_or(|at| now.since(Timestamp(at)) >= LAST_USED_EVERY) {
            self.note_token_use(TokenId(row.token_id), now).await?;
        }
        let role = Role::parse(&row.role).ok_or_else(|| StoreError::Inconsistent {
            table: "users",
            column: "role",
            row: row.user_id.to_string(),
        })?;
        Ok(Some(Identity { user: UserId(row.user_id), name: row.name, role }))
    }

    async fn note_token_use(&self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- tokens.note_use
            update tokens set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("note a token's use"))
    }
}

impl Tx {
    /// Puts a token into the books in place of the user's tokens of the same name.
    pub async fn replace_token(
        &mut self,
        user: UserId,
        name: &str,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<TokenId, StoreError> {
        const DELETE: &str = "-- tokens.delete_named
            delete from tokens where user_id = $1 and name = $2";
        const INSERT: &str = "-- tokens.insert
            insert into tokens (id, user_id, name, secret_hash, created_at) values ($1, $2, $3, $4, $5)";
        let id = TokenId(Uuid::now_v7());
        within!(&mut *self, |db| sqlx::query(DELETE).bind(user.0).bind(name).execute(db).await.map(drop))
            .map_err(StoreError::during("delete a token"))?;
        within!(self, |db| sqlx::query(INSERT)
            .bind(id.0)
            .bind(user.0)
            .bind(name)
            .bind(secret_hash.as_slice())
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a token"))?;
        Ok(id)
    }
}
