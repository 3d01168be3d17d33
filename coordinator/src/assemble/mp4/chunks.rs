//! Chunks: runs of frames of one track, a second at the most, in the order they lie in the file. Writes nothing.

use farm_core::content_key::ContentKey;
use farm_core::part::PartFrame;
use timeline::{Rate, Rounding, Ticks};

use super::{Picture, Sound};

/// No chunk is longer: a player that reads straight on has picture and sound of the same second.
const CHUNK_SECONDS_MAX: i64 = 1;

/// Which track a chunk belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Picture,
    Sound,
}

/// Frames that lie together, all from one part.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) kind: Kind,
    pub(super) frame_count: u32,
    pub(super) part: ContentKey,
    /// In the part's payload.
    pub(super) offset: u64,
    pub(super) length: u64,
    /// When its first frame's turn comes, in nanoseconds of the file.
    start_ns: i64,
}

/// All chunks in file order: by time, picture first.
pub(super) fn interleave(picture: &Picture, sound: Option<&Sound>) -> Vec<Chunk> {
    let mut pictures = picture_chunks(picture).into_iter().peekable();
    let mut sounds = sound.map(sound_chunks).unwrap_or_default().into_iter().peekable();
    let mut chunks = Vec::with_capacity(pictures.len() + sounds.len());
    loop {
        let sound_first = match (pictures.peek(), sounds.peek()) {
            (Some(picture), Some(sound)) => sound.start_ns < picture.start_ns,
            (picture, _) => picture.is_none(),
        };
        match if sound_first { sounds.next() } else { pictures.next() } {
            Some(chunk) => chunks.push(chunk),
            None => return chunks,
        }
    }
}

fn picture_chunks(picture: &Picture) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut frames = picture.frames();
    for part in &picture.parts {
        let of_part = frames.by_ref().take(part.frames.len());
        cut(Kind::Picture, part.key, picture.rate, of_part.map(|frame| (frame.frame, frame.turn)), &mut chunks);
    }
    chunks
}

fn sound_chunks(sound: &Sound) -> Vec<Chunk> {
    let rate = Rate::hz(sound.sample_rate).expect("checked when the sound was gathered");
    let priming = i64::try_from(sound.priming_samples).expect("a 32-bit number");
    let packet = i64::try_from(sound.packet_samples).expect("a small number");
    let packets = sound.packets.iter().zip((0..).map(|ordinal: i64| ordinal * packet - priming));
    let mut chunks = Vec::new();
    cut(Kind::Sound, sound.key, rate, packets, &mut chunks);
    chunks
}

/// Cuts the frames of one part, each with the tick its turn comes at.
fn cut<'a>(
    kind: Kind,
    part: ContentKey,
    rate: Rate,
    frames: impl Iterator<Item = (&'a PartFrame, i64)>,
    chunks: &mut Vec<Chunk>,
) {
    let longest = rate.seconds(CHUNK_SECONDS_MAX).0;
    let mut offset = 0;
    let mut open: Option<(Chunk, i64)> = None;
    for (frame, turn) in frames {
        let size = u64::from(frame.size_bytes);
        match &mut open {
            Some((chunk, start)) if turn - *start < longest => {
                chunk.frame_count += 1;
                chunk.length += size;
            }
            full => {
                let start_ns = rate.convert(Ticks(turn), Rate::NANOSECONDS, Rounding::Floor).0;
                let chunk = Chunk { kind, frame_count: 1, part, offset, length: size, start_ns };
                chunks.extend(full.replace((chunk, turn)).map(|(chunk, _)| chunk));
            }
        }
        offset += size;
    }
    chunks.extend(open.map(|(chunk, _)| chunk));
}
