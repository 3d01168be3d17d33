//! Fetches a finished file to `PATH.part`, verifies its SHA-256 and only then puts it at PATH.
//! A part file is removed whenever the download does not succeed.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use backon::Retryable as _;
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::view::View;
use crate::api;
use crate::client::{self, Client};
use crate::failure::Failure;

/// A transfer that brings nothing for this long is begun again.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// Why a transfer did not bring the whole, right file.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("failed to ask for the download")]
    Ask(#[source] client::Error),
    #[error("failed to fetch the file")]
    Fetch(#[source] reqwest::Error),
    #[error("failed to fetch the file: nothing came for {} s", SILENCE_MAX.as_secs())]
    Silent,
    #[error("failed to write {}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the file that came is not the one that was made (SHA-256 or size differ)")]
    Differs,
}

/// A file that is removed again unless it is finished.
struct PartFile {
    path: PathBuf,
    finished: bool,
}

/// Downloads an export to `output`.
pub async fn download(client: &Client, export: Uuid, output: &Path, view: &View) -> Result<(), Failure> {
    let attempt = || async {
        let download = client.download(export).await.map_err(Error::Ask)?;
        fetch(client.transfers(), &download, output, view).await
    };
    let fetched = attempt.retry(client::retries()).when(Error::may_pass).await;
    Ok(fetched.with_context(|| format!("failed to download {}", output.display()))?)
}

async fn fetch(http: &reqwest::Client, download: &api::Download, output: &Path, view: &View) -> Result<(), Error> {
    let mut part = PartFile { path: output.with_added_extension("part"), finished: false };
    let write = |source| Error::Write { path: output.with_added_extension("part"), source };
    let mut file = File::create(&part.path).await.map_err(write)?;
    let answer = http.get(download.url.clone()).send().await.and_then(reqwest::Response::error_for_status);
    let mut bytes = answer.map_err(|error| Error::Fetch(error.without_url()))?.bytes_stream();
    let (mut hash, mut size_bytes) = (Sha256::new(), 0);
    while let Some(piece) = tokio::time::timeout(SILENCE_MAX, bytes.next()).await.map_err(|_| Error::Silent)? {
        let piece = piece.map_err(|error| Error::Fetch(error.without_url()))?;
        hash.update(&piece);
        size_bytes += piece.len() as u64;
        if size_bytes > download.size_bytes {
            return Err(Error::Differs);
        }
        file.write_all(&piece).await.map_err(write)?;
        view.bytes("saving", size_bytes, download.size_bytes);
    }
    if size_bytes != download.size_bytes || !hex::encode(hash.finalize()).eq_ignore_ascii_case(&download.sha256) {
        return Err(Error::Differs);
    }
    file.sync_all().await.map_err(write)?;
    std::fs::rename(&part.path, output).map_err(write)?;
    part.finished = true;
    Ok(())
}

impl Error {
    fn may_pass(&self) -> bool {
        match self {
            Self::Ask(error) => error.may_pass(),
            Self::Fetch(error) => error.status().is_none_or(|status| status.is_server_error()),
            Self::Silent => true,
            Self::Write { .. } | Self::Differs => false,
        }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished {
            // It may never have been made.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
