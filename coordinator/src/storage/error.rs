//! What can go wrong with the object store. Retries have already happened in the client when these appear.

use std::error::Error as StdError;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::presigning::PresigningConfigError;
use aws_smithy_types::byte_stream::error::Error as StreamError;
use thiserror::Error;

use crate::config::SecretFileError;
use crate::storage::EmbeddedError;

/// Why the object store could not do something.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The embedded server did not start.
    #[error("start the embedded object store")]
    Embedded(#[from] EmbeddedError),
    /// An access key could not be read.
    #[error("read the object store's access keys")]
    Keys(#[from] SecretFileError),
    /// The server said no, or nothing, four times.
    #[error("{doing} ({key})")]
    Request {
        /// What we were doing.
        doing: &'static str,
        /// With which object.
        key: String,
        /// HTTP status of the last answer, if there was one.
        status: Option<u16>,
        /// What the client said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// There is no such object.
    #[error("read {key}: there is no such object")]
    Missing {
        /// Its key.
        key: String,
    },
    /// The server no longer knows the multipart upload, and there is no finished object: begin again.
    #[error("go on with the upload of {key}: the server no longer knows it")]
    UploadGone {
        /// The object's key.
        key: String,
    },
    /// Something else already lies under the key.
    #[error("finish the upload of {key}: an object of {found_bytes} bytes is in its place, {expected_bytes} expected")]
    Occupied {
        /// The object's key.
        key: String,
        /// What was meant to be there.
        expected_bytes: u64,
        /// What is there.
        found_bytes: u64,
    },
    /// An object broke off while it was read.
    #[error("read {key}")]
    Body {
        /// Its key.
        key: String,
        /// What the stream said.
        #[source]
        source: StreamError,
    },
    /// The wish itself is none the store can fulfil.
    #[error("sign an address for {key}")]
    Presign {
        /// The object's key.
        key: String,
        /// What the client said.
        #[source]
        source: PresigningConfigError,
    },
    /// The server's answer lacks what the protocol promises.
    #[error("read the object store's answer for {key}: it lacks {lacks}")]
    Answer {
        /// The object's key.
        key: String,
        /// What was missing.
        lacks: &'static str,
    },
}

impl StorageError {
    /// Names what was being done when the server failed: `.map_err(StorageError::during("read an object", key))`.
    pub(crate) fn during<E>(doing: &'static str, key: &str) -> impl FnOnce(SdkError<E>) -> StorageError
    where
        E: StdError + Send + Sync + RequestId + 'static,
    {
        move |source| {
            let status = source.raw_response().map(|response| response.status().as_u16());
            StorageError::Request { doing, key: key.to_owned(), status, source: source.into() }
        }
    }

    /// HTTP status of the server's refusal, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            StorageError::Request { status, .. } => *status,
            _ => None,
        }
    }
}
