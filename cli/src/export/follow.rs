//! Follows an export until it is over: by events while the connection holds, by asking when it does not.
//! A coordinator that is started again in between is waited for.

use std::time::Duration;

use uuid::Uuid;

use super::view::View;
use crate::api::{ExportStatus, Progress};
use crate::client::Client;
use crate::failure::Failure;

/// How often the server is asked while there is no stream of events.
const ASK_EVERY: Duration = Duration::from_millis(300);

/// Shows the progress until the export is completed; one that ends otherwise is a failure.
pub async fn until_completed(client: &Client, export: Uuid, view: &View) -> Result<(), Failure> {
    loop {
        if let Ok(mut events) = client.progress_events(export).await {
            while let Some(progress) = events.next().await {
                if let Some(end) = end(client, export, &progress, view).await {
                    return end;
                }
            }
        }
        let progress = client.progress(export).await?;
        if let Some(end) = end(client, export, &progress, view).await {
            return end;
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

async fn end(client: &Client, export: Uuid, progress: &Progress, view: &View) -> Option<Result<(), Failure>> {
    view.progress(progress);
    match progress.status {
        ExportStatus::Pending | ExportStatus::Processing => None,
        ExportStatus::Completed => Some(Ok(())),
        ExportStatus::Cancelled => Some(Err(Failure::failed("the export was cancelled"))),
        ExportStatus::Failed => Some(Err(reason(client, export).await)),
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
