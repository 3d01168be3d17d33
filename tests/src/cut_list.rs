//! Cut lists: what a test asks an export to keep, and random ones that lie where cuts go wrong.
//! Says what is asked for; what must come out is said in `expectation`.

mod drawn;

use serde_json::{Value, json};

use crate::format::Format;

pub use drawn::random;

/// What files an export yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One range, one file.
    Single,
    /// All ranges in one file.
    Combined,
    /// A file for each range.
    Clips,
}

impl Kind {
    /// As the API and the command line name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Combined => "combined",
            Self::Clips => "clips",
        }
    }
}

/// A range `[start, end)` in microseconds of the source's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first instant that is kept.
    pub start: i64,
    /// The first instant that is not.
    pub end: i64,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CutList {
    /// What files.
    pub kind: Kind,
    /// In which container.
    pub format: Format,
    /// The ranges in output order.
    pub cuts: Vec<Cut>,
    /// By how much neighbours shall overlap, milliseconds; 0 for hard joints.
    pub crossfade_ms: i64,
    /// Whether loudness is levelled.
    pub normalize: bool,
    /// `high`, `medium`, `low`.
    pub quality: &'static str,
    /// `720p`, `1080p`, `4k`.
    pub resolution: &'static str,
}

impl CutList {
    /// One file of these ranges, as cheap to render as can be.
    #[must_use]
    pub fn combined(cuts: Vec<Cut>) -> CutList {
        let kind = if cuts.len() == 1 { Kind::Single } else { Kind::Combined };
        let (quality, resolution) = ("low", "720p");
        CutList { kind, format: Format::Mp4, cuts, crossfade_ms: 0, normalize: false, quality, resolution }
    }

    /// The body of the order.
    #[must_use]
    pub fn body(&self) -> Value {
        let segments: Vec<Value> =
            self.cuts.iter().map(|cut| json!({"start": seconds(cut.start), "end": seconds(cut.end)})).collect();
        json!({
            "resolution": self.resolution,
            "format": self.format.as_str(),
            "quality": self.quality,
            "export_type": self.kind.as_str(),
            "segments": segments,
            "crossfade_seconds": seconds(self.crossfade_ms * 1000),
            "normalize_audio": self.normalize,
        })
    }

    /// The same order in the words of the command line.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> =
            self.cuts.iter().flat_map(|cut| ["--segment".to_owned(), cut.typed()]).collect();
        for (name, value) in [
            ("--type", self.kind.as_str()),
            ("--format", self.format.as_str()),
            ("--resolution", self.resolution),
            ("--quality", self.quality),
        ] {
            arguments.extend([name.to_owned(), value.to_owned()]);
        }
        if self.crossfade_ms > 0 {
            arguments.extend(["--crossfade".to_owned(), seconds(self.crossfade_ms * 1000).to_string()]);
        }
        if !self.normalize {
            arguments.push("--no-normalize".to_owned());
        }
        arguments
    }
}

impl Cut {
    /// As people type it.
    #[must_use]
    pub fn typed(&self) -> String {
        format!("{}-{}", seconds(self.start), seconds(self.end))
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a test file are far below 2⁵³")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_typed_as_seconds() {
        assert_eq!(Cut { start: 1_020_500, end: 3_000_000 }.typed(), "1.0205-3");
    }
}
