//! What each user may order and keep, and what they have: counted inside the transaction that adds to it.
//! Whether one more fits, the core says.

use std::time::Duration;

use farm_core::ids::{ExportId, UserId};
use farm_core::limits::{Limits, ORDERS_WINDOW, Use, bind};
use farm_core::months::months_until;
use service::Timestamp;
use uuid::Uuid;

use super::{Store, StoreError, Tx, users};
use crate::{read, within};

/// Limits of one user in place of the configuration's; `None` leaves the configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnLimits {
    /// Exports under way at once.
    pub active_exports: Option<i64>,
    /// Orders in an hour.
    pub exports_per_hour: Option<i64>,
    /// Bytes of everything that is kept.
    pub storage_bytes: Option<i64>,
    /// Bytes of one finished file.
    pub file_bytes: Option<i64>,
    /// Minutes of one slot in a month.
    pub minutes_per_month: Option<i64>,
}

impl OwnLimits {
    /// These where they say something, `general` elsewhere.
    #[must_use]
    pub fn over(self, general: &Limits) -> Limits {
        let small = |own: Option<i64>| own.and_then(|own| u32::try_from(own).ok());
        let large = |own: Option<i64>| own.and_then(|own| u64::try_from(own).ok());
        Limits {
            active_exports: small(self.active_exports).unwrap_or(general.active_exports),
            exports_per_hour: small(self.exports_per_hour).unwrap_or(general.exports_per_hour),
            storage_bytes: large(self.storage_bytes).unwrap_or(general.storage_bytes),
            file_bytes: large(self.file_bytes).unwrap_or(general.file_bytes),
            minutes_per_month: small(self.minutes_per_month).or(general.minutes_per_month),
        }
    }
}

const OWN: &str = "-- limits.own
    select active_exports, exports_per_hour, storage_bytes, file_bytes, minutes_per_month
    from user_limits where user_id = $1";

impl Store {
    /// What each file of an export may have at most; `None` when its owner is free of limits, or it is gone.
    pub async fn file_bytes_max(&self, export: ExportId, general: &Limits) -> Result<Option<u64>, StoreError> {
        const SQL: &str = "-- limits.owner
            select users.id, users.role from exports join users on users.id = exports.user_id where exports.id = $1";
        let owner: Option<(Uuid, String)> =
            read!(self, |db| sqlx::query_as(SQL).bind(export.0).fetch_optional(db).await)
                .map_err(StoreError::during("look whose an export is"))?;
        let Some((user, role)) = owner else { return Ok(None) };
        if !bind(users::role(&role, user)?) {
            return Ok(None);
        }
        Ok(Some(self.own_limits(UserId(user)).await?.over(general).file_bytes))
    }

    /// The limits that were set for one user.
    pub async fn own_limits(&self, user: UserId) -> Result<OwnLimits, StoreError> {
        let own: Option<OwnLimits> = read!(self, |db| sqlx::query_as(OWN).bind(user.0).fetch_optional(db).await)
            .map_err(StoreError::during("read a user's limits"))?;
        Ok(own.unwrap_or_default())
    }
}

impl Tx {
    /// Holds everything a user orders and keeps still until the end of the transaction. A statement of its own: what is
    /// counted after it sees what others committed before it, and nothing comes in between.
    pub async fn lock_user(&mut self, user: UserId) -> Result<(), StoreError> {
        const SQL: &str = "-- limits.lock_user
            update users set name = name where id = $1";
        within!(self, |db| sqlx::query(SQL).bind(user.0).execute(db).await.map(drop))
            .map_err(StoreError::during("hold a user"))
    }

    /// The limits that were set for one user.
    pub async fn own_limits(&mut self, user: UserId) -> Result<OwnLimits, StoreError> {
        let own: Option<OwnLimits> = within!(self, |db| sqlx::query_as(OWN).bind(user.0).fetch_optional(db).await)
            .map_err(StoreError::during("read a user's limits"))?;
        Ok(own.unwrap_or_default())
    }

    /// Sets limits for one user, where `own` says something.
    pub async fn set_own_limits(&mut self, user: UserId, own: OwnLimits) -> Result<(), StoreError> {
        const SQL: &str = "-- limits.set
            insert into user_limits (user_id, active_exports, exports_per_hour, storage_bytes, file_bytes, minutes_per_month)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (user_id) do update set
              active_exports = coalesce(excluded.active_exports, user_limits.active_exports),
              exports_per_hour = coalesce(excluded.exports_per_hour, user_limits.exports_per_hour),
              storage_bytes = coalesce(excluded.storage_bytes, user_limits.storage_bytes),
              file_bytes = coalesce(excluded.file_bytes, user_limits.file_bytes),
              minutes_per_month = coalesce(excluded.minutes_per_month, user_limits.minutes_per_month)";
        within!(self, |db| sqlx::query(SQL)
            .bind(user.0)
            .bind(own.active_exports)
            .bind(own.exports_per_hour)
            .bind(own.storage_bytes)
            .bind(own.file_bytes)
            .bind(own.minutes_per_month)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("set a user's limits"))
    }

