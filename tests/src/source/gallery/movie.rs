//! Sources in MP4 and MOV. Makes nothing; `encode` does.

use super::{AAC_48, ordinary};
use crate::source::{Container, Layout, Pace, PictureCodec, Recipe, Sound, SoundCodec};

/// All of them but the ordinary one.
pub fn all() -> Vec<Recipe> {
    vec![
        one_key_frame(),
        uneven(),
        open_groups(),
        on_its_side(),
        hidden_head(),
        trimmed(),
        late_picture(),
        silent(),
        fragmented(),
        old_camera(),
        studio(),
        still_camera(),
        television(),
        slow_motion(),
        late_sound(),
        upside_down(),
    ]
}

/// 29.97 frames a second, one key frame in all of it, AAC at 44.1 kHz that is longer than the picture.
#[must_use]
pub fn one_key_frame() -> Recipe {
    let sound = Sound { sample_rate: 44_100, longer_ms: 50, ..AAC_48 };
    Recipe {
        name: "one_key_frame",
        pace: Pace::constant(30_000, 1001),
        frame_count: 450,
        group: 1000,
        b_frames: 3,
        sound: Some(sound),
        ..ordinary()
    }
}

/// A phone's uneven frame times with stretches left out, key frames apart, mono sound.
#[must_use]
pub fn uneven() -> Recipe {
    Recipe {
        name: "uneven",
        pace: Pace { rate: 90_000, step: 2_700, jitter: 240, gap: 23_000, first: 0 },
        frame_count: 330,
        group: 77,
        b_frames: 2,
        sound: Some(Sound { channels: 1, ..AAC_48 }),
        ..ordinary()
    }
}

/// Open groups: key frames that are not where decoding may begin cleanly.
#[must_use]
pub fn open_groups() -> Recipe {
    Recipe { name: "open_groups", group: 60, b_frames: 3, open_groups: true, ..ordinary() }
}

/// Held upright on its side: a quarter turn, `QuickTime`, PCM.
#[must_use]
pub fn on_its_side() -> Recipe {
    Recipe {
        name: "on_its_side",
        container: Container::Mov,
        width: 96,
        height: 176,
        quarter_turns: 1,
        frame_count: 150,
        pace: Pace::constant(600, 20),
        sound: Some(Sound { codec: SoundCodec::Pcm, ..AAC_48 }),
        ..ordinary()
    }
}

/// Its first 1.32 s lie before the edit list's beginning, which is no key frame.
#[must_use]
pub fn hidden_head() -> Recipe {
    Recipe { name: "hidden_head", hidden_head_ms: 1_320, ..ordinary() }
}

/// What a phone leaves of a film that was trimmed in it: the head is hidden, and frames last no whole number of nanoseconds.
#[must_use]
pub fn trimmed() -> Recipe {
    Recipe {
        name: "trimmed",
        pace: Pace::constant(600, 20),
        frame_count: 360,
        group: 80,
        hidden_head_ms: 1_300,
        ..ordinary()
    }
}

/// The picture begins 0.4 s after the sound.
#[must_use]
pub fn late_picture() -> Recipe {
    Recipe { name: "late_picture", pace: Pace { first: 5_120, ..Pace::constant(12_800, 512) }, ..ordinary() }
}

/// No sound at all, and sixty frames a second.
#[must_use]
pub fn silent() -> Recipe {
    Recipe {
        name: "silent",
        pace: Pace::constant(15_360, 256),
        frame_count: 540,
        group: 120,
        sound: None,
        ..ordinary()
    }
}

/// Fragments, 59.94 frames a second, Dolby Digital.
fn fragmented() -> Recipe {
    Recipe {
        name: "fragmented",
        layout: Layout::Fragmented,
        pace: Pace::constant(60_000, 1001),
        frame_count: 480,
        group: 90,
        sound: Some(Sound { codec: SoundCodec::Ac3, ..AAC_48 }),
        ..ordinary()
    }
}

/// MPEG-4 part 2 with B-frames, pixels wider than high, MP3 in mono.
fn old_camera() -> Recipe {
    Recipe {
        name: "old_camera",
        codec: PictureCodec::Mpeg4,
        pixel_aspect: (16, 11),
        pace: Pace::constant(24, 1),
        frame_count: 260,
        group: 48,
        b_frames: 2,
        sound: Some(Sound { codec: SoundCodec::Mp3, sample_rate: 44_100, channels: 1, ..AAC_48 }),
        ..ordinary()
    }
}

/// `ProRes`, 4:2:2 of 10 bits, 23.976 frames a second, PCM of 24 bits.
fn studio() -> Recipe {
    Recipe {
        name: "studio",
        container: Container::Mov,
        codec: PictureCodec::ProRes,
        pixels: "yuv422p10le",
        pace: Pace::constant(24_000, 1001),
        frame_count: 240,
        sound: Some(Sound { codec: SoundCodec::Pcm24, ..AAC_48 }),
        ..ordinary()
    }
}

/// Motion JPEG, 4:2:2 of full range, fifteen frames a second, a little less sound than picture.
fn still_camera() -> Recipe {
    Recipe {
        name: "still_camera",
        container: Container::Mov,
        codec: PictureCodec::Mjpeg,
        pixels: "yuvj422p",
        pace: Pace::constant(600, 40),
        frame_count: 150,
        sound: Some(Sound { codec: SoundCodec::Pcm, sample_rate: 44_100, channels: 1, longer_ms: -700, ..AAC_48 }),
        ..ordinary()
    }
}

/// Woven fields and wide pixels, Dolby Digital Plus.
fn television() -> Recipe {
    Recipe {
        name: "television",
        interlaced: true,
        pixel_aspect: (64, 45),
        height: 64,
        group: 40,
        frame_count: 260,
        sound: Some(Sound { codec: SoundCodec::Eac3, ..AAC_48 }),
        ..ordinary()
    }
}

/// 120 frames a second, HEVC of 10 bits, open groups.
fn slow_motion() -> Recipe {
    Recipe {
        name: "slow_motion",
        container: Container::Mov,
        codec: PictureCodec::Hevc,
        pixels: "yuv420p10le",
        width: 384,
        height: 64,
        pace: Pace::constant(12_000, 100),
        frame_count: 600,
        group: 110,
        b_frames: 3,
        open_groups: true,
        ..ordinary()
    }
}

/// Sound that begins 1.3 s after the picture and ends before it; full range.
fn late_sound() -> Recipe {
    Recipe {
        name: "late_sound",
        pixels: "yuvj420p",
        pace: Pace::constant(50, 1),
        frame_count: 420,
        group: 75,
        sound: Some(Sound { late_ms: 1_300, longer_ms: -1_100, ..AAC_48 }),
        ..ordinary()
    }
}

/// Half a turn, 4:4:4, Opus.
fn upside_down() -> Recipe {
    Recipe {
        name: "upside_down",
        pixels: "yuv444p",
        width: 385,
        height: 49,
        quarter_turns: 2,
        frame_count: 250,
        sound: Some(Sound { codec: SoundCodec::Opus, ..AAC_48 }),
        ..ordinary()
    }
}
