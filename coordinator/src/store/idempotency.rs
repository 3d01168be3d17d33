//! What creating calls answered, by user and key, for a day. Seals and opens no answer.

use std::time::Duration;

use farm_core::ids::UserId;
use service::Timestamp;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{within, write};

/// How long an answer is kept.
pub const KEPT_FOR: Duration = Duration::from_hours(24);
/// How long a call may be under way; after that whoever asks again takes over.
pub const LOCKED_FOR: Duration = Duration::from_mins(1);

/// A call with a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyedCall<'a> {
    /// Whose.
    pub user: UserId,
    /// BLAKE3 of the key.
    pub key_hash: &'a [u8; 32],
    /// BLAKE3 of method, path and body.
    pub request_hash: &'a [u8; 32],
}

/// How a call with a key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the first with this key: what it creates shall have this id.
    First {
        /// The id.
        object: Uuid,
    },
    /// An earlier one was begun and never ended: it may have created the thing with this id, or not.
    Again {
        /// The id.
        object: Uuid,
    },
    /// An earlier one is under way.
    UnderWay,
    /// An earlier one was answered.
    Answered {
        /// The id of what it created.
        object: Uuid,
        /// The answer's status.
        status: u16,
        /// The answer's body, sealed.
        answer: Vec<u8>,
    },
    /// The key came with another request.
    AnotherRequest,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    request_hash: Vec<u8>,
    object_id: Uuid,
    locked_until: i64,
    status: Option<i64>,
    answer: Option<Vec<u8>>,
}

impl Store {
    /// Begins a call, or says how an earlier one with its key stands. `object` is the id of what the first creates.
    pub async fn begin_keyed_call(
        &self,
        call: KeyedCall<'_>,
        object: Uuid,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        const OVER: &str = "-- idempotency.forget
            delete from idempotency_keys where created_at <= $1";
        const INSERT: &str = "-- idempotency.begin
            insert into idempotency_keys (user_id, key_hash, request_hash, object_id, locked_until, created_at)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
        const SELECT: &str = "-- idempotency.read
            select request_hash, object_id, locked_until, status, answer from idempotency_keys
            where user_id = $1 and key_hash = $2";
        let beginning = || StoreError::during("begin a call with a key");
        write!(self, |db| sqlx::query(OVER).bind(now.before(KEPT_FOR).0).execute(db).await.map(drop))
            .map_err(beginning())?;
        let mut tx = self.begin().await?;
        let inserted = within!(&mut tx, |db| sqlx::query(INSERT)
            .bind(call.user.0)
            .bind(call.key_hash.as_slice())
            .bind(call.request_hash.as_slice())
            .bind(object)
            .bind(now.after(LOCKED_FOR).0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(beginning())?;
        let standing = if inserted == 1 {
            Standing::First { object }
        } else {
            let row: KeyRow = within!(&mut tx, |db| sqlx::query_as(SELECT)
                .bind(call.user.0)
                .bind(call.key_hash.as_slice())
                .fetch_one(db)
                .await)
            .map_err(beginning())?;
            row.standing(call, now)
        };
        tx.commit().await?;
        match standing {
            Standing::Again { object } if !self.take_over(call, now).await? => {
                tracing::debug!(object = %object, "Somebody else took an unfinished call over");
                Ok(Standing::UnderWay)
            }
            standing => Ok(standing),
        }
    }

    /// False when somebody else was quicker.
    async fn take_over(&self, call: KeyedCall<'_>, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- idempotency.take_over
            update idempotency_keys set locked_until = $3
            where user_id = $1 and key_hash = $2 and status is null and locked_until <= $4";
        let taken = write!(self, |db| sqlx::query(SQL)
            .bind(call.user.0)
            .bind(call.key_hash.as_slice())
            .bind(now.after(LOCKED_FOR).0)
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("take an unfinished call over"))?;
        Ok(taken == 1)
    }

    /// Keeps the answer of a call that created something.
    pub async fn end_keyed_call(&self, call: KeyedCall<'_>, status: u16, answer: &[u8]) -> Result<(), StoreError> {
        const SQL: &str = "-- idempotency.end
            update idempotency_keys set status = $3, answer = $4 where user_id = $1 and key_hash = $2 and status is null";
        write!(self, |db| sqlx::query(SQL)
            .bind(call.user.0)
            .bind(call.key_hash.as_slice())
            .bind(i64::from(status))
            .bind(answer)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("keep a call's answer"))
    }

    /// Forgets a call that was refused and created nothing: it may be tried again.
    pub async fn forget_keyed_call(&self, call: KeyedCall<'_>) -> Result<(), StoreError> {
        const SQL: &str = "-- idempotency.forget_one
            delete from idempotency_keys where user_id = $1 and key_hash = $2 and status is null";
        write!(self, |db| sqlx::query(SQL).bind(call.user.0).bind(call.key_hash.as_slice()).execute(db).await.map(drop))
            .map_err(StoreError::during("forget a refused call"))
    }

    /// Lets calls that ended with their process be taken over at once. Only for whoever knows that nobody is at any.
    pub async fn unlock_keyed_calls(&self) -> Result<(), StoreError> {
        const SQL: &str = "-- idempotency.unlock
            update idempotency_keys set locked_until = 0 where status is null";
        write!(self, |db| sqlx::query(SQL).execute(db).await.map(drop))
            .map_err(StoreError::during("unlock unfinished calls"))
    }
}

impl KeyRow {
    fn standing(self, call: KeyedCall<'_>, now: Timestamp) -> Standing {
        if self.request_hash != call.request_hash {
            return Standing::AnotherRequest;
        }
        let status = self.status.and_then(|status| u16::try_from(status).ok());
        match (status, self.answer) {
            (Some(status), Some(answer)) => Standing::Answered { object: self.object_id, status, answer },
            _ if self.locked_until > now.0 => Standing::UnderWay,
            _ => Standing::Again { object: self.object_id },
        }
    }
}
