//! Notes how the queue is, four times a minute, for those who look back. What fails leaves a gap. Looks at no export.

use tracing::warn;

use super::Ports;
use crate::store::StoreError;
use crate::store::queue::READ_EVERY;

/// Runs until asked to stop.
pub async fn take_readings(ports: Ports) -> Result<(), StoreError> {
    let stop = ports.tasks.stop().soft.clone();
    while !stop.is_cancelled() {
        if let Err(cause) = ports.store.note_reading(ports.clock.now()).await {
            warn!("Failed to note how the queue is, will again: {:#}", anyhow::Error::from(cause));
        }
        stop.run_until_cancelled(tokio::time::sleep(READ_EVERY)).await;
    }
    Ok(())
}
