//! Bearer tokens, known only by their BLAKE3. Makes no secrets and reads no requests.

use std::time::Duration;

use farm_core::ids::{SessionId, TokenId, UserId};
use service::Timestamp;
use uuid::Uuid;

use super::page::Page;
use super::users::{self, Role};
use super::{Store, StoreError, Tx};
use crate::{paged, read, within, write};

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
    /// By what they were recognised.
    pub credential: Credential,
}

/// By what somebody was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A bearer token.
    Token(TokenId),
    /// The cookie of a browser.
    Session(SessionId),
}

/// A token as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Token {
    /// Which.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Microseconds since 1970.
    pub created_at: i64,
    /// Microseconds since 1970; at most a minute late.
    pub last_used_at: Option<i64>,
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
            where tokens.secret_hash = $1 and not users.disabled";
        let row: Option<IdentityRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(secret_hash.as_slice()).fetch_optional(db).await)
                .map_err(StoreError::during("look up a token"))?;
        let Some(row) = row else { return Ok(None) };
        if row.last_used_at.is_none_or(|at| now.since(Timestamp(at)) >= LAST_USED_EVERY) {
            self.note_token_use(TokenId(row.token_id), now).await?;
        }
        Ok(Some(Identity {
            user: UserId(row.user_id),
            role: users::role(&row.role, row.user_id)?,
            name: row.name,
            credential: Credential::Token(TokenId(row.token_id)),
        }))
    }

    /// A page of the user's tokens, and how many there are.
    pub async fn tokens_of(&self, user: UserId, page: Page) -> Result<(Vec<Token>, u64), StoreError> {
        Ok(paged!(
            self, page, "tokens", Token,
            select ["id, name, created_at, last_used_at"], from ["tokens where user_id = $1"],
            order ["created_at", "id"], limit "limit $2 offset $3",
            bind [user.0], doing "list a user's tokens"
        ))
    }

    /// Revokes a user's token. False when there is none.
    pub async fn delete_token(&self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        const SQL: &str = "-- tokens.delete
            delete from tokens where id = $1 and user_id = $2";
        let deleted = write!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("revoke a token"))?;
        Ok(deleted == 1)
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
        within!(&mut *self, |db| sqlx::query(DELETE).bind(user.0).bind(name).execute(db).await.map(drop))
            .map_err(StoreError::during("delete a token"))?;
        let id = TokenId(Uuid::now_v7());
        self.insert_token(id, user, name, secret_hash, now).await?;
        Ok(id)
    }

    /// Puts a token into the books.
    pub async fn insert_token(
        &mut self,
        id: TokenId,
        user: UserId,
        name: &str,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- tokens.insert
            insert into tokens (id, user_id, name, secret_hash, created_at) values ($1, $2, $3, $4, $5)";
        within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .bind(name)
            .bind(secret_hash.as_slice())
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a token"))
    }
}
