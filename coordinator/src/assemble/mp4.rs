//! MP4: `ftyp moov mdat`, with everything a player must know in front. Box order and contents as tried against eight players.

mod boxes;
mod chunks;
mod metadata;
mod movie;
mod picture;
mod sound;
mod tables;

use bytes::Bytes;
use farm_core::plan::PlannedOutput;

use super::layout::{Layout, Piece};
use super::material::{Headers, Picture, Sound};
use super::{LayoutError, material};
use boxes::Boxes;

/// Seconds from 1904-01-01 to 1970-01-01, between the container's clock and everybody else's.
const SECONDS_1904_TO_1970: i64 = 2_082_844_800;

/// Lays out an MP4.
pub(super) fn layout(output: &PlannedOutput, headers: &Headers) -> Result<Layout, LayoutError> {
    let picture = Picture::gather(output, headers)?;
    let sound = Sound::gather(output, headers)?;
    let movie = movie::Movie::new(output, &picture, sound.as_ref())?;
    let chunks = chunks::interleave(&picture, sound.as_ref());
    let payload_bytes: u64 = chunks.iter().map(|chunk| chunk.length).sum();

    let mut front = movie::front(&movie, &picture, sound.as_ref(), &chunks, boxes::Offsets::Narrow);
    if front.len() as u64 + 8 + payload_bytes > u64::from(u32::MAX) {
        front = movie::front(&movie, &picture, sound.as_ref(), &chunks, boxes::Offsets::Wide);
    }
    let front = finish(front, payload_bytes);

    let mut layout = Layout::default();
    layout.push(Piece::Bytes(front));
    for chunk in &chunks {
        layout.push(Piece::Slice { part: chunk.part, offset: chunk.offset, length: chunk.length });
    }
    Ok(layout)
}

/// Adds the head of `mdat` and, now that it is known where the payload begins, moves every chunk's offset there.
fn finish(mut front: Boxes, payload_bytes: u64) -> Bytes {
    front.payload_head(payload_bytes);
    front.rebase_offsets();
    Bytes::from(front.into_bytes())
}
