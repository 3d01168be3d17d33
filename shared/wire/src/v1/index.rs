//! What a node learns of a source. Says nothing of what is made of it.

use rkyv::{Archive, Deserialize, Serialize};

use super::part::Colour;
use super::work::{Container, Orientation};

records! {
    /// What a node learnt of a source.
    Index {
        /// How the file is laid out.
        container: Container,
        /// The first playable picture track.
        picture: PictureIndex,
        /// The first playable sound track.
        sound: Option<SoundIndex>,
        /// The source's own creation time, seconds since 1970.
        created_at: Option<i64>,
        /// Codes of things worth knowing, from a closed list.
        warnings: Vec<String>,
    }
    /// A picture track.
    PictureIndex {
        /// Position among picture tracks.
        ordinal: u32,
        /// As in `Track::codec`.
        codec: String,
        /// Coded width.
        width: u32,
        /// Coded height.
        height: u32,
        /// Pixel aspect ratio: numerator.
        pixel_aspect_num: u32,
        /// Pixel aspect ratio: denominator.
        pixel_aspect_den: u32,
        /// Turn that makes the picture upright.
        orientation: Orientation,
        /// Whether frames are two fields.
        interlaced: bool,
        /// Bits per sample.
        bit_depth: u32,
        /// Colour as the stream says; unspecified where it says nothing.
        colour: Colour,
        /// Ticks per second of the times below: numerator.
        rate_num: u32,
        /// Ticks per second of the times below: denominator.
        rate_den: u32,
        /// Nominal frames per second: numerator.
        frame_rate_num: u32,
        /// Nominal frames per second: denominator.
        frame_rate_den: u32,
        /// Every frame in presentation order.
        frames: Vec<IndexFrame>,
        /// When the last frame stops being shown.
        end: i64,
        /// Whether the frames were found by decoding instead of by their packets.
        decoded: bool,
    }
    /// One frame of a source.
    IndexFrame {
        /// When it is shown, edit lists applied.
        pts: i64,
        /// When it is decoded.
        dts: i64,
        /// Coded bytes.
        size_bytes: u32,
        /// Whether a decoder can begin here.
        key: bool,
    }
    /// A sound track.
    SoundIndex {
        /// Position among sound tracks.
        ordinal: u32,
        /// As in `Track::codec`.
        codec: String,
        /// Channels in the source.
        channels: u32,
        /// Samples per second in the source.
        sample_rate: u32,
        /// When the first sample sounds, in nanoseconds of source time.
        start_ns: i64,
        /// When the last sample has sounded, in nanoseconds of source time.
        end_ns: i64,
    }
}
