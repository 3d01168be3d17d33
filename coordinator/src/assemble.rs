//! Assembly: parts laid out as a finished file, from their headers alone. Pure: reads no payload and encodes nothing.

mod codecs;
mod laid_out;
mod layout;
mod material;
mod mp4;
mod webm;
mod zip;

use farm_core::content_key::ContentKey;
use farm_core::export::Format;
use farm_core::plan::PlannedOutput;
use thiserror::Error;

pub use laid_out::{LaidOut, ReadPart};
pub use layout::{Layout, Piece};
pub use material::Headers;
pub use zip::{ARCHIVE_ENTRIES_MAX, Entry, zip};

/// Why parts do not make a file. Every variant names the culprit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A part's header was not handed in.
    #[error("lay out the file: part {part} is not there")]
    Missing {
        /// The part.
        part: ContentKey,
    },
    /// A picture part where sound belongs, or the other way round.
    #[error("lay out the file: part {part} holds the wrong kind of frames")]
    WrongKind {
        /// The part.
        part: ContentKey,
    },
    /// Two parts of one track are coded differently: no player could go from one to the next.
    #[error("lay out the file: parts {first} and {other} are coded differently")]
    CodecsDiffer {
        /// The track's first part.
        first: ContentKey,
        /// The one that differs.
        other: ContentKey,
    },
    /// A part's times count on another rate than the plan's.
    #[error("lay out the file: part {part} does not count on the plan's rate")]
    Rate {
        /// The part.
        part: ContentKey,
    },
    /// A part holds more or fewer frames than the plan says.
    #[error("lay out the file: part {part} holds {found} frames, {planned} are planned")]
    FrameCount {
        /// The part.
        part: ContentKey,
        /// By the plan.
        planned: u64,
        /// By its header.
        found: u64,
    },
    /// The sizes of a part's frames do not add up to its payload.
    #[error("lay out the file: the frames of part {part} are not its payload")]
    Payload {
        /// The part.
        part: ContentKey,
    },
    /// A part's frames do not lie between its place and the next part's.
    #[error("lay out the file: the frames of part {part} do not fit into its place")]
    Times {
        /// The part.
        part: ContentKey,
    },
    /// A part does not begin with a key frame.
    #[error("lay out the file: part {part} does not begin with a key frame")]
    NoKey {
        /// The part.
        part: ContentKey,
    },
    /// Sound ends before it should.
    #[error("lay out the file: the sound of part {part} has {found} samples, {needed} are needed")]
    SoundShort {
        /// The part.
        part: ContentKey,
        /// Priming and planned samples.
        needed: u64,
        /// In its packets.
        found: u64,
    },
    /// A time or size has no spelling in the container.
    #[error("lay out the file: {what} is beyond what the container can say")]
    Unrepresentable {
        /// Which.
        what: &'static str,
    },
}

/// Lays out one finished file in the container it was planned for. Equal arguments give equal bytes.
pub fn layout(output: &PlannedOutput, headers: &Headers) -> Result<Layout, LayoutError> {
    match output.format {
        Format::Mp4 => mp4::layout(&mp4::MP4, output, headers),
        Format::Mov => mp4::layout(&mp4::MOV, output, headers),
        Format::Webm => webm::layout(output, headers),
    }
}

#[cfg(test)]
pub(crate) mod tests;
