//! `/api/settings/presets`: what the user keeps under names to export with again. Shows no other's.

use std::sync::Arc;

use farm_core::export::NAME_CHARACTERS_MAX;
use farm_core::export_settings::{ExportSettings, PRESETS_MAX, copy_name};
use farm_core::ids::{PresetId, UserId};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use service::Clock;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::instant::instant;
use super::super::paging;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::words::Sort;
use super::view::SettingsView;
use crate::store::presets::Preset;
use crate::store::{Store, Tx};

/// Settings kept under a name.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Preset")]
struct PresetView {
    /// Its id.
    id: Uuid,
    /// What you call it.
    name: String,
    /// What it stands for.
    settings: SettingsView,
    /// Whether you export with it when you say nothing else.
    is_default: bool,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last edited.
    updated_at: OffsetDateTime,
}

/// Your presets.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Presets")]
struct PresetList {
    /// The page.
    presets: Vec<PresetView>,
    /// How many there are on all pages.
    total: u64,
}

/// A preset to keep.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewPreset {
    /// What you call it, 1 to 200 characters; no two of yours have the same name.
    name: String,
    /// What it stands for.
    settings: SettingsView,
}

#[derive(ApiResponse)]
enum PresetCreated {
    /// It is kept.
    #[oai(status = 201)]
    Created(Json<PresetView>),
}

#[derive(ApiResponse)]
enum Deleted {
    /// It is gone; settings that came from it stay as they are.
    #[oai(status = 204)]
    Deleted,
}

/// `/api/settings/presets`.
pub struct Presets {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[OpenApi]
impl Presets {
    /// List your presets
    #[oai(path = "/api/settings/presets", method = "get", operation_id = "list_presets")]
    async fn list(
        &self,
        who: SignedIn,
        /// From 1.
        page: Query<Option<u32>>,
        /// Presets on a page, at most 100; 10 by default.
        limit: Query<Option<u32>>,
        /// By creation; by name by default.
        sort: Query<Option<Sort>>,
    ) -> Result<Json<PresetList>, Refusal> {
        let page = paging::page(page.0, limit.0, sort.0)?;
        let presets = self.store.presets_of(who.0.user).await?;
        let (presets, total) = paging::slice(presets, page, sort.0, |preset| preset.created_at);
        Ok(Json(PresetList { presets: presets.into_iter().map(Into::into).collect(), total }))
    }

    /// Keep a preset
    #[oai(path = "/api/settings/presets", method = "post", operation_id = "create_preset")]
    async fn create(&self, who: SignedIn, body: Json<NewPreset>) -> Result<PresetCreated, Refusal> {
        let (name, settings) = read(body.0)?;
        let (user, id) = (who.0.user, PresetId(Uuid::now_v7()));
        let mut tx = self.store.begin().await?;
        let taken = names(&mut tx, user, None).await?;
        if taken.contains(&name) {
            return Err(exists(&name));
        }
        self.insert(tx, user, id, &name, &settings, taken.len()).await
    }

    /// Delete all your presets
    #[oai(path = "/api/settings/presets", method = "delete", operation_id = "delete_presets")]
    async fn delete_all(&self, who: SignedIn) -> Result<Deleted, Refusal> {
        let mut tx = self.store.begin().await?;
        tx.delete_presets(who.0.user).await?;
        tx.commit().await?;
        Ok(Deleted::Deleted)
    }

    /// Look at a preset
    #[oai(path = "/api/settings/presets/:id", method = "get", operation_id = "view_preset")]
    async fn view(
        &self,
        who: SignedIn,
        /// The preset's id.
        id: Path<Uuid>,
    ) -> Result<Json<PresetView>, Refusal> {
        Ok(Json(self.one(who.0.user, PresetId(id.0)).await?.into()))
    }

