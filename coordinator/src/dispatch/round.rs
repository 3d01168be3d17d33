//! One look at the ledger after another: lost leases back, parts that are there reused, previews out of the way, doorbells booked.
//! Speaks to no broker.

use std::collections::HashMap;
use std::time::Duration;

use farm_core::ids::TaskId;
use farm_core::schedule::{self, Previewing};
use farm_core::work::TaskKind;
use service::Stop;
use tokio::sync::Notify;
use tracing::{debug, info};
use uuid::Uuid;
use wire::doorbell;

use super::{Ports, lost, warn_of};
use crate::config::DispatchConfig;
use crate::store::{Attempt, ConnectedNode, Doorbell, Ready, Store, StoreError, Workload, rooms};

/// Doorbells booked in one round: one transaction that holds the ledger's writer for a few milliseconds.
const BOOKED_AT_ONCE_MAX: usize = 64;

/// Runs until asked to stop: woken by a nudge and by a timer.
pub(super) async fn run(ports: &Ports, config: &DispatchConfig, booked: &Notify, stop: &Stop) {
    while !stop.soft.is_cancelled() {
        match round(ports, config.ring_again()).await {
            Ok(0) => {}
            Ok(count) => {
                debug!(count, "Booked {count} doorbells");
                booked.notify_one();
            }
            Err(cause) => warn_of("look at the ready tasks", cause),
        }
        stop.soft.run_until_cancelled(ports.nudge.dispatch_or(config.tick())).await;
    }
}

/// Gives how many doorbells were booked.
async fn round(ports: &Ports, ring_again: Duration) -> Result<usize, StoreError> {
    lost::take_back(ports).await?;
    reuse_parts(ports).await?;
    // While NATS is away nothing is marked as rung that nobody can hear.
    if !ports.health.is_well() {
        return Ok(0);
    }
    let ready = ports.store.ready_tasks(ring_again).await?;
    if ready.is_empty() {
        return Ok(0);
    }
    let workloads = ports.store.workloads().await?;
    let nodes = ports.store.connected_nodes().await?;
    let rooms = rooms(&nodes, &workloads);
    let candidates: Vec<_> = ready.iter().map(|ready| ready.candidate.clone()).collect();
    let running: Vec<_> = workloads.iter().map(|workload| workload.running).collect();
    let yielding = schedule::giving_way(&candidates, &running, &previewing(&nodes, &workloads), &rooms);
    take_off(ports, &workloads, &yielding).await?;
    let chosen = schedule::choose(&candidates, &running, &rooms, BOOKED_AT_ONCE_MAX);
    book(&ports.store, &ready, &chosen).await
}

/// Gives up the leases of previews in favour of what waits; their nodes are told to stop because they hold none.
async fn take_off(ports: &Ports, workloads: &[Workload], yielding: &[TaskId]) -> Result<(), StoreError> {
    for workload in workloads.iter().filter(|workload| yielding.contains(&workload.attempt.task)) {
        let Attempt { task, node, .. } = workload.attempt;
        if ports.store.release_task(&workload.attempt).await? {
            info!(task.id = %task, node.id = %node, "Took preview task {task} off node {node}: others wait");
            ports.nudge.dispatch();
        }
    }
    Ok(())
}

/// Parts made for another export while this one was being planned.
async fn reuse_parts(ports: &Ports) -> Result<(), StoreError> {
    let keys = ports.store.parts_wanted_and_there().await?;
    if keys.is_empty() {
        return Ok(());
    }
    let mut tx = ports.store.begin().await?;
    for key in &keys {
        tx.reuse_part(key).await?;
    }
    tx.commit().await?;
    ports.nudge.advance();
    Ok(())
}

fn previewing(nodes: &[ConnectedNode], workloads: &[Workload]) -> Vec<Previewing> {
    let previews = workloads.iter().filter(|workload| workload.kind == TaskKind::Preview);
    let previewing = |workload: &Workload| {
        let node = nodes.iter().find(|node| node.id == workload.attempt.node)?;
        let Attempt { task, epoch, .. } = workload.attempt;
        Some(Previewing { task, attempt: epoch, pools: node.facts.pools() })
    };
    previews.filter_map(previewing).collect()
}

/// Marks the chosen tasks as rung and books their doorbells, all or none.
async fn book(store: &Store, ready: &[Ready], chosen: &[TaskId]) -> Result<usize, StoreError> {
    if chosen.is_empty() {
        return Ok(0);
    }
    let ready: HashMap<TaskId, &Ready> = ready.iter().map(|ready| (ready.candidate.task, ready)).collect();
    let mut tx = store.begin().await?;
    let mut count = 0;
    for task in chosen {
        let Ready { candidate, epoch, video } = ready[task];
        if let Some(ring) = tx.ring_task(*task, *epoch).await? {
            let owner = candidate.export.map_or(video.0, |export| export.0);
            tx.insert_doorbell(&Doorbell {
                id: Uuid::now_v7(),
                subject: doorbell::subject(&candidate.pool, owner, task.0),
                message_id: format!("{task}:{epoch}:{ring}"),
                body: doorbell::Doorbell { task: task.0, epoch: *epoch }.to_bytes().to_vec(),
            })
            .await?;
            count += 1;
        }
    }
    tx.commit().await?;
    Ok(count)
}
