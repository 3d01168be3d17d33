//! The files of an export while they are being published: key before upload, upload id before parts, figures after.
//! What may be downloaded is listed in `exports`.

use farm_core::ids::ExportId;
use service::Timestamp;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{read, write};

/// A file of an export and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRow {
    /// From 1; 0 is the ZIP.
    pub number: u32,
    /// Key in the object store.
    pub s3_key: String,
    /// The multipart upload begun for it.
    pub upload_id: Option<String>,
    /// Whether the object is complete.
    pub published: bool,
}

/// A file about to be uploaded.
#[derive(Clone, Debug)]
pub struct NewOutput<'a> {
    /// From 1; 0 is the ZIP.
    pub number: u32,
    /// What it is called.
    pub filename: &'a str,
    /// Key in the object store.
    pub s3_key: &'a str,
    /// Its size.
    pub size_bytes: u64,
    /// How long it plays.
    pub duration_seconds: f64,
    /// SHA-256 of its bytes, hex.
    pub sha256: &'a str,
}

impl Store {
    /// Writes a file's key and figures down before anything is sent; an earlier run's row stays as it is.
    pub async fn enter_output(&self, export: ExportId, output: &NewOutput<'_>) -> Result<(), StoreError> {
        const SQL: &str = "-- outputs.enter
            insert into outputs (export_id, number, filename, s3_key, size_bytes, duration_seconds, sha256)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (export_id, number) do nothing";
        write!(self, |db| sqlx::query(SQL)
            .bind(export.0)
            .bind(i64::from(output.number))
            .bind(output.filename)
            .bind(output.s3_key)
            .bind(i64::try_from(output.size_bytes).unwrap_or(i64::MAX))
            .bind(output.duration_seconds)
            .bind(output.sha256)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("enter a file of an export"))
    }

    /// The files of an export, by number.
    pub async fn output_rows(&self, export: ExportId) -> Result<Vec<OutputRow>, StoreError> {
        const SQL: &str = "-- outputs.rows
            select number, s3_key, upload_id, published_at from outputs where export_id = $1 order by number";
        let rows: Vec<(i64, String, Option<String>, Option<i64>)> =
            read!(self, |db| sqlx::query_as(SQL).bind(export.0).fetch_all(db).await)
                .map_err(StoreError::during("list the files of an export"))?;
        let row = |(number, s3_key, upload_id, published_at): (i64, String, Option<String>, Option<i64>)| {
            let number = u32::try_from(number).map_err(|_| StoreError::Inconsistent {
                table: "outputs",
                column: "number",
                row: export.to_string(),
            })?;
            Ok(OutputRow { number, s3_key, upload_id, published: published_at.is_some() })
        };
        rows.into_iter().map(row).collect()
    }

    /// Notes which multipart upload brings a file, or that there is none any more.
    pub async fn note_upload(&self, export: ExportId, number: u32, upload_id: Option<&str>) -> Result<(), StoreError> {
        const SQL: &str = "-- outputs.note_upload
            update outputs set upload_id = $3 where export_id = $1 and number = $2 and published_at is null";
        write!(self, |db| sqlx::query(SQL)
            .bind(export.0)
            .bind(i64::from(number))
            .bind(upload_id)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("note an upload"))
    }

    /// Notes that a file's object is complete.
    pub async fn output_published(&self, export: ExportId, number: u32, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "-- outputs.published_now
            update outputs set published_at = $3, upload_id = null
            where export_id = $1 and number = $2 and published_at is null";
        write!(self, |db| sqlx::query(SQL)
            .bind(export.0)
            .bind(i64::from(number))
            .bind(now.0)
            .execute(db)
            .await
            .map(drop))
        .map_err(StoreError::during("note a published file"))
    }

    /// Forgets the files of an export that ended without them.
    pub async fn forget_outputs(&self, export: ExportId) -> Result<(), StoreError> {
        const SQL: &str = "-- outputs.forget
            delete from outputs where export_id = $1";
        let id: Uuid = export.0;
        write!(self, |db| sqlx::query(SQL).bind(id).execute(db).await.map(drop))
            .map_err(StoreError::during("forget the files of an export"))
    }
}
