//! `GET /api/queue/stuck`: tasks that some node has had for much longer than such tasks usually take. Takes none away.

use std::collections::{BTreeMap, HashMap};

use farm_core::backlog::{STUCK_FACTOR, STUCK_MIN, is_stuck, usual};
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::super::identity::Operator;
use super::super::refusal::Refusal;
use super::tasks::{TaskView, view};
use crate::store::Store;

/// More times would find nothing.
pub const FACTOR_MAX: u32 = 100;

/// A task that takes too long.
#[derive(Clone, Debug, Object)]
struct StuckTask {
    /// The task.
    task: TaskView,
    /// For how long the node has had it.
    running_seconds: f64,
    /// How long such a task takes one slot: as long as the middle one of those that were rendered before.
    usual_seconds: f64,
}

/// Tasks that take too long.
#[derive(Clone, Debug, Object)]
struct StuckTasks {
    /// Those that run longest first; at most 200 are looked at.
    stuck: Vec<StuckTask>,
}

/// `GET /api/queue/stuck`.
pub struct ListStuck {
    pub(super) store: Store,
}

#[OpenApi]
impl ListStuck {
    /// List the tasks that are stuck
    ///
    /// For operators and admins. A task is stuck when a node has had it for over half a minute, and for `factor` times as long as such
    /// a task usually takes. Where too little of the kind was rendered nothing is said.
    #[oai(path = "/api/queue/stuck", method = "get", operation_id = "list_stuck_tasks")]
    async fn list(
        &self,
        _operator: Operator,
        /// How many times as long as usual, 1 to 100; 3 by default.
        factor: Query<Option<u32>>,
    ) -> Result<Json<StuckTasks>, Refusal> {
        let factor = factor.0.unwrap_or(STUCK_FACTOR);
        if !(1..=FACTOR_MAX).contains(&factor) {
            let message = format!("A factor is a number from 1 to {FACTOR_MAX}.");
            return Err(Refusal::invalid(vec![Problem::new("factor", ProblemCode::InvalidNumber, message)]));
        }
        let mut known = HashMap::new();
        let mut stuck = Vec::new();
        for running in self.store.running_tasks(STUCK_MIN).await? {
            if !known.contains_key(&running.alike) {
                known.insert(running.alike.clone(), self.store.samples_of(&running.alike).await?);
            }
            let Some(usual) = usual(&known[&running.alike], running.amount) else { continue };
            if is_stuck(running.running, usual, factor) {
                stuck.push(StuckTask {
                    task: view(running.task, &BTreeMap::new()),
                    running_seconds: running.running.as_secs_f64(),
                    usual_seconds: usual.as_secs_f64(),
                });
            }
        }
        Ok(Json(StuckTasks { stuck }))
    }
}
