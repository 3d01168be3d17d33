//! How exports are shown: the row, what is done of it, its files. Raises the shown percentage, changes nothing else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use farm_core::finishing::{Finished, finishing};
use farm_core::ids::{ExportId, UserId};
use farm_core::progress::{Progress, Way, progress};
use farm_core::status::{ExportStatus, Phase};
use poem_openapi::Object;
use service::{Clock, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::instant::instant;
use super::super::refusal::Refusal;
use super::super::words;
use crate::storage::{PRESIGN_SECONDS_MAX, Storage};
use crate::store::Store;
use crate::store::exports::{Amounts, Export, Output};

/// A range as it was asked for.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SegmentSelection {
    /// First instant inside, in seconds of the video.
    start_time: f64,
    /// First instant after, in seconds of the video.
    end_time: f64,
    /// The client's own name for it.
    clip_id: Option<String>,
}

/// A finished file.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Output", skip_serializing_if_is_none)]
pub struct OutputView {
    /// From 1 in segment order.
    number: u32,
    /// With extension.
    filename: String,
    /// Its size.
    size_bytes: u64,
    /// How long it plays.
    duration_seconds: f64,
    /// A presigned address of one of its frames, good for an hour. In lists only of an export's first file.
    poster_url: Option<String>,
}

/// Whose posters are shown: an address costs a signature, and an export may have 500 files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Posters {
    All,
    First,
    None,
}

/// An order for finished files.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Export", skip_serializing_if_is_none)]
pub struct ExportView {
    /// Its id.
    id: Uuid,
    /// The same id.
    export_id: Uuid,
    /// The video it is made of.
    video_id: Uuid,
    /// Whose it is.
    user_id: Uuid,
    /// How many files come out.
    export_type: words::ExportType,
    /// The box the picture is fitted into.
    resolution: words::Resolution,
    /// The container of the files.
    format: words::Format,
    /// How good, how large.
    quality_preset: words::Quality,
    /// Where it stands.
    status: words::ExportStatus,
    /// 0–100; never falls, 100 for completed exports alone.
    progress_percentage: u8,
    /// What is being done with it.
    current_stage: words::Stage,
    /// The ranges as they were asked for.
    segment_selections: Vec<SegmentSelection>,
    /// Length of all files together.
    total_duration_seconds: f64,
    /// Key of the file, or of the ZIP of all clips.
    output_s3_key: Option<String>,
    /// A presigned address of the file for an hour. Only when one export is looked at.
    pub output_url: Option<String>,
    /// By how many seconds neighbours overlap. This and the three below only when one export is looked at.
    pub crossfade_seconds: Option<f64>,
    /// Whether the loudness of the segments is levelled.
    pub normalize_audio: Option<bool>,
    /// Whether parts that were rendered before are taken.
    pub reuse_parts: Option<bool>,
    /// What the files are called, without extension.
    pub name: Option<String>,
    /// Size of the file, or of the ZIP of all clips.
    file_size_bytes: Option<u64>,
    /// SHA-256 of the file, or of the ZIP of all clips, in hex.
    sha256: Option<String>,
    /// Why it failed, for programs.
    error_code: Option<String>,
    /// Why it failed, for people.
    error_message: Option<String>,
    /// What went wrong in the media library's own words, if it said anything. Only when one export is looked at.
    pub error_detail: Option<String>,
    /// What it cost so far: minutes of one slot. Parts that were there before cost nothing.
    cost: f64,
    /// When it was ordered.
    created_at: OffsetDateTime,
    /// When it last changed.
    updated_at: OffsetDateTime,
    /// When rendering began.
    started_at: Option<OffsetDateTime>,
    /// When it ended, however it did.
    completed_at: Option<OffsetDateTime>,
    /// When its files will be deleted.
    expires_at: Option<OffsetDateTime>,
    /// When it fails if it is not done; absent before rendering begins, and for what is over.
    deadline_at: Option<OffsetDateTime>,
    /// Since when an operator holds it back; absent for what runs.
    paused_at: Option<OffsetDateTime>,
    /// The finished files, without the ZIP.
    outputs: Vec<OutputView>,
}

