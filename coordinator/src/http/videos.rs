//! The operations on videos, and how one is shown. Moves no bytes: they go straight to the object store.

mod complete;
mod create;
mod delete;
mod list;
mod preview;
mod view;

use std::time::Duration;

use farm_core::status::VideoStatus;
use farm_core::video::VideoFacts;
use poem_openapi::Object;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Deps;
use super::instant::instant;
use super::refusal::{Refusal, RefusalCode};
use super::words;
use crate::storage::{PRESIGN_SECONDS_MAX, Storage};
use crate::store::videos::Video;

pub use complete::ETAG_CHARACTERS_MAX;
pub use create::{CONTENT_TYPE_CHARACTERS_MAX, VIDEO_BYTES_MAX};

/// All operations on videos.
pub type Operations = (
    create::CreateVideo,
    complete::CompleteVideo,
    list::ListVideos,
    view::ViewVideo,
    preview::ViewPreview,
    delete::DeleteVideo,
);

/// All operations on videos on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, storage, nudge, clock, limits, .. } = deps.clone();
    (
        create::CreateVideo { store: store.clone(), storage: storage.clone(), clock: clock.clone(), limits },
        complete::CompleteVideo {
            store: store.clone(),
            storage: storage.clone(),
            nudge: nudge.clone(),
            clock: clock.clone(),
        },
        list::ListVideos { store: store.clone(), storage: storage.clone() },
        view::ViewVideo { store: store.clone(), storage: storage.clone() },
        preview::ViewPreview { store: store.clone(), storage: storage.clone(), clock },
        delete::DeleteVideo { store, storage, nudge },
    )
}

/// Colour by the code points of ISO/IEC 23091-2; 2 means unspecified.
#[derive(Clone, Debug, Object)]
struct Color {
    /// Colour primaries.
    primaries: u8,
    /// Transfer characteristics.
    transfer: u8,
    /// Matrix coefficients.
    matrix: u8,
    /// Full range instead of studio range.
    full_range: bool,
}

/// A source somebody uploaded. What its index finds is absent until it is ready.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Video", skip_serializing_if_is_none)]
pub struct VideoView {
    /// Its id.
    id: Uuid,
    /// Whose it is.
    user_id: Uuid,
    /// The name it was uploaded under.
    filename: String,
    /// Where it stands.
    status: words::VideoStatus,
    /// Why it failed, for programs.
    error_code: Option<String>,
    /// Why it failed, for people.
    error_message: Option<String>,
    /// What went wrong in the media library's own words, if it said anything. Only when one video is looked at.
    error_detail: Option<String>,
    /// Its size.
    size_bytes: u64,
    /// As the client said.
    content_type: String,
    /// When the last frame stops being shown.
    duration_seconds: Option<f64>,
    /// Width as displayed: square pixels, upright.
    width: Option<u32>,
    /// Height as displayed: square pixels, upright.
    height: Option<u32>,
    /// Clockwise degrees that make the stored picture upright.
    rotation: Option<u32>,
    /// Nominal frames per second.
    frame_rate: Option<f64>,
    /// Whether frame times are unequal by more than rounding.
    variable_frame_rate: Option<bool>,
    /// Such as `h264`.
    video_codec: Option<String>,
    /// Such as `aac`; absent for a video without sound.
    audio_codec: Option<String>,
    /// Channels of sound.
    audio_channels: Option<u32>,
    /// Colour as the stream says.
    color: Option<Color>,
    /// Whether the picture is PQ or HLG.
    hdr: Option<bool>,
    /// Codes of things worth knowing.
    warnings: Vec<String>,
    /// A presigned address of one telling frame, good for an hour; absent until its preview is made.
    poster_url: Option<String>,
    /// When it was announced.
    created_at: OffsetDateTime,
}

/// A video as it is shown to whoever looks at it.
async fn show(storage: &Storage, video: Video) -> Result<VideoView, Refusal> {
    let ttl = Duration::from_secs(PRESIGN_SECONDS_MAX);
    let poster_url = match &video.poster_key {
        Some(key) => Some(storage.presign_get(key, ttl, None).await?),
        None => None,
    };
    Ok(VideoView { poster_url, ..video.into() })
}

/// Whether anything can be made of a video, and if not, why.
pub fn must_be_ready(video: &Video) -> Result<(), Refusal> {
    match video.status {
        VideoStatus::Ready => Ok(()),
        VideoStatus::Uploading => {
            Err(Refusal::new(RefusalCode::VideoNotReady, "The video is still being uploaded; complete it first."))
        }
        VideoStatus::Indexing => {
            Err(Refusal::new(RefusalCode::VideoNotReady, "The farm still looks what the video is; try again soon."))
        }
        VideoStatus::Failed => {
            let reason = video.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default();
            Err(Refusal::new(RefusalCode::UnsupportedMedia, reason))
        }
    }
}

impl From<Video> for VideoView {
    fn from(video: Video) -> VideoView {
        let (error_code, error_message) = video.failure.map(|failure| (failure.code, failure.message)).unzip();
        let duration_seconds = video.indexed.as_ref().map(|indexed| indexed.duration_seconds);
        let bare = VideoView {
            id: video.id.0,
            user_id: video.user.0,
            filename: video.filename,
            status: video.status.into(),
            error_code,
            error_message,
            error_detail: None,
            size_bytes: video.size_bytes,
            content_type: video.content_type,
            duration_seconds,
            width: None,
            height: None,
            rotation: None,
            frame_rate: None,
            variable_frame_rate: None,
            video_codec: None,
            audio_codec: None,
            audio_channels: None,
            color: None,
            hdr: None,
            warnings: Vec::new(),
            poster_url: None,
            created_at: instant(video.created_at),
        };
        match video.indexed {
            Some(indexed) => with_facts(bare, indexed.facts),
            None => bare,
        }
    }
}

fn with_facts(bare: VideoView, facts: VideoFacts) -> VideoView {
    let VideoFacts { picture, sound, warnings, .. } = facts;
    let (width, height) = picture.displayed();
    let colour = picture.colour;
    VideoView {
        width: Some(width),
        height: Some(height),
        rotation: Some(picture.orientation.degrees()),
        frame_rate: Some(f64::from(picture.frame_rate.num()) / f64::from(picture.frame_rate.den())),
        variable_frame_rate: Some(picture.variable_frame_rate),
        video_codec: Some(picture.codec),
        audio_channels: sound.as_ref().map(|sound| sound.channels),
        audio_codec: sound.map(|sound| sound.codec),
        color: Some(Color {
            primaries: colour.primaries,
            transfer: colour.transfer,
            matrix: colour.matrix,
            full_range: colour.full_range,
        }),
        hdr: Some(colour.is_hdr()),
        warnings,
        ..bare
    }
}
