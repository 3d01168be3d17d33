//! `POST /api/exports/{id}/retry`: the same order once more, or with changes. What is over stays over: the retry is
//! a new export, and takes every part that was rendered before.

use farm_core::export::{ExportType, Order};
use farm_core::ids::ExportId;
use farm_core::seconds;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use timeline::Rate;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::new_id::NewId;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::words;
use super::place::Counter;
use super::request::{NewExport, SegmentRange};
use super::show::{ExportView, Look};
use crate::store::Store;
use crate::store::exports::Export;

/// What shall be different this time. What is absent stays as it was.
#[derive(Clone, Debug, Default, Object)]
#[oai(deny_unknown_fields)]
struct ExportChanges {
    /// The box the picture is fitted into.
    resolution: Option<words::Resolution>,
    /// The container of the files.
    format: Option<words::Format>,
    /// How good, how large.
    quality: Option<words::Quality>,
    /// How many files come out.
    export_type: Option<words::ExportType>,
    /// The ranges, in output order, at most 500; an empty list means the whole video.
    segments: Option<Vec<SegmentRange>>,
    /// By how many seconds neighbours of a combined export overlap.
    crossfade_seconds: Option<f64>,
    /// Level the loudness of the segments.
    normalize_audio: Option<bool>,
    /// Take parts that were rendered before.
    reuse_parts: Option<bool>,
    /// What the files are called.
    name: Option<String>,
}

#[derive(ApiResponse)]
enum Retried {
    /// The new order is in the books.
    #[oai(status = 201)]
    Created(Json<ExportView>),
}

/// `POST /api/exports/{id}/retry`.
pub struct RetryExport {
    pub(super) store: Store,
    pub(super) counter: Counter,
    pub(super) look: Look,
}

#[OpenApi]
impl RetryExport {
    /// Order an export again
    ///
    /// Takes every option of an export that is over, with the changes of the body if there is one, and makes a new export.
    /// Parts that were rendered are not rendered again.
    #[oai(path = "/api/exports/:id/retry", method = "post", operation_id = "retry_export")]
    async fn retry(
        &self,
        who: SignedIn,
        new: NewId,
        /// The export's id.
        id: Path<Uuid>,
        body: Json<Option<ExportChanges>>,
    ) -> Result<Retried, Refusal> {
        let (SignedIn(identity), id) = (who, ExportId(id.0));
        let export = self.store.export_of(identity.user, id).await?.ok_or_else(|| Refusal::not_found("export"))?;
        if !export.status.is_terminal() {
            let message = "The export is still under way; cancel it first.";
            return Err(Refusal::new(RefusalCode::ExportNotOver, message));
        }
        let source = self.store.source(export.video).await?.ok_or_else(|| Refusal::not_found("video"))?;
        let order = self.store.export_order(id).await?;
        let body = again(&export, order, source.table.rate(), body.0.unwrap_or_default());
        let export = self.counter.place(&identity, new, export.video, body).await?;
        Ok(Retried::Created(Json(self.look.show_one(export).await?)))
    }
}

/// The body that ordered `export`, with `changes`.
fn again(export: &Export, order: Order, rate: Rate, changes: ExportChanges) -> NewExport {
    let range = |asked: &crate::store::exports::Selection| SegmentRange {
        start: Some(asked.start_time),
        end: Some(asked.end_time),
        clip_id: asked.clip_id.clone(),
        ..SegmentRange::default()
    };
    let export_type = changes.export_type.map_or(export.export_type, Into::into);
    // Clips have no joints: what faded in the old order is nobody's fault in this one.
    let fades = export_type != ExportType::Clips;
    let crossfade = seconds::from_ticks(order.crossfade, rate);
    NewExport {
        resolution: changes.resolution.unwrap_or(export.resolution.into()),
        format: changes.format.unwrap_or(export.format.into()),
        quality: Some(changes.quality.unwrap_or(export.quality.into())),
        quality_preset: None,
        export_type: export_type.into(),
        segments: changes.segments.or_else(|| Some(export.selections.iter().map(range).collect())),
        crossfade_seconds: changes.crossfade_seconds.or(fades.then_some(crossfade)),
        normalize_audio: Some(changes.normalize_audio.unwrap_or(order.normalize_audio)),
        reuse_parts: Some(changes.reuse_parts.unwrap_or(order.reuse_parts)),
        name: Some(changes.name.unwrap_or(order.name)),
    }
}
