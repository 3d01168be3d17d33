//! Orders a preview for every video that became ready, and publishes those that are rendered.
//! A preview that cannot be made is nobody's trouble: its video can be exported all the same.

use std::time::Duration;

use farm_core::content_key::ContentKey;
use farm_core::ids::VideoId;
use farm_core::preview;
use farm_core::work::Work;
use service::OnEnd;
use tracing::{info, warn};

use super::in_flight::InFlight;
use super::{Ports, publisher};
use crate::store::StoreError;
use crate::store::previews::MadePreview;
use crate::upload::PublishError;

/// Whoever uploads a video to export it at once orders that within this time, and needs every slot.
const HEAD_START: Duration = Duration::from_secs(1);

/// Gives every ready video its preview task.
pub(super) async fn order_new(ports: &Ports) -> Result<(), StoreError> {
    for video in ports.store.videos_to_preview().await? {
        if let Err(cause) = order(ports, video).await {
            warn!(video.id = %video, "Failed to order the preview of video {video}, will try again: {:#}", anyhow::Error::from(cause));
        }
    }
    Ok(())
}

async fn order(ports: &Ports, video: VideoId) -> Result<(), StoreError> {
    let Some(source) = ports.store.source(video).await? else { return Ok(()) };
    let work = preview::work(&source.facts, &source.table);
    let key = ContentKey::of(&source.hash, &Work::Preview(work.clone()), None);
    if ports.store.begin_preview(video, &key, &work, HEAD_START, ports.clock.now()).await? {
        ports.nudge.dispatch();
    }
    Ok(())
}

/// Starts a long step for every rendered preview, as far as there are places.
pub(super) async fn publish_made(ports: &Ports, in_flight: &InFlight) -> Result<(), StoreError> {
    for made in ports.store.previews_to_publish().await? {
        let Some(place) = in_flight.enter(made.video.0) else { continue };
        let ports = ports.clone();
        ports.tasks.clone().spawn("publish preview", OnEnd::Log, async move {
            let _place = place;
            publish(&ports, made).await;
            Ok::<(), std::convert::Infallible>(())
        });
    }
    Ok(())
}

async fn publish(ports: &Ports, made: MadePreview) {
    let video = made.video;
    match publisher(ports).publish_preview(made).await {
        Ok(()) => info!(video.id = %video, "Published the preview of video {video}"),
        Err(PublishError::Unwanted) => info!(video.id = %video, "Nobody wants the preview of video {video} any more"),
        Err(cause) => {
            let cause = anyhow::Error::from(cause);
            warn!(video.id = %video, "Failed to publish the preview of video {video}, will go on with it: {cause:#}");
            return;
        }
    }
    ports.nudge.progress();
}
