//! Publishes the files of an export: laid out, hashed, read back, uploaded, completed. Begun again, it goes on where it was.
//! Takes no step of the export itself: that is one compare-and-set by whoever asked.

mod payload;
mod posters;
mod preview;
mod transfer;

use std::sync::Arc;

use farm_core::content_key::ContentKey;
use farm_core::export::ExportType;
use farm_core::filename;
use farm_core::ids::ExportId;
use farm_core::plan::{Plan, PlannedOutput};
use farm_core::seconds;
use service::Clock;
use thiserror::Error;

use crate::assemble::{self, CheckError, Entry, Headers, Layout, LayoutError};
use crate::parts::{PartStore, PartsError};
use crate::storage::{Storage, StorageError, Upload};
use crate::store::outputs::{LaidOutFile, UploadStep};
use crate::store::{PublishedFile, Store, StoreError};
use payload::{Digest, Payload};

/// Why an export's files are not published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// The ledger failed.
    #[error("publish an export's files")]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error("publish an export's files")]
    Storage(#[from] StorageError),
    /// The parts do not fit together.
    #[error("publish an export's files")]
    Layout(#[from] LayoutError),
    /// What was laid out is not what was planned.
    #[error("publish an export's files")]
    Check(#[from] CheckError),
    /// A part's payload is missing or damaged; the ledger has forgotten the part, so that it is rendered again when asked for.
    #[error("publish an export's files: part {part} is damaged or lost")]
    PartLost {
        /// The part.
        part: ContentKey,
    },
    /// The part store failed.
    #[error("publish an export's files")]
    Parts(#[from] PartsError),
    /// The export is no longer in the step the files were for: cancelled, or somebody else went on.
    #[error("publish an export's files: they are no longer wanted")]
    Unwanted,
}

impl PublishError {
    /// What people should read when trying again would not help; `None` when it would, or when nobody waits any more.
    #[must_use]
    pub fn verdict(&self) -> Option<String> {
        match self {
            PublishError::Layout(cause) => Some(format!("The rendered parts do not make a file: {cause}.")),
            PublishError::Check(cause) => Some(format!("The finished file did not pass its check: {cause}.")),
            PublishError::PartLost { .. } => {
                Some("A rendered part was damaged on the farm's disk; start the export again.".to_owned())
            }
            PublishError::Store(_) | PublishError::Storage(_) | PublishError::Parts(_) | PublishError::Unwanted => None,
        }
    }
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of all files that the object store has.
    pub bytes_done: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}

/// Everything publishing needs. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    /// The ledger.
    pub store: Store,
    /// Where the files go.
    pub storage: Storage,
    /// Where the payloads are.
    pub parts: PartStore,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// A file ready to be uploaded.
struct Ready {
    file: LaidOutFile,
    layout: Arc<Layout>,
    content_type: &'static str,
}

impl Publisher {
    /// Makes and uploads every file of `plan` under `step`, and says which one answers for the export: the file, or the
    /// ZIP of all clips. Idempotent: what is there already stays, what was begun is gone on with.
    pub async fn publish(
        &self,
        step: UploadStep,
        plan: Arc<Plan>,
        export_type: ExportType,
        progress: &(impl Fn(Progress) + Sync),
    ) -> Result<PublishedFile, PublishError> {
        let keys: Vec<ContentKey> = plan.tasks.iter().map(|task| task.content_key).collect();
        let stored = self.store.parts(&keys).await?;
        let payload = Arc::new(Payload::new(self.parts.clone(), stored));
        let made = make(step, Arc::clone(&plan), export_type, Arc::clone(&payload)).await;
        let files = match made {
            Err(PublishError::PartLost { part }) => {
                self.forget_part(part, &payload).await?;
                return Err(PublishError::PartLost { part });
            }
            made => made?,
        };
        let bytes_total = files.iter().map(|ready| ready.file.size_bytes).sum();
        let mut missing = Vec::new();
        for ready in &files {
            missing.push(self.write_down(step, ready).await?);
        }
        let mut bytes_done = 0;
        for (ready, published) in files.iter().zip(missing) {
            if !published {
                posters::store(self, step, &plan, ready.file.number, &payload).await?;
                let on_bytes = |bytes| progress(Progress { bytes_done: bytes_done + bytes, bytes_total });
                transfer::upload(self, step, ready, &payload, &on_bytes).await?;
            }
            bytes_done += ready.file.size_bytes;
            progress(Progress { bytes_done, bytes_total });
        }
        let answer = files.last().expect("an export has at least one file");
        Ok(PublishedFile {
            s3_key: answer.file.s3_key.clone(),
            size_bytes: answer.file.size_bytes,
            sha256: answer.file.sha256.clone(),
        })
    }

    /// Removes everything the object store holds for an export: uploads under way, objects, then the rows.
    /// Whoever publishes it must have been stopped.
    pub async fn delete_files(&self, export: ExportId) -> Result<(), PublishError> {
        for file in self.store.known_files(export).await? {
            self.delete_file(file.s3_key, file.upload_id).await?;
            if let Some(poster) = file.poster_s3_key {
                self.storage.delete(&poster).await?;
            }
        }
        self.store.forget_files(export).await?;
        Ok(())
    }

    async fn delete_file(&self, key: String, upload_id: Option<String>) -> Result<(), StorageError> {
        if let Some(upload_id) = upload_id {
            self.storage.abort_multipart(&Upload { key: key.clone(), upload_id }).await?;
        }
        self.storage.delete(&key).await
    }

    /// Writes a file down unless it is; clears away what an earlier step had there. True when it is already published.
    async fn write_down(&self, step: UploadStep, ready: &Ready) -> Result<bool, PublishError> {
        let known = self.store.known_files(step.export).await?;
        let known = known.into_iter().find(|known| known.number == ready.file.number);
        if let Some(known) = known {
            let same = known.s3_key == ready.file.s3_key && known.sha256.as_ref() == Some(&ready.file.sha256);
            if same {
                return Ok(known.published);
            }
            self.delete_file(known.s3_key, known.upload_id).await?;
            // A poster has its place by the step, too: what an earlier step stored is written down nowhere else.
            if let Some(poster) = known.poster_s3_key {
                self.storage.delete(&poster).await?;
            }
        }
        if self.store.lay_down_file(step, &ready.file).await? { Ok(false) } else { Err(PublishError::Unwanted) }
    }

    async fn forget_part(&self, part: ContentKey, payload: &Payload) -> Result<(), PublishError> {
        if let Some(epoch) = payload.epoch(&part)
            && self.store.forget_part(&part, epoch).await?
        {
            self.parts.remove(&part, epoch)?;
        }
        Ok(())
    }
}

/// Lays out, reads back and hashes every file, in the order they are uploaded: clips first, their ZIP last.
/// Seconds of processor time, so not on the threads that serve.
async fn make(
    step: UploadStep,
    plan: Arc<Plan>,
    export_type: ExportType,
    payload: Arc<Payload>,
) -> Result<Vec<Ready>, PublishError> {
    let making = tokio::task::spawn_blocking(move || {
        let mut files = Vec::with_capacity(plan.outputs.len() + 1);
        let mut digests = Vec::with_capacity(plan.outputs.len());
        for output in &plan.outputs {
            let (ready, digest) = make_file(step, output, &payload)?;
            files.push(ready);
            digests.push(digest);
        }
        if export_type == ExportType::Clips {
            files.push(make_archive(step, &plan.outputs, &files, &digests, &payload)?);
        }
        Ok(files)
    });
    match making.await {
        Ok(made) => made,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

fn make_file(step: UploadStep, output: &PlannedOutput, payload: &Payload) -> Result<(Ready, Digest), PublishError> {
    let headers: Headers = payload.headers();
    let layout = assemble::layout(output, &headers)?;
    assemble::check(&layout, output, &headers)?;
    let digest = payload.digest(&layout)?;
    let file = LaidOutFile {
        number: output.number,
        filename: output.filename.clone(),
        s3_key: key(step, output.number, "mp4"),
        size_bytes: layout.size_bytes(),
        sha256: digest.sha256.clone(),
        duration_seconds: seconds::from_ticks(output.duration, output.rate),
    };
    Ok((Ready { file, layout: Arc::new(layout), content_type: "video/mp4" }, digest))
}

fn make_archive(
    step: UploadStep,
    outputs: &[PlannedOutput],
    files: &[Ready],
    digests: &[Digest],
    payload: &Payload,
) -> Result<Ready, PublishError> {
    let clips = files.iter().zip(digests);
    let entries: Vec<Entry> = clips
        .map(|(ready, digest)| Entry { filename: &ready.file.filename, layout: &ready.layout, crc32: digest.crc32 })
        .collect();
    let layout = assemble::zip(&entries);
    let digest = payload.digest(&layout)?;
    let file = LaidOutFile {
        number: 0,
        filename: filename::archive(&outputs[0].title),
        s3_key: key(step, 0, "zip"),
        size_bytes: layout.size_bytes(),
        sha256: digest.sha256,
        duration_seconds: files.iter().map(|ready| ready.file.duration_seconds).sum(),
    };
    Ok(Ready { file, layout: Arc::new(layout), content_type: "application/zip" })
}

/// Named by number, not by file name: the embedded server takes keys of 127 bytes at the most, and people's names need not
/// be in addresses.
fn key(step: UploadStep, number: u32, extension: &str) -> String {
    format!("exports/{}/{}/{number}.{extension}", step.export, step.epoch)
}

#[cfg(test)]
mod tests;
