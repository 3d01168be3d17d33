//! How often a login was tried of late, by name and by address. Allows and refuses nothing.

use std::time::Duration;

use service::Timestamp;

use super::{Store, StoreError};
use crate::write;

/// The attempts of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many, with the one that was just counted.
    pub count: u32,
    /// When the first was.
    pub since: Timestamp,
}

impl Store {
    /// Counts an attempt, in a new window when the last one is over. One statement, so that none is missed however
    /// many come at once.
    pub async fn count_login_attempt(
        &self,
        subject: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        const OVER: &str = "-- login_attempts.forget
            delete from login_attempts where since <= $1";
        const SQL: &str = "-- login_attempts.count
            insert into login_attempts (subject, attempt_count, since) values ($1, 1, $2)
            on conflict (subject) do update set
              attempt_count = case when login_attempts.since <= $3 then 1 else login_attempts.attempt_count + 1 end,
              since = case when login_attempts.since <= $3 then $2 else login_attempts.since end
            returning attempt_count, since";
        let counting = || StoreError::during("count a login attempt");
        let before = now.before(window);
        write!(self, |db| sqlx::query(OVER).bind(before.0).execute(db).await.map(drop)).map_err(counting())?;
        let (count, since): (i64, i64) =
            write!(self, |db| sqlx::query_as(SQL).bind(subject).bind(now.0).bind(before.0).fetch_one(db).await)
                .map_err(counting())?;
        Ok(Attempts { count: u32::try_from(count).unwrap_or(u32::MAX), since: Timestamp(since) })
    }

    /// Forgets the attempts on a name: its owner got in.
    pub async fn forget_login_attempts(&self, subject: &str) -> Result<(), StoreError> {
        const SQL: &str = "-- login_attempts.forgive
            delete from login_attempts where subject = $1";
        write!(self, |db| sqlx::query(SQL).bind(subject).execute(db).await.map(drop))
            .map_err(StoreError::during("forget login attempts"))
    }
}
