//! What a user exports with when they say nothing else. Knows no export.

use farm_core::export_settings::ExportSettings;
use farm_core::ids::{PresetId, UserId};
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

/// What somebody exports with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The values.
    pub settings: ExportSettings,
    /// The preset they come from.
    pub preset: Option<PresetId>,
    /// When they were chosen; never, for the farm's own.
    pub updated_at: Option<Timestamp>,
}

impl Store {
    /// What a user exports with: the farm's own defaults until they choose.
    pub async fn export_defaults(&self, user: UserId) -> Result<Defaults, StoreError> {
        const SQL: &str = "-- settings.of_user
            select settings, preset_id, updated_at from export_settings where user_id = $1";
        let row: Option<(Json<ExportSettings>, Option<Uuid>, i64)> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_optional(db).await)
                .map_err(StoreError::during("read a user's settings"))?;
        Ok(row.map_or_else(Defaults::default, |(settings, preset, updated_at)| Defaults {
            settings: settings.0,
            preset: preset.map(PresetId),
            updated_at: Some(Timestamp(updated_at)),
        }))
    }
}

impl Tx {
    /// Keeps what a user exports with from now on.
    pub async fn keep_export_defaults(
        &mut self,
        user: UserId,
        settings: &ExportSettings,
        preset: Option<PresetId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- settings.keep
            insert into export_settings (user_id, preset_id, settings, updated_at) values ($1, $2, $3, $4)
            on conflict (user_id) do update
            set preset_id = excluded.preset_id, settings = excluded.settings, updated_at = excluded.updated_at";
        within!(self, |db| sqlx::query(SQL)
            .bind(user.0)
            .bind(preset.map(|preset| preset.0))
            .bind(Json(settings))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("keep a user's settings"))
    }

    /// The farm's own defaults again.
    pub async fn reset_export_defaults(&mut self, user: UserId) -> Result<(), StoreError> {
        const SQL: &str = "-- settings.reset
            delete from export_settings where user_id = $1";
        within!(self, |db| sqlx::query(SQL).bind(user.0).execute(db).await.map(drop))
            .map_err(StoreError::during("reset a user's settings"))
    }
}
