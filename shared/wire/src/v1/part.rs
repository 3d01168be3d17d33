//! What comes back of a task: access units, how they are to be read, and what was done to them. Says nothing of sources.

use rkyv::{Archive, Deserialize, Serialize};

records! {
    /// One access unit of a part.
    PartFrame {
        /// When it is shown, from the beginning of the part.
        pts: i64,
        /// When it is decoded, from the beginning of the part; assembly makes its own over the whole track.
        dts: i64,
        /// How long it lasts.
        duration: u32,
        /// Bytes in the payload.
        size_bytes: u32,
        /// Whether a decoder can begin here.
        key: bool,
    }
    /// H.264 in a part.
    H264Config {
        /// The `avcC` record, SPS and PPS inside; equal in every part of an output.
        avcc: Vec<u8>,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Colour as signalled in the stream.
        colour: Colour,
    }
    /// VP9 in a part.
    Vp9Config {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bitstream profile, 0 to 3.
        profile: u8,
        /// Level times ten, 31 for 3.1.
        level: u8,
        /// Bits per sample.
        bit_depth: u8,
        /// Chroma subsampling as WebM's `CodecPrivate` counts it: 0 is 4:2:0 vertical, 1 is 4:2:0 colocated.
        chroma_subsampling: u8,
        /// Colour as signalled in the stream.
        colour: Colour,
    }
    /// AAC-LC in a part.
    AacConfig {
        /// The `AudioSpecificConfig`.
        specific_config: Vec<u8>,
        /// 1 or 2.
        channels: u32,
        /// Samples per second.
        sample_rate: u32,
        /// Encoder delay at the front, in samples, to be skipped by an edit list.
        priming_samples: u32,
        /// Samples that count, after the priming.
        sample_count: u64,
        /// Target bit rate.
        bitrate_bps: u32,
    }
    /// Opus in a part. Times count at 48 kHz.
    OpusConfig {
        /// The `OpusHead` packet.
        head: Vec<u8>,
        /// 1 or 2.
        channels: u32,
        /// Samples to be skipped at the front.
        pre_skip_samples: u32,
        /// Samples that count, after the pre-skip.
        sample_count: u64,
        /// Target bit rate.
        bitrate_bps: u32,
    }
    /// Whole files in a part. Each is runs of access units one after the other; every access unit belongs to one file, once.
    FilesConfig {
        /// The files.
        files: Vec<FileEntry>,
    }
    /// A file in a part.
    FileEntry {
        /// What it is: `proxy`, `sprite`, `peaks`, `poster`.
        name: String,
        /// Its media type.
        content_type: String,
        /// Its bytes in file order: what comes first in a file may have been known last.
        runs: Vec<UnitRun>,
    }
    /// Access units of a part that follow each other in a file.
    UnitRun {
        /// The first one's place in payload order.
        first: u32,
        /// How many.
        count: u32,
    }
    /// What levelling did to a segment of sound. Loudness by EBU R128, in thousandths.
    SegmentLevel {
        /// Integrated loudness as it was, in thousandths of a LUFS; `None` for silence, which is left alone.
        loudness_in_mlufs: Option<i32>,
        /// Gain applied, in thousandths of a decibel.
        gain_mdb: i32,
        /// Integrated loudness as it left the limiter, before fades and coding, in thousandths of a LUFS.
        loudness_out_mlufs: Option<i32>,
        /// True peak as it left the limiter, in thousandths of a dBTP; `None` for digital silence.
        true_peak_out_mdbtp: Option<i32>,
    }
    /// Colour by ISO/IEC 23091-2 code points; 2 means unspecified.
    Colour {
        /// Colour primaries.
        primaries: u8,
        /// Transfer characteristics.
        transfer: u8,
        /// Matrix coefficients.
        matrix: u8,
        /// Full range instead of studio range.
        full_range: bool,
    }
}

choices! {
    /// Codec configuration of a part.
    CodecConfig {
        /// H.264 picture.
        H264(H264Config),
        /// AAC sound.
        Aac(AacConfig),
        /// VP9 picture.
        Vp9(Vp9Config),
        /// Opus sound.
        Opus(OpusConfig),
        /// Whole files.
        Files(FilesConfig),
    }
}
