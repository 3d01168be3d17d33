//! `GET /api/usage`: what was used and what that cost, by user and month. Sets no price.

use std::sync::Arc;

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
use crate::store::Store;
use crate::store::charges::Usage;
use crate::store::users::Role;

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

/// What was used.
#[derive(Clone, Debug, Object)]
#[oai(rename = "UsageList")]
struct UsageList {
    /// The present month first; within a month by name.
    usage: Vec<UsageView>,
    /// How many rows.
    total: u64,
}

/// `GET /api/usage`.
pub struct ViewUsage {
    store: Store,
    clock: Arc<dyn Clock>,
}

/// The operation on its handles.
pub fn operation(deps: &Deps) -> ViewUsage {
    ViewUsage { store: deps.store.clone(), clock: Arc::clone(&deps.clock) }
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
    ) -> Result<Json<UsageList>, Refusal> {
        let count = months.0.unwrap_or(1);
        if count == 0 || count > MONTHS_MAX {
            let message = format!("Ask for 1 to {MONTHS_MAX} months.");
            return Err(Refusal::invalid(vec![Problem::new("months", ProblemCode::InvalidNumber, message)]));
        }
        let own = who.0.user;
        let user = if everybody.0 == Some(true) {
            who.must_be(Role::Operator)?;
            None
        } else {
            Some(own)
        };
        let mut usage = Vec::new();
        for month in months_until(self.clock.now().0, count) {
            let (from, until) = (Timestamp(month.from), Timestamp(month.until));
            usage.extend(self.store.usage(user, from, until).await?.into_iter().map(|used| view(&month, used)));
        }
        Ok(Json(UsageList { total: usage.len() as u64, usage }))
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
