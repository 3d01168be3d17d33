//! `GET /api/usage`: what was used and what that cost, by user and month. Sets no price.

use std::sync::Arc;

use farm_core::ids::UserId;
use farm_core::limits::{Limits, Use, exports_left};
use farm_core::months::{Month, months_until};
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::{Clock, Timestamp};
use uuid::Uuid;

use super::Deps;
use super::exports::show::slot_minutes;
use super::identity::SignedIn;
use super::refusal::Refusal;
use super::users::LimitsView;
use super::words::Sort;
use super::{limits, paging};
use crate::store::charges::Usage;
use crate::store::page::Page;
use crate::store::users::Role;
use crate::store::{Store, StoreError};

/// Months shown at once.
pub const MONTHS_MAX: u32 = 24;

/// What somebody used in a month.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Usage")]
struct UsageView {
    /// The month in UTC, such as `2026-11`.
    month: String,
    /// Who.
    user_id: Uuid,
    /// What they are called.
    user_name: String,
    /// Exports ordered.
    exports: u64,
    /// Exports completed.
    completed: u64,
    /// Bytes of the files completed.
    output_bytes: u64,
    /// Tasks that were rendered; parts that were there before are none.
    rendered_tasks: u64,
    /// Minutes of one slot: the sum of what every rendered task took.
    cost: f64,
}

/// What somebody may still order and keep.
#[derive(Clone, Copy, Debug, Object)]
#[oai(rename = "Quota")]
struct QuotaView {
    /// How much it may be.
    limits: LimitsView,
    /// Exports under way, with those that wait to be.
    active_exports: u32,
    /// Exports ordered within the last hour.
    exports_in_hour: u32,
    /// Bytes of videos and files, and of files still to come.
    held_bytes: u64,
    /// Minutes of one slot that were rendered this month (UTC).
    rendered_minutes: f64,
    /// How many more exports may be ordered now, by their number and by the month's minutes. Whether their files find room
    /// depends on what is ordered.
    exports_left: u32,
}

impl QuotaView {
    fn of(limits: Limits, has: Use) -> QuotaView {
        QuotaView {
            limits: limits.into(),
            active_exports: has.active_exports,
            exports_in_hour: has.orders_in_hour,
            held_bytes: has.held_bytes,
            rendered_minutes: has.rendered_this_month.as_secs_f64() / 60.0,
            exports_left: exports_left(&limits, &has),
        }
    }
}

/// What was used.
#[derive(Clone, Debug, Object)]
#[oai(rename = "UsageList", skip_serializing_if_is_none)]
struct UsageList {
    /// The page: the present month first unless sorted otherwise; within a month by name.
    usage: Vec<UsageView>,
    /// How many rows there are on all pages.
    total: u64,
    /// What whoever asks may still order; absent for those who are free of limits.
    quota: Option<QuotaView>,
}

/// `GET /api/usage`.
pub struct ViewUsage {
    store: Store,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

/// The operation on its handles.
pub fn operation(deps: &Deps) -> ViewUsage {
    ViewUsage { store: deps.store.clone(), clock: Arc::clone(&deps.clock), limits: deps.limits }
}

#[OpenApi]
impl ViewUsage {
    /// What was used, month by month
    #[oai(path = "/api/usage", method = "get", operation_id = "view_usage")]
    async fn view(
        &self,
        who: SignedIn,
        /// How many months back, the present one included: 1 to 24; 1 by default.
        months: Query<Option<u32>>,
        /// Everybody's instead of your own; for operators and admins.
        everybody: Query<Option<bool>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// Rows on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// By month; the present one first by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<UsageList>, Refusal> {
        let count = months.0.unwrap_or(1);
        let mut problems = paging::problems(page.0, limit.0);
        if count == 0 || count > MONTHS_MAX {
            let message = format!("Ask for 1 to {MONTHS_MAX} months.");
            problems.push(Problem::new("months", ProblemCode::InvalidNumber, message));
        }
        if !problems.is_empty() {
            return Err(Refusal::invalid(problems));
        }
        let page = paging::page(page.0, limit.0, sort.0)?;
        let own = who.0.user;
        let user = if everybody.0 == Some(true) {
            who.must_be(Role::Operator)?;
            None
        } else {
            Some(own)
        };
        let mut months = months_until(self.clock.now().0, count);
        if !page.newest_first {
            months.reverse();
        }
        let (usage, total) = self.rows(user, &months, page).await?;
        let standing = limits::standing(&self.store, &self.limits, &who.0, self.clock.now()).await?;
        let quota = standing.map(|(limits, has)| QuotaView::of(limits, has));
        Ok(Json(UsageList { usage, total, quota }))
    }
}

impl ViewUsage {
    /// The rows of a page, which may lie in several months, and how many there are in all.
    async fn rows(
        &self,
        user: Option<UserId>,
        months: &[Month],
        page: Page,
    ) -> Result<(Vec<UsageView>, u64), StoreError> {
        let (mut rows, mut total) = (Vec::new(), 0);
        let mut skipped = u64::try_from(page.offset()).unwrap_or_default();
        let mut wanted = u64::try_from(page.limit()).unwrap_or_default();
        for month in months {
            let (from, until) = (Timestamp(month.from), Timestamp(month.until));
            let users = self.store.users_of(user, from, until).await?;
            total += users;
            if wanted > 0 && skipped < users {
                let some = self.store.usage(user, (from, until), (skipped, wanted)).await?;
                wanted = wanted.saturating_sub(some.len() as u64);
                rows.extend(some.into_iter().map(|used| view(month, used)));
            }
            skipped = skipped.saturating_sub(users);
        }
        Ok((rows, total))
    }
}

fn view(month: &Month, used: Usage) -> UsageView {
    UsageView {
        month: month.name.clone(),
        user_id: used.user.0,
        user_name: used.name,
        exports: used.exports,
        completed: used.completed,
        output_bytes: used.output_bytes,
        rendered_tasks: used.attempts,
        cost: slot_minutes(used.render_ms),
    }
}