    /// What a user has, held still by [`Tx::lock_user`]. `per_hour` is how many orders may be in the window.
    pub async fn use_of(&mut self, user: UserId, per_hour: u32, now: Timestamp) -> Result<Use, StoreError> {
        const ACTIVE: &str = "-- limits.active
            select count(*), cast(coalesce(sum(expected_bytes), 0) as bigint) from exports
            where user_id = $1 and status in ('pending', 'processing')";
        const KEPT: &str = "-- limits.kept
            select cast(coalesce((select sum(size_bytes) from videos where user_id = $1 and status <> 'failed'), 0)
                      + coalesce((select sum(outputs.size_bytes) from outputs join exports on exports.id = outputs.export_id
                                  where exports.user_id = $1 and exports.status = 'completed'), 0) as bigint)";
        const ORDERS: &str = "-- limits.orders
            select ordered_at from export_orders where user_id = $1 and ordered_at > $2 order by ordered_at desc";
        const RENDERED: &str = "-- limits.rendered
            select cast(coalesce(sum(render_ms), 0) as bigint) from charges where user_id = $1 and created_at >= $2";
        let counting = || StoreError::during("count what a user has");
        let month = months_until(now.0, 1).remove(0);
        let rendered: i64 =
            within!(&mut *self, |db| sqlx::query_scalar(RENDERED).bind(user.0).bind(month.from).fetch_one(db).await)
                .map_err(counting())?;
        let (active, expected): (i64, i64) =
            within!(&mut *self, |db| sqlx::query_as(ACTIVE).bind(user.0).fetch_one(db).await).map_err(counting())?;
        let kept: i64 =
            within!(&mut *self, |db| sqlx::query_scalar(KEPT).bind(user.0).fetch_one(db).await).map_err(counting())?;
        let since = now.before(ORDERS_WINDOW);
        let orders: Vec<i64> =
            within!(self, |db| sqlx::query_scalar(ORDERS).bind(user.0).bind(since.0).fetch_all(db).await)
                .map_err(counting())?;
        // Newest first: when this one leaves the window, one less than may be in it is left.
        let next = usize::try_from(per_hour).ok().and_then(|per_hour| orders.get(per_hour.checked_sub(1)?));
        Ok(Use {
            active_exports: u32::try_from(active).unwrap_or(u32::MAX),
            orders_in_hour: u32::try_from(orders.len()).unwrap_or(u32::MAX),
            next_leaves: next.map_or(Duration::ZERO, |at| now.since(Timestamp(*at))),
            held_bytes: u64::try_from(kept.saturating_add(expected)).unwrap_or(0),
            rendered_this_month: Duration::from_millis(u64::try_from(rendered).unwrap_or(0)),
            month_left: Timestamp(month.until).since(now),
        })
    }

    /// Notes that a user ordered an export, and what its files will hold. Forgets orders that no longer count.
    pub async fn note_order(
        &mut self,
        user: UserId,
        export: ExportId,
        expected: &[u64],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const FORGET: &str = "-- limits.forget_orders
            delete from export_orders where user_id = $1 and ordered_at <= $2";
        const INSERT: &str = "-- limits.note_order
            insert into export_orders (user_id, ordered_at) values ($1, $2)";
        const EXPECT: &str = "-- limits.expect
            update exports set expected_bytes = $2 where id = $1";
        let noting = || StoreError::during("note an order");
        let over = now.before(ORDERS_WINDOW);
        within!(&mut *self, |db| sqlx::query(FORGET).bind(user.0).bind(over.0).execute(db).await.map(drop))
            .map_err(noting())?;
        within!(&mut *self, |db| sqlx::query(INSERT).bind(user.0).bind(now.0).execute(db).await.map(drop))
            .map_err(noting())?;
        let sum = expected.iter().fold(0, |sum: u64, bytes| sum.saturating_add(*bytes));
        let expected = i64::try_from(sum).unwrap_or(i64::MAX);
        within!(self, |db| sqlx::query(EXPECT).bind(export.0).bind(expected).execute(db).await.map(drop))
            .map_err(noting())
    }
}
