//! Every task that nobody runs, with what `core::waiting` wants to know of it. Explains nothing.

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::{ExportId, TaskId, UserId};
use farm_core::schedule::Candidate;
use farm_core::waiting::Waiting;
use farm_core::work::TaskKind;
use uuid::Uuid;

use super::count;
use crate::read;
use crate::store::{Store, StoreError};

/// Tasks looked at to say why one waits; a place in a longer line is no use to anybody.
const WAITING_MAX: i64 = 5_000;

#[derive(sqlx::FromRow)]
struct WaitingRow {
    id: Uuid,
    kind: String,
    pool: String,
    content_key: Option<Vec<u8>>,
    amount_total: i64,
    export_id: Option<Uuid>,
    user_id: Uuid,
    priority: i64,
    ordered_at: i64,
    rung: bool,
    paused: bool,
    back_off: i64,
}

impl Store {
    /// The tasks that wait, oldest first. Rung within `ring_again` counts as rung.
    pub async fn waiting_tasks(&self, ring_again: Duration) -> Result<Vec<Waiting>, StoreError> {
        const SQL: &str = "-- queue.waiting
            select tasks.id, tasks.kind, tasks.pool, tasks.content_key, tasks.amount_total, tasks.export_id, videos.user_id,
                   coalesce(exports.priority, 0) as priority, coalesce(exports.created_at, tasks.created_at) as ordered_at,
                   (tasks.rung_at is not null and tasks.rung_at > now_micros() - $1) as rung,
                   (exports.paused_at is not null) as paused, tasks.not_before - now_micros() as back_off
            from tasks join videos on videos.id = tasks.video_id left join exports on exports.id = tasks.export_id
            where tasks.state in ('ready', 'leased') and tasks.state = 'ready'
              and (tasks.export_id is null or exports.status = 'processing')
            order by tasks.created_at, tasks.id limit $2";
        let sql = self.clocked(SQL);
        let ring_again = i64::try_from(ring_again.as_micros()).unwrap_or(i64::MAX);
        let rows: Vec<WaitingRow> =
            read!(self, |db| sqlx::query_as(sql).bind(ring_again).bind(WAITING_MAX).fetch_all(db).await)
                .map_err(StoreError::during("list the tasks that wait"))?;
        rows.into_iter().map(Waiting::try_from).collect()
    }
}

impl TryFrom<WaitingRow> for Waiting {
    type Error = StoreError;

    fn try_from(row: WaitingRow) -> Result<Waiting, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "tasks", column, row: row.id.to_string() };
        let content_key = match row.content_key {
            Some(bytes) => Some(ContentKey(bytes.try_into().map_err(|_| wrong("content_key"))?)),
            None => None,
        };
        let candidate = Candidate {
            task: TaskId(row.id),
            user: UserId(row.user_id),
            export: row.export_id.map(ExportId),
            priority: i32::try_from(row.priority).map_err(|_| wrong("priority"))?,
            ordered_at: row.ordered_at,
            kind: TaskKind::parse(&row.kind).ok_or_else(|| wrong("kind"))?,
            pool: row.pool,
            content_key,
            amount: count(row.amount_total),
            rung: row.rung,
        };
        Ok(Waiting { candidate, paused: row.paused, back_off: Duration::from_micros(count(row.back_off)) })
    }
}
