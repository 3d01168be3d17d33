//! Sends one file to the object store by multipart upload, a few parts at a time; goes on with an upload begun before.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use tracing::info;

use super::files::Ready;
use super::payload::Payload;
use super::{PublishError, Publisher};
use crate::assemble::Layout;
use crate::storage::{MULTIPART_PARTS_MAX, Storage, StorageError, Upload, UploadedPart};
use crate::store::outputs::UploadStep;

/// The smallest part: S3 takes no less than 5 MiB but for the last, and fewer requests are cheaper.
const PART_BYTES_MIN: u64 = 8 * 1024 * 1024;
/// Parts on their way at once. With their buffers they are the memory of an upload: 24 MiB for files below 80 GB.
const PARTS_IN_FLIGHT_MAX: usize = 3;
/// Uploads begun for one file in one go: more than one only when the server forgets the first.
const UPLOADS_MAX: usize = 2;

/// Uploads `ready` and notes it as published.
pub(super) async fn upload(
    publisher: &Publisher,
    step: UploadStep,
    ready: &Ready,
    payload: &Arc<Payload>,
    on_bytes: &(impl Fn(u64) + Sync),
) -> Result<(), PublishError> {
    for _begun in 0..UPLOADS_MAX {
        match try_upload(publisher, step, ready, payload, on_bytes).await {
            Err(PublishError::Storage(StorageError::UploadGone { key })) => {
                info!(object.key = key, "The object store no longer knows the upload of {key}: beginning again");
                if !publisher.store.lay_down_file(step, &ready.file).await? {
                    return Err(PublishError::Unwanted);
                }
            }
            done => return done,
        }
    }
    Err(StorageError::UploadGone { key: ready.file.s3_key.clone() }.into())
}

async fn try_upload(
    publisher: &Publisher,
    step: UploadStep,
    ready: &Ready,
    payload: &Arc<Payload>,
    on_bytes: &(impl Fn(u64) + Sync),
) -> Result<(), PublishError> {
    let Publisher { store, storage, .. } = publisher;
    let size_bytes = ready.file.size_bytes;
    let sha256 = Some(ready.file.sha256.as_str());
    let Begun::Open(upload, there) = begin(publisher, step, ready).await? else {
        return note_published(publisher, step, ready).await;
    };
    let parts = send(storage, &ready.layout, payload, &upload, there, on_bytes).await?;
    // What cannot be taken back: asked right before, and looked at again right after.
    if !store.upload_wanted(step).await? {
        return Err(PublishError::Unwanted);
    }
    storage.complete_multipart(&upload, &parts, size_bytes, sha256).await?;
    note_published(publisher, step, ready).await
}

async fn note_published(publisher: &Publisher, step: UploadStep, ready: &Ready) -> Result<(), PublishError> {
    let Publisher { store, storage, clock, .. } = publisher;
    if store.note_published(step, ready.file.number, clock.now()).await? {
        return Ok(());
    }
    storage.delete(&ready.file.s3_key).await?;
    Err(PublishError::Unwanted)
}

/// What there is to go on with.
enum Begun {
    /// An upload, and the parts the server has of it.
    Open(Upload, HashMap<u32, UploadedPart>),
    /// Whoever was here before us completed it and had no time to say so.
    Completed,
}

/// The upload the ledger knows with what the server has of it, or a new one that the ledger knows before anything is sent.
async fn begin(publisher: &Publisher, step: UploadStep, ready: &Ready) -> Result<Begun, PublishError> {
    let Publisher { store, storage, .. } = publisher;
    let known = store.known_files(step.export).await?;
    let known = known.into_iter().find(|known| known.number == ready.file.number).ok_or(PublishError::Unwanted)?;
    let sha256 = Some(ready.file.sha256.as_str());
    if let Some(upload_id) = known.upload_id {
        let found = storage.head(&known.s3_key).await?;
        if found.is_some_and(|found| found.is(ready.file.size_bytes, sha256)) {
            return Ok(Begun::Completed);
        }
        let upload = Upload { key: known.s3_key, upload_id };
        let there = already_sent(storage, &upload, ready.file.size_bytes).await?;
        return Ok(Begun::Open(upload, there));
    }
    let upload = storage.create_multipart(&ready.file.s3_key, ready.content_type, sha256).await?;
    if store.note_upload(step, ready.file.number, &upload.upload_id).await? {
        Ok(Begun::Open(upload, HashMap::new()))
    } else {
        storage.abort_multipart(&upload).await?;
        Err(PublishError::Unwanted)
    }
}

