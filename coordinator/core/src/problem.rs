//! What is wrong with a request, fault by fault, each with the field it concerns.
//! Finds no fault itself: the rules are in `export`.

use thiserror::Error;

/// One fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field}: {message}")]
pub struct Problem {
    /// The field as a path into the request, such as `segments[2].end`.
    pub field: String,
    /// Which fault it is.
    pub code: ProblemCode,
    /// One sentence that says what to do.
    pub message: String,
}

/// The closed list of faults a request can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl ProblemCode {
    /// The code as programs see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidNumber => "invalid_number",
            Self::OutsideVideo => "outside_video",
            Self::EmptySegment => "empty_segment",
            Self::NoFrame => "no_frame",
            Self::TooManySegments => "too_many_segments",
            Self::NotSingle => "not_single",
            Self::CrossfadeTooLong => "crossfade_too_long",
            Self::CrossfadeTooShort => "crossfade_too_short",
            Self::Unsupported => "unsupported",
            Self::InvalidText => "invalid_text",
            Self::Required => "required",
            Self::Contradiction => "contradiction",
            Self::Malformed => "malformed",
        }
    }
}

impl Problem {
    /// A fault of one field.
    #[must_use]
    pub fn new(field: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Problem {
        Problem { field: field.into(), code, message: message.into() }
    }
}
