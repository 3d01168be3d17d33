//! Leases that ran out: the node is lost, the task is free again or given up. Notices; decides nothing.

use farm_core::retry::{Fault, Next};
use tracing::warn;

use super::Ports;
use crate::store::{Attempt, StoreError};

/// What people read when a task is given up after this.
const MESSAGE: &str = "Rendering was interrupted on too many nodes.";

/// Takes back every lease that ran out.
pub(super) async fn take_back(ports: &Ports) -> Result<(), StoreError> {
    for attempt in ports.store.lost_attempts().await? {
        take_back_one(ports, &attempt).await?;
    }
    Ok(())
}

async fn take_back_one(ports: &Ports, attempt: &Attempt) -> Result<(), StoreError> {
    let mut tx = ports.store.begin().await?;
    let Some(failed) = tx.fail_task(attempt, Fault::Node, MESSAGE, "the lease ran out", ports.clock.now()).await?
    else {
        return Ok(());
    };
    tx.commit().await?;
    warn!(task.id = %attempt.task, node.id = %attempt.node, epoch = attempt.epoch,
        "Node {} lost its lease of task {}", attempt.node, attempt.task);
    if failed.next == Next::Poisoned {
        ports.nudge.advance();
        ports.nudge.progress();
    }
    Ok(())
}
