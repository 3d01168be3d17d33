//! Sends one laid-out file by multipart upload, going on where an earlier run was cut off: `ListParts` is the truth.
//! Counts nothing and lays out nothing.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use farm_core::ids::ExportId;
use futures::{StreamExt as _, TryStreamExt as _};

use super::bytes_of::Payloads;
use super::{File, PublishError, Publisher};
use crate::storage::{MULTIPART_PARTS_MAX, StorageError, Upload, UploadedPart};
use crate::store::outputs::OutputRow;

/// Every S3 part but the last is at least this large (S3 asks for 5 MiB).
const PART_BYTES_MIN: u64 = 8 << 20;
/// S3 parts under way at once: with their buffers this bounds the memory of a publication.
const PARTS_IN_FLIGHT_MAX: usize = 2;
/// How often an upload the server has forgotten is begun anew in one run.
const BEGINNINGS_MAX: usize = 3;

/// Brings the object of `row` into being. Returns once it is complete.
pub(super) async fn send(
    publisher: &Publisher<'_>,
    export: ExportId,
    row: &OutputRow,
    file: &File,
    payloads: &Arc<Payloads>,
) -> Result<(), PublishError> {
    let mut known = row.upload_id.clone();
    for _beginning in 1..BEGINNINGS_MAX {
        match send_once(publisher, export, row, file, payloads, known.take()).await {
            Err(PublishError::Storage(StorageError::UploadGone { .. })) => {
                publisher.store.note_upload(export, file.number, None).await?;
            }
            done => return done,
        }
    }
    send_once(publisher, export, row, file, payloads, None).await
}

async fn send_once(
    publisher: &Publisher<'_>,
    export: ExportId,
    row: &OutputRow,
    file: &File,
    payloads: &Arc<Payloads>,
    known: Option<String>,
) -> Result<(), PublishError> {
    let sha256 = file.digest.sha256.as_str();
    let (upload, there) = match known {
        Some(upload_id) => {
            let upload = Upload { key: row.s3_key.clone(), upload_id };
            let listed = publisher.storage.list_parts(&upload).await?.unwrap_or_default();
            (upload, listed.into_iter().map(|(part, size)| (part.number, (part, size))).collect())
        }
        None => {
            let upload = publisher.storage.create_multipart(&row.s3_key, file.content_type, Some(sha256)).await?;
            publisher.store.note_upload(export, file.number, Some(&upload.upload_id)).await?;
            (upload, HashMap::new())
        }
    };
    let parts: Vec<UploadedPart> = futures::stream::iter(stretches(file.layout.size_bytes()))
        .map(|(number, range)| send_part(publisher, &upload, file, payloads, &there, number, range))
        .buffered(PARTS_IN_FLIGHT_MAX)
        .try_collect()
        .await?;
    publisher.storage.complete_multipart(&upload, &parts, file.layout.size_bytes(), Some(sha256)).await?;
    Ok(())
}

async fn send_part(
    publisher: &Publisher<'_>,
    upload: &Upload,
    file: &File,
    payloads: &Arc<Payloads>,
    there: &HashMap<u32, (UploadedPart, u64)>,
    number: u32,
    range: Range<u64>,
) -> Result<UploadedPart, PublishError> {
    // The layout is the same in every run, so a part of the right size holds the right bytes.
    if let Some((part, size)) = there.get(&number)
        && *size == range.end - range.start
    {
        return Ok(part.clone());
    }
    let (layout, payloads) = (Arc::clone(&file.layout), Arc::clone(payloads));
    let bytes = tokio::task::spawn_blocking(move || payloads.read(&layout, range)).await??;
    Ok(publisher.storage.upload_part(upload, number, bytes).await?)
}

/// The stretches S3 parts are made of, with their numbers. The same for every run.
fn stretches(size: u64) -> impl Iterator<Item = (u32, Range<u64>)> {
    let part_bytes = PART_BYTES_MIN.max(size.div_ceil(u64::from(MULTIPART_PARTS_MAX)));
    let starts = (0..size).step_by(usize::try_from(part_bytes).expect("at most a few hundred MB"));
    (1..).zip(starts.map(move |start| start..size.min(start + part_bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cover_a_file_within_the_limits_of_s3() {
        for size in [1, PART_BYTES_MIN, PART_BYTES_MIN + 1, 5_000_000_000, 400 << 30] {
            let all: Vec<_> = stretches(size).collect();
            assert!(all.len() <= MULTIPART_PARTS_MAX as usize);
            assert_eq!(all.iter().map(|(_, range)| range.end - range.start).sum::<u64>(), size);
            assert!(all.iter().rev().skip(1).all(|(_, range)| range.end - range.start >= PART_BYTES_MIN));
        }
    }
}
