//! Multipart uploads: begun, listed, resumed, completed only where nothing lies yet. Decides nothing about sizes or order.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use crate::storage::objects::SHA256_METADATA;
use crate::storage::{Storage, StorageError, client};

/// S3 numbers parts from 1 to 10,000.
pub const MULTIPART_PARTS_MAX: u32 = 10_000;
/// Pages of `ListParts` at 1,000 parts each.
const LIST_PAGES_MAX: usize = 11;
/// How often an abort is repeated until no part is left: one may have been on its way.
const ABORTS_MAX: usize = 5;

/// A multipart upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The object's key.
    pub key: String,
    /// The server's name for the upload.
    pub upload_id: String,
}

/// A part the server holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPart {
    /// From 1.
    pub number: u32,
    /// The server's name for its bytes. The embedded server does not list it and does not ask for it.
    pub etag: Option<String>,
}

impl Storage {
    /// Begins a multipart upload. `sha256` (hex) travels as the object's metadata, to compare by later.
    pub async fn create_multipart(
        &self,
        key: &str,
        content_type: &str,
        sha256: Option<&str>,
    ) -> Result<Upload, StorageError> {
        let mut request =
            self.client.create_multipart_upload().bucket(&*self.bucket).key(key).content_type(content_type);
        if let Some(sha256) = sha256 {
            request = request.metadata(SHA256_METADATA, sha256);
        }
        let answer = request.send().await.map_err(StorageError::during("begin an upload", key))?;
        let upload_id = answer.upload_id.ok_or(StorageError::Answer { key: key.to_owned(), lacks: "an upload id" })?;
        Ok(Upload { key: key.to_owned(), upload_id })
    }

    /// Sends part `number` (from 1).
    pub async fn upload_part(&self, upload: &Upload, number: u32, bytes: Bytes) -> Result<UploadedPart, StorageError> {
        let answer = self
            .client
            .upload_part()
            .bucket(&*self.bucket)
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .part_number(wire_number(number))
            .body(bytes.into())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(UploadedPart { number, etag: answer.e_tag }),
            Err(refusal) if is_gone(refusal.code()) => Err(StorageError::UploadGone { key: upload.key.clone() }),
            Err(refusal) => Err(StorageError::during("upload a part", &upload.key)(refusal)),
        }
    }

    /// The parts the server holds, with their sizes in bytes, by number; `None` when it does not know the upload.
    /// (The embedded server answers with no parts instead.)
    pub async fn list_parts(&self, upload: &Upload) -> Result<Option<Vec<(UploadedPart, u64)>>, StorageError> {
        let mut parts = Vec::new();
        let mut marker = None;
        for _page in 0..LIST_PAGES_MAX {
            let answer = self
                .client
                .list_parts()
                .bucket(&*self.bucket)
                .key(&upload.key)
                .upload_id(&upload.upload_id)
                .set_part_number_marker(marker)
                .send()
                .await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(refusal) if is_gone(refusal.code()) => return Ok(None),
                Err(refusal) => return Err(StorageError::during("list an upload's parts", &upload.key)(refusal)),
            };
            for part in answer.parts() {
                let number = part.part_number().and_then(|number| u32::try_from(number).ok());
                let size_bytes = part.size().and_then(|size| u64::try_from(size).ok());
                if let (Some(number), Some(size_bytes)) = (number, size_bytes) {
                    parts.push((UploadedPart { number, etag: part.e_tag().map(str::to_owned) }, size_bytes));
                }
            }
            marker = answer.next_part_number_marker().map(str::to_owned);
            if answer.is_truncated() != Some(true) || marker.is_none() {
                break;
            }
        }
        // The embedded server lists them as the directory happens to.
        parts.sort_by_key(|(part, _)| part.number);
        Ok(Some(parts))
    }

    /// Makes the object of its parts (in order, from 1), only where none is yet. Done twice, or by another before us, it is
    /// done: what lies there is compared by size and, where given, by `sha256`.
    pub async fn complete_multipart(
        &self,
        upload: &Upload,
        parts: &[UploadedPart],
        size_bytes: u64,
        sha256: Option<&str>,
    ) -> Result<(), StorageError> {
        let parts = parts
            .iter()
            .map(|part| {
                CompletedPart::builder().part_number(wire_number(part.number)).set_e_tag(part.etag.clone()).build()
            })
            .collect();
        let answer = self
            .client
            .complete_multipart_upload()
            .bucket(&*self.bucket)
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .if_none_match("*")
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .customize()
            .config_override(client::patient())
            .send()
            .await;
        let Err(refusal) = answer else { return Ok(()) };
        // A time-out is an unknown outcome: what lies there decides.
        let found = self.head(&upload.key).await?;
        match found {
            // Of an upload that was not the one completed, parts would stay.
            Some(found) if found.is(size_bytes, sha256) => self.abort_multipart(upload).await,
            Some(found) => Err(StorageError::Occupied {
                key: upload.key.clone(),
                expected_bytes: size_bytes,
                found_bytes: found.size_bytes,
            }),
            None if is_gone(refusal.code()) || refusal.raw_response().is_some_and(|r| r.status().as_u16() == 409) => {
                Err(StorageError::UploadGone { key: upload.key.clone() })
            }
            None => Err(StorageError::during("complete an upload", &upload.key)(refusal)),
        }
    }

    /// Drops an upload and all its parts. An upload nobody knows any more is already dropped.
    pub async fn abort_multipart(&self, upload: &Upload) -> Result<(), StorageError> {
        for _attempt in 0..ABORTS_MAX {
            let answer = self
                .client
                .abort_multipart_upload()
                .bucket(&*self.bucket)
                .key(&upload.key)
                .upload_id(&upload.upload_id)
                .send()
                .await;
            match answer {
                Ok(_) => {}
                Err(refusal) if is_gone(refusal.code()) => return Ok(()),
                Err(refusal) => return Err(StorageError::during("abort an upload", &upload.key)(refusal)),
            }
            // A part that was on its way while we aborted may still have landed.
            if self.list_parts(upload).await?.is_none_or(|parts| parts.is_empty()) {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Whether the server does not know the upload. The embedded server says `AccessDenied` to an id it does not know.
fn is_gone(code: Option<&str>) -> bool {
    matches!(code, Some("NoSuchUpload" | "AccessDenied"))
}

fn wire_number(number: u32) -> i32 {
    assert!((1..=MULTIPART_PARTS_MAX).contains(&number), "part numbers run from 1 to 10,000");
    i32::try_from(number).expect("at most 10,000")
}
