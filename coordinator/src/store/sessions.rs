//! Browsers that are signed in, and links that sign one in once. Makes no secrets: both are known by their BLAKE3.

use farm_core::ids::{SessionId, UserId};
use service::Timestamp;
use uuid::Uuid;

use super::tokens::{Credential, Identity};
use super::{Store, StoreError, Tx, users};
use crate::{read, within, write};

/// A session about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// BLAKE3 of the cookie.
    pub secret_hash: &'a [u8; 32],
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    name: String,
    role: String,
}

impl Store {
    /// Whose session the cookie with this hash is, if anybody's.
    pub async fn identity_of_session(
        &self,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Identity>, StoreError> {
        const SQL: &str = "-- sessions.identity
            select sessions.id, sessions.user_id, users.name, users.role
            from sessions join users on users.id = sessions.user_id
            where sessions.secret_hash = $1 and sessions.expires_at > $2 and not users.disabled";
        let row: Option<SessionRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(secret_hash.as_slice()).bind(now.0).fetch_optional(db).await)
                .map_err(StoreError::during("look up a session"))?;
        let identity = |row: SessionRow| {
            let credential = Credential::Session(SessionId(row.id));
            Ok(Identity {
                user: UserId(row.user_id),
                role: users::role(&row.role, row.user_id)?,
                name: row.name,
                credential,
            })
        };
        row.map(identity).transpose()
    }

    /// Ends a session; one that is over already stays so.
    pub async fn end_session(&self, id: SessionId) -> Result<(), StoreError> {
        const SQL: &str = "-- sessions.end
            delete from sessions where id = $1";
        write!(self, |db| sqlx::query(SQL).bind(id.0).execute(db).await.map(drop))
            .map_err(StoreError::during("end a session"))
    }
}

impl Tx {
    /// Begins a session, and forgets those that are over.
    pub async fn insert_session(&mut self, session: NewSession<'_>, now: Timestamp) -> Result<(), StoreError> {
        const OVER: &str = "-- sessions.forget
            delete from sessions where expires_at <= $1";
        const SQL: &str = "-- sessions.insert
            insert into sessions (id, user_id, secret_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)";
        within!(&mut *self, |db| sqlx::query(OVER).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("forget sessions that are over"))?;
        within!(self, |db| sqlx::query(SQL)
            .bind(session.id.0)
            .bind(session.user.0)
            .bind(session.secret_hash.as_slice())
            .bind(now.0)
            .bind(session.expires_at.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("begin a session"))
    }

    /// Ends all sessions of a user but one, if one is named.
    pub async fn end_sessions(&mut self, user: UserId, but: Option<SessionId>) -> Result<(), StoreError> {
        const SQL: &str = "-- sessions.end_all
            delete from sessions where user_id = $1 and id <> $2";
        let but = but.map_or(Uuid::nil(), |but| but.0);
        within!(self, |db| sqlx::query(SQL).bind(user.0).bind(but).execute(db).await.map(drop))
            .map_err(StoreError::during("end a user's sessions"))
    }

    /// Enters a link that signs `user` in once, and forgets those that are over.
    pub async fn insert_login_link(
        &mut self,
        user: UserId,
        secret_hash: &[u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        const OVER: &str = "-- login_links.forget
            delete from login_links where expires_at <= $1";
        const SQL: &str = "-- login_links.insert
            insert into login_links (secret_hash, user_id, expires_at) values ($1, $2, $3)";
        within!(&mut *self, |db| sqlx::query(OVER).bind(now.0).execute(db).await.map(drop))
            .map_err(StoreError::during("forget login links that are over"))?;
        within!(self, |db| sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(user.0)
            .bind(expires_at.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a login link"))
    }

    /// Uses a login link up. Gives the user it was for; `None` when it is unknown, used or over.
    pub async fn use_login_link(
        &mut self,
        secret_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        const SQL: &str = "-- login_links.use
            update login_links set used_at = $2
            where secret_hash = $1 and used_at is null and expires_at > $2
              and user_id in (select id from users where not disabled)
            returning user_id";
        let user: Option<Uuid> = within!(self, |db| sqlx::query_scalar(SQL)
            .bind(secret_hash.as_slice())
            .bind(now.0)
            .fetch_optional(db)
            .await)
        .map_err(StoreError::during("use a login link"))?;
        Ok(user.map(UserId))
    }
}
