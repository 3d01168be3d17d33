//! `POST /api/videos`: announces a video and gets addresses to put its bytes to. Takes no bytes itself.

use std::sync::Arc;
use std::time::Duration;

use farm_core::export::NAME_CHARACTERS_MAX;
use farm_core::ids::VideoId;
use farm_core::limits::Limits;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;

use super::super::identity::SignedIn;
use super::super::limits;
use super::super::new_id::NewId;
use super::super::refusal::{Refusal, RefusalCode};
use super::VideoView;
use crate::storage::{PRESIGN_SECONDS_MAX, Storage, Upload};
use crate::store::Store;
use crate::store::tokens::Identity;
use crate::store::videos::NewVideo;

/// No larger video is taken.
pub const VIDEO_BYTES_MAX: u64 = 500_000_000_000;
/// Parts of an upload are this large, unless there would be too many.
const PART_BYTES: u64 = 16 << 20;
/// Addresses in one answer; larger videos get larger parts.
const PARTS_MAX: u64 = 1000;
/// Part sizes are whole mebibytes.
const MEBIBYTE: u64 = 1 << 20;
pub const CONTENT_TYPE_CHARACTERS_MAX: usize = 127;
const CONTENT_TYPE_UNKNOWN: &str = "application/octet-stream";

/// A video about to be uploaded.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, rename = "NewVideo")]
struct Announcement {
    /// The name to show it under.
    filename: String,
    /// Its exact size, up to 500 GB.
    size_bytes: u64,
    /// Its media type, such as `video/mp4`.
    content_type: Option<String>,
    /// BLAKE3 of its bytes, in hex. With it, bytes the farm already has are not uploaded twice, and damaged ones are found.
    blake3: Option<String>,
}

/// Where a part's bytes go.
#[derive(Debug, Object)]
struct PartAddress {
    /// From 1.
    number: u32,
    /// PUT the part's bytes here within an hour; the answer's `ETag` goes into the completion.
    url: String,
}

/// A multipart upload.
#[derive(Debug, Object)]
#[oai(rename = "Upload")]
struct UploadView {
    /// Named again in the completion.
    upload_id: String,
    /// The size of every part but the last.
    part_size_bytes: u64,
    /// Where each part goes.
    parts: Vec<PartAddress>,
}

/// A video, and where its bytes go.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct VideoCreated {
    /// The video.
    video: VideoView,
    /// Absent when the farm already has the bytes.
    upload: Option<UploadView>,
}

#[derive(ApiResponse)]
enum CreateAnswer {
    /// Put the parts to their addresses, then complete the video.
    #[oai(status = 201)]
    Created(Json<VideoCreated>),
    /// You already hold a video with these bytes: this one.
    #[oai(status = 200)]
    Held(Json<VideoCreated>),
}

/// An announcement that holds.
struct Announced {
    filename: String,
    content_type: String,
    size_bytes: u64,
    hash: Option<[u8; 32]>,
}

/// `POST /api/videos`.
pub struct CreateVideo {
    pub(super) store: Store,
    pub(super) storage: Storage,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
}

#[OpenApi]
impl CreateVideo {
    /// Announce a video
    ///
    /// Gives presigned addresses for a multipart upload. With `blake3`, answers 200 with the video that already has those bytes.
    #[oai(path = "/api/videos", method = "post", operation_id = "create_video")]
    async fn create(&self, who: SignedIn, new: NewId, body: Json<Announcement>) -> Result<CreateAnswer, Refusal> {
        let SignedIn(identity) = who;
        let announced = check(body.0)?;
        if let Some(hash) = &announced.hash
            && let Some(video) = self.store.video_with_hash(identity.user, hash).await?
        {
            return Ok(CreateAnswer::Held(Json(VideoCreated { video: video.into(), upload: None })));
        }
        let id = VideoId(new.id);
        let begun = if new.again { self.begun(&identity, id).await? } else { None };
        let upload = match begun {
            Some(upload) => upload,
            None => self.begin(&identity, id, &announced).await?,
        };
        let upload = self.addresses(&upload, announced.size_bytes).await?;
        let video = self.store.video_of(identity.user, id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        Ok(CreateAnswer::Created(Json(VideoCreated { video: video.into(), upload: Some(upload) })))
    }
}

impl CreateVideo {
    /// The upload that an earlier call began before it was broken off.
    async fn begun(&self, who: &Identity, id: VideoId) -> Result<Option<Upload>, Refusal> {
        let video = self.store.video_of(who.user, id).await?;
        Ok(video.and_then(|video| Some(Upload { key: video.source_key, upload_id: video.upload_id? })))
    }

