//! A message as bytes: preface, then a validated rkyv archive.

use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor::{Error as ArchiveError, Strategy};
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;
use rkyv::{Archive, Deserialize, Serialize};
use thiserror::Error;

use crate::preface::{PREFACE_BYTES, Preface, PrefaceError};
use crate::v1::Message;
use crate::version::CURRENT;

/// No control message is larger. An index of ten hours at 120 frames a second is 138 MB and travels with its own limit.
pub const MESSAGE_BYTES_MAX: usize = 4 << 20;
/// The largest message that opens a part or index stream: frame tables of very long sources.
pub const TABLE_BYTES_MAX: usize = 256 << 20;

/// A message read off the wire but not yet decoded.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The preface that was accepted.
    pub preface: Preface,
    /// The body it announced.
    pub body: &'a [u8],
}

/// Why a body is refused.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The preface was refused.
    #[error(transparent)]
    Preface(#[from] PrefaceError),
    /// The body is not the kind of message expected here.
    #[error("read a message: expected kind {expected}, got {got}")]
    Kind {
        /// What belongs here.
        expected: u16,
        /// What came.
        got: u16,
    },
    /// The body's checksum is wrong, or it is shorter than announced.
    #[error("read a message of kind {kind}: the checksum does not match")]
    Checksum {
        /// What the preface said it was.
        kind: u16,
    },
    /// The archive is not valid.
    #[error("read a message of kind {kind}: the archive is not valid")]
    Archive {
        /// What the preface said it was.
        kind: u16,
        /// What the validator found.
        #[source]
        source: ArchiveError,
    },
}

/// Preface and body of a message.
#[must_use]
pub fn encode<M>(message: &M) -> Vec<u8>
where
    M: Message + for<'a> Serialize<HighSerializer<AlignedVec, ArenaHandle<'a>, ArchiveError>>,
{
    let body = rkyv::to_bytes::<ArchiveError>(message).expect("messages hold nothing that cannot be archived");
    let preface = Preface::of(CURRENT as u16, M::KIND, &body);
    let mut bytes = Vec::with_capacity(PREFACE_BYTES + body.len());
    bytes.extend_from_slice(&preface.to_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

/// Checks kind and checksum, validates the archive, and only then makes a message of it.
pub fn decode<M>(frame: Frame<'_>) -> Result<M, FrameError>
where
    M: Message + Archive,
    M::Archived: for<'a> CheckBytes<HighValidator<'a, ArchiveError>>
        + Deserialize<M, HighDeserializer<ArchiveError>>
        + Deserialize<M, Strategy<rkyv::de::Pool, ArchiveError>>,
{
    let kind = frame.preface.kind;
    if kind != M::KIND {
        return Err(FrameError::Kind { expected: M::KIND, got: kind });
    }
    if frame.body.len() != frame.preface.length as usize || crc32c::crc32c(frame.body) != frame.preface.crc {
        return Err(FrameError::Checksum { kind });
    }
    let mut aligned = AlignedVec::<16>::with_capacity(frame.body.len());
    aligned.extend_from_slice(frame.body);
    rkyv::from_bytes::<M, ArchiveError>(&aligned).map_err(|source| FrameError::Archive { kind, source })
}
