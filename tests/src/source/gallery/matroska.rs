//! Sources in Matroska and WebM, whose clock counts milliseconds. Makes nothing; `encode` does.

use super::{AAC_48, ordinary};
use crate::source::{Container, Layout, Pace, PictureCodec, Recipe, Sound, SoundCodec};

/// All of them.
pub fn all() -> Vec<Recipe> {
    vec![matroska(), recorded(), bursts(), web(), film(), newest(), disc(), captured(), archive(), short_of_sound()]
}

/// The ordinary file in Matroska: its sound begins before its picture, and thirds of milliseconds are rounded.
#[must_use]
pub fn matroska() -> Recipe {
    Recipe {
        name: "matroska",
        container: Container::Mkv,
        pace: Pace::constant(30, 1),
        frame_count: 360,
        group: 90,
        ..ordinary()
    }
}

/// What a browser records: no length, no table of key frames, uneven times, the sound first.
#[must_use]
pub fn recorded() -> Recipe {
    Recipe {
        name: "recorded",
        container: Container::Webm,
        layout: Layout::Recorded,
        codec: PictureCodec::Vp8,
        pace: Pace { rate: 1_000, step: 33, jitter: 4, gap: 170, first: 40 },
        frame_count: 330,
        group: 100,
        sound: Some(Sound { codec: SoundCodec::Opus, channels: 1, ..AAC_48 }),
        ..ordinary()
    }
}

/// What a browser records when it is busy: every fifth frame comes at once after the one before it and has its time.
#[must_use]
pub fn bursts() -> Recipe {
    Recipe {
        name: "bursts",
        pace: Pace { rate: 90_000, step: 1_440, jitter: 359, gap: 0, first: 0 },
        frame_count: 301,
        // No key frame is the second of two.
        group: 83,
        ..recorded()
    }
}

/// VP9 with hidden frames and odd sides, 24 frames a second, Opus.
#[must_use]
pub fn web() -> Recipe {
    Recipe {
        name: "web",
        container: Container::Webm,
        codec: PictureCodec::Vp9,
        width: 385,
        height: 49,
        pace: Pace::constant(24, 1),
        frame_count: 300,
        group: 72,
        sound: Some(Sound { codec: SoundCodec::Opus, ..AAC_48 }),
        ..ordinary()
    }
}

/// HEVC of 10 bits with open groups, 23.976 frames a second, FLAC.
fn film() -> Recipe {
    Recipe {
        name: "film",
        container: Container::Mkv,
        codec: PictureCodec::Hevc,
        pixels: "yuv420p10le",
        height: 64,
        pace: Pace::constant(24_000, 1001),
        frame_count: 330,
        group: 65,
        b_frames: 3,
        open_groups: true,
        sound: Some(Sound { codec: SoundCodec::Flac, sample_rate: 44_100, ..AAC_48 }),
        ..ordinary()
    }
}

/// AV1 of 10 bits, 59.94 frames a second, Vorbis.
fn newest() -> Recipe {
    Recipe {
        name: "newest",
        container: Container::Mkv,
        codec: PictureCodec::Av1,
        pixels: "yuv420p10le",
        height: 64,
        pace: Pace::constant(60_000, 1001),
        frame_count: 480,
        group: 100,
        sound: Some(Sound { codec: SoundCodec::Vorbis, sample_rate: 44_100, ..AAC_48 }),
        ..ordinary()
    }
}

/// Woven fields, wide pixels and Dolby Digital; one key frame.
fn disc() -> Recipe {
    Recipe {
        name: "disc",
        container: Container::Mkv,
        interlaced: true,
        pixel_aspect: (64, 45),
        height: 64,
        frame_count: 300,
        group: 1000,
        sound: Some(Sound { codec: SoundCodec::Ac3, ..AAC_48 }),
        ..ordinary()
    }
}

/// A screen recorder: 4:4:4 of full range, 120 frames a second, uneven times, PCM.
fn captured() -> Recipe {
    Recipe {
        name: "captured",
        container: Container::Mkv,
        pixels: "yuvj444p",
        width: 385,
        height: 49,
        pace: Pace { rate: 1_000, step: 9, jitter: 1, gap: 100, first: 0 },
        frame_count: 600,
        group: 120,
        b_frames: 3,
        sound: Some(Sound { codec: SoundCodec::Pcm, ..AAC_48 }),
        ..ordinary()
    }
}

/// MPEG-4 part 2, MP3.
fn archive() -> Recipe {
    Recipe {
        name: "archive",
        container: Container::Mkv,
        codec: PictureCodec::Mpeg4,
        frame_count: 300,
        group: 60,
        b_frames: 2,
        sound: Some(Sound { codec: SoundCodec::Mp3, sample_rate: 44_100, ..AAC_48 }),
        ..ordinary()
    }
}

/// H.264 of 4:2:2 and 10 bits, 50 frames a second, with Dolby Digital Plus that begins late and ends early.
fn short_of_sound() -> Recipe {
    Recipe {
        name: "short_of_sound",
        container: Container::Mkv,
        pixels: "yuv422p10le",
        pace: Pace::constant(50, 1),
        frame_count: 420,
        group: 75,
        sound: Some(Sound { codec: SoundCodec::Eac3, late_ms: 700, longer_ms: -900, ..AAC_48 }),
        ..ordinary()
    }
}
