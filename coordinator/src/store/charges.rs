//! What committed attempts cost, one row each: the bill is their sum. Sets no price, and learns nothing from it.

use std::collections::HashMap;

use farm_core::estimate::Measure;
use farm_core::ids::{ExportId, UserId};
use farm_core::work::TaskKind;
use service::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::exports::placeholders;
use super::{Attempt, Store, StoreError, Tx};
use crate::{read, within};

/// What an attempt took.
#[derive(Clone, Debug)]
pub struct Charge<'a> {
    /// Whose it was.
    pub attempt: &'a Attempt,
    /// What it was.
    pub kind: TaskKind,
    /// How it is measured.
    pub measure: &'a Measure,
    /// How long it took one slot.
    pub render_ms: u64,
    /// How large its part got.
    pub size_bytes: u64,
    /// Frames of picture in it.
    pub frame_count: u64,
}

/// What somebody used in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// Milliseconds of one slot.
    pub render_ms: u64,
    /// Attempts that came to something.
    pub attempts: u64,
    /// Exports ordered.
    pub exports: u64,
    /// Of these, completed.
    pub completed: u64,
    /// Bytes of their files.
    pub output_bytes: u64,
}

#[derive(sqlx::FromRow)]
struct UsageRow {
    id: Uuid,
    name: String,
    render_ms: i64,
    attempts: i64,
    exports: i64,
    completed: i64,
    output_bytes: i64,
}

/// What each user used, $1 or everybody, from $2 until before $3.
macro_rules! used {
    () => {
        "(select users.id, users.name,
            (select cast(coalesce(sum(render_ms), 0) as bigint) from charges
             where charges.user_id = users.id and created_at >= $2 and created_at < $3) as render_ms,
            (select count(*) from charges
             where charges.user_id = users.id and created_at >= $2 and created_at < $3) as attempts,
            (select count(*) from exports
             where exports.user_id = users.id and created_at >= $2 and created_at < $3) as exports,
            (select count(*) from exports where exports.user_id = users.id and status = 'completed'
               and completed_at >= $2 and completed_at < $3) as completed,
            (select cast(coalesce(sum(file_size_bytes), 0) as bigint) from exports
             where exports.user_id = users.id and status = 'completed'
               and completed_at >= $2 and completed_at < $3) as output_bytes
          from users where cast($1 as uuid) is null or users.id = $1) as used
          where id = $1 or attempts > 0 or exports > 0 or completed > 0"
    };
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

impl Tx {
    /// Puts an attempt on the bill, in the transaction that commits it. Once, however often it is said.
    pub async fn charge(&mut self, charge: &Charge<'_>, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- charges.insert
            insert into charges (task_id, attempt, user_id, export_id, kind, recipe, amount, render_ms, size_bytes, frame_count,
                                 created_at)
            select tasks.id, $2, videos.user_id, tasks.export_id, $3, $4, $5, $6, $7, $8, $9
            from tasks join videos on videos.id = tasks.video_id where tasks.id = $1
            on conflict (task_id, attempt) do nothing";
        within!(self, |db| sqlx::query(SQL)
            .bind(charge.attempt.task.0)
            .bind(charge.attempt.epoch)
            .bind(charge.kind.as_str())
            .bind(&charge.measure.recipe)
            .bind(whole(charge.measure.amount))
            .bind(whole(charge.render_ms))
            .bind(whole(charge.size_bytes))
            .bind(whole(charge.frame_count))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("put an attempt on the bill"))
    }
}

/// What an export took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Milliseconds of one slot.
    pub render_ms: u64,
    /// Those of them that pictures took.
    pub picture_ms: u64,
}

impl Store {
    /// What each of the exports took; one that took nothing is left out.
    pub async fn costs_of(&self, exports: &[ExportId]) -> Result<HashMap<ExportId, Cost>, StoreError> {
        if exports.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "-- charges.of_exports
            select export_id, cast(sum(render_ms) as bigint),
                cast(sum(case when kind = 'picture' then render_ms else 0 end) as bigint)
            from charges where export_id in ({}) group by export_id",
            placeholders(exports.len())
        );
        let rows: Vec<(Uuid, i64, i64)> = read!(self, |db| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in exports {
                query = query.bind(id.0);
            }
            query.fetch_all(db).await
        })
        .map_err(StoreError::during("add up what exports cost"))?;
        let cost = |all, pictures| Cost { render_ms: count(all), picture_ms: count(pictures) };
        Ok(rows.into_iter().map(|(id, all, pictures)| (ExportId(id), cost(all, pictures))).collect())
    }

    /// How many used something from `from` until before `until`, of one user or of everybody. One that is asked for counts anyway.
    pub async fn users_of(&self, user: Option<UserId>, from: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = concat!("-- charges.users_of\nselect count(*) from ", used!());
        let users: i64 = read!(self, |db| sqlx::query_scalar(SQL)
            .bind(user.map(|user| user.0))
            .bind(from.0)
            .bind(until.0)
            .fetch_one(db)
            .await)
        .map_err(StoreError::during("count who used something"))?;
        Ok(count(users))
    }

    /// What these used, by name: the first `limit` behind the first `skipped`.
    pub async fn usage(
        &self,
        user: Option<UserId>,
        (from, until): (Timestamp, Timestamp),
        (skipped, limit): (u64, u64),
    ) -> Result<Vec<Usage>, StoreError> {
        const SQL: &str = concat!(
            "-- charges.usage\nselect id, name, render_ms, attempts, exports, completed, output_bytes from ",
            used!(),
            " order by name, id limit $4 offset $5"
        );
        let rows: Vec<UsageRow> = read!(self, |db| sqlx::query_as(SQL)
            .bind(user.map(|user| user.0))
            .bind(from.0)
            .bind(until.0)
            .bind(whole(limit))
            .bind(whole(skipped))
            .fetch_all(db)
            .await)
        .map_err(StoreError::during("add up what was used"))?;
        let usage = |row: UsageRow| Usage {
            user: UserId(row.id),
            name: row.name,
            render_ms: count(row.render_ms),
            attempts: count(row.attempts),
            exports: count(row.exports),
            completed: count(row.completed),
            output_bytes: count(row.output_bytes),
        };
        Ok(rows.into_iter().map(usage).collect())
    }
}
