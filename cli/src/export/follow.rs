//! Follows an export until it is over: by events while the connection holds, by asking when it does not.
//! A coordinator that is started again in between is waited for.

use std::time::Duration;

use uuid::Uuid;

use super::trail::Trail;
use super::view::View;
use crate::api::ExportStatus;
use crate::client::Client;
use crate::failure::Failure;

/// How often the server is asked while there is no stream of events.
const ASK_EVERY: Duration = Duration::from_millis(300);

/// Shows the progress until the export is over; one that is not completed then is a failure.
pub async fn until_over(client: &Client, export: Uuid, view: &View, trail: &Trail) -> Result<(), Failure> {
    loop {
        if let Ok(mut events) = client.progress_events(export).await {
            while let Some(progress) = events.next().await {
                view.progress(&progress);
                if progress.status.is_over() {
                    trail.over();
                    return outcome(client, export, progress.status).await;
                }
            }
        }
        let progress = client.progress(export).await?;
        view.progress(&progress);
        if progress.status.is_over() {
            trail.over();
            return outcome(client, export, progress.status).await;
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

async fn outcome(client: &Client, export: Uuid, status: ExportStatus) -> Result<(), Failure> {
    match status {
        ExportStatus::Completed => Ok(()),
        ExportStatus::Cancelled => Err(Failure::failed("the export was cancelled")),
        ExportStatus::Failed | ExportStatus::Pending | ExportStatus::Processing => Err(reason(client, export).await),
    }
}

async fn reason(client: &Client, export: Uuid) -> Failure {
    match client.export(export).await {
        Ok(export) => {
            let message = export.get("error_message").and_then(|message| message.as_str());
            Failure::failed(format!("the export failed: {}", message.unwrap_or("the farm gave no reason")))
        }
        Err(error) => error.into(),
    }
}
