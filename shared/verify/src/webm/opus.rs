//! How many samples the packets of an Opus track hold. Decodes none.

use crate::content::Content;
use crate::found::{ReadError, Track};

/// Samples of a frame at 48 kHz by the upper five bits of a packet's first byte (RFC 6716, table 2).
const FRAME_SAMPLES: [u64; 32] = [
    480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 480, 960, 120, 240, 480, 960, 120, 240,
    480, 960, 120, 240, 480, 960, 120, 240, 480, 960,
];

/// Samples of all packets, when all are as long as the first: that they follow one another at its length, their times say.
pub(super) fn samples(content: &dyn Content, track: &Track) -> Result<Option<u64>, ReadError> {
    let Some(first) = track.samples.first().filter(|first| track.codec == "opus" && first.size > 0) else {
        return Ok(None);
    };
    let mut head = [0; 2];
    let length = head.len().min(usize::try_from(first.size).unwrap_or(usize::MAX));
    content.read_at(first.offset, &mut head[..length])?;
    let frames = match head[0] & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(head[1] & 0x3F),
    };
    let frame_samples = FRAME_SAMPLES[usize::from(head[0] >> 3)];
    Ok(Some(track.samples.len() as u64 * frames * frame_samples))
}
