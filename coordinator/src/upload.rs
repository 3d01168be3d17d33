//! Publishes an export: lays out its files, streams them to the object store, notes their figures. Every step can be done
//! again, and a run that was cut off is gone on with. Renders nothing and decides nothing about the export.

mod bytes_of;
mod digest;
mod send;

use std::collections::HashMap;
use std::sync::Arc;

use farm_core::content_key::ContentKey;
use farm_core::export::{ExportType, Order};
use farm_core::filename;
use farm_core::ids::ExportId;
use farm_core::plan::{Plan, PlannedOutput};
use farm_core::seconds;
use service::Timestamp;
use thiserror::Error;

use crate::assemble::{self, CheckError, Entry, Layout, LayoutError};
use crate::parts::{PartStore, PartsError};
use crate::storage::{Storage, StorageError, Upload};
use crate::store::outputs::NewOutput;
use crate::store::parts::StoredPart;
use crate::store::{PublishedFile, Store, StoreError};

use bytes_of::Payloads;
use digest::Digest;

/// The ZIP of all clips has this number; single files count from 1.
const ARCHIVE_NUMBER: u32 = 0;

/// Why an export could not be published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// The ledger failed.
    #[error("publish an export")]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error("publish an export")]
    Storage(#[from] StorageError),
    /// The parts do not fit together.
    #[error("publish an export")]
    Layout(#[from] LayoutError),
    /// What was laid out is not what the parts are.
    #[error("publish an export")]
    Check(#[from] CheckError),
    /// A payload cannot be opened.
    #[error("publish an export")]
    Parts(#[from] PartsError),
    /// A payload cannot be read.
    #[error("read a part's payload")]
    Payload(#[source] std::io::Error),
    /// The thread that reads payloads died.
    #[error("read the parts' payloads")]
    Reader(#[from] tokio::task::JoinError),
}

impl PublishError {
    /// Whether trying again gives the same answer.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, PublishError::Layout(_) | PublishError::Check(_))
    }
}

/// What publishing works with.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    /// The ledger.
    pub store: &'a Store,
    /// Where files go.
    pub storage: &'a Storage,
    /// Where payloads are.
    pub parts: &'a PartStore,
}

/// A file laid out and counted, ready to be sent.
struct File {
    number: u32,
    filename: String,
    content_type: &'static str,
    layout: Arc<Layout>,
    digest: Digest,
    duration_seconds: f64,
}

impl Publisher<'_> {
    /// Publishes every file of an export. The answer is the file the export is known by: the only one, or the ZIP.
    pub async fn publish(
        &self,
        export: ExportId,
        epoch: i64,
        order: &Order,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<PublishedFile, PublishError> {
        let keys: Vec<ContentKey> = plan.tasks.iter().map(|task| task.content_key).collect();
        let parts = self.store.parts(&keys).await?;
        let payloads = Arc::new(Payloads::new(self.parts.clone(), &parts));
        let mut files = Vec::with_capacity(plan.outputs.len() + 1);
        for output in &plan.outputs {
            files.push(lay_out(output, &parts, &payloads).await?);
        }
        if order.export_type == ExportType::Clips {
            files.push(archive(order, &files, &payloads).await?);
        }
        let mut main = None;
        for file in &files {
            main = Some(self.publish_file(export, epoch, file, &payloads, now).await?);
        }
        Ok(main.expect("an export has at least one file"))
    }

    async fn publish_file(
        &self,
        export: ExportId,
        epoch: i64,
        file: &File,
        payloads: &Arc<Payloads>,
        now: Timestamp,
    ) -> Result<PublishedFile, PublishError> {
        let output = NewOutput {
            number: file.number,
            filename: &file.filename,
            s3_key: &format!("exports/{export}/{epoch}/{}", file.filename),
            size_bytes: file.layout.size_bytes(),
            duration_seconds: file.duration_seconds,
            sha256: &file.digest.sha256,
        };
        self.store.enter_output(export, &output).await?;
        let rows = self.store.output_rows(export).await?;
        let row = rows.into_iter().find(|row| row.number == file.number).ok_or_else(|| StoreError::Inconsistent {
            table: "outputs",
            column: "number",
            row: export.to_string(),
        })?;
        let published = PublishedFile {
            s3_key: row.s3_key.clone(),
            size_bytes: file.layout.size_bytes(),
            sha256: file.digest.sha256.clone(),
        };
        if !row.published {
            send::send(self, export, &row, file, payloads).await?;
            self.store.output_published(export, file.number, now).await?;
        }
        Ok(published)
    }

    /// Removes everything the object store holds of an export that ended without files, finished or not.
    pub async fn remove_files(&self, export: ExportId) -> Result<(), PublishError> {
        for row in self.store.output_rows(export).await? {
            if let Some(upload_id) = row.upload_id {
                self.storage.abort_multipart(&Upload { key: row.s3_key.clone(), upload_id }).await?;
            }
            self.storage.delete(&row.s3_key).await?;
        }
        self.store.forget_outputs(export).await?;
        Ok(())
    }
}

async fn lay_out(
    output: &PlannedOutput,
    parts: &HashMap<ContentKey, StoredPart>,
    payloads: &Arc<Payloads>,
) -> Result<File, PublishError> {
    let headers = parts.iter().map(|(key, part)| (*key, &part.header)).collect();
    let layout = assemble::layout(output, &headers)?;
    assemble::check(&layout, output, &headers)?;
    let layout = Arc::new(layout);
    let digest = digest::count(Arc::clone(&layout), Arc::clone(payloads)).await?;
    Ok(File {
        number: output.number,
        filename: output.filename.clone(),
        content_type: "video/mp4",
        layout,
        digest,
        duration_seconds: seconds::from_ticks(output.duration, output.rate),
    })
}

async fn archive(order: &Order, clips: &[File], payloads: &Arc<Payloads>) -> Result<File, PublishError> {
    let entries: Vec<Entry> = clips
        .iter()
        .map(|clip| Entry { filename: &clip.filename, layout: &clip.layout, crc32: clip.digest.crc32 })
        .collect();
    let layout = Arc::new(assemble::zip(&entries));
    let digest = digest::count(Arc::clone(&layout), Arc::clone(payloads)).await?;
    Ok(File {
        number: ARCHIVE_NUMBER,
        filename: filename::archive(&order.name),
        content_type: "application/zip",
        layout,
        digest,
        duration_seconds: clips.iter().map(|clip| clip.duration_seconds).sum(),
    })
}
