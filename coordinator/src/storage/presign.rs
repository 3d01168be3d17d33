//! Addresses that carry their own permission: one key, one method, an hour at most. Sends no request.

use std::fmt::Write as _;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use crate::storage::{Storage, StorageError, Upload};

/// No presigned address lives longer (reliability.md, G21).
pub const PRESIGN_SECONDS_MAX: u64 = 3600;

impl Storage {
    /// An address to PUT part `number` (from 1) of `upload` to.
    pub async fn presign_upload_part(
        &self,
        upload: &Upload,
        number: u32,
        ttl: Duration,
    ) -> Result<String, StorageError> {
        let request = self
            .public
            .upload_part()
            .bucket(&*self.bucket)
            .key(&upload.key)
            .upload_id(&upload.upload_id)
            .part_number(i32::try_from(number).expect("part numbers end at 10,000"));
        let signed = request.presigned(lifetime(&upload.key, ttl)?).await;
        let signed = signed.map_err(StorageError::during("sign an address to upload to", &upload.key))?;
        Ok(signed.uri().to_owned())
    }

    /// An address to GET an object from, by ranges too. With `filename`, browsers save it under that name.
    pub async fn presign_get(&self, key: &str, ttl: Duration, filename: Option<&str>) -> Result<String, StorageError> {
        let request = self
            .public
            .get_object()
            .bucket(&*self.bucket)
            .key(key)
            .set_response_content_disposition(filename.map(attachment));
        let signed = request.presigned(lifetime(key, ttl)?).await;
        let signed = signed.map_err(StorageError::during("sign an address to download from", key))?;
        Ok(signed.uri().to_owned())
    }
}

/// `Content-Disposition` that saves under `filename`, whatever its script (RFC 6266).
#[must_use]
pub fn attachment(filename: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-()".contains(c);
    let ascii: String = filename.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut header = format!("attachment; filename=\"{ascii}\"");
    if ascii != filename {
        header.push_str("; filename*=UTF-8''");
        for byte in filename.bytes() {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                header.push(char::from(byte));
            } else {
                write!(header, "%{byte:02X}").expect("a string takes any text");
            }
        }
    }
    header
}

fn lifetime(key: &str, ttl: Duration) -> Result<PresigningConfig, StorageError> {
    let ttl = ttl.min(Duration::from_secs(PRESIGN_SECONDS_MAX));
    PresigningConfig::expires_in(ttl).map_err(|source| StorageError::Presign { key: key.to_owned(), source })
}
