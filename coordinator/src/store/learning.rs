//! What estimates are learnt from: committed attempts that are alike, and what is left to do of each sort. Estimates nothing.

use farm_core::backlog::Left;
use farm_core::estimate::{SAMPLES_MAX, Sample};
use farm_core::work::TaskKind;

use super::{Store, StoreError};
use crate::read;

/// What makes tasks alike: how long one takes is learnt from others that differ from it in their amounts alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Alike {
    /// The same recipe.
    Recipe(String),
    /// The same kind, where there is no recipe; each counts as one.
    Kind(TaskKind),
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn limit() -> i64 {
    i64::try_from(SAMPLES_MAX).unwrap_or(i64::MAX)
}

impl Store {
    /// The newest parts of a recipe.
    pub async fn samples(&self, recipe: &str) -> Result<Vec<Sample>, StoreError> {
        const SQL: &str = "-- learning.samples
            select amount, render_ms, size_bytes from charges where recipe = $1 order by created_at desc limit $2";
        let rows: Vec<(i64, i64, i64)> =
            read!(self, |db| sqlx::query_as(SQL).bind(recipe).bind(limit()).fetch_all(db).await)
                .map_err(StoreError::during("read what was rendered before"))?;
        let sample = |(amount, render_ms, size_bytes)| Sample {
            amount: count(amount),
            render_ms: count(render_ms),
            size_bytes: count(size_bytes),
        };
        Ok(rows.into_iter().map(sample).collect())
    }

    /// The newest parts of a kind, one unit of amount each.
    async fn samples_of_kind(&self, kind: TaskKind) -> Result<Vec<Sample>, StoreError> {
        const SQL: &str = "-- learning.samples_of_kind
            select render_ms, size_bytes from charges where kind = $1 order by created_at desc limit $2";
        let rows: Vec<(i64, i64)> =
            read!(self, |db| sqlx::query_as(SQL).bind(kind.as_str()).bind(limit()).fetch_all(db).await)
                .map_err(StoreError::during("read how long tasks took"))?;
        let sample =
            |(render_ms, size_bytes)| Sample { amount: 1, render_ms: count(render_ms), size_bytes: count(size_bytes) };
        Ok(rows.into_iter().map(sample).collect())
    }

    /// What is left to do of the tasks of exports, by what decides how long they take. What is paused waits for nobody.
    pub async fn left(&self) -> Result<Vec<(TaskKind, Alike, Left)>, StoreError> {
        // A kind that has no measure is counted by the task.
        const SQL: &str = "-- learning.left
            select kind, recipe, sum(amount * share), sum(amount * share * amount * share) from (
                select tasks.kind, tasks.recipe, cast(coalesce(tasks.measured_amount, 1) as double precision) as amount,
                    1.0 - cast(tasks.amount_done as double precision)
                        / case when tasks.amount_total > 0 then tasks.amount_total else 1 end as share
                from tasks join exports on exports.id = tasks.export_id
                where tasks.state in ('ready', 'leased') and exports.paused_at is null) as open
            group by kind, recipe";
        let rows: Vec<(String, Option<String>, f64, f64)> = read!(self, |db| sqlx::query_as(SQL).fetch_all(db).await)
            .map_err(StoreError::during("add up what is left to do"))?;
        let known = |(kind, recipe, amount, squares): (String, Option<String>, f64, f64)| {
            let inconsistent =
                || StoreError::Inconsistent { table: "tasks", column: "kind", row: format!("any {kind:?}") };
            let kind = TaskKind::parse(&kind).ok_or_else(inconsistent)?;
            Ok((kind, recipe.map_or(Alike::Kind(kind), Alike::Recipe), Left { amount, squares }))
        };
        rows.into_iter().map(known).collect()
    }

    /// The newest of what was rendered that is alike.
    pub async fn samples_of(&self, alike: &Alike) -> Result<Vec<Sample>, StoreError> {
        match alike {
            Alike::Recipe(recipe) => self.samples(recipe).await,
            Alike::Kind(kind) => self.samples_of_kind(*kind).await,
        }
    }
}
