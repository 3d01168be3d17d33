//! The fixed sixteen bytes in front of every message: checked before any archive is looked at.

use thiserror::Error;

use crate::version::{CURRENT, OLDEST_ACCEPTED};

/// `RLFM` in a hex dump.
pub const MAGIC: [u8; 4] = *b"RLFM";
/// How long a preface is.
pub const PREFACE_BYTES: usize = 16;

/// `magic | version u16 | kind u16 | length u32 | crc32c u32`, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preface {
    /// The version of the message set the body belongs to.
    pub version: u16,
    /// Which message the body is: `v1::kind`.
    pub kind: u16,
    /// Bytes of the body.
    pub length: u32,
    /// CRC-32C of the body.
    pub crc: u32,
}

/// Why a preface is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PrefaceError {
    /// The bytes are not ours at all.
    #[error("read a preface: the magic bytes are missing")]
    Magic,
    /// A version this build does not speak.
    #[error("read a preface: wire version {version} is not spoken here")]
    Version {
        /// What the peer sent.
        version: u16,
    },
    /// The body would be larger than any message may be.
    #[error("read a preface: a body of {length} bytes is over the limit of {limit}")]
    Length {
        /// What the peer announced.
        length: u32,
        /// What is allowed here.
        limit: usize,
    },
}

impl Preface {
    /// The preface of a body.
    #[must_use]
    pub fn of(version: u16, kind: u16, body: &[u8]) -> Preface {
        let length = u32::try_from(body.len()).expect("messages are far below 4 GiB");
        Preface { version, kind, length, crc: crc32c::crc32c(body) }
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; PREFACE_BYTES] {
        let mut bytes = [0; PREFACE_BYTES];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&self.version.to_le_bytes());
        bytes[6..8].copy_from_slice(&self.kind.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.crc.to_le_bytes());
        bytes
    }

    /// Reads and refuses: magic, version, then length against `limit`.
    pub fn read(bytes: [u8; PREFACE_BYTES], limit: usize) -> Result<Preface, PrefaceError> {
        let [m0, m1, m2, m3, v0, v1, k0, k1, l0, l1, l2, l3, c0, c1, c2, c3] = bytes;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(PrefaceError::Magic);
        }
        let version = u16::from_le_bytes([v0, v1]);
        if version < OLDEST_ACCEPTED as u16 || version > CURRENT as u16 {
            return Err(PrefaceError::Version { version });
        }
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        if length as usize > limit {
            return Err(PrefaceError::Length { length, limit });
        }
        Ok(Preface { version, kind: u16::from_le_bytes([k0, k1]), length, crc: u32::from_le_bytes([c0, c1, c2, c3]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_come_in_order() {
        let good = Preface::of(1, 7, b"body").to_bytes();
        assert_eq!(Preface::read(good, 4), Ok(Preface::of(1, 7, b"body")));
        assert_eq!(Preface::read(good, 3), Err(PrefaceError::Length { length: 4, limit: 3 }));
        let mut stranger = good;
        stranger[4] = 9;
        assert_eq!(Preface::read(stranger, 4), Err(PrefaceError::Version { version: 9 }));
        stranger[0] = b'X';
        assert_eq!(Preface::read(stranger, 4), Err(PrefaceError::Magic));
    }
}
