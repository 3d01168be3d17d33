//! The object store: sources and finished files, on our own embedded S3 server or any other, through one client.
//! Knows no exports and no videos: keys and bytes.

mod cdn;
mod client;
mod embedded;
mod error;
mod multipart;
mod objects;
mod presign;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use service::{Tasks, Timestamp};
use url::Url;

use crate::config::StorageConfig;

pub use cdn::{Cdn, CdnError};
pub use embedded::EmbeddedError;
pub use error::StorageError;
pub use multipart::{MULTIPART_PARTS_MAX, Upload, UploadedPart};
pub use objects::{ObjectHash, ObjectHead};
pub use presign::{PRESIGN_SECONDS_MAX, attachment};

/// The bucket of the embedded server. Bucket names have at least three characters.
const EMBEDDED_BUCKET: &str = "reelfarm";

/// A bucket on an S3 server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    /// What the coordinator itself speaks to.
    client: Client,
    /// Signs addresses as clients and nodes reach the server.
    public: Client,
    bucket: Arc<str>,
    /// What finished files are downloaded from instead, if there is one.
    cdn: Option<Arc<Cdn>>,
}

impl Storage {
    /// Opens the configured store. The embedded server is started first, under `tasks`; `data_dir` keeps its access keys.
    pub async fn open(config: &StorageConfig, data_dir: &Path, tasks: &Tasks) -> Result<Storage, StorageError> {
        match config {
            StorageConfig::Embedded(config) => {
                let server = embedded::start(config, EMBEDDED_BUCKET, data_dir, tasks).await?;
                let storage = Storage {
                    client: client::connect(&server.access(server.local_url())),
                    public: client::connect(&server.access(server.public_url())),
                    bucket: EMBEDDED_BUCKET.into(),
                    cdn: None,
                };
                storage.ready().await?;
                Ok(storage)
            }
            StorageConfig::S3(config) => {
                let access = client::Access::from_config(config)?;
                Ok(Storage {
                    public: client::connect(&access.at(config.public_endpoint.as_ref().or(config.endpoint.as_ref()))),
                    client: client::connect(&access),
                    bucket: config.bucket.as_str().into(),
                    cdn: None,
                })
            }
        }
    }

    /// The same store with a CDN in front of its finished files.
    #[must_use]
    pub fn behind(self, cdn: Option<Cdn>) -> Storage {
        Storage { cdn: cdn.map(Arc::new), ..self }
    }

    /// The address of the CDN, if there is one.
    #[must_use]
    pub fn cdn_base(&self) -> Option<&Url> {
        self.cdn.as_deref().map(Cdn::base)
    }

    /// An address people download a finished file from for an hour after `now`: the CDN's, or a presigned one of the store,
    /// under which browsers save it as `filename`.
    pub async fn download_address(
        &self,
        key: &str,
        now: Timestamp,
        filename: Option<&str>,
    ) -> Result<String, StorageError> {
        let ttl = Duration::from_secs(PRESIGN_SECONDS_MAX);
        match &self.cdn {
            Some(cdn) => Ok(cdn.address(key, now.after(ttl))),
            None => self.presign_get(key, ttl, filename).await,
        }
    }

    /// Whether the server answers and the bucket is there.
    pub async fn ready(&self) -> Result<(), StorageError> {
        let answer = self.client.head_bucket().bucket(&*self.bucket).send().await;
        answer.map(drop).map_err(StorageError::during("reach the object store", &self.bucket))
    }
}

#[cfg(test)]
pub(crate) mod tests;
