//! MP4 and MOV: `ftyp moov mdat`, with everything a player must know in front. Box order and contents as tried against eight
//! players. What MOV says differently is in `dialect`.

mod boxes;
mod chunks;
mod dialect;
mod metadata;
mod movie;
mod picture;
mod sound;
mod tables;

use bytes::Bytes;
use farm_core::plan::PlannedOutput;

use super::codecs::{Aac, H264};
use super::layout::{Layout, Piece};
use super::material::Headers;
use super::{LayoutError, material};
use boxes::Boxes;

pub(super) use dialect::{Dialect, MOV, MP4};

type Picture<'a> = material::Picture<'a, H264<'a>>;
type Sound<'a> = material::Sound<'a, Aac<'a>>;

/// Seconds from 1904-01-01 to 1970-01-01, between the container's clock and everybody else's.
const SECONDS_1904_TO_1970: i64 = 2_082_844_800;

/// Lays out a file.
pub(super) fn layout(
    dialect: &'static Dialect,
    output: &PlannedOutput,
    headers: &Headers,
) -> Result<Layout, LayoutError> {
    let picture = Picture::gather(output, headers)?;
    let sound = Sound::gather(output, headers)?;
    let movie = movie::Movie::new(dialect, output, &picture, sound.as_ref())?;
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
