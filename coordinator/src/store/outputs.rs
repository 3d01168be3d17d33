//! The files of an export on their way into the object store: written before every step there, so nothing there is unknown.
//! Every write holds the export to the step it was begun in: a coordinator left behind changes no row.

use farm_core::ids::ExportId;
use service::Timestamp;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{read, write};

/// The step of an export a file is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadStep {
    /// Which export.
    pub export: ExportId,
    /// Names the step.
    pub epoch: i64,
}

/// A file that is laid out and hashed, before anything of it is uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct LaidOutFile {
    /// From 1 in segment order; 0 is the ZIP of all clips.
    pub number: u32,
    /// With extension.
    pub filename: String,
    /// Key in the object store; names the step's epoch.
    pub s3_key: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// How long it plays.
    pub duration_seconds: f64,
}

/// A file as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFile {
    /// From 1 in segment order; 0 is the ZIP of all clips.
    pub number: u32,
    /// Key in the object store.
    pub s3_key: String,
    /// The multipart upload that was begun for it, if any.
    pub upload_id: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub sha256: Option<String>,
    /// Whether the object is there.
    pub published: bool,
    /// Key of its poster, if one may be there.
    pub poster_s3_key: Option<String>,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    number: i64,
    s3_key: String,
    upload_id: Option<String>,
    sha256: Option<String>,
    published_at: Option<i64>,
    poster_s3_key: Option<String>,
}

impl Store {
    /// Everything the object store may hold for an export, by number.
    pub async fn known_files(&self, export: ExportId) -> Result<Vec<KnownFile>, StoreError> {
        const SQL: &str = "-- outputs.known_files
            select number, s3_key, upload_id, sha256, published_at, poster_s3_key from outputs where export_id = $1 order by number";
        let rows: Vec<FileRow> = read!(self, |db| sqlx::query_as(SQL).bind(export.0).fetch_all(db).await)
            .map_err(StoreError::during("list the files of an export"))?;
        rows.into_iter().map(|row| known(row, export.0)).collect()
    }

    /// Writes a file down before its upload begins, in the place of whatever was there under its number.
    pub async fn lay_down_file(&self, step: UploadStep, file: &LaidOutFile) -> Result<bool, StoreError> {
        const SQL: &str = "-- outputs.lay_down_file
            insert into outputs (export_id, number, filename, s3_key, size_bytes, sha256, duration_seconds)
            select $1, $3, $4, $5, $6, $7, $8 from exports
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing'
            on conflict (export_id, number) do update set filename = excluded.filename, s3_key = excluded.s3_key,
                size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
                duration_seconds = excluded.duration_seconds, upload_id = null, published_at = null";
        let size = i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
        let written = write!(self, |db| sqlx::query(SQL)
            .bind(step.export.0)
            .bind(step.epoch)
            .bind(i64::from(file.number))
            .bind(&file.filename)
            .bind(&file.s3_key)
            .bind(size)
            .bind(&file.sha256)
            .bind(file.duration_seconds)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("write down a file"))?;
        Ok(written == 1)
    }

    /// Notes the upload that was begun for a file.
    pub async fn note_upload(&self, step: UploadStep, number: u32, upload_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "-- outputs.note_upload
            update outputs set upload_id = $4 where export_id = $1 and number = $3 and exists (select 1 from exports
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing')";
        let noted = write!(self, |db| sqlx::query(SQL)
            .bind(step.export.0)
            .bind(step.epoch)
            .bind(i64::from(number))
            .bind(upload_id)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("note a file's upload"))?;
        Ok(noted == 1)
    }

    /// Writes a file's poster down before it is stored.
    pub async fn lay_down_poster(&self, step: UploadStep, number: u32, s3_key: &str) -> Result<bool, StoreError> {
        const SQL: &str = "-- outputs.lay_down_poster
            update outputs set poster_s3_key = $4 where export_id = $1 and number = $3 and exists (select 1 from exports
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing')";
        let written = write!(self, |db| sqlx::query(SQL)
            .bind(step.export.0)
            .bind(step.epoch)
            .bind(i64::from(number))
            .bind(s3_key)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("write down a poster"))?;
        Ok(written == 1)
    }

    /// Notes that a file's object is complete.
    pub async fn note_published(&self, step: UploadStep, number: u32, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "-- outputs.note_published
            update outputs set published_at = $4, upload_id = null
            where export_id = $1 and number = $3 and exists (select 1 from exports
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing')";
        let noted = write!(self, |db| sqlx::query(SQL)
            .bind(step.export.0)
            .bind(step.epoch)
            .bind(i64::from(number))
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("note a published file"))?;
        Ok(noted == 1)
    }

    /// Whether an export is still in the step its files are made in: asked before what cannot be taken back.
    pub async fn upload_wanted(&self, step: UploadStep) -> Result<bool, StoreError> {
        const SQL: &str = "-- outputs.upload_wanted
            select count(*) from exports
            where id = $1 and epoch = $2 and phase = 'uploading' and status = 'processing'";
        let wanted: i64 =
            read!(self, |db| sqlx::query_scalar(SQL).bind(step.export.0).bind(step.epoch).fetch_one(db).await)
                .map_err(StoreError::during("see whether an upload is still wanted"))?;
        Ok(wanted == 1)
    }

    /// Forgets an export's files, once nothing of them is in the object store.
    pub async fn forget_files(&self, export: ExportId) -> Result<(), StoreError> {
        const SQL: &str = "-- outputs.forget_files
            delete from outputs where export_id = $1";
        write!(self, |db| sqlx::query(SQL).bind(export.0).execute(db).await.map(drop))
            .map_err(StoreError::during("forget an export's files"))
    }
}

fn known(row: FileRow, export: Uuid) -> Result<KnownFile, StoreError> {
    let inconsistent =
        |_| StoreError::Inconsistent { table: "outputs", column: "number", row: format!("{export}, {}", row.number) };
    Ok(KnownFile {
        number: u32::try_from(row.number).map_err(inconsistent)?,
        s3_key: row.s3_key,
        upload_id: row.upload_id,
        sha256: row.sha256,
        published: row.published_at.is_some(),
        poster_s3_key: row.poster_s3_key,
    })
}

#[cfg(test)]
impl Store {
    /// As if the coordinator had been killed between the last byte and the note that all are there.
    pub(crate) async fn unpublish_everything(&self) {
        const SQL: &str = "update outputs set published_at = null";
        write!(self, |db| sqlx::query(SQL).execute(db).await.map(drop)).unwrap();
    }
}
