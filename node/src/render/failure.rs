//! Why an attempt failed: whose fault, one sentence for a person, and the library's own words for the log.
//! Does not decide what happens next; that is the coordinator's part.

use std::fmt;

use rkyv::{Archive, Deserialize, Serialize};
use wire::v1::FailureClass;

/// The library's words are cut here: a log line, not a dump.
const DETAIL_CHARS_MAX: usize = 2000;

/// An attempt that yields nothing.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RenderFailure {
    /// Whose fault it is.
    pub class: FailureClass,
    /// One sentence a person can act on.
    pub message: String,
    /// What the library said, for the log.
    pub detail: String,
}

impl RenderFailure {
    /// The source is not something Reelfarm accepts.
    #[must_use]
    pub fn unsupported(message: impl Into<String>) -> RenderFailure {
        RenderFailure::new(FailureClass::Unsupported, message)
    }

    /// The source broke the decoder or kept less than it promised.
    #[must_use]
    pub fn media(message: impl Into<String>) -> RenderFailure {
        RenderFailure::new(FailureClass::Media, message)
    }

    /// This node is at fault: encoder, memory, disk, a missing library.
    #[must_use]
    pub fn node(message: impl Into<String>) -> RenderFailure {
        RenderFailure::new(FailureClass::Node, message)
    }

    /// Storage or network failed.
    #[must_use]
    pub fn infra(message: impl Into<String>) -> RenderFailure {
        RenderFailure::new(FailureClass::Infra, message)
    }

    /// The same failure with the library's words.
    #[must_use]
    pub fn because(mut self, detail: impl fmt::Display) -> RenderFailure {
        self.detail = detail.to_string().chars().take(DETAIL_CHARS_MAX).collect();
        self
    }

    fn new(class: FailureClass, message: impl Into<String>) -> RenderFailure {
        RenderFailure { class, message: message.into(), detail: String::new() }
    }
}

impl fmt::Display for RenderFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.message)
    }
}

impl std::error::Error for RenderFailure {}