    /// Edit a preset
    ///
    /// Settings that come from it follow.
    #[oai(path = "/api/settings/presets/:id", method = "put", operation_id = "edit_preset")]
    async fn edit(
        &self,
        who: SignedIn,
        /// The preset's id.
        id: Path<Uuid>,
        body: Json<NewPreset>,
    ) -> Result<Json<PresetView>, Refusal> {
        let (user, id) = (who.0.user, PresetId(id.0));
        self.one(user, id).await?;
        let (name, settings) = read(body.0)?;
        let mut tx = self.store.begin().await?;
        if names(&mut tx, user, Some(id)).await?.contains(&name) {
            return Err(exists(&name));
        }
        if !tx.edit_preset(user, id, &name, &settings, self.clock.now()).await? {
            return Err(Refusal::not_found("preset"));
        }
        tx.commit().await?;
        Ok(Json(self.one(user, id).await?.into()))
    }

    /// Delete a preset
    #[oai(path = "/api/settings/presets/:id", method = "delete", operation_id = "delete_preset")]
    async fn delete(
        &self,
        who: SignedIn,
        /// The preset's id.
        id: Path<Uuid>,
    ) -> Result<Deleted, Refusal> {
        let mut tx = self.store.begin().await?;
        if !tx.delete_preset(who.0.user, PresetId(id.0)).await? {
            return Err(Refusal::not_found("preset"));
        }
        tx.commit().await?;
        Ok(Deleted::Deleted)
    }

    /// Copy a preset
    ///
    /// The copy is called after it: `name copy`, `name copy 2` and so on.
    #[oai(path = "/api/settings/presets/:id/duplicate", method = "post", operation_id = "duplicate_preset")]
    async fn duplicate(
        &self,
        who: SignedIn,
        /// The preset's id.
        id: Path<Uuid>,
    ) -> Result<PresetCreated, Refusal> {
        let user = who.0.user;
        let original = self.one(user, PresetId(id.0)).await?;
        let mut tx = self.store.begin().await?;
        let taken = names(&mut tx, user, None).await?;
        let name = copy_name(&original.name, &taken, NAME_CHARACTERS_MAX);
        self.insert(tx, user, PresetId(Uuid::now_v7()), &name, &original.settings, taken.len()).await
    }
}

impl Presets {
    async fn one(&self, user: UserId, id: PresetId) -> Result<Preset, Refusal> {
        self.store.preset_of(user, id).await?.ok_or_else(|| Refusal::not_found("preset"))
    }

    async fn insert(
        &self,
        mut tx: Tx,
        user: UserId,
        id: PresetId,
        name: &str,
        settings: &ExportSettings,
        count: usize,
    ) -> Result<PresetCreated, Refusal> {
        if count >= PRESETS_MAX as usize {
            let message = format!("You have {PRESETS_MAX} presets already; delete one first.");
            return Err(Refusal::new(RefusalCode::TooManyPresets, message));
        }
        tx.insert_preset(user, id, name, settings, self.clock.now()).await?;
        tx.commit().await?;
        Ok(PresetCreated::Created(Json(self.one(user, id).await?.into())))
    }
}

/// Names that a preset of the user may not have, with `but` left out; nobody adds one until `tx` ends.
async fn names(tx: &mut Tx, user: UserId, but: Option<PresetId>) -> Result<Vec<String>, Refusal> {
    let names = tx.lock_presets(user).await?;
    Ok(names.into_iter().filter(|(id, _)| Some(*id) != but).map(|(_, name)| name).collect())
}

/// Name and settings, or all that is wrong with them.
fn read(body: NewPreset) -> Result<(String, ExportSettings), Refusal> {
    let name_problem = farm_core::export::name_problem("name", Some(&body.name));
    match (name_problem, body.settings.read("settings")) {
        (None, Ok(settings)) => Ok((body.name, settings)),
        (name, settings) => Err(Refusal::invalid(name.into_iter().chain(settings.err()).collect())),
    }
}

fn exists(name: &str) -> Refusal {
    Refusal::new(RefusalCode::PresetExists, format!("You have a preset called {name:?} already."))
}

impl From<Preset> for PresetView {
    fn from(preset: Preset) -> PresetView {
        PresetView {
            id: preset.id.0,
            name: preset.name,
            settings: preset.settings.into(),
            is_default: preset.is_default,
            created_at: instant(preset.created_at),
            updated_at: instant(preset.updated_at),
        }
    }
}
