//! WebM: `EBML Segment(SeekHead Info Tracks Cues Cluster…)`, sizes and places all known, so that players seek from the first
//! request. Elements as tried against players; what browsers refuse is not written.

mod blocks;
mod clusters;
mod ebml;
mod front;
mod ids;
mod times;
mod tracks;

use bytes::Bytes;
use farm_core::plan::PlannedOutput;

use super::codecs::{Opus, Vp9};
use super::layout::{Layout, Piece};
use super::material::Headers;
use super::{LayoutError, material};

type Picture<'a> = material::Picture<'a, Vp9>;
type Sound<'a> = material::Sound<'a, Opus<'a>>;

/// Lays out a WebM.
pub(super) fn layout(output: &PlannedOutput, headers: &Headers) -> Result<Layout, LayoutError> {
    let picture = Picture::gather(output, headers)?;
    let sound: Option<Sound> = Sound::gather(output, headers)?;
    let times = times::of(&picture)?;
    let blocks = || blocks::in_order(&picture, &times, sound.as_ref());
    let written = clusters::write(blocks());
    let front = front::write(output, &picture, sound.as_ref(), &written.clusters);

    let mut layout = Layout::default();
    layout.push(Piece::Bytes(Bytes::from(front)));
    let heads = Bytes::from(written.heads);
    let mut start = 0;
    for (block, end) in blocks().zip(written.ends) {
        layout.push(Piece::Bytes(heads.slice(start..end)));
        layout.push(Piece::Slice { part: block.part, offset: block.offset, length: block.length });
        start = end;
    }
    layout.push(Piece::Bytes(heads.slice(start..)));
    Ok(layout)
}
