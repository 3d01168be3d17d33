//! Times of the ledger as times of the API. Reads no clock.

use service::Timestamp;
use time::OffsetDateTime;

/// RFC 3339 in UTC is how the API writes it.
pub fn instant(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
