//! Deletes what is kept no longer: exports a while after they ended, uploads that nobody completed, parts that nothing is made of any
//! more. By the database's clock, again and again; what fails is found again in the next round. Deletes nothing that is in use.

use std::time::Duration;

use farm_core::ids::{ExportId, UserId};
use tracing::{info, warn};

use super::Ports;
use crate::store::StoreError;

/// How often it is looked. What is over is shown as over by its own time, not by ours.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// Runs until asked to stop.
pub async fn keep_no_longer(ports: Ports) -> Result<(), StoreError> {
    let stop = ports.tasks.stop().soft.clone();
    while !stop.is_cancelled() {
        if let Err(cause) = round(&ports).await {
            let cause = anyhow::Error::from(cause);
            warn!("Failed to look for what is kept no longer, will look again: {cause:#}");
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
    }
    Ok(())
}

/// One look at everything. What cannot be deleted does not stop the rest.
pub(super) async fn round(ports: &Ports) -> Result<(), StoreError> {
    for (user, export) in ports.store.exports_kept_no_longer(ports.retention.exports()).await? {
        if let Err(cause) = delete_export(ports, user, export).await {
            warn!(export.id = %export, "Failed to delete export {export}, will try again: {cause:#}");
        }
    }
    for upload in ports.store.uploads_kept_no_longer(ports.retention.uploads()).await? {
        // Row first: a client that completes it at this very moment is either too late, or has a video that stays.
        if !ports.store.delete_upload(upload.video, ports.retention.uploads()).await? {
            continue;
        }
        let video = upload.video;
        info!(video.id = %video, "Deleted video {video}: its upload was never completed");
        let file = &upload.file;
        if let Err(cause) = ports.storage.remove(&file.s3_key, file.upload_id.as_deref()).await {
            warn!(video.id = %video, s3.key = file.s3_key, "Failed to delete {} of video {video}: {cause}", file.s3_key);
        }
    }
    let kept = ports.retention.parts();
    for (key, epoch) in ports.store.parts_kept_no_longer(kept).await? {
        if ports.store.forget_unused_part(&key, epoch, kept).await?
            && let Err(cause) = ports.parts.remove(&key, epoch)
        {
            // The next start of the coordinator clears away what no part names.
            warn!("Failed to remove the file of part {key}: {:#}", anyhow::Error::from(cause));
        }
    }
    Ok(())
}

/// Files first, row second: whatever fails in between is found again by the row.
async fn delete_export(ports: &Ports, user: UserId, export: ExportId) -> anyhow::Result<()> {
    for file in ports.store.files_of_export(user, export).await? {
        ports.storage.remove(&file.s3_key, file.upload_id.as_deref()).await?;
    }
    let mut tx = ports.store.begin().await?;
    tx.delete_export(user, export).await?;
    tx.commit().await?;
    info!(export.id = %export, user.id = %user, "Deleted export {export}: its time is over");
    ports.nudge.progress();
    Ok(())
}

#[cfg(test)]
mod tests;
