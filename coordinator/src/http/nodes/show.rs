//! How a machine is shown, and why it is idle if it is. Reads no ledger.

use std::collections::BTreeMap;

use farm_core::ids::TaskId;
use farm_core::waiting::{Reason, Waiting, idle};
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::instant::instant;
use super::super::queue::Why;
use crate::store::NodeSeen;

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::waiting::Standing")]
pub enum NodeState {
    /// Connected, takes tasks.
    Online,
    /// Connected, finishes what it has.
    Draining,
    /// Kept from tasks by an operator.
    Quarantined,
    /// Not connected.
    Offline,
}

/// A machine of the farm.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Node", skip_serializing_if_is_none)]
pub struct NodeView {
    /// Its id.
    id: Uuid,
    /// What people call it.
    name: String,
    /// How it is.
    state: NodeState,
    /// Whether it is connected.
    connected: bool,
    /// Encodes it runs at once.
    slots: u32,
    /// Encodes it runs now.
    slots_busy: u32,
    /// Why it has slots that nobody uses; absent when it has none.
    idle: Option<Why>,
    /// Why it is kept from tasks.
    quarantine_reason: Option<String>,
    /// Since when.
    quarantined_at: Option<OffsetDateTime>,
    /// When it was last heard.
    seen_at: Option<OffsetDateTime>,
    /// When it joined.
    created_at: OffsetDateTime,
}

impl NodeView {
    /// The same without when it was last heard, which passes by itself.
    pub fn timeless(&self) -> NodeView {
        NodeView { seen_at: None, ..self.clone() }
    }
}

/// A machine as it is shown; `line` is what waits and why.
pub fn view(node: NodeSeen, line: &(Vec<Waiting>, BTreeMap<TaskId, Reason>)) -> NodeView {
    let slots = (node.slot_count, node.slots_busy);
    let idle = idle(node.standing, &node.pools(), slots, &line.0, &line.1);
    let why =
        |idle: farm_core::waiting::Idle| Why { code: idle.code().to_owned(), message: idle.sentence(), place: None };
    NodeView {
        id: node.id.0,
        name: node.name,
        state: node.standing.into(),
        connected: node.connected,
        slots: node.slot_count,
        slots_busy: node.slots_busy,
        idle: idle.map(why),
        quarantine_reason: node.quarantine_reason,
        quarantined_at: node.quarantined_at.map(instant),
        seen_at: node.seen_at.map(instant),
        created_at: instant(node.created_at),
    }
}
