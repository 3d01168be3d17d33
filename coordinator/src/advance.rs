//! Moves every open export and preview one step nearer to done, again and again: woken by a nudge and by a timer, told nothing.
//! Decides nothing: facts in, `core::next_actions`, actions out. Recovery after a crash is the same loop, a little later.

mod act;
mod facts;
mod in_flight;
mod previews;
mod readings;
mod retention;
mod sources;

use std::sync::Arc;

use farm_core::limits::Limits;
use futures::StreamExt;
use service::{Clock, Tasks};
use tracing::warn;

use crate::config::{AdvanceConfig, RetentionConfig};
use crate::nudge::Nudge;
use crate::parts::PartStore;
use crate::storage::Storage;
use crate::store::{OpenExport, Store, StoreError};
use crate::upload::Publisher;

use in_flight::InFlight;
pub use readings::take_readings;
pub use retention::keep_no_longer;

/// Exports moved side by side in one round.
const EXPORTS_AT_ONCE_MAX: usize = 8;

/// What the loop works on.
#[derive(Clone)]
pub struct Ports {
    /// The ledger.
    pub store: Store,
    /// Sources and finished files.
    pub storage: Storage,
    /// Parts on disk.
    pub parts: PartStore,
    /// Who to wake, and who wakes us.
    pub nudge: Nudge,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Where long steps run.
    pub tasks: Tasks,
    /// How large creators' files may be.
    pub limits: Limits,
    /// How long things are kept.
    pub retention: RetentionConfig,
}

/// Runs until asked to stop.
pub async fn run(ports: Ports, config: AdvanceConfig) -> Result<(), StoreError> {
    let in_flight = InFlight::default();
    // Places of their own: a proxy of hours on its way up holds up no export.
    let previewing = InFlight::default();
    while !ports.tasks.stop().soft.is_cancelled() {
        if let Err(cause) = round(&ports, &in_flight, &previewing).await {
            warn!("Failed to look at the open exports, will look again: {:#}", anyhow::Error::from(cause));
        }
        ports.tasks.stop().soft.run_until_cancelled(ports.nudge.advance_or(config.tick())).await;
    }
    Ok(())
}

/// One look at everything that is open. What fails for one export does not stop the others.
async fn round(ports: &Ports, in_flight: &InFlight, previewing: &InFlight) -> Result<(), StoreError> {
    sources::hash_new(ports, in_flight).await?;
    sources::order_indexes(ports).await?;
    let exports = ports.store.exports_to_advance().await?;
    futures::stream::iter(exports)
        .for_each_concurrent(EXPORTS_AT_ONCE_MAX, |export| async move {
            if let Err(cause) = step(ports, in_flight, &export).await {
                let cause = anyhow::Error::from(cause);
                warn!(export.id = %export.id, "Failed to move export {}, will try again: {cause:#}", export.id);
            }
        })
        .await;
    previews::order_new(ports).await?;
    previews::publish_made(ports, previewing).await
}

async fn step(ports: &Ports, in_flight: &InFlight, export: &OpenExport) -> Result<(), StoreError> {
    let facts = facts::load(ports, export).await?;
    for action in farm_core::next_actions::next_actions(&facts) {
        act::perform(ports, in_flight, export, action).await?;
    }
    Ok(())
}

fn publisher(ports: &Ports) -> Publisher {
    Publisher {
        store: ports.store.clone(),
        storage: ports.storage.clone(),
        parts: ports.parts.clone(),
        clock: Arc::clone(&ports.clock),
    }
}
