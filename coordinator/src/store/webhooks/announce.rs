//! What happened, written down for every webhook that wants to know, in the transaction in which it happened. Sends nothing.

use farm_core::ids::{ExportId, VideoId};
use farm_core::webhooks::EventType;
use serde_json::{Value, json};
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{StoreError, Tx};
use crate::within;

#[derive(sqlx::FromRow)]
struct ExportFacts {
    user_id: Uuid,
    video_id: Uuid,
    export_type: String,
    resolution: String,
    format: String,
    quality_preset: String,
    status: String,
    total_duration_seconds: f64,
    file_size_bytes: Option<i64>,
    sha256: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
}

#[derive(sqlx::FromRow)]
struct VideoFacts {
    user_id: Uuid,
    filename: String,
    status: String,
    size_bytes: i64,
    error_code: Option<String>,
    error_message: Option<String>,
}

impl Tx {
    /// An export ended.
    pub async fn announce_export(&mut self, id: ExportId, event: EventType, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- webhooks.export_facts
            select user_id, video_id, export_type, resolution, format, quality_preset, status, total_duration_seconds,
                   file_size_bytes, sha256, error_code, error_message
            from exports where id = $1";
        let facts: ExportFacts = within!(&mut *self, |db| sqlx::query_as(SQL).bind(id.0).fetch_one(db).await)
            .map_err(StoreError::during("read what to tell of an export"))?;
        let told = json!({
            "export_id": id.0, "video_id": facts.video_id, "user_id": facts.user_id, "export_type": facts.export_type,
            "resolution": facts.resolution, "format": facts.format, "quality_preset": facts.quality_preset,
            "status": facts.status, "total_duration_seconds": facts.total_duration_seconds,
            "file_size_bytes": facts.file_size_bytes, "sha256": facts.sha256, "error_code": facts.error_code,
            "error_message": facts.error_message,
        });
        self.announce(facts.user_id, event, present(told), now).await
    }

    /// A video is ready, or never will be.
    pub async fn announce_video(&mut self, id: VideoId, event: EventType, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- webhooks.video_facts
            select user_id, filename, status, size_bytes, error_code, error_message from videos where id = $1";
        let facts: VideoFacts = within!(&mut *self, |db| sqlx::query_as(SQL).bind(id.0).fetch_one(db).await)
            .map_err(StoreError::during("read what to tell of a video"))?;
        let told = json!({
            "video_id": id.0, "user_id": facts.user_id, "filename": facts.filename, "status": facts.status,
            "size_bytes": facts.size_bytes, "error_code": facts.error_code, "error_message": facts.error_message,
        });
        self.announce(facts.user_id, event, present(told), now).await
    }

    async fn announce(&mut self, user: Uuid, event: EventType, facts: Value, now: Timestamp) -> Result<(), StoreError> {
        const WANTED: &str = "-- webhooks.wanted
            select id, events from webhooks where user_id = $1 and enabled order by created_at, id";
        const INSERT: &str = "-- deliveries.insert
            insert into deliveries (id, webhook_id, event, facts, state, attempts, next_attempt_at, created_at)
            values ($1, $2, $3, $4, 'pending', 0, $5, $5)";
        let webhooks: Vec<(Uuid, Json<Vec<String>>)> =
            within!(&mut *self, |db| sqlx::query_as(WANTED).bind(user).fetch_all(db).await)
                .map_err(StoreError::during("list whom to tell"))?;
        for (webhook, events) in webhooks {
            if !events.0.iter().any(|wanted| wanted == event.as_str()) {
                continue;
            }
            within!(&mut *self, |db| sqlx::query(INSERT)
                .bind(Uuid::now_v7())
                .bind(webhook)
                .bind(event.as_str())
                .bind(Json(&facts))
                .bind(now.0)
                .execute(db)
                .await
                .map(drop))
            .map_err(StoreError::during("book a delivery"))?;
        }
        Ok(())
    }
}

/// What is not there is absent, not null.
fn present(mut facts: Value) -> Value {
    if let Value::Object(fields) = &mut facts {
        fields.retain(|_, value| !value.is_null());
    }
    facts
}
