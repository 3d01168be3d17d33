//! Counts the hash of every source that has just arrived, then orders its index (decision 0001).
//! Looks at no byte but to count it.

use farm_core::ids::VideoId;
use service::OnEnd;
use tracing::{info, warn};

use super::Ports;
use super::in_flight::InFlight;
use crate::store::StoreError;
use crate::store::videos::VideoToHash;

/// Gives every hashed video its index task.
pub(super) async fn order_indexes(ports: &Ports) -> Result<(), StoreError> {
    for video in ports.store.videos_to_index().await? {
        ports.store.insert_index_task(video, ports.clock.now()).await?;
        ports.nudge.dispatch();
    }
    Ok(())
}

/// Starts a long step for every video that waits for its hash, as far as there are places.
pub(super) async fn hash_new(ports: &Ports, in_flight: &InFlight) -> Result<(), StoreError> {
    for video in ports.store.videos_to_hash().await? {
        let Some(place) = in_flight.enter(video.id.0) else { continue };
        let ports = ports.clone();
        ports.tasks.clone().spawn("hash", OnEnd::Log, async move {
            let _place = place;
            hash(&ports, &video).await
        });
    }
    Ok(())
}

async fn hash(ports: &Ports, video: &VideoToHash) -> anyhow::Result<()> {
    let counted = ports.storage.hash_object(&video.source_key).await?;
    if counted.size_bytes != video.size_bytes {
        let message = format!(
            "The upload holds {} bytes, not the {} announced; upload it again.",
            counted.size_bytes, video.size_bytes
        );
        return refuse(ports, video.id, "upload_incomplete", &message).await;
    }
    if ports.store.video_hashed(video.id, &counted.blake3, ports.clock.now()).await? {
        info!(video.id = %video.id, "Hashed video {}", video.id);
    } else {
        warn!(video.id = %video.id, "Video {} is not what its hash said, or is gone", video.id);
        ports.nudge.progress();
    }
    ports.nudge.advance();
    Ok(())
}

async fn refuse(ports: &Ports, video: VideoId, code: &str, message: &str) -> anyhow::Result<()> {
    warn!(video.id = %video, "Refused video {video}: {message}");
    ports.store.video_failed(video, code, message, ports.clock.now()).await?;
    ports.nudge.progress();
    Ok(())
}
