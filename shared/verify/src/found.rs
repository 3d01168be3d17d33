//! What a reader found in a file, whatever its container. Holds no opinion of it.

use std::io;
use std::ops::Range;

use thiserror::Error;

/// Why a file cannot be taken apart.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// Its bytes cannot be read.
    #[error("read the file")]
    Io(#[source] io::Error),
    /// It is not what its container's rules say.
    #[error("{0}")]
    Malformed(String),
}

impl From<io::Error> for ReadError {
    fn from(cause: io::Error) -> ReadError {
        match cause.kind() {
            io::ErrorKind::UnexpectedEof => malformed("it ends in the middle"),
            _ => ReadError::Io(cause),
        }
    }
}

/// For `ok_or` and `map_err`.
pub(crate) fn malformed(what: impl Into<String>) -> ReadError {
    ReadError::Malformed(what.into())
}

/// A file taken apart.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) picture: Vec<Track>,
    pub(crate) sound: Vec<Track>,
    /// Where a container says that nothing but frames is: MP4's `mdat`.
    pub(crate) payload: Option<Vec<Range<u64>>>,
}

/// A track.
#[derive(Debug)]
pub(crate) struct Track {
    /// By the report's names.
    pub(crate) codec: String,
    /// The codec configuration.
    pub(crate) config: Vec<u8>,
    /// Width and height, of picture.
    pub(crate) size: Option<(u32, u32)>,
    /// Channels and samples per second, of sound.
    pub(crate) sound: Option<(u32, u32)>,
    pub(crate) clock: Clock,
    /// Frames or packets in the order they are stored, which is decode order.
    pub(crate) samples: Vec<Sample>,
    /// When the last frame stops being shown, on the clock; `None` where the container does not say.
    pub(crate) end: Option<i64>,
    /// Skipped at the front, in samples of sound.
    pub(crate) priming_samples: Option<u64>,
    /// Heard after those, in samples of sound.
    pub(crate) heard_samples: Option<u64>,
}

/// How a track counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Ticks per second; times are exact.
    Exact(u32),
    /// Nanoseconds, rounded to multiples of this many.
    Rounded(u64),
}

/// A frame or a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) offset: u64,
    pub(crate) size: u64,
    /// When it is shown, 0 being the beginning of the file as played.
    pub(crate) shown: i64,
    /// When it is decoded, on the same clock; `None` where the container does not say.
    pub(crate) decoded: Option<i64>,
    pub(crate) key: bool,
}
