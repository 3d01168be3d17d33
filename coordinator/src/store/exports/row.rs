//! How an export lies in its row. Runs no statement.

use farm_core::export::{ExportType, Format, Quality, Resolution};
use farm_core::ids::{ExportId, UserId, VideoId};
use farm_core::status::{ExportStatus, Phase};
use service::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Export, Selection};
use crate::store::StoreError;
use crate::store::videos::Failure;

/// Everything but order and plan, which are long.
macro_rules! export_columns {
    () => {
        "id, user_id, video_id, export_type, resolution, format, quality_preset, segment_selections, \
         total_duration_seconds, status, phase, progress_percentage, output_s3_key, file_size_bytes, sha256, \
         error_code, error_message, created_at, updated_at, started_at, completed_at, expires_at, deadline, priority, paused_at, \
         rendered_at, expected_bytes"
    };
}
pub(super) use export_columns;

#[derive(sqlx::FromRow)]
pub(super) struct ExportRow {
    id: Uuid,
    user_id: Uuid,
    video_id: Uuid,
    export_type: String,
    resolution: String,
    format: String,
    quality_preset: String,
    segment_selections: Json<Vec<Selection>>,
    total_duration_seconds: f64,
    status: String,
    phase: String,
    progress_percentage: i64,
    output_s3_key: Option<String>,
    file_size_bytes: Option<i64>,
    sha256: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    created_at: i64,
    updated_at: i64,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    expires_at: Option<i64>,
    deadline: Option<i64>,
    priority: i64,
    paused_at: Option<i64>,
    rendered_at: Option<i64>,
    expected_bytes: i64,
}

impl TryFrom<ExportRow> for Export {
    type Error = StoreError;

    fn try_from(row: ExportRow) -> Result<Export, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "exports", column, row: row.id.to_string() };
        let size = row.file_size_bytes.map(|size| u64::try_from(size).map_err(|_| wrong("file_size_bytes")));
        Ok(Export {
            id: ExportId(row.id),
            user: UserId(row.user_id),
            video: VideoId(row.video_id),
            export_type: ExportType::parse(&row.export_type).ok_or_else(|| wrong("export_type"))?,
            resolution: Resolution::parse(&row.resolution).ok_or_else(|| wrong("resolution"))?,
            format: Format::parse(&row.format).ok_or_else(|| wrong("format"))?,
            quality: Quality::parse(&row.quality_preset).ok_or_else(|| wrong("quality_preset"))?,
            status: ExportStatus::parse(&row.status).ok_or_else(|| wrong("status"))?,
            phase: Phase::parse(&row.phase).ok_or_else(|| wrong("phase"))?,
            progress_percentage: u8::try_from(row.progress_percentage).map_err(|_| wrong("progress_percentage"))?,
            file_size_bytes: size.transpose()?,
            selections: row.segment_selections.0,
            total_duration_seconds: row.total_duration_seconds,
            output_s3_key: row.output_s3_key,
            sha256: row.sha256,
            failure: row.error_code.map(|code| Failure { code, message: row.error_message.unwrap_or_default() }),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            started_at: row.started_at.map(Timestamp),
            completed_at: row.completed_at.map(Timestamp),
            expires_at: row.expires_at.map(Timestamp),
            deadline: row.deadline.map(Timestamp),
            priority: i32::try_from(row.priority).map_err(|_| wrong("priority"))?,
            paused_at: row.paused_at.map(Timestamp),
            rendered_at: row.rendered_at.map(Timestamp),
            expected_bytes: u64::try_from(row.expected_bytes).map_err(|_| wrong("expected_bytes"))?,
        })
    }
}
