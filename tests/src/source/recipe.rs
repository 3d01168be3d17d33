//! What a source shall be: container, coding, times, turn and sound. Makes nothing.

/// What a source shall be.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Tells sources apart in messages; also the file's name.
    pub name: &'static str,
    /// The file's kind.
    pub container: Container,
    /// How it is laid out.
    pub layout: Layout,
    /// How the picture is coded.
    pub codec: PictureCodec,
    /// Depth, subsampling and range, in ffmpeg's words.
    pub pixels: &'static str,
    /// Whether frames are two fields.
    pub interlaced: bool,
    /// How much wider than high a pixel is.
    pub pixel_aspect: (usize, usize),
    /// Width in pixels, turned as displayed.
    pub width: usize,
    /// Height in pixels, turned as displayed.
    pub height: usize,
    /// When frames are shown.
    pub pace: Pace,
    /// How many frames.
    pub frame_count: usize,
    /// Frames from key frame to key frame.
    pub group: usize,
    /// Frames predicted from both sides, in a row.
    pub b_frames: usize,
    /// Whether frames before a key frame may need those before it.
    pub open_groups: bool,
    /// The quarter turns clockwise a player must make.
    pub quarter_turns: usize,
    /// The sound, if there is any.
    pub sound: Option<Sound>,
    /// Hides this much of the beginning behind an edit list, milliseconds.
    pub hidden_head_ms: usize,
}

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// `.mp4`
    Mp4,
    /// `.mov`
    Mov,
    /// `.mkv`
    Mkv,
    /// `.webm`
    Webm,
}

impl Container {
    /// The ending of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "mkv",
            Self::Webm => "webm",
        }
    }

    /// Whether times count milliseconds, whatever the pace.
    #[must_use]
    pub const fn is_matroska(self) -> bool {
        matches!(self, Self::Mkv | Self::Webm)
    }
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As a tool writes it that may go back and fill in.
    Plain,
    /// MP4 in fragments, one a group.
    Fragmented,
    /// As a recorder writes it that cannot go back: a WebM that knows neither its length nor its key frames.
    Recorded,
}

/// How the picture is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureCodec {
    /// H.264.
    H264,
    /// HEVC.
    Hevc,
    /// VP8.
    Vp8,
    /// VP9 with frames that are decoded and never shown.
    Vp9,
    /// AV1.
    Av1,
    /// MPEG-4 part 2.
    Mpeg4,
    /// Apple `ProRes`.
    ProRes,
    /// Motion JPEG.
    Mjpeg,
}

/// When frame n is shown, in ticks: `first + n·step + jitter·((7n² + 3n) mod 5) + gap·⌊n / 37⌋`.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Ticks per second.
    pub rate: i64,
    /// Ticks from frame to frame.
    pub step: i64,
    /// Ticks of unevenness; zero for a constant rate.
    pub jitter: i64,
    /// Ticks left out after every 37th frame.
    pub gap: i64,
    /// When the first frame is shown.
    pub first: i64,
}

impl Pace {
    /// A constant rate.
    #[must_use]
    pub const fn constant(rate: i64, step: i64) -> Pace {
        Pace { rate, step, jitter: 0, gap: 0, first: 0 }
    }

    /// When frame `number` is shown.
    #[must_use]
    pub fn instant(&self, number: usize) -> i64 {
        let n = i64::try_from(number).expect("frames of a test source");
        self.first + n * self.step + self.jitter * ((7 * n * n + 3 * n) % 5) + self.gap * (n / 37)
    }
}

/// The sound of a source.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    /// How it is coded.
    pub codec: SoundCodec,
    /// Samples per second.
    pub sample_rate: i64,
    /// 1 or 2.
    pub channels: usize,
    /// How much later than the picture it ends, milliseconds; negative for earlier.
    pub longer_ms: i64,
    /// How long after time zero it begins, milliseconds.
    pub late_ms: i64,
}

/// How sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundCodec {
    /// AAC-LC.
    Aac,
    /// MPEG layer 3.
    Mp3,
    /// Opus.
    Opus,
    /// Vorbis.
    Vorbis,
    /// Dolby Digital.
    Ac3,
    /// Dolby Digital Plus.
    Eac3,
    /// FLAC.
    Flac,
    /// 16 bit PCM.
    Pcm,
    /// 24 bit PCM.
    Pcm24,
}
