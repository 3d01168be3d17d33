//! Brings a video onto the farm: its hash first, its bytes only when the farm does not have them, then waits for its index.
//! Bytes go straight to storage by presigned URLs, a few parts at a time, never whole through memory.

use std::fs::File;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use backon::Retryable as _;
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::Body;
use reqwest::header::{CONTENT_LENGTH, ETAG};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::order::Input;
use super::trail::Trail;
use super::view::View;
use crate::api::{NewVideo, Upload, UploadComplete, UploadPart, UploadedPart, Video, VideoStatus};
use crate::client::{self, Client};
use crate::failure::Failure;

/// Enough to fill a link while one part waits for its answer.
const PARTS_IN_FLIGHT_MAX: usize = 4;
const READ_BYTES: usize = 256 << 10;
/// One part, at worst on a slow line.
const PART_MAX: Duration = Duration::from_mins(15);
const SHOW_EVERY: Duration = Duration::from_millis(100);
const READY_POLL_EVERY: Duration = Duration::from_millis(100);

/// Why a part did not arrive.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("failed to read the video")]
    Read(#[source] std::io::Error),
    #[error("the video changed while it was uploaded")]
    Changed,
    #[error("failed to send part {number}")]
    Send {
        number: u32,
        #[source]
        source: reqwest::Error,
    },
    #[error("part {number} was stored without an ETag")]
    NoETag { number: u32 },
}

/// Brings the video onto the farm and waits until it can be exported.
pub async fn upload(client: &Client, input: &Input, view: &View, trail: &Trail) -> Result<Video, Failure> {
    view.stage("reading");
    let blake3 = hash(&input.path).await?;
    let new = NewVideo { filename: input.filename.clone(), size_bytes: input.size_bytes, blake3 };
    let created = client.create_video(&new).await?;
    let video = created.video.id;
    if let Some(upload) = created.upload {
        trail.uploading(video);
        let complete = send(client, input, &upload, view).await.context("failed to upload the video")?;
        client.complete_video(video, &complete).await?;
    }
    view.stage("indexing");
    loop {
        let video = client.video(video).await?;
        match video.status {
            VideoStatus::Ready => return Ok(video),
            VideoStatus::Failed => {
                let reason = video.error_message.unwrap_or_else(|| "it cannot be read as a video".to_owned());
                return Err(Failure::refused(format!("{}: {reason}", input.path.display())));
            }
            VideoStatus::Uploading | VideoStatus::Indexing => tokio::time::sleep(READY_POLL_EVERY).await,
        }
    }
}

async fn hash(path: &Path) -> Result<String, Failure> {
    let owned = path.to_owned();
    let hashing = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(owned)?)?;
        Ok(hasher.finalize().to_hex().to_string())
    });
    let hashed = hashing.await.context("failed to hash the video")?;
    Ok(hashed.with_context(|| format!("failed to read {}", path.display()))?)
}

async fn send(client: &Client, input: &Input, upload: &Upload, view: &View) -> Result<UploadComplete, Error> {
    let sent = Arc::new(AtomicU64::new(0));
    let parts = futures::stream::iter(&upload.parts)
        .map(|part| {
            let put = || put(client.transfers(), input, upload, part, &sent);
            put.retry(client::retries()).when(Error::may_pass)
        })
        .buffer_unordered(PARTS_IN_FLIGHT_MAX)
        .try_collect::<Vec<UploadedPart>>();
    tokio::pin!(parts);
    let mut parts = loop {
        tokio::select! {
            parts = &mut parts => break parts?,
            () = tokio::time::sleep(SHOW_EVERY) => view.bytes("uploading", sent.load(Ordering::Relaxed), input.size_bytes),
        }
    };
    parts.sort_by_key(|part| part.number);
    Ok(UploadComplete { upload_id: upload.upload_id.clone(), parts })
}

async fn put(
    http: &reqwest::Client,
    input: &Input,
    upload: &Upload,
    part: &UploadPart,
    sent: &Arc<AtomicU64>,
) -> Result<UploadedPart, Error> {
    let start = u64::from(part.number.saturating_sub(1)) * upload.part_size_bytes;
    let size_bytes = upload.part_size_bytes.min(input.size_bytes.saturating_sub(start));
    let mut file = tokio::fs::File::open(&input.path).await.map_err(Error::Read)?;
    if file.metadata().await.map_err(Error::Read)?.len() != input.size_bytes {
        return Err(Error::Changed);
    }
    file.seek(SeekFrom::Start(start)).await.map_err(Error::Read)?;
    let (all, mine) = (Arc::clone(sent), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&mine);
    let bytes = ReaderStream::with_capacity(file.take(size_bytes), READ_BYTES).inspect_ok(move |piece| {
        counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        all.fetch_add(piece.len() as u64, Ordering::Relaxed);
    });
    // Storage wants the length, which a stream by itself does not tell.
    let request = http.put(part.url.clone()).timeout(PART_MAX).header(CONTENT_LENGTH, size_bytes);
    let answer = request.body(Body::wrap_stream(bytes)).send().await.and_then(reqwest::Response::error_for_status);
    let answer = answer.map_err(|error| {
        sent.fetch_sub(mine.load(Ordering::Relaxed), Ordering::Relaxed);
        Error::Send { number: part.number, source: error.without_url() }
    })?;
    let etag = answer.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
    let etag = etag.ok_or(Error::NoETag { number: part.number })?.to_owned();
    Ok(UploadedPart { number: part.number, etag })
}

impl Error {
    fn may_pass(&self) -> bool {
        match self {
            Self::Send { source, .. } => source.status().is_none_or(|status| status.is_server_error()),
            Self::Read(_) | Self::Changed | Self::NoETag { .. } => false,
        }
    }
}
