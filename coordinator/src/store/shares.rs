//! Share links, known only by the BLAKE3 of their token. Makes no tokens and no pages.

use farm_core::ids::ExportId;
use service::Timestamp;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

/// What a link opens, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// A completed export, until then.
    Open {
        /// Which.
        export: ExportId,
        /// When the link expires.
        expires_at: Timestamp,
    },
    /// It did, but it expired, was revoked, or its export is gone.
    Over,
}

impl Store {
    /// What the link whose token hashes to `secret_hash` opens at `now`; `None` when there never was one.
    pub async fn shared(&self, secret_hash: &[u8; 32], now: Timestamp) -> Result<Option<Shared>, StoreError> {
        const SQL: &str = "-- shares.look_up
            select exports.id, shares.expires_at, (shares.revoked_at is not null) as revoked
            from shares left join exports on exports.id = shares.export_id and exports.status = 'completed'
            where shares.secret_hash = $1";
        let row: Option<(Option<Uuid>, i64, bool)> =
            read!(self, |db| sqlx::query_as(SQL).bind(secret_hash.as_slice()).fetch_optional(db).await)
                .map_err(StoreError::during("look a share link up"))?;
        Ok(row.map(|(export, expires_at, revoked)| match export {
            Some(export) if !revoked && now.0 < expires_at => {
                Shared::Open { export: ExportId(export), expires_at: Timestamp(expires_at) }
            }
            _ => Shared::Over,
        }))
    }
}

impl Tx {
    /// Revokes every link of an export. Gives how many worked until now.
    pub async fn revoke_shares(&mut self, export: ExportId, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "-- shares.revoke
            update shares set revoked_at = $2 where export_id = $1 and revoked_at is null and expires_at > $2";
        within!(self, |db| sqlx::query(SQL)
            .bind(export.0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("revoke share links"))
    }

    /// Keeps a new link of an export.
    pub async fn insert_share(
        &mut self,
        export: ExportId,
        secret_hash: &[u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- shares.insert
            insert into shares (secret_hash, export_id, created_at, expires_at) values ($1, $2, $3, $4)";
        within!(self, |db| sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(export.0)
            .bind(now.0)
            .bind(expires_at.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a share link"))
    }
}
