//! From an order and the facts of a video to how picture and sound shall be coded. Numbers only; elements are the node's.

use timeline::{Rate, Rounding, Ticks};

use crate::export::{Quality, Resolution};
use crate::video::{PictureFacts, SoundFacts};
use crate::work::{Encoder, PictureRecipe};

/// Seconds between key frames at the most: players seek to them.
const KEY_INTERVAL_SECONDS: i64 = 2;
/// VBV buffer: two seconds at the maximum rate.
const VBV_MS: u32 = 2000;
/// One thread per encode: slots run side by side, and a fixed count makes parts the same bytes everywhere.
const ENCODER_THREADS: u32 = 1;

/// What a quality means for picture at up to 1080p.
struct Preset {
    crf: u32,
    max_bitrate_kbps: u32,
    speed: &'static str,
    sound_bitrate_bps: u32,
}

const fn preset(quality: Quality) -> Preset {
    match quality {
        Quality::High => Preset { crf: 18, max_bitrate_kbps: 8000, speed: "medium", sound_bitrate_bps: 192_000 },
        Quality::Medium => Preset { crf: 23, max_bitrate_kbps: 4000, speed: "fast", sound_bitrate_bps: 160_000 },
        Quality::Low => Preset { crf: 28, max_bitrate_kbps: 2000, speed: "veryfast", sound_bitrate_bps: 128_000 },
    }
}

/// The landscape box of a resolution, in square pixels.
const fn landscape(resolution: Resolution) -> (u32, u32) {
    match resolution {
        Resolution::P720 => (1280, 720),
        Resolution::P1080 => (1920, 1080),
        Resolution::K4 => (3840, 2160),
    }
}

/// Width and height that fit the resolution's box, turned to the picture's orientation: aspect kept, no bars, even.
#[must_use]
pub fn fit(displayed: (u32, u32), resolution: Resolution) -> (u32, u32) {
    let (width, height) = (u64::from(displayed.0.max(1)), u64::from(displayed.1.max(1)));
    let (long, short) = landscape(resolution);
    let (box_width, box_height) = if height > width { (short, long) } else { (long, short) };
    let (box_width, box_height) = (u64::from(box_width), u64::from(box_height));
    if width * box_height >= height * box_width {
        (even(box_width, 1), even(height * box_width, width))
    } else {
        (even(width * box_height, height), even(box_height, 1))
    }
}

/// The even number nearest to a fraction, at least 2.
fn even(numerator: u64, denominator: u64) -> u32 {
    let halves = (numerator + denominator) / (2 * denominator);
    u32::try_from(halves.max(1) * 2).expect("sides stay inside the box")
}

/// How the picture of an output shall look and be coded.
#[must_use]
pub fn picture(facts: &PictureFacts, resolution: Resolution, quality: Quality, encoder: Encoder) -> PictureRecipe {
    const SECONDS: Rate = Rate::hz(1).expect("not zero");
    let preset = preset(quality);
    let (width, height) = fit(facts.displayed(), resolution);
    let cap_factor = if resolution == Resolution::K4 { 4 } else { 1 };
    let key_interval = SECONDS.convert(Ticks(KEY_INTERVAL_SECONDS), facts.frame_rate, Rounding::Ceil).0;
    PictureRecipe {
        orientation: facts.orientation,
        deinterlace: facts.interlaced,
        width,
        height,
        frame_rate: facts.frame_rate,
        encoder,
        crf: preset.crf,
        speed: preset.speed.to_owned(),
        max_bitrate_kbps: preset.max_bitrate_kbps * cap_factor,
        vbv_ms: VBV_MS,
        key_interval_frames: u32::try_from(key_interval.max(1)).unwrap_or(u32::MAX),
        threads: ENCODER_THREADS,
    }
}

/// Channels and bit rate of an output's sound: mono stays mono, everything else becomes stereo.
#[must_use]
pub fn sound(facts: &SoundFacts, quality: Quality) -> (u32, u32) {
    (if facts.channels == 1 { 1 } else { 2 }, preset(quality).sound_bitrate_bps)
}

/// The encoder an output is planned for: the farm's best family, at its most common version.
#[must_use]
pub fn choose_encoder(available: &[Encoder]) -> Option<Encoder> {
    /// Best first: hardware saves the farm's processors, software is always there.
    const PREFERENCE: [&str; 2] = ["nvenc", "x264"];
    let rank = |encoder: &Encoder| PREFERENCE.iter().position(|family| *family == encoder.family).unwrap_or(usize::MAX);
    let nodes_with = |encoder: &Encoder| available.iter().filter(|other| *other == encoder).count();
    available
        .iter()
        .min_by(|a, b| (rank(a), nodes_with(b), &a.identity).cmp(&(rank(b), nodes_with(a), &b.identity)))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pictures_fit_the_turned_box() {
        for (displayed, resolution, expected) in [
            ((1280, 720), Resolution::P1080, (1920, 1080)),
            ((768, 432), Resolution::P720, (1280, 720)),
            ((320, 568), Resolution::P720, (720, 1278)),
            ((1080, 1920), Resolution::P720, (720, 1280)),
            ((161, 121), Resolution::P720, (958, 720)),
            ((4096, 2160), Resolution::K4, (3840, 2026)),
            ((1000, 1000), Resolution::P720, (720, 720)),
        ] {
            assert_eq!(fit(displayed, resolution), expected, "{displayed:?}");
        }
    }

    #[test]
    fn the_most_common_version_of_the_best_family_is_chosen() {
        let encoder =
            |family: &str, identity: &str| Encoder { family: family.to_owned(), identity: identity.to_owned() };
        let farm = [encoder("x264", "b"), encoder("x264", "a"), encoder("x264", "b")];
        assert_eq!(choose_encoder(&farm), Some(encoder("x264", "b")));
        assert_eq!(choose_encoder(&[]), None);
        let mixed = [encoder("x264", "a"), encoder("x264", "a"), encoder("nvenc", "n")];
        assert_eq!(choose_encoder(&mixed), Some(encoder("nvenc", "n")));
    }

    proptest! {
        #[test]
        fn sides_are_even_and_inside(width in 1_u32..10_000, height in 1_u32..10_000) {
            let (w, h) = fit((width, height), Resolution::P720);
            prop_assert!(w % 2 == 0 && h % 2 == 0 && w >= 2 && h >= 2);
            prop_assert!(w.max(h) <= 1280 && w.min(h) <= 720);
        }
    }
}
