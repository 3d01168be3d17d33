//! `/api/settings/export`: what the user exports with when they say nothing else. An order still says everything itself:
//! clients fill it in from here.

use std::sync::Arc;

use farm_core::ids::PresetId;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::refusal::Refusal;
use super::view::SettingsView;
use crate::store::Store;
use crate::store::settings::Defaults;

/// What you export with when you say nothing else.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ExportDefaults", skip_serializing_if_is_none)]
struct DefaultsView {
    /// The values.
    settings: SettingsView,
    /// The preset they come from and follow, if they do.
    preset_id: Option<Uuid>,
    /// When you chose them; absent for the farm's own.
    updated_at: Option<OffsetDateTime>,
}

/// Chooses what to export with: either values or a preset.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewExportDefaults {
    /// The values.
    settings: Option<SettingsView>,
    /// One of your presets; when you edit it, these follow.
    preset_id: Option<Uuid>,
}

/// `/api/settings/export`.
pub struct ExportDefaults {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl ExportDefaults {
    /// What you export with
    #[oai(path = "/api/settings/export", method = "get", operation_id = "view_export_settings")]
    async fn view(&self, who: SignedIn) -> Result<Json<DefaultsView>, Refusal> {
        Ok(Json(self.store.export_defaults(who.0.user).await?.into()))
    }

    /// Choose what you export with
    #[oai(path = "/api/settings/export", method = "put", operation_id = "choose_export_settings")]
    async fn choose(&self, who: SignedIn, body: Json<NewExportDefaults>) -> Result<Json<DefaultsView>, Refusal> {
        let (user, Json(NewExportDefaults { settings, preset_id })) = (who.0.user, body);
        let (settings, preset) = match (settings, preset_id.map(PresetId)) {
            (Some(settings), None) => {
                (settings.read("settings").map_err(|problem| Refusal::invalid(vec![problem]))?, None)
            }
            (None, Some(id)) => {
                let preset = self.store.preset_of(user, id).await?.ok_or_else(|| Refusal::not_found("preset"))?;
                (preset.settings, Some(id))
            }
            (None, None) => return Err(contradiction("settings", ProblemCode::Required)),
            (Some(_), Some(_)) => return Err(contradiction("preset_id", ProblemCode::Contradiction)),
        };
        let mut tx = self.store.begin().await?;
        tx.keep_export_defaults(user, &settings, preset, self.clock.now()).await?;
        tx.commit().await?;
        Ok(Json(self.store.export_defaults(user).await?.into()))
    }

    /// Export with the farm's own defaults again
    #[oai(path = "/api/settings/export", method = "delete", operation_id = "reset_export_settings")]
    async fn reset(&self, who: SignedIn) -> Result<Json<DefaultsView>, Refusal> {
        let mut tx = self.store.begin().await?;
        tx.reset_export_defaults(who.0.user).await?;
        tx.commit().await?;
        Ok(Json(self.store.export_defaults(who.0.user).await?.into()))
    }
}

fn contradiction(field: &str, code: ProblemCode) -> Refusal {
    Refusal::invalid(vec![Problem::new(field, code, "Give either settings or a preset_id.")])
}

impl From<Defaults> for DefaultsView {
    fn from(defaults: Defaults) -> DefaultsView {
        DefaultsView {
            settings: defaults.settings.into(),
            preset_id: defaults.preset.map(|preset| preset.0),
            updated_at: defaults.updated_at.map(instant),
        }
    }
}
