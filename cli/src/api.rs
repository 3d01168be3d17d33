//! The shapes of the HTTP API that this program sends and reads: a client's view, no more fields than are used.
//! The document that binds both sides is `schema/openapi.json`.

#![expect(clippy::struct_field_names, reason = "the names are the contract's")]

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::args::{ExportType, Format, Quality, Resolution};

/// What is said of a file before it is uploaded.
#[derive(Debug, Serialize)]
pub struct NewVideo {
    /// The name the user knows it by.
    pub filename: String,
    /// Its size.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
}

/// A video, and where to send its bytes when the farm does not have them yet.
#[derive(Debug, Serialize, Deserialize)]
pub struct VideoCreated {
    /// The video.
    pub video: Video,
    /// Absent when the user already holds a video with these bytes.
    pub upload: Option<Upload>,
}

/// A multipart upload by presigned URLs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Upload {
    /// Named again when it is complete.
    pub upload_id: String,
    /// The size of every part but the last.
    pub part_size_bytes: u64,
    /// Where each part goes.
    pub parts: Vec<UploadPart>,
}

/// One part of an upload.
#[derive(Debug, Serialize, Deserialize)]
pub struct UploadPart {
    /// From 1.
    pub number: u32,
    /// Presigned PUT.
    pub url: Url,
}

/// Says that every part is there.
#[derive(Debug, Serialize)]
pub struct UploadComplete {
    /// The upload.
    pub upload_id: String,
    /// What each PUT was answered.
    pub parts: Vec<UploadedPart>,
}

/// A part that was put.
#[derive(Debug, Serialize)]
pub struct UploadedPart {
    /// From 1.
    pub number: u32,
    /// The `ETag` of the answer.
    pub etag: String,
}

/// A video.
#[derive(Debug, Serialize, Deserialize)]
pub struct Video {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: VideoStatus,
    /// Why it failed, in words for people.
    pub error_message: Option<String>,
    /// How much of it there is, once that is known.
    pub duration_seconds: Option<f64>,
    /// Codes of things worth knowing.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Where a video stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoStatus {
    /// Its bytes are awaited.
    Uploading,
    /// A node looks at it.
    Indexing,
    /// It can be exported.
    Ready,
    /// It cannot.
    Failed,
}

/// What is ordered.
#[derive(Debug, Serialize)]
pub struct NewExport {
    /// Size of the picture.
    pub resolution: Resolution,
    /// Container.
    pub format: Format,
    /// Quality of the picture.
    pub quality: Quality,
    /// What files it yields.
    pub export_type: ExportType,
    /// The ranges; none means the whole video.
    pub segments: Vec<Range>,
    /// Fade from each range into the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crossfade_seconds: Option<f64>,
    /// Whether loudness is levelled.
    pub normalize_audio: bool,
}

/// A range of a video.
#[derive(Debug, Serialize)]
pub struct Range {
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
}

/// An export that was ordered.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportCreated {
    /// Its id.
    pub id: Uuid,
}

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// 0–100.
    pub progress: u8,
    /// Where it stands.
    pub status: ExportStatus,
    /// What is being done.
    pub current_stage: String,
    /// Seconds left, once that can be said.
    pub estimated_time_remaining: Option<f64>,
    /// Frames rendered.
    pub frames_done: Option<u64>,
    /// Frames to render.
    pub frames_total: Option<u64>,
    /// Seconds of video done per second.
    pub speed: Option<f64>,
}

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportStatus {
    /// Accepted.
    Pending,
    /// Begun.
    Processing,
    /// The files are there.
    Completed,
    /// It did not work.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl ExportStatus {
    /// Whether nothing will change any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Where a finished file is fetched.
#[derive(Debug, Serialize, Deserialize)]
pub struct Download {
    /// Presigned GET.
    pub url: Url,
    /// The size it must have.
    pub size_bytes: u64,
    /// The SHA-256 it must have, in hex.
    pub sha256: String,
}

/// Asks for a token with which one node may enrol.
#[derive(Debug, Serialize)]
pub struct NewJoinToken {
    /// What the node will be called.
    pub name: String,
}

/// A join token; it works once.
#[derive(Serialize, Deserialize)]
pub struct JoinToken {
    /// Shown this one time.
    pub token: String,
}

/// What every refusal carries.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// What is wrong, in words for people.
    pub message: String,
    /// Each fault by itself.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// One fault of a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Such as `segments[2].end`.
    pub field: Option<String>,
    /// What is wrong with it, in words for people.
    pub message: String,
}

impl Refusal {
    /// All of it on one line.
    pub fn line(&self) -> String {
        if self.problems.is_empty() {
            return self.message.clone();
        }
        let told = self.problems.iter().map(|problem| match problem.segment() {
            Some(segment) => format!("segment {segment}: {}", problem.message),
            None => problem.message.clone(),
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

impl Problem {
    /// The number of the segment it is about, from 1; the messages name every other field by themselves.
    fn segment(&self) -> Option<usize> {
        let (number, _) = self.field.as_deref()?.strip_prefix("segments[")?.split_once(']')?;
        number.parse::<usize>().ok()?.checked_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_fault() {
        let refusal: Refusal = serde_json::from_str(
            r#"{"code":"invalid_request","message":"The request has 2 problems.","request_id":"x","problems":[
                {"field":"segments[0].end","code":"outside","message":"the video ends at 65.0 s"},
                {"field":"format","code":"unsupported","message":"mov is not supported yet"}]}"#,
        )
        .expect("the contract's shape");
        assert_eq!(refusal.line(), "segment 1: the video ends at 65.0 s; mov is not supported yet");
    }

    #[test]
    fn what_is_unknown_of_progress_may_be_absent() {
        let progress: Progress =
            serde_json::from_str(r#"{"progress":3,"status":"pending","current_stage":"queued","elapsed_time":0.1}"#)
                .expect("the contract's shape");
        assert_eq!((progress.frames_total, progress.status), (None, ExportStatus::Pending));
    }
}
