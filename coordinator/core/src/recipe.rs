//! From an order and the facts of a video to how picture and sound shall be coded. Numbers only; elements are the node's.

use timeline::{Rate, Rounding, Ticks};

use crate::export::{Format, Quality, Resolution};
use crate::video::{PictureFacts, SoundFacts};
use crate::work::{Encoder, PictureRecipe, SoundCodec};

/// The family of encoders that makes VP9; every other one makes H.264.
pub const VP9_FAMILY: &str = "vp9";

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
}

/// Constant rate factors and speeds in x264's words.
const fn h264(quality: Quality) -> Preset {
    match quality {
        Quality::High => Preset { crf: 18, max_bitrate_kbps: 8000, speed: "medium" },
        Quality::Medium => Preset { crf: 23, max_bitrate_kbps: 4000, speed: "fast" },
        Quality::Low => Preset { crf: 28, max_bitrate_kbps: 2000, speed: "veryfast" },
    }
}

/// VP9's own scale, 0 to 63: decision 0009 says where the levels come from. The caps are those of H.264.
const fn vp9(quality: Quality) -> Preset {
    match quality {
        Quality::High => Preset { crf: 22, max_bitrate_kbps: 8000, speed: "good-4" },
        Quality::Medium => Preset { crf: 33, max_bitrate_kbps: 4000, speed: "good-4" },
        Quality::Low => Preset { crf: 50, max_bitrate_kbps: 2000, speed: "good-4" },
    }
}

/// Families whose encoders make what a container holds, best first: hardware saves the farm's processors, software is always
/// there.
const fn families(format: Format) -> &'static [&'static str] {
    match format {
        Format::Mp4 | Format::Mov => &["nvenc", "x264", "vaapi", "qsv", "videotoolbox"],
        Format::Webm => &[VP9_FAMILY],
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
    let preset = if encoder.family == VP9_FAMILY { vp9(quality) } else { h264(quality) };
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

/// How an output's sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoundRecipe {
    /// What the container holds.
    pub codec: SoundCodec,
    /// Mono stays mono, everything else becomes stereo.
    pub channels: u32,
    /// Target bit rate.
    pub bitrate_bps: u32,
}

/// How the sound of an output shall be coded.
#[must_use]
pub fn sound(facts: &SoundFacts, format: Format, quality: Quality) -> SoundRecipe {
    let codec = match format {
        Format::Mp4 | Format::Mov => SoundCodec::Aac,
        Format::Webm => SoundCodec::Opus,
    };
    let bitrate_bps = match (codec, quality) {
        (SoundCodec::Aac, Quality::High) => 192_000,
        (SoundCodec::Aac, Quality::Medium) | (SoundCodec::Opus, Quality::High) => 160_000,
        (SoundCodec::Aac, Quality::Low) | (SoundCodec::Opus, Quality::Medium) => 128_000,
        (SoundCodec::Opus, Quality::Low) => 96_000,
    };
    SoundRecipe { codec, channels: if facts.channels == 1 { 1 } else { 2 }, bitrate_bps }
}

/// The encoder an output is planned for: the best family the farm has for its container, at its most common version.
#[must_use]
pub fn choose_encoder(available: &[Encoder], format: Format) -> Option<Encoder> {
    let rank = |encoder: &Encoder| families(format).iter().position(|family| *family == encoder.family);
    let nodes_with = |encoder: &Encoder| available.iter().filter(|other| *other == encoder).count();
    let fitting = available.iter().filter_map(|encoder| Some((rank(encoder)?, encoder)));
    fitting
        .min_by(|(rank_a, a), (rank_b, b)| {
            (rank_a, nodes_with(b), &a.identity).cmp(&(rank_b, nodes_with(a), &b.identity))
        })
        .map(|(_, encoder)| encoder.clone())
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

    fn encoder(family: &str, identity: &str) -> Encoder {
        Encoder { family: family.to_owned(), identity: identity.to_owned() }
    }

    #[test]
    fn the_most_common_version_of_the_best_family_is_chosen() {
        let chosen = |farm: &[Encoder]| choose_encoder(farm, Format::Mp4);
        let farm = [encoder("x264", "b"), encoder("x264", "a"), encoder("x264", "b")];
        assert_eq!(chosen(&farm), Some(encoder("x264", "b")));
        assert_eq!(chosen(&[]), None);
        let mixed = [encoder("x264", "a"), encoder("x264", "a"), encoder("nvenc", "n")];
        assert_eq!(chosen(&mixed), Some(encoder("nvenc", "n")));
    }

    #[test]
    fn a_container_gets_an_encoder_of_what_it_holds() {
        let farm = [encoder("vp9", "v"), encoder("x264", "x"), encoder("brand new", "n")];
        assert_eq!(choose_encoder(&farm, Format::Mov), Some(encoder("x264", "x")));
        assert_eq!(choose_encoder(&farm, Format::Webm), Some(encoder("vp9", "v")));
        assert_eq!(choose_encoder(&farm[1..], Format::Webm), None, "it waits for one");
        assert_eq!(choose_encoder(&farm[..1], Format::Mp4), None);
    }

    #[test]
    fn sound_is_what_the_container_holds() {
        let facts = SoundFacts {
            ordinal: 0,
            codec: "pcm".to_owned(),
            channels: 6,
            sample_rate: 44_100,
            start_ns: 0,
            end_ns: 1,
        };
        let opus = SoundRecipe { codec: SoundCodec::Opus, channels: 2, bitrate_bps: 96_000 };
        assert_eq!(sound(&facts, Format::Webm, Quality::Low), opus);
        let aac = SoundRecipe { codec: SoundCodec::Aac, channels: 1, bitrate_bps: 192_000 };
        assert_eq!(sound(&SoundFacts { channels: 1, ..facts }, Format::Mov, Quality::High), aac);
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
