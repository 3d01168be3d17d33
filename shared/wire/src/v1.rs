//! The messages of wire version 1. Published types are frozen: a change is a new version file. Version 1 is published with the
//! first release; until then it grows in place (decision 0005).

use rkyv::{Archive, Deserialize, Serialize};

/// A message with a number in the preface.
pub trait Message {
    /// The preface's `kind`.
    const KIND: u16;
}

macro_rules! messages {
    ($($(#[$doc:meta])* $kind:literal $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        impl Message for $name { const KIND: u16 = $kind; }
    )*};
}

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $(($inner:ty))?,)* })*) => {$(
        $(#[$doc])*
        #[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
        pub enum $name { $($(#[$variant_doc])* $variant $(($inner))?,)* }
    )*};
}

messages! {
    /// Node → coordinator, first on the control stream. Who it is, the certificate says.
    1 Hello {
        /// Oldest wire version accepted.
        oldest_version: u16,
        /// Newest wire version spoken.
        current_version: u16,
        /// Random, the same for the whole life of the node's process: another one means all its old attempts are gone.
        instance: u128,
        /// Encodes it can run at once.
        slot_count: u32,
        /// What it is and can do.
        facts: NodeFacts,
    }
    /// Coordinator → node: the agreed version and the rules of the lease.
    2 Welcome {
        /// The wire version both use from here on.
        version: u16,
        /// How long a lease lasts after a claim or renewal.
        lease_ms: u32,
        /// How often the node renews.
        heartbeat_ms: u32,
        /// The pools whose doorbells this node takes.
        pools: Vec<String>,
    }
    /// Coordinator → node instead of `Welcome`, before it closes the connection.
    3 Rejected {
        /// One sentence for the node's log.
        reason: String,
    }
    /// Node → coordinator: may I have this task?
    4 Claim {
        /// The task on the doorbell.
        task: u128,
        /// The epoch on the doorbell.
        epoch: i64,
    }
    /// Coordinator → node: the task is yours, under a new epoch.
    5 Grant {
        /// The claimed task.
        task: u128,
        /// The attempt's epoch: names the lease in every later message.
        epoch: i64,
        /// BLAKE3 that names the part; all zero for a task that yields none.
        content_key: [u8; 32],
        /// Presigned GET of the source, byte ranges allowed.
        source_url: String,
        /// Size of the source.
        source_bytes: u64,
        /// The video the source belongs to.
        video: u128,
        /// What to do.
        work: Work,
    }
    /// Coordinator → node: somebody else has it, or it is over.
    6 ClaimRefused {
        /// The task asked for.
        task: u128,
        /// The epoch asked for.
        epoch: i64,
    }
    /// Node → coordinator every heartbeat: I am still at it.
    7 Renew {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Progress so far.
        frames_done: u64,
    }
    /// Coordinator → node: the lease runs anew from now.
    8 Renewed {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node: stop, the lease is another's or the export is over. Also sent unasked on cancel.
    9 Stop {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Node → coordinator, at most a few times a second: progress without a renewal.
    10 Progress {
        /// The leased task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Frames encoded (picture, poster), or milliseconds done (sound, preview).
        frames_done: u64,
    }
    /// Node → coordinator: the attempt failed.
    11 Failed {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// Whose fault it is.
        class: FailureClass,
        /// One sentence a person can act on.
        message: String,
        /// What the library said, for the log.
        detail: String,
    }
    /// Node → coordinator: given back unfinished, nobody's fault (drain).
    12 Release {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node: claim nothing more. Node → coordinator: I claim nothing more.
    13 Drain {}
    /// Node → coordinator, opens a part stream; the payload follows.
    20 PartHeader {
        /// The task that yielded it.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// As granted.
        content_key: [u8; 32],
        /// Track-level facts; equal in every part of an output.
        codec: CodecConfig,
        /// Ticks per second of all times below: numerator.
        rate_num: u32,
        /// Ticks per second of all times below: denominator.
        rate_den: u32,
        /// Access units in payload (decode) order.
        frames: Vec<PartFrame>,
        /// Bytes that follow.
        payload_bytes: u64,
        /// BLAKE3 of the payload.
        payload_hash: [u8; 32],
        /// Wall-clock milliseconds the attempt took.
        render_ms: u64,
        /// What levelling did to each segment, in output order; empty where nothing was levelled.
        levels: Vec<SegmentLevel>,
    }
    /// Node → coordinator, opens an index stream; nothing follows.
    21 IndexResult {
        /// The task that yielded it.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// What was learnt.
        index: Index,
    }
    /// Coordinator → node on the part or index stream: it is safe here, forget yours.
    22 Receipt {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
    }
    /// Coordinator → node on the part or index stream: not taken.
    23 PartRefused {
        /// The task.
        task: u128,
        /// The attempt's epoch.
        epoch: i64,
        /// One sentence for the log.
        reason: String,
        /// Send it again after so long; 0 means never.
        retry_after_ms: u32,
    }
}

records! {
    /// What a node is and can do.
    NodeFacts {
        /// The node program's version.
        version: String,
        /// Host name, for people.
        host: String,
        /// Logical processors.
        cpu_count: u32,
        /// The media library and its version.
        media_library: String,
        /// Picture encoders that passed the probe on this node.
        encoders: Vec<EncoderFact>,
        /// Layers of the media sandbox that are active.
        sandbox_layers: Vec<String>,
    }
    /// One picture encoder that really encoded on this node.
    EncoderFact {
        /// The row of the encoder table: `x264`, `nvenc`, …; also the pool's name.
        family: String,
        /// Family and exact versions: equal identity, equal bytes.
        identity: String,
    }
    /// Where a track is and how to open it.
    Track {
        /// How the file is laid out.
        container: Container,
        /// Position among the container's tracks of the same kind, from 0.
        ordinal: u32,
        /// The codec: `h264`, `hevc`, `vp8`, `vp9`, `av1`, `mpeg4`, `prores`, `mjpeg`, `aac`, `mp3`, `opus`, `vorbis`, `ac3`, `eac3`, `pcm`, `flac`.
        codec: String,
    }
    /// Frames to be decoded, turned, scaled, encoded.
    PictureWork {
        /// The picture track.
        track: Track,
        /// Ticks per second of the source's picture times: numerator.
        rate_num: u32,
        /// Ticks per second of the source's picture times: denominator.
        rate_den: u32,
        /// The frames to keep, by pts in presentation order: the attempt's promise, every one and no other.
        keep_pts: Vec<i64>,
        /// When the last kept frame stops being shown.
        end: i64,
        /// The picture that fades in over the kept frames, which then are the end of a segment; `None` outside of a crossfade.
        fade: Option<FadeWork>,
        /// How it shall look and be coded.
        recipe: PictureRecipe,
    }
    /// The incoming half of a crossfade: frames of the same track, one for each kept frame, laid over it by weight.
    FadeWork {
        /// The incoming frame for each kept frame, by pts: never falls, and repeats where the incoming picture is shown longer.
        incoming_pts: Vec<i64>,
        /// When the last incoming frame stops being shown.
        incoming_end: i64,
        /// Weight of the incoming frame in 65,535ths; the kept frame has the rest.
        weights: Vec<u16>,
    }
    /// How a part's picture shall look and be coded. Equal for every part of an output.
    PictureRecipe {
        /// Clockwise turn that makes the picture upright.
        orientation: Orientation,
        /// Whether the source is interlaced.
        deinterlace: bool,
        /// Finished width in square pixels, even.
        width: u32,
        /// Finished height in square pixels, even.
        height: u32,
        /// Nominal frames per second to pin in the stream: numerator.
        frame_rate_num: u32,
        /// Nominal frames per second to pin in the stream: denominator.
        frame_rate_den: u32,
        /// The row of the encoder table.
        encoder_family: String,
        /// The encoder's identity the plan counted on; an attempt by another is refused.
        encoder_identity: String,
        /// Constant quality on the family's own scale: x264's CRF, VP9's cq-level.
        crf: u32,
        /// Speed preset by the family's own name: x264's `fast`; VP9's `good-4`.
        speed: String,
        /// VBV maximum rate.
        max_bitrate_kbps: u32,
        /// VBV buffer.
        vbv_ms: u32,
        /// Frames between key frames at the most.
        key_interval_frames: u32,
        /// Encoder threads: part of the recipe, because they change the bytes.
        threads: u32,
    }
    /// Sound to be decoded, cut, joined, encoded once.
    SoundWork {
        /// The sound track.
        track: Track,
        /// What to cut, in output order.
        segments: Vec<SoundSegment>,
        /// How the finished sound is coded.
        codec: SoundCodec,
        /// 1 or 2.
        channels: u32,
        /// Of the finished sound.
        bitrate_bps: u32,
        /// Level each segment to −14 LUFS.
        normalize: bool,
    }
    /// A stretch of source sound at 48 kHz.
    SoundSegment {
        /// First sample, counted from the source's time zero.
        start_sample: i64,
        /// How many samples; where the source has none there is silence.
        sample_count: u64,
        /// By how many samples it overlaps the segment before it, crossfaded with equal power; 0 is a hard joint.
        overlap_samples: u64,
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
    /// What an editor needs of a video: a proxy, a sprite sheet, a waveform, a poster.
    PreviewWork {
        /// The picture track.
        picture: Track,
        /// Ticks per second of the times below and of the proxy: numerator.
        rate_num: u32,
        /// Ticks per second of the times below and of the proxy: denominator.
        rate_den: u32,
        /// When the first frame is shown: the proxy's time zero is the source's.
        start: i64,
        /// When the last frame stops being shown.
        end: i64,
        /// Frames from `start` to `end`: the attempt's promise.
        frame_count: u64,
        /// Nominal frames per second: numerator.
        frame_rate_num: u32,
        /// Nominal frames per second: denominator.
        frame_rate_den: u32,
        /// The turn that makes it upright.
        orientation: Orientation,
        /// Whether the source is interlaced.
        deinterlace: bool,
        /// Width of the proxy, even.
        width: u32,
        /// Height of the proxy, even.
        height: u32,
        /// The sound, if there is any.
        sound: Option<PreviewSound>,
        /// Thumbnails on the sprite sheet.
        sprite_count: u32,
        /// Columns of the sprite sheet.
        sprite_columns: u32,
        /// Width of a thumbnail, even.
        sprite_width: u32,
        /// Height of a thumbnail, even.
        sprite_height: u32,
        /// Source time between two thumbnails, in nanoseconds.
        sprite_interval_ns: i64,
    }
    /// The sound of a preview.
    PreviewSound {
        /// The sound track.
        track: Track,
        /// 1 or 2.
        channels: u32,
        /// Of the proxy's sound.
        bitrate_bps: u32,
        /// Waveform peaks a second; divides 48,000.
        peaks_per_second: u32,
    }
    /// One frame as a JPEG.
    PosterWork {
        /// The picture track.
        track: Track,
        /// Ticks per second of `pts`: numerator.
        rate_num: u32,
        /// Ticks per second of `pts`: denominator.
        rate_den: u32,
        /// The frame.
        pts: i64,
        /// When that frame stops being shown.
        end: i64,
        /// The turn that makes it upright.
        orientation: Orientation,
        /// Whether the source is interlaced.
        deinterlace: bool,
        /// Finished width.
        width: u32,
        /// Finished height.
        height: u32,
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

choices! {
    /// How a file is laid out; decides the demuxer, and no other is ever tried.
    Container {
        /// MP4, MOV: ISO base media.
        IsoBmff,
        /// Matroska, WebM.
        Matroska,
    }
    /// Clockwise turns, and their mirror images.
    Orientation {
        /// As it is.
        Upright,
        /// 90° clockwise.
        Clockwise90,
        /// 180°.
        Rotate180,
        /// 270° clockwise.
        Clockwise270,
        /// Mirrored left to right.
        MirrorHorizontal,
        /// Mirrored top to bottom.
        MirrorVertical,
        /// Mirrored along the diagonal from top left.
        Transpose,
        /// Mirrored along the diagonal from top right.
        Antitranspose,
    }
    /// What a task asks for.
    Work {
        /// Learn what a source is.
        Index,
        /// Render frames.
        Picture(PictureWork),
        /// Render sound.
        Sound(SoundWork),
        /// Make what an editor needs of a video.
        Preview(PreviewWork),
        /// Make one frame a JPEG.
        Poster(PosterWork),
    }
    /// How finished sound is coded.
    SoundCodec {
        /// AAC-LC, for MP4 and MOV.
        Aac,
        /// Opus, for WebM.
        Opus,
    }
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
    /// Whose fault a failed attempt is.
    FailureClass {
        /// The source is not something Reelfarm accepts: final, said to the user (index only).
        Unsupported,
        /// The source broke the decoder or kept less than it promised: tried once more elsewhere.
        Media,
        /// This node: its encoder, memory or disk.
        Node,
        /// What lies between: storage, network.
        Infra,
    }
}