/// The parts the server has of an upload of so many bytes.
pub(super) async fn already_sent(
    storage: &Storage,
    upload: &Upload,
    size_bytes: u64,
) -> Result<HashMap<u32, UploadedPart>, StorageError> {
    let listed = storage.list_parts(upload).await?.ok_or(StorageError::UploadGone { key: upload.key.clone() })?;
    let ranges: HashMap<u32, Range<u64>> = ranges(size_bytes).collect();
    let whole = listed.into_iter().filter(|(part, size_bytes)| {
        ranges.get(&part.number).is_some_and(|range| range.end - range.start == *size_bytes)
    });
    Ok(whole.map(|(part, _)| (part.number, part)).collect())
}

/// Sends the parts that are not there. Returns all of them in order.
pub(super) async fn send(
    storage: &Storage,
    layout: &Arc<Layout>,
    payload: &Arc<Payload>,
    upload: &Upload,
    mut there: HashMap<u32, UploadedPart>,
    on_bytes: &(impl Fn(u64) + Sync),
) -> Result<Vec<UploadedPart>, PublishError> {
    let size_bytes = layout.size_bytes();
    let missing = ranges(size_bytes).filter(|(number, _)| !there.contains_key(number));
    let missing: Vec<(u32, Range<u64>)> = missing.collect();
    let missing_bytes: u64 = missing.iter().map(|(_, range)| range.end - range.start).sum();
    let done = AtomicU64::new(size_bytes - missing_bytes);
    let sending = missing.into_iter().map(|(number, range)| {
        let done = &done;
        async move {
            let length = range.end - range.start;
            let bytes = read(Arc::clone(payload), Arc::clone(layout), range).await?;
            let part = storage.upload_part(upload, number, bytes).await?;
            on_bytes(done.fetch_add(length, Ordering::Relaxed) + length);
            Ok::<_, PublishError>(part)
        }
    });
    let sent: Vec<UploadedPart> =
        futures::stream::iter(sending).buffer_unordered(PARTS_IN_FLIGHT_MAX).try_collect().await?;
    there.extend(sent.into_iter().map(|part| (part.number, part)));
    let mut parts: Vec<UploadedPart> = there.into_values().collect();
    parts.sort_unstable_by_key(|part| part.number);
    Ok(parts)
}

/// A stretch of a file, read off the threads that serve.
pub(super) async fn read(payload: Arc<Payload>, layout: Arc<Layout>, range: Range<u64>) -> Result<Bytes, PublishError> {
    match tokio::task::spawn_blocking(move || payload.read(&layout, range)).await {
        Ok(read) => read,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

/// Number and place of every part of an upload: equal, but for the last. The same for the same size, so that an upload
/// begun by somebody else can be gone on with.
fn ranges(size_bytes: u64) -> impl Iterator<Item = (u32, Range<u64>)> {
    let part_bytes = PART_BYTES_MIN.max(size_bytes.div_ceil(u64::from(MULTIPART_PARTS_MAX)));
    let step = usize::try_from(part_bytes).expect("far below the address space");
    (1..).zip((0..size_bytes).step_by(step)).map(move |(number, start)| {
        let end = (start + part_bytes).min(size_bytes);
        (number, start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_file_and_few_enough() {
        for size in [1, PART_BYTES_MIN, PART_BYTES_MIN + 1, 4_999_999_999, 900_000_000_001] {
            let all: Vec<(u32, Range<u64>)> = ranges(size).collect();
            assert!(all.len() <= 10_000);
            assert_eq!((all[0].0, all[0].1.start, all[all.len() - 1].1.end), (1, 0, size));
            assert!(all.windows(2).all(|pair| pair[0].1.end == pair[1].1.start && pair[0].0 + 1 == pair[1].0));
        }
    }
}
