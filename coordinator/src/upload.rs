//! Publishes the files of an export: laid out, hashed, verified against their report, uploaded, completed. Begun again, it goes on where it was.
//! Takes no step of the export itself: that is one compare-and-set by whoever asked.

mod files;
mod payload;
mod posters;
mod preview;
mod transfer;

use std::sync::Arc;

use farm_core::content_key::ContentKey;
use farm_core::export::Order;
use farm_core::ids::{ExportId, VideoId};
use farm_core::next_actions::{ASSEMBLY_FAILED, OUTPUT_TOO_LARGE};
use farm_core::plan::Plan;
use service::Clock;
use thiserror::Error;
use verify::Difference;

use crate::assemble::LayoutError;
use crate::parts::{PartStore, PartsError};
use crate::storage::{Storage, StorageError};
use crate::store::outputs::UploadStep;
use crate::store::videos::Source;
use crate::store::{PublishedFile, Store, StoreError};
use files::{Made, Ready};
use payload::Payload;

/// Differences of a file that are said; the first few tell what is wrong.
const DIFFERENCES_SAID_MAX: usize = 3;

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
    /// What was laid out is not what was planned. Always a mistake of ours.
    #[error("publish an export's files: of file {number}, {}", said(.differences))]
    Differs {
        /// Which file.
        number: u32,
        /// How it is not what its report says.
        differences: Vec<Difference>,
    },
    /// A file came out larger than its owner's files may be.
    #[error("publish an export's files: file {number} has {size_bytes} bytes and may have {max}")]
    TooLarge {
        /// Which file.
        number: u32,
        /// What it has.
        size_bytes: u64,
        /// What it may have.
        max: u64,
    },
    /// What was laid out could not be read back.
    #[error("publish an export's files")]
    Unread(#[from] verify::Unread),
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
            PublishError::Differs { differences, .. } => {
                Some(format!("The finished file did not pass its check: {}.", said(differences)))
            }
            PublishError::TooLarge { size_bytes, max, .. } => Some(format!(
                "A file came out at {size_bytes} bytes and may have {max}; export less of the video, or a smaller picture."
            )),
            PublishError::PartLost { .. } => {
                Some("A rendered part was damaged on the farm's disk; start the export again.".to_owned())
            }
            PublishError::Store(_)
            | PublishError::Storage(_)
            | PublishError::Parts(_)
            | PublishError::Unread(_)
            | PublishError::Unwanted => None,
        }
    }
}

impl PublishError {
    /// The code of a verdict, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            PublishError::TooLarge { .. } => OUTPUT_TOO_LARGE,
            _ => ASSEMBLY_FAILED,
        }
    }
}

/// Differences as one sentence.
fn said(differences: &[Difference]) -> String {
    differences.iter().take(DIFFERENCES_SAID_MAX).map(ToString::to_string).collect::<Vec<_>>().join("; ")
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

/// An export whose parts are all there.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The step its files are made in.
    pub step: UploadStep,
    /// The video it is of.
    pub video: VideoId,
    /// What was ordered.
    pub order: Order,
    /// The video's index and hash.
    pub source: Source,
    /// What its files are laid out from.
    pub plan: Plan,
    /// What each file may have at most, if its owner is bound by limits.
    pub file_bytes_max: Option<u64>,
}

impl Publisher {
    /// Makes and uploads every file of an export, and says which one answers for it: the file, or the ZIP of all clips.
    /// Idempotent: what is there already stays, what was begun is gone on with.
    pub async fn publish(
        &self,
        rendered: Arc<Rendered>,
        progress: &(impl Fn(Progress) + Sync),
    ) -> Result<PublishedFile, PublishError> {
        let step = rendered.step;
        let keys: Vec<ContentKey> = rendered.plan.tasks.iter().map(|task| task.content_key).collect();
        let stored = self.store.parts(&keys).await?;
        self.store.touch_parts(&keys, self.clock.now()).await?;
        let reused = self.store.reused_parts(step.export).await?;
        let payload = Arc::new(Payload::new(self.parts.clone(), stored));
        let made = files::make(Arc::clone(&rendered), reused, Arc::clone(&payload)).await;
        let Made { files, report } = match made {
            Err(PublishError::PartLost { part }) => {
                self.forget_part(part, &payload).await?;
                return Err(PublishError::PartLost { part });
            }
            made => made?,
        };
        if let Some(max) = rendered.file_bytes_max
            && let Some(large) = files.iter().find(|ready| ready.file.size_bytes > max)
        {
            return Err(PublishError::TooLarge { number: large.file.number, size_bytes: large.file.size_bytes, max });
        }
        let bytes_total = files.iter().map(|ready| ready.file.size_bytes).sum();
        let mut missing = Vec::new();
        for ready in &files {
            missing.push(self.write_down(step, ready).await?);
        }
        let mut bytes_done = 0;
        for (ready, published) in files.iter().zip(missing) {
            if !published {
                posters::store(self, step, &rendered.plan, ready.file.number, &payload).await?;
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
            report,
        })
    }

    /// Removes everything the object store holds for an export: uploads under way, objects, then the rows.
    /// Whoever publishes it must have been stopped.
    pub async fn delete_files(&self, export: ExportId) -> Result<(), PublishError> {
        for file in self.store.known_files(export).await? {
            self.storage.remove(&file.s3_key, file.upload_id.as_deref()).await?;
            if let Some(poster) = file.poster_s3_key {
                self.storage.delete(&poster).await?;
            }
        }
        self.store.forget_files(export).await?;
        Ok(())
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
            self.storage.remove(&known.s3_key, known.upload_id.as_deref()).await?;
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

#[cfg(test)]
mod tests;