    async fn begin(&self, who: &Identity, id: VideoId, announced: &Announced) -> Result<Upload, Refusal> {
        // The name is for display only: the key is ours.
        let upload = self.storage.create_multipart(&format!("sources/{id}"), &announced.content_type, None).await?;
        let video = NewVideo {
            id,
            user: who.user,
            filename: &announced.filename,
            content_type: &announced.content_type,
            size_bytes: announced.size_bytes,
            source_key: &upload.key,
            upload_id: &upload.upload_id,
            claimed_hash: announced.hash.as_ref(),
        };
        let entered = self.enter(who, video).await;
        if entered.is_err() {
            // Nobody will bring its bytes.
            self.storage.abort_multipart(&upload).await?;
        }
        entered.map(|()| upload)
    }

    async fn enter(&self, who: &Identity, video: NewVideo<'_>) -> Result<(), Refusal> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        tx.lock_user(who.user).await?;
        limits::admit_video(&mut tx, &self.limits, who, video.size_bytes, now).await?;
        tx.insert_video(video, now).await?;
        Ok(tx.commit().await?)
    }

    async fn addresses(&self, upload: &Upload, size_bytes: u64) -> Result<UploadView, Refusal> {
        let part_size_bytes = part_size(size_bytes);
        let count = u32::try_from(size_bytes.div_ceil(part_size_bytes)).expect("at most PARTS_MAX parts");
        let mut parts = Vec::with_capacity(count as usize);
        for number in 1..=count {
            let ttl = Duration::from_secs(PRESIGN_SECONDS_MAX);
            parts.push(PartAddress { number, url: self.storage.presign_upload_part(upload, number, ttl).await? });
        }
        Ok(UploadView { upload_id: upload.upload_id.clone(), part_size_bytes, parts })
    }
}

/// Parts of one size, at most [`PARTS_MAX`] of them.
fn part_size(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(PARTS_MAX).next_multiple_of(MEBIBYTE).max(PART_BYTES)
}

fn check(announcement: Announcement) -> Result<Announced, Refusal> {
    let Announcement { filename, size_bytes, content_type, blake3 } = announcement;
    if size_bytes > VIDEO_BYTES_MAX {
        let message = format!("A video may have at most {VIDEO_BYTES_MAX} bytes; this one has {size_bytes}.");
        return Err(Refusal::new(RefusalCode::VideoTooLarge, message));
    }
    let mut problems = Vec::new();
    let mut fault = |field, code, message: &str| problems.push(Problem::new(field, code, message));
    let filename = displayed(&filename);
    if filename.is_empty() {
        fault("filename", ProblemCode::InvalidText, "Give the file a name of printable characters.");
    }
    if size_bytes == 0 {
        fault("size_bytes", ProblemCode::InvalidNumber, "The file is empty.");
    }
    let content_type = content_type.unwrap_or_else(|| CONTENT_TYPE_UNKNOWN.to_owned());
    if !is_media_type(&content_type) {
        fault("content_type", ProblemCode::InvalidText, "Use a media type such as video/mp4, or leave it out.");
    }
    let hash = blake3.map(|hex| blake3::Hash::from_hex(hex).map(|hash| *hash.as_bytes()));
    if matches!(hash, Some(Err(_))) {
        fault("blake3", ProblemCode::InvalidText, "Use 64 hexadecimal digits, or leave it out.");
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    Ok(Announced { filename, content_type, size_bytes, hash: hash.and_then(Result::ok) })
}

/// The last piece of a path, without control characters, cut to a sensible length.
fn displayed(filename: &str) -> String {
    let last = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable: String = last.chars().filter(|character| !character.is_control()).collect();
    printable.trim().chars().take(NAME_CHARACTERS_MAX).collect()
}

fn is_media_type(text: &str) -> bool {
    let token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    let essence = text.split(';').next().unwrap_or_default().trim();
    text.len() <= CONTENT_TYPE_CHARACTERS_MAX
        && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && essence.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_few_and_large_enough() {
        assert_eq!(part_size(1), PART_BYTES);
        assert_eq!(part_size(PART_BYTES * PARTS_MAX), PART_BYTES);
        assert_eq!(part_size(PART_BYTES * PARTS_MAX + 1), PART_BYTES + MEBIBYTE);
        assert!(VIDEO_BYTES_MAX.div_ceil(part_size(VIDEO_BYTES_MAX)) <= PARTS_MAX);
    }

    #[test]
    fn a_name_is_for_display_only() {
        assert_eq!(displayed("../../etc/passwd"), "passwd");
        assert_eq!(displayed("C:\\films\\a\u{0}b.mp4"), "ab.mp4");
        assert_eq!(displayed("<img src=x>.mp4"), "<img src=x>.mp4");
        assert_eq!(displayed("dir/"), "");
    }

    #[test]
    fn media_types_are_recognised() {
        for good in ["video/mp4", "video/x-matroska; codecs=\"avc1\"", "application/octet-stream"] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "video", "video/", "video/mp4\r\nX: y", "v ideo/mp4"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
