//! Which connection is a node's present one. Holds connections and nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use farm_core::ids::NodeId;
use quinn::Connection;

/// The newest connection of every node.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<NodeId, Connection>>);

impl Sessions {
    /// A node connected. Its older connection is closed: the node is where it was heard last.
    pub(super) fn enter(&self, node: NodeId, connection: Connection) {
        let older = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(node, connection);
        if let Some(older) = older {
            older.close(0_u32.into(), b"connected again");
        }
    }

    /// A connection ended. True when it was the node's present one.
    pub(super) fn leave(&self, node: NodeId, connection: &Connection) -> bool {
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = present.get(&node).is_some_and(|present| present.stable_id() == connection.stable_id());
        if same {
            present.remove(&node);
        }
        same
    }
}
