//! What an export is made with, as people write and read it. Stores nothing.

use farm_core::export_settings::ExportSettings;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::Object;

use super::super::exports::request::CROSSFADE_SECONDS_MAX;
use super::super::words;

/// What an export is made with, apart from its segments. What is absent of a request is the farm's own default.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ExportSettings", deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SettingsView {
    /// The box the picture is fitted into; `1080p` by default.
    resolution: Option<words::Resolution>,
    /// The container of the files; `mp4` by default.
    format: Option<words::Format>,
    /// How good, how large; `medium` by default.
    quality: Option<words::Quality>,
    /// How many files come out; absent: `single` for one segment, `combined` for several.
    export_type: Option<words::ExportType>,
    /// By how many seconds neighbours of a combined export overlap, 0 to 60; 0 by default.
    crossfade_seconds: Option<f64>,
    /// Level the loudness of the segments; yes by default.
    normalize_audio: Option<bool>,
    /// Take parts that were rendered before; yes by default.
    reuse_parts: Option<bool>,
}

impl SettingsView {
    /// The settings, or what is wrong with them; `within` is the field they stand in.
    pub fn read(self, within: &str) -> Result<ExportSettings, Problem> {
        let default = ExportSettings::default();
        let crossfade = self.crossfade_seconds.unwrap_or(0.0);
        if !(0.0..=CROSSFADE_SECONDS_MAX).contains(&crossfade) {
            let message = format!("A crossfade lasts 0 to {CROSSFADE_SECONDS_MAX} s.");
            return Err(Problem::new(format!("{within}.crossfade_seconds"), ProblemCode::InvalidNumber, message));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 60,000")]
        let crossfade_ms = (crossfade * 1000.0).round() as u32;
        Ok(ExportSettings {
            resolution: self.resolution.map_or(default.resolution, Into::into),
            format: self.format.map_or(default.format, Into::into),
            quality: self.quality.map_or(default.quality, Into::into),
            export_type: self.export_type.map(Into::into),
            crossfade_ms,
            normalize_audio: self.normalize_audio.unwrap_or(default.normalize_audio),
            reuse_parts: self.reuse_parts.unwrap_or(default.reuse_parts),
        })
    }
}

impl From<ExportSettings> for SettingsView {
    fn from(settings: ExportSettings) -> SettingsView {
        SettingsView {
            resolution: Some(settings.resolution.into()),
            format: Some(settings.format.into()),
            quality: Some(settings.quality.into()),
            export_type: settings.export_type.map(Into::into),
            crossfade_seconds: Some(f64::from(settings.crossfade_ms) / 1000.0),
            normalize_audio: Some(settings.normalize_audio),
            reuse_parts: Some(settings.reuse_parts),
        }
    }
}
