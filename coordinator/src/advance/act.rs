//! Performs one action of `core::next_actions`. Each is idempotent; the long ones only begin here and end with a nudge.

use std::sync::Arc;

use farm_core::next_actions::Action;
use farm_core::plan::{self, Basis};
use farm_core::work::Encoder;
use service::OnEnd;
use tracing::{error, info, warn};

use super::in_flight::{InFlight, Place};
use super::{Ports, publisher};
use crate::store::outputs::UploadStep;
use crate::store::{OpenExport, StoreError};
use crate::upload::{self, Rendered};

/// The code of an export whose video was deleted before it was done.
const SOURCE_GONE: &str = "source_gone";

/// Performs `action` on `export`.
pub(super) async fn perform(
    ports: &Ports,
    in_flight: &InFlight,
    export: &OpenExport,
    action: Action,
) -> Result<(), StoreError> {
    match action {
        Action::Plan { encoder } => begin_rendering(ports, export, &encoder).await?,
        Action::BeginUpload => {
            if ports.store.begin_upload(export, ports.clock.now()).await? {
                ports.nudge.advance();
            }
        }
        Action::Publish => {
            if let Some(place) = in_flight.enter(export.id.0) {
                let (publishing, export) = (ports.clone(), export.clone());
                ports.tasks.spawn("publish", OnEnd::Log, async move { publish(&publishing, &export, place).await });
            }
            return Ok(());
        }
        Action::Fail { code, message } => fail(ports, export, code, &message).await?,
        Action::CleanUp => {
            if let Some(place) = in_flight.enter(export.id.0) {
                let (cleaning, export) = (ports.clone(), export.clone());
                ports.tasks.spawn("clean up", OnEnd::Log, async move { clean_up(&cleaning, &export, place).await });
            }
            return Ok(());
        }
    }
    ports.nudge.progress();
    Ok(())
}

async fn begin_rendering(ports: &Ports, export: &OpenExport, encoder: &Encoder) -> Result<(), StoreError> {
    let order = ports.store.export_order(export.id).await?;
    let Some(source) = ports.store.source(export.video).await? else {
        return fail(ports, export, SOURCE_GONE, "The video is no longer there.").await;
    };
    let (facts, table, source_hash) = (&source.facts, &source.table, &source.hash);
    let plan = plan::plan(&Basis { order: &order, facts, table, source_hash, encoder, export: export.id });
    if ports.store.begin_rendering(export, &plan, ports.clock.now()).await? {
        let (tasks, outputs) = (plan.tasks.len(), plan.outputs.len());
        info!(export.id = %export.id, tasks, outputs, "Planned export {} as {tasks} tasks for {outputs} files", export.id);
        ports.nudge.dispatch();
        ports.nudge.advance();
    }
    Ok(())
}

async fn publish(ports: &Ports, export: &OpenExport, _place: Place) -> Result<(), StoreError> {
    let Some(source) = ports.store.source(export.video).await? else {
        return fail(ports, export, SOURCE_GONE, "The video is no longer there.").await;
    };
    let rendered = Arc::new(Rendered {
        step: UploadStep { export: export.id, epoch: export.epoch },
        video: export.video,
        order: ports.store.export_order(export.id).await?,
        plan: ports.store.export_plan(export.id).await?,
        source,
        file_bytes_max: ports.store.file_bytes_max(export.id, &ports.limits).await?,
    });
    let progress = |_: upload::Progress| ports.nudge.progress();
    match publisher(ports).publish(rendered, &progress).await {
        Ok(file) => {
            let now = ports.clock.now();
            if ports.store.complete_export(export, &file, now, now.after(ports.retention.exports())).await? {
                info!(export.id = %export.id, size = file.size_bytes, "Completed export {}", export.id);
            }
        }
        Err(cause) => {
            let (verdict, code) = (cause.verdict(), cause.code());
            let cause = anyhow::Error::from(cause);
            let Some(message) = verdict else {
                warn!(export.id = %export.id, "Failed to publish export {}, will go on with it: {cause:#}", export.id);
                return Ok(());
            };
            error!(export.id = %export.id, "Parts of export {} do not make a file: {cause:#}", export.id);
            fail(ports, export, code, &message).await?;
        }
    }
    ports.nudge.progress();
    ports.nudge.advance();
    Ok(())
}

async fn fail(ports: &Ports, export: &OpenExport, code: &str, message: &str) -> Result<(), StoreError> {
    if ports.store.fail_export(export.id, code, message, ports.clock.now()).await? {
        warn!(export.id = %export.id, code, "Gave up export {}: {message}", export.id);
        ports.nudge.advance();
    }
    Ok(())
}

/// Tasks first, so that nodes stop; files next; the phase last, so that a crash between them only means doing it again.
async fn clean_up(ports: &Ports, export: &OpenExport, _place: Place) -> anyhow::Result<()> {
    ports.store.drop_tasks(export.id, ports.clock.now()).await?;
    ports.nudge.dispatch();
    publisher(ports).delete_files(export.id).await?;
    ports.store.end_export(export, ports.clock.now()).await?;
    info!(export.id = %export.id, "Cleaned up export {}", export.id);
    Ok(())
}
