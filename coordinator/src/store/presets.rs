//! Presets people keep under a name. Another user's is not there.

use farm_core::export_settings::ExportSettings;
use farm_core::ids::{PresetId, UserId};
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::{read, within};

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Which.
    pub id: PresetId,
    /// What its owner calls it; no two of theirs have the same name.
    pub name: String,
    /// What it stands for.
    pub settings: ExportSettings,
    /// Whether its owner exports with it when they say nothing else.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct PresetRow {
    id: Uuid,
    name: String,
    settings: Json<ExportSettings>,
    is_default: bool,
    created_at: i64,
    updated_at: i64,
}

impl From<PresetRow> for Preset {
    fn from(row: PresetRow) -> Preset {
        Preset {
            id: PresetId(row.id),
            name: row.name,
            settings: row.settings.0,
            is_default: row.is_default,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

impl Store {
    /// All presets of a user, by name.
    pub async fn presets_of(&self, user: UserId) -> Result<Vec<Preset>, StoreError> {
        // How many there may be, core says; the limit only bounds a query.
        const SQL: &str = "-- presets.of_user
            select id, name, settings, created_at, updated_at,
                   exists (select 1 from export_settings where export_settings.preset_id = presets.id) as is_default
            from presets where user_id = $1 order by name, id limit 1000";
        let rows: Vec<PresetRow> = read!(self, |db| sqlx::query_as(SQL).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list a user's presets"))?;
        Ok(rows.into_iter().map(Preset::from).collect())
    }

    /// A user's preset.
    pub async fn preset_of(&self, user: UserId, id: PresetId) -> Result<Option<Preset>, StoreError> {
        const SQL: &str = "-- presets.one
            select id, name, settings, created_at, updated_at,
                   exists (select 1 from export_settings where export_settings.preset_id = presets.id) as is_default
            from presets where user_id = $1 and id = $2";
        let row: Option<PresetRow> =
            read!(self, |db| sqlx::query_as(SQL).bind(user.0).bind(id.0).fetch_optional(db).await)
                .map_err(StoreError::during("read a preset"))?;
        Ok(row.map(Preset::from))
    }
}

impl Tx {
    /// Holds a user's presets still until the end of the transaction, and gives their names.
    pub async fn lock_presets(&mut self, user: UserId) -> Result<Vec<(PresetId, String)>, StoreError> {
        const LOCK: &str = "-- presets.lock
            update users set name = name where id = $1";
        const NAMES: &str = "-- presets.names
            select id, name from presets where user_id = $1";
        within!(&mut *self, |db| sqlx::query(LOCK).bind(user.0).execute(db).await.map(drop))
            .map_err(StoreError::during("hold a user's presets"))?;
        let rows: Vec<(Uuid, String)> = within!(self, |db| sqlx::query_as(NAMES).bind(user.0).fetch_all(db).await)
            .map_err(StoreError::during("list the names of a user's presets"))?;
        Ok(rows.into_iter().map(|(id, name)| (PresetId(id), name)).collect())
    }

    /// Keeps a new preset.
    pub async fn insert_preset(
        &mut self,
        user: UserId,
        id: PresetId,
        name: &str,
        settings: &ExportSettings,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "-- presets.insert
            insert into presets (id, user_id, name, settings, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)";
        within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .bind(name)
            .bind(Json(settings))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("insert a preset"))
    }

    /// Edits a user's preset, and with it their defaults when these come from it. False when there is none.
    pub async fn edit_preset(
        &mut self,
        user: UserId,
        id: PresetId,
        name: &str,
        settings: &ExportSettings,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const EDIT: &str = "-- presets.edit
            update presets set name = $3, settings = $4, updated_at = $5 where id = $1 and user_id = $2";
        const FOLLOW: &str = "-- presets.edit_defaults
            update export_settings set settings = $3, updated_at = $4 where preset_id = $1 and user_id = $2";
        let edited = within!(&mut *self, |db| sqlx::query(EDIT)
            .bind(id.0)
            .bind(user.0)
            .bind(name)
            .bind(Json(settings))
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("edit a preset"))?;
        within!(self, |db| sqlx::query(FOLLOW)
            .bind(id.0)
            .bind(user.0)
            .bind(Json(settings))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("edit the settings that come from a preset"))?;
        Ok(edited == 1)
    }

    /// Deletes a user's preset; what came from it stays. False when there is none.
    pub async fn delete_preset(&mut self, user: UserId, id: PresetId) -> Result<bool, StoreError> {
        const SQL: &str = "-- presets.delete
            delete from presets where id = $1 and user_id = $2";
        let deleted = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(user.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("delete a preset"))?;
        Ok(deleted == 1)
    }

    /// Deletes all presets of a user.
    pub async fn delete_presets(&mut self, user: UserId) -> Result<(), StoreError> {
        const SQL: &str = "-- presets.delete_all
            delete from presets where user_id = $1";
        within!(self, |db| sqlx::query(SQL).bind(user.0).execute(db).await.map(drop))
            .map_err(StoreError::during("delete a user's presets"))
    }
}
