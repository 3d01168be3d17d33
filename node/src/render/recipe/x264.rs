//! x264's element: the settings of a recipe, and what makes a part as good as the same stretch in the middle of a longer stream.
//! Knows no other encoder, and touches no media library.

use std::fmt::Write;

use wire::v1::PictureRecipe;

use super::{RecipeError, Stage, word};

/// x264's presets. The names are the media library's, too.
const SPEEDS: [&str; 10] =
    ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"];

/// x264 makes the key frames within a stream finer than the frames that lean on them, by its `ipratio` of 1.4, but not the very
/// first one: it has no other frames to go by yet. A part begins with such a frame, and all that follows inherits what it lacks:
/// up to 3.2 dB, for half a second and more (measured). A zone of one frame gives it what it would have in the middle of a stream.
const FIRST_FRAME: &str = "0,0,b=1.4";

/// x264 gives frames bits for what later frames take from them. At the end of a part it sees no later ones, and its last dozen
/// frames are up to 1.3 dB worse than in the middle of a stream, 0.7 dB on average. From so many frames before the end on they are
/// given so much more: at most 0.8 dB, 0.2 dB on average, for 1.9 % of the bytes (seven stretches of film, `fast` at CRF 23).
const LAST_FRAMES: [(usize, &str); 2] = [(12, "1.15"), (6, "1.4")];
/// Parts shorter than this get nothing at their end: it would be most of them.
const LAST_FRAMES_OF_MIN: usize = 24;

/// The option string x264 ends up with is that of `ffmpeg -preset P -crf N -maxrate M -bufsize B -g K -threads T -x264-params
/// zones=Z`, which writes no access unit delimiters either. Every property set here beats the preset; those left out follow it.
pub(super) fn stage(recipe: &PictureRecipe, frame_count: usize) -> Result<Stage, RecipeError> {
    let speed = SPEEDS.into_iter().find(|speed| *speed == recipe.speed);
    let speed = speed.ok_or_else(|| RecipeError::Speed { family: "x264", speed: recipe.speed.clone() })?;
    let properties = vec![
        ("speed-preset", word(speed)),
        ("pass", word("qual")),
        ("quantizer", word(recipe.crf)),
        ("bitrate", word(recipe.max_bitrate_kbps)),
        ("vbv-buf-capacity", word(recipe.vbv_ms)),
        ("key-int-max", word(recipe.key_interval_frames)),
        ("threads", word(recipe.threads)),
        ("aud", word(false)),
        ("qos", word(false)),
        ("option-string", word(zones(frame_count))),
    ];
    Ok(Stage { element: "x264enc", properties })
}

/// Where in a part of so many frames x264 shall spend how much more than it would: `first,last,b=factor`, in display order.
fn zones(frame_count: usize) -> String {
    let mut zones = format!("zones={FIRST_FRAME}");
    if frame_count < LAST_FRAMES_OF_MIN {
        return zones;
    }
    let ends = LAST_FRAMES.iter().skip(1).map(|(before_end, _)| frame_count - before_end).chain([frame_count]);
    for ((before_end, factor), end) in LAST_FRAMES.iter().zip(ends) {
        write!(zones, "/{},{},b={factor}", frame_count - before_end, end - 1)
            .expect("a string takes what is written to it");
    }
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_and_the_last_dozen_are_favoured() {
        assert_eq!(zones(100), "zones=0,0,b=1.4/88,93,b=1.15/94,99,b=1.4");
        assert_eq!(zones(24), "zones=0,0,b=1.4/12,17,b=1.15/18,23,b=1.4");
        for short in [1, 2, 12, 23] {
            assert_eq!(zones(short), "zones=0,0,b=1.4");
        }
    }
}
