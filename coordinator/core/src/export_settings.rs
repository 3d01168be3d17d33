//! What people export with when they say nothing else, and the presets they keep. Holds no order against a video.

use serde::{Deserialize, Serialize};

use crate::export::{ExportType, Format, Quality, Resolution};

/// A user keeps no more presets than that.
pub const PRESETS_MAX: u32 = 100;

/// What an export is made with, apart from its segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSettings {
    /// How large.
    pub resolution: Resolution,
    /// In which container.
    pub format: Format,
    /// How good.
    pub quality: Quality,
    /// How many files; `None` leaves it to the number of segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_type: Option<ExportType>,
    /// Overlap of neighbours in milliseconds; 0 for hard joints.
    pub crossfade_ms: u32,
    /// Level the sound.
    pub normalize_audio: bool,
    /// Take parts that were rendered before.
    pub reuse_parts: bool,
}

impl Default for ExportSettings {
    fn default() -> ExportSettings {
        ExportSettings {
            resolution: Resolution::P1080,
            format: Format::Mp4,
            quality: Quality::Medium,
            export_type: None,
            crossfade_ms: 0,
            normalize_audio: true,
            reuse_parts: true,
        }
    }
}

/// The name of a copy of `name` that none of `taken` has: `name copy`, `name copy 2`, … Never longer than `characters_max`.
#[must_use]
pub fn copy_name(name: &str, taken: &[String], characters_max: usize) -> String {
    let numbered = |number: usize| {
        let suffix = if number == 1 { " copy".to_owned() } else { format!(" copy {number}") };
        let kept: String = name.chars().take(characters_max.saturating_sub(suffix.chars().count())).collect();
        kept + &suffix
    };
    // One more name than there are presets: one of them is free.
    (1..=taken.len() + 1).map(numbered).find(|copy| !taken.contains(copy)).unwrap_or_else(|| numbered(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn copies_are_numbered() {
        let mut taken = vec!["web".to_owned()];
        for expected in ["web copy", "web copy 2", "web copy 3"] {
            let copy = copy_name("web", &taken, 200);
            assert_eq!(copy, expected);
            taken.push(copy);
        }
        assert_eq!(copy_name("abcdefgh", &[], 10), "abcde copy");
    }

    proptest! {
        #[test]
        fn a_copy_is_new_and_short(name in ".{1,12}", count in 0_usize..30) {
            let mut taken = vec![name.clone()];
            for _ in 0..count {
                let copy = copy_name(&name, &taken, 12);
                prop_assert!(copy.chars().count() <= 12 && !taken.contains(&copy));
                taken.push(copy);
            }
        }
    }
}
