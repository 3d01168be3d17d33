//! How much of exports is done: tasks and files added up, and the highest percentage shown. Decides no percentage.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use farm_core::finishing::{FINISHED_MAX, Finished};
use farm_core::ids::ExportId;
use farm_core::progress::WorkDone;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::store::charges::Cost;
use crate::store::{Store, StoreError};
use crate::{read, write};

/// What is done of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Its tasks.
    pub work: WorkDone,
    /// Bytes of its files that are published.
    pub uploaded_bytes: u64,
    /// Bytes of its files whose size is known.
    pub upload_bytes: u64,
    /// Milliseconds of one slot that were spent on it.
    pub render_ms: u64,
    /// Those of them that pictures took.
    pub picture_ms: u64,
}

#[derive(sqlx::FromRow)]
struct WorkRow {
    export_id: Uuid,
    frames_total: i64,
    frames_done: i64,
    frames_reused: i64,
    frames_whole: i64,
    frames_waiting: i64,
    frames_longest: i64,
    sound_total: i64,
    sound_done: i64,
    leased: i64,
}

impl Store {
    /// What is done of each of the exports. One without tasks and files is left out.
    pub async fn amounts(&self, exports: &[ExportId]) -> Result<HashMap<ExportId, Amounts>, StoreError> {
        if exports.is_empty() {
            return Ok(HashMap::new());
        }
        let mut amounts: HashMap<ExportId, Amounts> = HashMap::new();
        for row in self.work_of(exports).await? {
            let id = ExportId(row.export_id);
            amounts.entry(id).or_default().work = row.into();
        }
        for (id, uploaded, total) in self.uploads_of(exports).await? {
            let amounts = amounts.entry(ExportId(id)).or_default();
            (amounts.uploaded_bytes, amounts.upload_bytes) = (count(uploaded), count(total));
        }
        for (id, Cost { render_ms, picture_ms }) in self.costs_of(exports).await? {
            let amounts = amounts.entry(id).or_default();
            (amounts.render_ms, amounts.picture_ms) = (render_ms, picture_ms);
        }
        Ok(amounts)
    }

    async fn work_of(&self, exports: &[ExportId]) -> Result<Vec<WorkRow>, StoreError> {
        // A sum of bigint is numeric on PostgreSQL. A done task counts whole, whatever its last report said.
        let sql = format!(
            "-- exports.work
            select export_id,
                cast(sum(case when kind = 'picture' then amount_total else 0 end) as bigint) as frames_total,
                cast(sum(case when kind = 'picture' and state = 'done' then amount_total
                              when kind = 'picture' then amount_done else 0 end) as bigint) as frames_done,
                cast(sum(case when kind = 'picture' and reused then amount_total else 0 end) as bigint) as frames_reused,
                cast(sum(case when kind = 'picture' and state = 'done' and not reused then amount_total else 0 end) as bigint)
                    as frames_whole,
                cast(sum(case when kind = 'picture' and state = 'ready' then amount_total else 0 end) as bigint) as frames_waiting,
                cast(max(case when kind = 'picture' and state in ('ready', 'leased') then amount_total - amount_done else 0 end) as bigint)
                    as frames_longest,
                cast(sum(case when kind = 'sound' then amount_total else 0 end) as bigint) as sound_total,
                cast(sum(case when kind = 'sound' and state = 'done' then amount_total
                              when kind = 'sound' then amount_done else 0 end) as bigint) as sound_done,
                cast(sum(case when state = 'leased' then 1 else 0 end) as bigint) as leased
            from tasks where export_id in ({}) group by export_id",
            placeholders(exports.len())
        );
        read!(self, |db| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in exports {
                query = query.bind(id.0);
            }
            query.fetch_all(db).await
        })
        .map_err(StoreError::during("add up the tasks of exports"))
    }

    async fn uploads_of(&self, exports: &[ExportId]) -> Result<Vec<(Uuid, i64, i64)>, StoreError> {
        let sql = format!(
            "-- exports.uploads
            select export_id,
                cast(coalesce(sum(case when published_at is not null then size_bytes end), 0) as bigint),
                cast(coalesce(sum(size_bytes), 0) as bigint)
            from outputs where export_id in ({}) group by export_id",
            placeholders(exports.len())
        );
        read!(self, |db| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in exports {
                query = query.bind(id.0);
            }
            query.fetch_all(db).await
        })
        .map_err(StoreError::during("add up the files of exports"))
    }

    /// The exports that were finished last, newest first.
    pub async fn finished(&self) -> Result<Vec<Finished>, StoreError> {
        // By the index exports_finished.
        const SQL: &str = "-- exports.finished
            select expected_bytes, completed_at - rendered_at from exports
            where rendered_at is not null and status = 'completed' order by completed_at desc limit $1";
        let limit = i64::try_from(FINISHED_MAX).unwrap_or(i64::MAX);
        let rows: Vec<(i64, i64)> = read!(self, |db| sqlx::query_as(SQL).bind(limit).fetch_all(db).await)
            .map_err(StoreError::during("read how long finishing took"))?;
        let finished =
            |(bytes, took)| Finished { expected_bytes: count(bytes), took: Duration::from_micros(count(took)) };
        Ok(rows.into_iter().map(finished).collect())
    }

    /// Notes that people were shown `percent` of an open export, so that nothing lower is shown again.
    pub async fn raise_progress(&self, id: ExportId, percent: u8) -> Result<(), StoreError> {
        const SQL: &str = "-- exports.raise_progress
            update exports set progress_percentage = $2
            where id = $1 and progress_percentage < $2 and status in ('pending', 'processing')";
        write!(self, |db| sqlx::query(SQL).bind(id.0).bind(i64::from(percent)).execute(db).await.map(drop))
            .map_err(StoreError::during("note an export's progress"))
    }
}

/// `$1, $2, …` for a list of `len` values.
pub(in crate::store) fn placeholders(len: usize) -> String {
    (1..=len).fold(String::new(), |mut list, number| {
        let separator = if number == 1 { "" } else { ", " };
        std::write!(list, "{separator}${number}").expect("a string takes any text");
        list
    })
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

impl From<WorkRow> for WorkDone {
    fn from(row: WorkRow) -> WorkDone {
        WorkDone {
            frames_total: count(row.frames_total),
            frames_done: count(row.frames_done),
            frames_reused: count(row.frames_reused),
            frames_rendered_whole: count(row.frames_whole),
            frames_waiting: count(row.frames_waiting),
            frames_left_longest: count(row.frames_longest),
            sound_total_ms: count(row.sound_total),
            sound_done_ms: count(row.sound_done),
            tasks_leased: count(row.leased),
        }
    }
}
