//! Publishes the files of a preview: small ones in one request each, the proxy by multipart upload. Begun again, it goes on
//! where it was; whatever it stored for a video that is gone by then, it takes away again.

use std::collections::HashMap;
use std::sync::Arc;

use farm_core::content_key::ContentKey;
use farm_core::ids::VideoId;
use farm_core::part::FileKind;

use super::payload::Payload;
use super::{PublishError, Publisher, posters, transfer};
use crate::assemble::Layout;
use crate::storage::{StorageError, Upload};
use crate::store::previews::{MadePreview, PreviewFile};

/// What is stored in one request; the rest goes up in parts.
const WHOLE_BYTES_MAX: u64 = 16 << 20;

/// A file on its way.
struct Outgoing {
    kind: FileKind,
    key: String,
    layout: Arc<Layout>,
}

impl Publisher {
    /// Stores every file of a rendered preview and completes it. Its part is not kept: what a browser needs is stored now.
    pub async fn publish_preview(&self, made: MadePreview) -> Result<(), PublishError> {
        let stored = self.store.parts(&[made.content_key]).await?;
        let payload = Arc::new(Payload::new(self.parts.clone(), stored));
        match self.store_files(made, &payload).await {
            Err(PublishError::PartLost { part }) => {
                self.forget_part(part, &payload).await?;
                self.delete_preview(made.video).await?;
                self.store.restart_preview(made.video).await?;
                return Err(PublishError::PartLost { part });
            }
            stored => stored?,
        }
        if let Some(epoch) = self.store.complete_preview(made).await? {
            self.parts.remove(&made.content_key, epoch)?;
        }
        Ok(())
    }

    async fn store_files(&self, made: MadePreview, payload: &Arc<Payload>) -> Result<(), PublishError> {
        let outgoing = outgoing(made, payload)?;
        proven(made.content_key, payload, &outgoing).await?;
        let known = self.store.preview_files(made.video).await?;
        for file in &outgoing {
            let known = known.iter().find(|known| known.kind == file.kind);
            match known.filter(|known| known.s3_key == file.key) {
                Some(known) if known.published => {}
                Some(known) => self.store_file(made.video, file, known.upload_id.clone(), payload).await?,
                None => {
                    self.lay_down(made.video, file, known).await?;
                    self.store_file(made.video, file, None, payload).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes a file down, in the place of one from an earlier attempt.
    async fn lay_down(&self, video: VideoId, file: &Outgoing, known: Option<&PreviewFile>) -> Result<(), PublishError> {
        if let Some(known) = known {
            self.storage.remove(&known.s3_key, known.upload_id.as_deref()).await?;
        }
        let size_bytes = file.layout.size_bytes();
        if self.store.lay_down_preview_file(video, file.kind, &file.key, size_bytes).await? {
            Ok(())
        } else {
            Err(PublishError::Unwanted)
        }
    }

    async fn store_file(
        &self,
        video: VideoId,
        file: &Outgoing,
        upload_id: Option<String>,
        payload: &Arc<Payload>,
    ) -> Result<(), PublishError> {
        let size_bytes = file.layout.size_bytes();
        if size_bytes <= WHOLE_BYTES_MAX {
            let bytes = transfer::read(Arc::clone(payload), Arc::clone(&file.layout), 0..size_bytes).await?;
            self.storage.put(&file.key, file.kind.content_type(), bytes).await?;
        } else {
            self.send_file(video, file, upload_id, payload).await?;
        }
        if self.store.note_preview_file(video, &file.key, self.clock.now()).await? {
            return Ok(());
        }
        self.storage.delete(&file.key).await?;
        Err(PublishError::Unwanted)
    }

    /// By parts, from where an upload begun before had come to.
    async fn send_file(
        &self,
        video: VideoId,
        file: &Outgoing,
        upload_id: Option<String>,
        payload: &Arc<Payload>,
    ) -> Result<(), PublishError> {
        let size_bytes = file.layout.size_bytes();
        if self.storage.head(&file.key).await?.is_some_and(|found| found.is(size_bytes, None)) {
            return Ok(());
        }
        let begun = match upload_id.map(|upload_id| Upload { key: file.key.clone(), upload_id }) {
            Some(upload) => match transfer::already_sent(&self.storage, &upload, size_bytes).await {
                Ok(sent) => Some((upload, sent)),
                Err(StorageError::UploadGone { .. }) => None,
                Err(cause) => return Err(cause.into()),
            },
            None => None,
        };
        let (upload, sent) = match begun {
            Some(begun) => begun,
            None => (self.begin_upload(video, file).await?, HashMap::default()),
        };
        let parts = transfer::send(&self.storage, &file.layout, payload, &upload, sent, &|_| {}).await?;
        Ok(self.storage.complete_multipart(&upload, &parts, size_bytes, None).await?)
    }

    async fn begin_upload(&self, video: VideoId, file: &Outgoing) -> Result<Upload, PublishError> {
        let upload = self.storage.create_multipart(&file.key, file.kind.content_type(), None).await?;
        if self.store.note_preview_upload(video, &file.key, &upload.upload_id).await? {
            return Ok(upload);
        }
        self.storage.abort_multipart(&upload).await?;
        Err(PublishError::Unwanted)
    }

    /// Removes what the object store holds of a preview; the rows stay.
    async fn delete_preview(&self, video: VideoId) -> Result<(), PublishError> {
        for file in self.store.preview_files(video).await? {
            self.storage.remove(&file.s3_key, file.upload_id.as_deref()).await?;
        }
        Ok(())
    }
}

/// Every file of the part, small ones first: a poster is shown as soon as it is there. Keys name the attempt, so that files
/// of another one never lie in the way.
fn outgoing(made: MadePreview, payload: &Payload) -> Result<Vec<Outgoing>, PublishError> {
    let part = made.content_key;
    let headers = payload.headers();
    let (header, epoch) = headers.get(&part).zip(payload.epoch(&part)).ok_or(PublishError::PartLost { part })?;
    let kinds = FileKind::ALL.into_iter().filter(|kind| header.files().iter().any(|entry| entry.kind == *kind));
    let outgoing = |kind: FileKind| {
        let key = format!("previews/{}/{epoch}/{}.{}", made.video, kind.as_str(), kind.extension());
        Ok(Outgoing { kind, key, layout: Arc::new(posters::file(payload, part, kind)?) })
    };
    kinds.map(outgoing).collect()
}

/// Reads the whole part and holds it against the hash it was received with: a flipped bit on the disk ends here.
async fn proven(part: ContentKey, payload: &Arc<Payload>, files: &[Outgoing]) -> Result<(), PublishError> {
    let largest = files.iter().max_by_key(|file| file.layout.size_bytes()).ok_or(PublishError::PartLost { part })?;
    let (payload, layout) = (Arc::clone(payload), Arc::clone(&largest.layout));
    match tokio::task::spawn_blocking(move || payload.digest(&layout)).await {
        Ok(digest) => digest.map(drop),
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

#[cfg(test)]
mod tests;
