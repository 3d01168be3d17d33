//! The picture track: regenerated decode times, H.264 sample entry, tables. Knows nothing of sound.

use mp4_atom::{Btrt, Pasp, Visual, Vmhd};

use super::boxes::Boxes;
use super::chunks::{self, Chunk};
use super::movie::{self, Movie, TrackClock, TrackHead};
use super::{LayoutError, Picture, tables};

/// Colour code point for "nobody said".
const UNSPECIFIED: u8 = 2;

/// The track's clock; refuses times its tables cannot hold.
pub(super) fn clock(picture: &Picture) -> Result<TrackClock, LayoutError> {
    let beyond = |what| move |_| LayoutError::Unrepresentable { what };
    // A rate of 30000/1001 ticks a second has no integer time scale: count its 1001st parts.
    let scale = i64::from(picture.rate.den());
    let longest = decode_deltas(picture).max().unwrap_or(0);
    u32::try_from(longest * scale).map_err(beyond("the time between two frames"))?;
    let latest = presentation_offsets(picture).max().unwrap_or(0);
    i32::try_from(latest * scale).map_err(beyond("the reordering of frames"))?;
    u16::try_from(picture.width.max(picture.height)).map_err(beyond("the size of the picture"))?;
    let duration = u64::try_from(picture.duration * scale).map_err(beyond("the duration"))?;
    Ok(TrackClock {
        time_scale: picture.rate.num(),
        duration,
        media_duration: duration,
        media_time: u64::try_from(picture.delay * scale).map_err(beyond("the reordering of frames"))?,
    })
}

/// Writes `trak`.
pub(super) fn track(out: &mut Boxes, movie: &Movie, picture: &Picture, clock: TrackClock, chunks: &[Chunk]) {
    let side = |pixels| u16::try_from(pixels).expect("checked with the clock");
    let head = TrackHead {
        number: 1,
        clock,
        handler: *b"vide",
        handler_name: "VideoHandler",
        width: side(picture.width),
        height: side(picture.height),
        volume: 0,
    };
    let media = |out: &mut Boxes| out.typed(&Vmhd::default());
    movie::track(out, movie, &head, media, |out| {
        let scale = i64::from(picture.rate.den());
        let ticks = |ticks: i64| u32::try_from(ticks * scale).expect("checked with the clock");
        out.full(*b"stsd", 0, 0, |out| {
            out.u32(1);
            sample_entry(out, movie, picture, &head);
        });
        tables::runs(out, *b"stts", decode_deltas(picture).map(ticks));
        if picture.delay > 0 {
            tables::runs(out, *b"ctts", presentation_offsets(picture).map(ticks));
        }
        if picture.frames().any(|decoded| !decoded.frame.key) {
            tables::key_frames(out, picture.frames().map(|decoded| decoded.frame.key));
        }
        tables::chunk_lengths(out, chunks, chunks::Kind::Picture);
        tables::sizes(out, picture.frames().map(|decoded| decoded.frame.size_bytes));
        tables::chunk_offsets(out, chunks, chunks::Kind::Picture);
    });
}

/// The time from each frame's turn to be decoded to the next one's.
fn decode_deltas(picture: &Picture) -> impl Iterator<Item = i64> {
    let next = picture.turns.iter().skip(1).chain(std::iter::once(&picture.duration));
    picture.turns.iter().zip(next).map(|(turn, next)| next - turn)
}

/// How long after its turn to be decoded each frame is shown; never negative.
fn presentation_offsets(picture: &Picture) -> impl Iterator<Item = i64> {
    picture.frames().map(|frame| frame.shown - frame.turn + picture.delay)
}

fn sample_entry(out: &mut Boxes, movie: &Movie, picture: &Picture, head: &TrackHead) {
    out.around(*b"avc1", |out| {
        out.typed(&Visual { data_reference_index: 1, width: head.width, height: head.height, ..Visual::default() });
        out.around(*b"avcC", |out| out.raw(picture.codec.avcc));
        out.typed(&bitrates(picture));
        let colour = picture.colour;
        let said = [colour.primaries, colour.transfer, colour.matrix].iter().any(|&code| code != UNSPECIFIED);
        if said || colour.full_range {
            out.typed(&(movie.dialect.colour)(colour));
        }
        out.typed(&Pasp { h_spacing: 1, v_spacing: 1 });
    });
}

/// Mean rate, and the highest of any second that ends with a frame.
fn bitrates(picture: &Picture) -> Btrt {
    let second = picture.rate.seconds(1).0;
    let mut leaving = picture.frames().peekable();
    let (mut inside, mut most, mut all) = (0, 0, 0);
    for entering in picture.frames() {
        while let Some(left) = leaving.next_if(|left| left.turn + second <= entering.turn) {
            inside -= u64::from(left.frame.size_bytes);
        }
        inside += u64::from(entering.frame.size_bytes);
        all += u64::from(entering.frame.size_bytes);
        most = most.max(inside);
    }
    let seconds_in_ticks = u128::from(picture.duration.unsigned_abs().max(1)) * u128::from(picture.rate.den());
    let mean = u128::from(all) * 8 * u128::from(picture.rate.num()) / seconds_in_ticks;
    Btrt {
        buffer_size_db: 0,
        max_bitrate: u32::try_from(most * 8).unwrap_or(u32::MAX),
        avg_bitrate: u32::try_from(mean).unwrap_or(u32::MAX),
    }
}
