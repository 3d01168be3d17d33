//! Reads from the ledger what `core::next_actions` wants to know of one export.
//! Decides nothing and changes nothing.

use farm_core::next_actions::Facts;
use farm_core::recipe::choose_encoder;
use farm_core::status::{ExportStatus, Phase};

use super::Ports;
use crate::store::{OpenExport, StoreError, TaskTally};

/// The facts of one export.
pub(super) async fn load(ports: &Ports, export: &OpenExport) -> Result<Facts, StoreError> {
    let encoder = match (export.status, export.phase) {
        (ExportStatus::Pending, Phase::Accepted) => {
            choose_encoder(&ports.store.connected_encoders().await?, export.format)
        }
        _ => None,
    };
    let tally = match export.phase {
        Phase::Rendering => ports.store.task_tally(export.id).await?,
        _ => TaskTally::default(),
    };
    let late = export.deadline.is_some_and(|deadline| deadline <= ports.clock.now());
    Ok(Facts {
        status: export.status,
        phase: export.phase,
        encoder,
        open_tasks: tally.open,
        poison: tally.poison,
        overdue: export.granted().filter(|_| late),
    })
}
