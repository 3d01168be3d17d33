//! The sources that tests export from: each a shape of file that has gone wrong somewhere before.
//! Pictures are small and wide, because every export scales up to 720p at least and a wide strip is cheap to encode.

use super::{Container, Pace, Recipe, Sound, SoundCodec};

const AAC_48: Sound = Sound { codec: SoundCodec::Aac, sample_rate: 48_000, channels: 2, longer_ms: 0 };

/// 25 frames a second, groups of 2 s, B-frames, AAC at 48 kHz: the ordinary file.
#[must_use]
pub fn ordinary() -> Recipe {
    Recipe {
        name: "ordinary",
        container: Container::Mp4,
        width: 384,
        height: 48,
        pace: Pace::constant(12_800, 512),
        frame_count: 400,
        group: 50,
        b_frames: 2,
        open_groups: false,
        quarter_turns: 0,
        sound: Some(AAC_48),
        hidden_head_ms: 0,
    }
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

/// The picture begins 0.4 s after the sound.
#[must_use]
pub fn late_picture() -> Recipe {
    Recipe { name: "late_picture", pace: Pace { first: 5_120, ..Pace::constant(12_800, 512) }, ..ordinary() }
}

/// Matroska with its millisecond clock. Not among [`all`]: docs/limits.md says what is still wrong with it.
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

/// All of them.
#[must_use]
pub fn all() -> Vec<Recipe> {
    vec![ordinary(), one_key_frame(), uneven(), open_groups(), on_its_side(), hidden_head(), late_picture(), silent()]
}
