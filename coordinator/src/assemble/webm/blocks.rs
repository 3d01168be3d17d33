//! What the file holds, frame by frame and packet by packet, in the order it lies there. Writes nothing.

use farm_core::content_key::ContentKey;
use timeline::{Rate, Rounding, Ticks};

use super::{Picture, Sound, tracks};

/// A frame of picture or a packet of sound.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// The number of its track.
    pub(super) track: u8,
    pub(super) time_ms: u64,
    /// Whether a decoder can begin here.
    pub(super) key: bool,
    pub(super) part: ContentKey,
    /// In the part's payload.
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Sound at its end that is not to be heard.
    pub(super) discard_ns: i64,
}

impl Block {
    /// Whether players can go here.
    pub(super) fn is_entrance(&self) -> bool {
        self.track == tracks::PICTURE && self.key
    }
}

/// By time; picture first where both are equal, so that the sound of a key frame's own instant follows it.
pub(super) fn in_order<'a>(
    picture: &'a Picture,
    times: &'a [u64],
    sound: Option<&'a Sound>,
) -> impl Iterator<Item = Block> {
    let mut pictures = frames(picture, times).peekable();
    let mut sounds = sound.into_iter().flat_map(packets).peekable();
    std::iter::from_fn(move || {
        let sound_first = match (pictures.peek(), sounds.peek()) {
            (Some(picture), Some(sound)) => sound.time_ms < picture.time_ms,
            (picture, _) => picture.is_none(),
        };
        if sound_first { sounds.next() } else { pictures.next() }
    })
}

fn frames<'a>(picture: &'a Picture, times: &'a [u64]) -> impl Iterator<Item = Block> {
    let frames = picture.parts.iter().flat_map(|part| {
        part.frames.iter().scan(0, |end, frame| {
            let (offset, length) = (*end, u64::from(frame.size_bytes));
            *end += length;
            Some((part.key, frame.key, offset, length))
        })
    });
    frames.zip(times).map(|((part, key, offset, length), &time_ms)| Block {
        track: tracks::PICTURE,
        time_ms,
        key,
        part,
        offset,
        length,
        discard_ns: 0,
    })
}

/// Packets count from the encoder's first sample: its delay is taken off by the player.
fn packets(sound: &Sound) -> impl Iterator<Item = Block> {
    let count = sound.packets.len() as u64;
    let unheard = count * sound.packet_samples - sound.priming_samples - sound.sample_count;
    sound.packets.iter().zip(0..).scan(0, move |end, (packet, ordinal)| {
        let (offset, length) = (*end, u64::from(packet.size_bytes));
        *end += length;
        Some(Block {
            track: tracks::SOUND,
            time_ms: ordinal * sound.packet_samples * 1000 / u64::from(sound.sample_rate),
            key: true,
            part: sound.key,
            offset,
            length,
            discard_ns: if ordinal + 1 == count { nanoseconds(unheard) } else { 0 },
        })
    })
}

/// How long samples of sound last.
pub(super) fn nanoseconds(samples: u64) -> i64 {
    let samples = Ticks(i64::try_from(samples).expect("samples were 64-bit times before"));
    Rate::SOUND.convert(samples, Rate::NANOSECONDS, Rounding::Nearest).0
}
