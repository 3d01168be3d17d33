//! What a task asks of a node: tracks, cuts, recipes. Says nothing of what comes back.

use rkyv::{Archive, Deserialize, Serialize};

records! {
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
}
