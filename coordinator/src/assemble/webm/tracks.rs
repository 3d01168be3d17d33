//! `Tracks`: what the decoders must know. Elements that browsers refuse (`FieldOrder`, `Emphasis`) are not written.

use farm_core::part::PartFrame;
use farm_core::video::Colour;
use timeline::{Rate, Rounding, Ticks};

use super::blocks::nanoseconds;
use super::ebml::Elements;
use super::{Picture, Sound, ids};

/// The number of the picture track.
pub(super) const PICTURE: u8 = 1;
/// The number of the sound track.
pub(super) const SOUND: u8 = 2;

const TYPE_PICTURE: u64 = 1;
const TYPE_SOUND: u64 = 2;
/// Nobody said in which language.
const LANGUAGE: &str = "und";
/// Opus is right after 80 ms of decoding, wherever it begins (RFC 7845, section 4.6).
const SEEK_PRE_ROLL_NS: u64 = 80_000_000;
/// Colour code point for "nobody said".
const UNSPECIFIED: u8 = 2;
const RANGE_STUDIO: u64 = 1;
const RANGE_FULL: u64 = 2;

pub(super) fn write(out: &mut Elements, picture: &Picture, sound: Option<&Sound>) {
    out.around(ids::TRACKS, |out| {
        out.around(ids::TRACK_ENTRY, |out| picture_entry(out, picture));
        if let Some(sound) = sound {
            out.around(ids::TRACK_ENTRY, |out| sound_entry(out, sound));
        }
    });
}

fn picture_entry(out: &mut Elements, picture: &Picture) {
    head(out, PICTURE, TYPE_PICTURE, picture.parts[0].frames);
    out.text(ids::CODEC_ID, "V_VP9");
    out.binary(ids::CODEC_PRIVATE, &features(picture));
    if let Some(duration) = constant_duration(picture) {
        out.uint(ids::DEFAULT_DURATION, duration);
    }
    out.around(ids::VIDEO, |out| {
        out.uint(ids::PIXEL_WIDTH, picture.width.into());
        out.uint(ids::PIXEL_HEIGHT, picture.height.into());
        colour(out, picture.colour);
    });
}

fn sound_entry(out: &mut Elements, sound: &Sound) {
    head(out, SOUND, TYPE_SOUND, sound.packets);
    out.text(ids::CODEC_ID, "A_OPUS");
    out.binary(ids::CODEC_PRIVATE, sound.codec.head);
    let delay = u64::try_from(nanoseconds(sound.priming_samples)).expect("a 32-bit number of samples");
    out.uint(ids::CODEC_DELAY, delay);
    out.uint(ids::SEEK_PRE_ROLL, SEEK_PRE_ROLL_NS);
    out.around(ids::AUDIO, |out| {
        out.float(ids::SAMPLING_FREQUENCY, sound.sample_rate.into());
        out.uint(ids::CHANNELS, sound.channels.into());
    });
}

fn head(out: &mut Elements, number: u8, kind: u64, frames: &[PartFrame]) {
    out.uint(ids::TRACK_NUMBER, number.into());
    out.uint(ids::TRACK_UID, uid(number, frames));
    out.uint(ids::TRACK_TYPE, kind);
    out.uint(ids::FLAG_LACING, 0);
    out.text(ids::LANGUAGE, LANGUAGE);
}

/// A number that no other track has, never zero. It follows from how large the track's first frames are, not from what its parts
/// are called: an export that reuses none gives its own names to equal parts, and its file must be the same.
fn uid(number: u8, frames: &[PartFrame]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[number]);
    for frame in frames {
        hasher.update(&frame.size_bytes.to_le_bytes());
    }
    let first = hasher.finalize().as_bytes().first_chunk().copied().expect("a hash is longer");
    u64::from_be_bytes(first).max(1)
}

/// The feature list of VP9 in WebM: id, length, value.
fn features(picture: &Picture) -> [u8; 12] {
    let codec = &picture.codec;
    [1, 1, codec.profile, 2, 1, codec.level, 3, 1, codec.bit_depth, 4, 1, codec.chroma_subsampling]
}

/// How long every frame lasts, in nanoseconds, if all last equally long.
fn constant_duration(picture: &Picture) -> Option<u64> {
    let mut durations = picture.parts.iter().flat_map(|part| part.frames).map(|frame| frame.duration);
    let first = durations.next()?;
    let constant = durations.all(|duration| duration == first);
    let nanoseconds = picture.rate.convert(Ticks(first.into()), Rate::NANOSECONDS, Rounding::Nearest).0;
    u64::try_from(nanoseconds).ok().filter(|&nanoseconds| constant && nanoseconds > 0)
}

fn colour(out: &mut Elements, colour: Colour) {
    let said = [colour.primaries, colour.transfer, colour.matrix].iter().any(|&code| code != UNSPECIFIED);
    if said || colour.full_range {
        out.around(ids::COLOUR, |out| {
            out.uint(ids::MATRIX_COEFFICIENTS, colour.matrix.into());
            out.uint(ids::RANGE, if colour.full_range { RANGE_FULL } else { RANGE_STUDIO });
            out.uint(ids::TRANSFER_CHARACTERISTICS, colour.transfer.into());
            out.uint(ids::PRIMARIES, colour.primaries.into());
        });
    }
}
