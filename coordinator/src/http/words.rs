//! The closed lists of words in the API, one for one those of the core. Holds no rules.

use poem_openapi::Enum;

/// How many files come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::export::ExportType")]
pub enum ExportType {
    /// One range, one file.
    Single,
    /// All ranges joined in one file.
    Combined,
    /// Each range its own file, delivered as one ZIP and singly.
    Clips,
}

/// The box the picture is fitted into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(remote = "farm_core::export::Resolution")]
pub enum Resolution {
    /// 1280 × 720.
    #[oai(rename = "720p")]
    P720,
    /// 1920 × 1080.
    #[oai(rename = "1080p")]
    P1080,
    /// 3840 × 2160.
    #[oai(rename = "4k")]
    K4,
}

/// The container of the finished files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::export::Format")]
pub enum Format {
    /// MP4 with H.264 and AAC.
    Mp4,
    /// `QuickTime` with H.264 and AAC.
    Mov,
    /// `WebM` with VP9 and Opus.
    Webm,
}

/// How good, how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::export::Quality")]
pub enum Quality {
    /// As good as the source to most eyes: CRF 18 of H.264, level 22 of VP9.
    High,
    /// The usual choice: CRF 23 of H.264, level 33 of VP9.
    Medium,
    /// Small and quick: CRF 28 of H.264, level 50 of VP9.
    Low,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::status::ExportStatus")]
pub enum ExportStatus {
    /// Accepted, nothing done yet.
    Pending,
    /// Being made.
    Processing,
    /// Its files are there.
    Completed,
    /// It ended without files, and says why.
    Failed,
    /// Somebody no longer wanted it.
    Cancelled,
}

/// Where a video stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::status::VideoStatus")]
pub enum VideoStatus {
    /// Its bytes are awaited.
    Uploading,
    /// Its bytes are here; a node looks what it is.
    Indexing,
    /// It can be exported.
    Ready,
    /// It cannot be exported, and says why.
    Failed,
}

/// What is being done with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase", remote = "farm_core::progress::Stage")]
pub enum Stage {
    /// No node has begun.
    Queued,
    /// Nodes read the source.
    Downloading,
    /// Nodes render.
    Processing,
    /// Files are laid out and uploaded.
    Uploading,
    /// Files are there.
    Complete,
}

/// In which order a list comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Sort {
    /// Newest first.
    #[oai(rename = "-created_at")]
    NewestFirst,
    /// Oldest first.
    #[oai(rename = "created_at")]
    OldestFirst,
}

/// Which fault a request has. The list is closed: new codes are announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", remote = "farm_core::problem::ProblemCode")]
pub enum ProblemCode {
    /// Not a number, or out of the range a number may have.
    InvalidNumber,
    /// The segment reaches outside the video.
    OutsideVideo,
    /// The segment's end is not after its start.
    EmptySegment,
    /// The segment holds no frame.
    NoFrame,
    /// More segments than one export may have.
    TooManySegments,
    /// `single` with more than one segment.
    NotSingle,
    /// A crossfade that a segment is not long enough for.
    CrossfadeTooLong,
    /// A crossfade of less than half a frame.
    CrossfadeTooShort,
    /// A value that is not offered.
    Unsupported,
    /// A text that is empty or too long.
    InvalidText,
    /// A field that must be there is not.
    Required,
    /// Two names of one thing with different values.
    Contradiction,
    /// A field or value of the wrong kind, or a field nobody knows.
    Malformed,
}
