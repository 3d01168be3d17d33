//! The records of a report. Every comment here is shown to readers of the API document: it says meaning and unit.

use serde::{Deserialize, Serialize};

use crate::described::{Described, Field, Record, Shape};

macro_rules! records {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name { $(
            $(#[doc = $field_doc])*
            #[serde(skip_serializing_if = "Described::is_absent")]
            pub $field: $type,
        )* }

        impl Described for $name {
            fn shape() -> Shape {
                Shape::Record(Record {
                    name: stringify!($name),
                    meaning: concat!($($doc),*).trim(),
                    fields: vec![$(Field {
                        name: stringify!($field),
                        meaning: concat!($($field_doc),*).trim(),
                        shape: <$type>::shape(),
                        required: <$type>::REQUIRED,
                    },)*],
                })
            }
        }
    )*};
}

records! {
    /// What every file of an export is made of, to the frame and the sample.
    Report {
        /// Version of this shape: 1. Fields may be added to a version.
        report: u32,
        /// The export's id.
        export_id: String,
        /// `single`, `combined` or `clips`.
        export_type: String,
        /// The box the picture was fitted into: `720p`, `1080p` or `4k`.
        resolution: String,
        /// `high`, `medium` or `low`.
        quality_preset: String,
        /// Whether every segment's sound was levelled.
        normalize_audio: bool,
        /// The video it was made of.
        source: Source,
        /// The files, in order of their numbers.
        outputs: Vec<Output>,
        /// The ZIP of all files; only for clips.
        archive: Option<Archive>,
        /// The programs that made it.
        tools: Tools,
    }
    /// The video an export was made of.
    Source {
        /// Its id.
        video_id: String,
        /// BLAKE3 of its bytes, in hex.
        blake3: String,
        /// Codec of the picture track that was used.
        picture_codec: String,
        /// Codec of the sound track that was used.
        sound_codec: Option<String>,
        /// Frames of the picture track.
        frame_count: u64,
        /// Codes of things worth knowing about it.
        warnings: Vec<String>,
    }
    /// A ZIP of files, stored without compression.
    Archive {
        /// Its name.
        filename: String,
        /// Its size in bytes.
        size_bytes: u64,
        /// SHA-256 of its bytes, in hex.
        sha256: String,
    }
    /// The programs that made an export.
    Tools {
        /// Version of the coordinator that laid the files out.
        coordinator: String,
        /// The nodes that rendered the parts, as they were then.
        nodes: Vec<Node>,
    }
    /// A node as it was when it rendered.
    Node {
        /// Its id.
        node_id: String,
        /// Version of the node program; absent for parts from before it was kept.
        version: Option<String>,
        /// The media library and its version; absent for parts from before it was kept.
        media_library: Option<String>,
    }
    /// A finished file.
    Output {
        /// From 1, in order of the segments.
        number: u32,
        /// Its name, with extension.
        filename: String,
        /// Its size in bytes.
        size_bytes: u64,
        /// SHA-256 of its bytes, in hex.
        sha256: String,
        /// `mp4`, `mov` or `webm`.
        container: String,
        /// Ticks per second. Every time in ticks, of this file and of its source, counts on it.
        time_scale: u32,
        /// Frames of picture.
        frame_count: u64,
        /// From the first frame's beginning to the last one's end, in ticks.
        duration_ticks: u64,
        /// The same in seconds, to the microsecond.
        duration_seconds: f64,
        /// The picture track.
        picture: Picture,
        /// The sound track; absent when the source has none.
        sound: Option<Sound>,
        /// The segments it shows, in order.
        segments: Vec<Segment>,
        /// Codes of things worth knowing about the file: `scaled_up` when the source's picture is smaller.
        warnings: Vec<String>,
    }
    /// The picture track of a file.
    Picture {
        /// `h264` or `vp9`.
        codec: String,
        /// BLAKE3, in hex, of the codec configuration as it stands in the file: `avcC` or VP9's `CodecPrivate`.
        codec_config_blake3: String,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Colour as it is signalled.
        colour: Colour,
        /// How long frames are shown, in order of presentation: runs of [how many frames, ticks each]. The first frame
        /// is shown at 0.
        frame_times: Vec<[u64; 2]>,
        /// Which frame of the source every frame is, in runs.
        frame_map: Vec<FrameRun>,
        /// The parts it was laid out from, in order. Their frames follow one another in decode order.
        parts: Vec<Part>,
    }
    /// Colour by the code points of ISO/IEC 23091-2; 2 means that nobody said.
    Colour {
        /// Colour primaries.
        primaries: u8,
        /// Transfer characteristics.
        transfer: u8,
        /// Matrix coefficients.
        matrix: u8,
        /// Whether black is 0 and white 255.
        full_range: bool,
    }
    /// Frames of a file that are consecutive frames of the source.
    FrameRun {
        /// The first of them, in order of presentation in the file, from 0.
        frame: u64,
        /// How many.
        frame_count: u64,
        /// The frame of the source that the first of them is, in order of presentation, from 0.
        source_frame: u64,
        /// In a crossfade, the frame of the source that is laid over the first of them; consecutive as well.
        incoming_source_frame: Option<u64>,
    }
    /// The sound track of a file.
    Sound {
        /// `aac` or `opus`.
        codec: String,
        /// BLAKE3, in hex, of the codec configuration as it stands in the file: `AudioSpecificConfig` or `OpusHead`.
        codec_config_blake3: String,
        /// 1 or 2.
        channels: u32,
        /// Samples per second.
        sample_rate: u32,
        /// Samples that are heard.
        sample_count: u64,
        /// Samples in front of them that a player skips: the encoder's delay.
        priming_samples: u64,
        /// Samples in each packet.
        packet_samples: u32,
        /// The part it was laid out from.
        part: Part,
    }
    /// What was rendered once, on one node, and lies in a file unaltered.
    Part {
        /// Names it by everything that decides its bytes, in hex.
        content_key: String,
        /// `picture`, `crossfade` or `sound`.
        kind: String,
        /// The first of its frames in the file, from 0; 0 for sound.
        first_frame: u64,
        /// Frames of picture, or packets of sound.
        frame_count: u64,
        /// When its first frame is shown, in ticks; 0 for sound.
        start_ticks: u64,
        /// Its bytes in the file.
        size_bytes: u64,
        /// BLAKE3 of those bytes, in hex: its frames in decode order, one after another.
        payload_blake3: String,
        /// BLAKE3, in hex, of 9 bytes for each of its frames in decode order: its place in order of presentation within the
        /// part (32 bits), its size in bytes (32 bits), both little-endian, and 1 for a key frame, else 0.
        frames_blake3: String,
        /// Who encoded it, with exact versions.
        encoder: String,
        /// The node it was rendered on.
        node_id: String,
        /// Which attempt at its task these bytes are, from 1.
        attempt: u64,
        /// Seconds the attempt took.
        render_seconds: f64,
        /// Whether it was there before this export asked for it.
        reused: bool,
    }
    /// A range of the source as it stands in a file.
    Segment {
        /// From 1, in the order they were asked for.
        number: u32,
        /// The client's own name for it.
        clip_id: Option<String>,
        /// The first frame of the source in it.
        first: SourceFrame,
        /// The last frame of the source in it.
        last: SourceFrame,
        /// The frame of the file at which it begins to be seen, from 0.
        first_frame: u64,
        /// The sample of the file at which it begins to be heard, from 0: the joint.
        first_sample: Option<u64>,
        /// How many samples of it are heard, those of a crossfade included.
        sample_count: Option<u64>,
        /// How loud it was and is, where it was levelled.
        loudness: Option<Loudness>,
    }
    /// A frame of the source.
    SourceFrame {
        /// In order of presentation, from 0.
        frame: u64,
        /// When it is shown in the source, in ticks.
        pts_ticks: i64,
        /// The same in seconds, to the microsecond.
        pts_seconds: f64,
    }
    /// What levelling did to a segment, by EBU R128.
    Loudness {
        /// Integrated loudness as it was, in LUFS; absent for silence, which is left alone.
        in_lufs: Option<f64>,
        /// Integrated loudness as it is, before fades and coding, in LUFS.
        out_lufs: Option<f64>,
        /// The gain that was applied, in dB.
        gain_db: f64,
        /// True peak as it is, in dBTP.
        true_peak_dbtp: Option<f64>,
    }
}