impl ExportView {
    /// Its id.
    pub const fn id(&self) -> Uuid {
        self.id
    }
}

/// An export, and how far it is now.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The row.
    pub export: Export,
    /// What is done.
    pub amounts: Amounts,
    /// How far that is.
    pub progress: Progress,
    /// Since it began, until it ended.
    pub elapsed: Duration,
}

/// Looks at exports through the ledger.
#[derive(Clone)]
pub struct Look {
    /// The ledger.
    pub store: Store,
    /// Signs the addresses of posters.
    pub storage: Storage,
    /// For elapsed time.
    pub clock: Arc<dyn Clock>,
}

impl Look {
    /// A user's export and how far it is; 404 when there is none.
    pub async fn at(&self, user: UserId, id: ExportId) -> Result<Seen, Refusal> {
        let export = self.store.export_of(user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        let seen = self.all(vec![export]).await?;
        Ok(seen.into_iter().next().expect("one export in, one out"))
    }

    /// How far each of the exports is.
    pub async fn all(&self, exports: Vec<Export>) -> Result<Vec<Seen>, Refusal> {
        let begun: Vec<ExportId> =
            exports.iter().filter(|export| export.phase != Phase::Accepted).map(|export| export.id).collect();
        let amounts = self.store.amounts(&begun).await?;
        let open = exports.iter().any(|export| export.status == ExportStatus::Processing);
        let finished = if open { self.store.finished().await? } else { Vec::new() };
        let now = self.clock.now();
        let mut seen = Vec::with_capacity(exports.len());
        for export in exports {
            let one = see(export, &amounts, &finished, now);
            let open = !one.export.status.is_terminal();
            if open && one.progress.percent > one.export.progress_percentage {
                self.store.raise_progress(one.export.id, one.progress.percent).await?;
            }
            seen.push(one);
        }
        Ok(seen)
    }

    /// Each of the exports as it is shown in a list, with its files.
    pub async fn show(&self, exports: Vec<Export>) -> Result<Vec<ExportView>, Refusal> {
        self.show_with(exports, Posters::First).await
    }

    /// One export as it is shown.
    pub async fn show_one(&self, export: Export) -> Result<ExportView, Refusal> {
        let shown = self.show_with(vec![export], Posters::All).await?;
        Ok(shown.into_iter().next().expect("one export in, one out"))
    }

    async fn show_with(&self, exports: Vec<Export>, posters: Posters) -> Result<Vec<ExportView>, Refusal> {
        let completed = completed(&exports);
        let mut outputs = self.store.published_outputs(&completed).await?;
        let mut shown = Vec::with_capacity(exports.len());
        for seen in self.all(exports).await? {
            let outputs = outputs.remove(&seen.export.id).unwrap_or_default();
            shown.push(view(seen, self.show_outputs(outputs, posters).await?));
        }
        Ok(shown)
    }

    /// Each of the exports as whoever watches is told of it, without presigned addresses: these would be new with every look.
    pub async fn watched(&self, exports: Vec<Export>) -> Result<Vec<(Seen, ExportView)>, Refusal> {
        let completed = completed(&exports);
        let mut outputs = self.store.published_outputs(&completed).await?;
        let mut watched = Vec::with_capacity(exports.len());
        for seen in self.all(exports).await? {
            let outputs = outputs.remove(&seen.export.id).unwrap_or_default();
            let outputs = self.show_outputs(outputs, Posters::None).await?;
            watched.push((seen.clone(), view(seen, outputs)));
        }
        Ok(watched)
    }

    /// The files without the ZIP of all clips, which has number 0 and is the export's own file.
    async fn show_outputs(&self, outputs: Vec<Output>, posters: Posters) -> Result<Vec<OutputView>, Refusal> {
        let ttl = Duration::from_secs(PRESIGN_SECONDS_MAX);
        let mut shown = Vec::with_capacity(outputs.len());
        for output in outputs.into_iter().filter(|output| output.number > 0) {
            let with_poster = posters == Posters::All || (posters == Posters::First && shown.is_empty());
            let key = output.poster_s3_key.filter(|_| with_poster);
            let poster_url = match key {
                Some(key) => Some(self.storage.presign_get(&key, ttl, None).await?),
                None => None,
            };
            shown.push(OutputView {
                number: output.number,
                filename: output.filename,
                size_bytes: output.size_bytes,
                duration_seconds: output.duration_seconds,
                poster_url,
            });
        }
        Ok(shown)
    }
}

/// Milliseconds of one slot as minutes, to the millisecond.
pub fn slot_minutes(render_ms: u64) -> f64 {
    Duration::from_millis(render_ms).as_secs_f64() / 60.0
}

fn completed(exports: &[Export]) -> Vec<ExportId> {
    exports.iter().filter(|export| export.status == ExportStatus::Completed).map(|export| export.id).collect()
}

fn see(export: Export, amounts: &HashMap<ExportId, Amounts>, finished: &[Finished], now: Timestamp) -> Seen {
    let amounts = amounts.get(&export.id).copied().unwrap_or_default();
    let elapsed = export.started_at.map_or(Duration::ZERO, |started| export.completed_at.unwrap_or(now).since(started));
    let way = Way {
        status: export.status,
        phase: export.phase,
        shown_percent: export.progress_percentage,
        work: amounts.work,
        uploaded_bytes: amounts.uploaded_bytes,
        upload_bytes: amounts.upload_bytes,
        media: Duration::try_from_secs_f64(export.total_duration_seconds).unwrap_or_default(),
        elapsed,
        picture_ms: amounts.picture_ms,
        finishing: finishing(export.expected_bytes, finished),
        finishing_for: export.rendered_at.map_or(Duration::ZERO, |rendered| now.since(rendered)),
    };
    Seen { progress: progress(&way), export, amounts, elapsed }
}

fn view(seen: Seen, outputs: Vec<OutputView>) -> ExportView {
    let Seen { export, amounts, progress, .. } = seen;
    let open = !export.status.is_terminal();
    let (error_code, error_message) = export.failure.map(|failure| (failure.code, failure.message)).unzip();
    let selection = |asked: crate::store::exports::Selection| SegmentSelection {
        start_time: asked.start_time,
        end_time: asked.end_time,
        clip_id: asked.clip_id,
    };
    ExportView {
        id: export.id.0,
        export_id: export.id.0,
        video_id: export.video.0,
        user_id: export.user.0,
        export_type: export.export_type.into(),
        resolution: export.resolution.into(),
        format: export.format.into(),
        quality_preset: export.quality.into(),
        status: export.status.into(),
        progress_percentage: progress.percent,
        current_stage: progress.stage.into(),
        segment_selections: export.selections.into_iter().map(selection).collect(),
        total_duration_seconds: export.total_duration_seconds,
        output_s3_key: export.output_s3_key,
        output_url: None,
        crossfade_seconds: None,
        normalize_audio: None,
        reuse_parts: None,
        name: None,
        file_size_bytes: export.file_size_bytes,
        sha256: export.sha256,
        error_code,
        error_message,
        error_detail: None,
        cost: slot_minutes(amounts.render_ms),
        created_at: instant(export.created_at),
        updated_at: instant(export.updated_at),
        started_at: export.started_at.map(instant),
        completed_at: export.completed_at.map(instant),
        expires_at: export.expires_at.map(instant),
        deadline_at: export.deadline.filter(|_| open).map(instant),
        paused_at: export.paused_at.filter(|_| open).map(instant),
        outputs,
    }
}
