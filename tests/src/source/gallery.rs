//! The sources that tests export from: each a shape of file that has gone wrong somewhere before.
//! Pictures are small and wide, because every export scales up to 720p at least and a wide strip is cheap to encode.

mod matroska;
mod movie;

use super::{Container, Layout, Pace, PictureCodec, Recipe, Sound, SoundCodec};

pub use matroska::{bursts, matroska, recorded};
pub use movie::{hidden_head, late_picture, on_its_side, one_key_frame, open_groups, silent, trimmed, uneven};

/// Stereo AAC at 48 kHz, as long as the picture.
const AAC_48: Sound = Sound { codec: SoundCodec::Aac, sample_rate: 48_000, channels: 2, longer_ms: 0, late_ms: 0 };

/// 25 frames a second, groups of 2 s, B-frames, AAC at 48 kHz: the ordinary file.
#[must_use]
pub fn ordinary() -> Recipe {
    Recipe {
        name: "ordinary",
        container: Container::Mp4,
        layout: Layout::Plain,
        codec: PictureCodec::H264,
        pixels: "yuv420p",
        interlaced: false,
        pixel_aspect: (1, 1),
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

/// Says which sources a test shall try: `core`, `all`, or names with commas between.
const SOURCES_VARIABLE: &str = "REELFARM_SOURCES";

/// The sources that the environment names; the core when it names none.
///
/// # Panics
/// When there is none of a name.
#[must_use]
pub fn chosen() -> Vec<Recipe> {
    let said = std::env::var(SOURCES_VARIABLE).unwrap_or_else(|_| "core".to_owned());
    match said.as_str() {
        "core" => core(),
        "all" => all(),
        names => {
            let all = all();
            let of_name = |name| all.iter().find(|recipe| recipe.name == name).cloned();
            names.split(',').map(|name| of_name(name).unwrap_or_else(|| panic!("there is no source {name}"))).collect()
        }
    }
}

/// The ones that tell most: what every change is tried on.
#[must_use]
pub fn core() -> Vec<Recipe> {
    vec![
        ordinary(),
        one_key_frame(),
        uneven(),
        open_groups(),
        on_its_side(),
        hidden_head(),
        trimmed(),
        matroska(),
        recorded(),
        bursts(),
        matroska::web(),
    ]
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Recipe> {
    let mut all = vec![ordinary()];
    all.extend(movie::all());
    all.extend(matroska::all());
    all
}
