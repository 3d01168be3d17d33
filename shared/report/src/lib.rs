//! The exactness report: what every finished file of an export is made of, to the frame and the sample.
//! Only its shape and meaning; it is made by the coordinator's core and held against files by `verify`.

mod described;
mod records;

use serde::Deserialize;
use thiserror::Error;

pub use described::{Described, Field, Record, Shape};
pub use records::{
    Archive, Colour, FrameRun, Loudness, Node, Output, Part, Picture, Report, Segment, Sound, Source, SourceFrame,
    Tools,
};

/// The version of the shape. Fields may be added to a version; anything else makes a new one.
pub const VERSION: u32 = 1;

/// Why a text is no report.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is not JSON, or not of this shape.
    #[error("it is no exactness report")]
    Malformed(#[source] serde_json::Error),
    /// It is of another version.
    #[error("it is a report of version {version}; this program reads version {VERSION}")]
    Version {
        /// Which.
        version: u32,
    },
}

impl Report {
    /// Reads a report, whatever fields were added to its version since.
    pub fn from_json(json: &str) -> Result<Report, ReadError> {
        #[derive(Deserialize)]
        struct Head {
            report: u32,
        }
        // The version first: another one may have another shape.
        let Head { report: version } = serde_json::from_str(json).map_err(ReadError::Malformed)?;
        if version != VERSION {
            return Err(ReadError::Version { version });
        }
        serde_json::from_str(json).map_err(ReadError::Malformed)
    }

    /// Writes it, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a report is numbers, texts and lists")
    }
}

#[cfg(test)]
mod tests;
