//! Whole objects: put, looked at, read by range, hashed, deleted. Holds no object in memory that it did not get in memory.

use std::collections::HashMap;
use std::ops::Range;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::storage::{Storage, StorageError, Upload};

/// The metadata name of a finished file's SHA-256.
pub(super) const SHA256_METADATA: &str = "sha256";

/// What the server says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its length.
    pub size_bytes: u64,
    /// The SHA-256 (hex) its uploader gave it, if any.
    pub sha256: Option<String>,
}

/// What reading an object to its end found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectHash {
    /// BLAKE3 of its bytes.
    pub blake3: [u8; 32],
    /// Its length.
    pub size_bytes: u64,
}

impl ObjectHead {
    /// Whether it is an object of that size and, where both sides know one, that SHA-256.
    #[must_use]
    pub fn is(&self, size_bytes: u64, sha256: Option<&str>) -> bool {
        let same_hash = match (&self.sha256, sha256) {
            (Some(found), Some(expected)) => found == expected,
            _ => true,
        };
        self.size_bytes == size_bytes && same_hash
    }
}

impl Storage {
    /// Stores a small object in one request, whatever lay there before.
    pub async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), StorageError> {
        let request = self.client.put_object().bucket(&*self.bucket).key(key).content_type(content_type);
        let answer = request.body(bytes.into()).send().await;
        answer.map(drop).map_err(StorageError::during("store an object", key))
    }

    /// Looks at an object; `None` when there is none.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>, StorageError> {
        let answer = self.client.head_object().bucket(&*self.bucket).key(key).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(refusal) if refusal.raw_response().is_some_and(|response| response.status().as_u16() == 404) => {
                return Ok(None);
            }
            Err(refusal) => return Err(StorageError::during("look at an object", key)(refusal)),
        };
        let size_bytes = answer.content_length().and_then(|length| u64::try_from(length).ok());
        let size_bytes = size_bytes.ok_or(StorageError::Answer { key: key.to_owned(), lacks: "a length" })?;
        let sha256 = answer.metadata().and_then(|metadata: &HashMap<_, _>| metadata.get(SHA256_METADATA)).cloned();
        Ok(Some(ObjectHead { size_bytes, sha256 }))
    }

    /// Reads an object, or a non-empty range of it, as a stream.
    pub async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<ByteStream, StorageError> {
        let mut request = self.client.get_object().bucket(&*self.bucket).key(key);
        if let Some(range) = range {
            assert!(range.start < range.end, "an empty range has no HTTP spelling");
            request = request.range(format!("bytes={}-{}", range.start, range.end - 1));
        }
        match request.send().await {
            Ok(answer) => Ok(answer.body),
            Err(refusal) if refusal.raw_response().is_some_and(|response| response.status().as_u16() == 404) => {
                Err(StorageError::Missing { key: key.to_owned() })
            }
            Err(refusal) => Err(StorageError::during("read an object", key)(refusal)),
        }
    }

    /// Reads an object to its end for its BLAKE3 and true length.
    pub async fn hash_object(&self, key: &str) -> Result<ObjectHash, StorageError> {
        let mut body = self.get(key, None).await?;
        let mut hasher = blake3::Hasher::new();
        let mut size_bytes = 0;
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|source| StorageError::Body { key: key.to_owned(), source })?;
            hasher.update(&bytes);
            size_bytes += bytes.len() as u64;
        }
        Ok(ObjectHash { blake3: *hasher.finalize().as_bytes(), size_bytes })
    }

    /// Deletes an object; one that is not there is deleted.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let answer = self.client.delete_object().bucket(&*self.bucket).key(key).send().await;
        answer.map(drop).map_err(StorageError::during("delete an object", key))
    }

    /// Removes whatever there may be under a key: the upload under way, then the object it may have become, whatever fails first.
    pub async fn remove(&self, key: &str, upload_id: Option<&str>) -> Result<(), StorageError> {
        let aborted = match upload_id {
            Some(upload_id) => {
                let upload = Upload { key: key.to_owned(), upload_id: upload_id.to_owned() };
                self.abort_multipart(&upload).await
            }
            None => Ok(()),
        };
        self.delete(key).await.and(aborted)
    }
}
