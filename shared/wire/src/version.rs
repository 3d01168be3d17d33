//! Versions of the wire, newest first, and how two ends agree on one. The messages of each are elsewhere.

use thiserror::Error;

/// A version of the whole set of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Version {
    /// The first: claim, lease, progress, cancel, part, index.
    V1 = 1,
}

/// What this build speaks best.
pub const CURRENT: Version = Version::V1;
/// The oldest version this build still understands.
pub const OLDEST_ACCEPTED: Version = Version::V1;

/// The two ends share no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("agree on a wire version: the peer speaks {oldest} to {current}, this build {} to {}", OLDEST_ACCEPTED as u16, CURRENT as u16)]
pub struct VersionMismatch {
    /// The oldest the peer accepts.
    pub oldest: u16,
    /// The newest the peer speaks.
    pub current: u16,
}

/// The newest version both ends speak.
pub fn negotiate(oldest: u16, current: u16) -> Result<Version, VersionMismatch> {
    let agreed = current.min(CURRENT as u16);
    if agreed >= oldest && agreed >= OLDEST_ACCEPTED as u16 {
        Ok(Version::V1)
    } else {
        Err(VersionMismatch { oldest, current })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_common_version_wins() {
        assert_eq!(negotiate(1, 9), Ok(Version::V1));
        assert_eq!(negotiate(2, 9), Err(VersionMismatch { oldest: 2, current: 9 }));
        assert_eq!(negotiate(0, 0), Err(VersionMismatch { oldest: 0, current: 0 }));
    }
}
