//! `POST /api/videos/{id}/export`: an order, held against the video, with all its faults at once. Plans nothing.

use std::sync::Arc;

use farm_core::expected_size::expected_bytes;
use farm_core::export::{Order, order};
use farm_core::ids::{ExportId, VideoId};
use farm_core::limits::Limits;
use farm_core::seconds;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use service::Clock;
use timeline::FrameTable;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::limits;
use super::super::new_id::NewId;
use super::super::refusal::Refusal;
use super::super::videos::must_be_ready;
use super::request::{self, Read};
use super::show::{ExportView, Look};
use crate::nudge::Nudge;
use crate::store::Store;
use crate::store::exports::{Export, NewExport, Selection};
use crate::store::tokens::Identity;

#[derive(ApiResponse)]
enum Created {
    /// The order is in the books.
    #[oai(status = 201)]
    Created(Json<ExportView>),
}

/// `POST /api/videos/{id}/export`.
pub struct CreateExport {
    pub(super) store: Store,
    pub(super) look: Look,
    pub(super) nudge: Nudge,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
}

#[OpenApi]
impl CreateExport {
    /// Order an export
    ///
    /// Everything wrong with the order is said at once, each fault with its field, such as `segments[2].end`.
    #[oai(path = "/api/videos/:id/export", method = "post", operation_id = "create_export")]
    async fn create(
        &self,
        who: SignedIn,
        /// The video's id.
        id: Path<Uuid>,
        new: NewId,
        body: Json<request::NewExport>,
    ) -> Result<Created, Refusal> {
        let (SignedIn(identity), id) = (who, VideoId(id.0));
        let video = self.store.video_of(identity.user, id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        if new.again
            && let Some(export) = self.store.export_of(identity.user, ExportId(new.id)).await?
        {
            return Ok(Created::Created(Json(self.look.show_one(export).await?)));
        }
        must_be_ready(&video)?;
        let source = self.store.source(id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        let Read { request, mut selections, mut problems } = request::read(body.0, source.table.rate());
        let order = match order(&request, &source.table, &video.filename) {
            Ok(order) if problems.is_empty() => order,
            outcome => {
                problems.extend(outcome.err().unwrap_or_default());
                return Err(Refusal::invalid(problems));
            }
        };
        if selections.is_empty() {
            selections = whole(&order, &source.table);
        }
        let expected = expected_bytes(&order, &source.table);
        let duration_seconds = seconds::from_ticks(order.duration(&source.table), source.table.rate());
        let new = NewExport {
            id: ExportId(new.id),
            user: identity.user,
            video: id,
            order: &order,
            selections: &selections,
            total_duration_seconds: duration_seconds,
        };
        let export = self.enter(&identity, new, &expected).await?;
        self.nudge.advance();
        Ok(Created::Created(Json(self.look.show_one(export).await?)))
    }
}

impl CreateExport {
    async fn enter(&self, who: &Identity, new: NewExport<'_>, expected: &[u64]) -> Result<Export, Refusal> {
        let (id, video) = (new.id, new.video);
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        tx.lock_user(who.user).await?;
        if !tx.lock_video(who.user, video).await? {
            return Err(Refusal::not_found("video"));
        }
        limits::admit(&mut tx, &self.limits, who, expected, now).await?;
        tx.insert_export(new, now).await?;
        tx.note_order(who.user, id, expected, now).await?;
        let committed = tx.commit().await;
        // An error of a commit is an unknown outcome: what the ledger says now counts.
        match self.store.export_of(who.user, id).await? {
            Some(export) => Ok(export),
            None => Err(committed.map_or_else(Refusal::from, |()| Refusal::not_found("video"))),
        }
    }
}

/// The whole video, as if it had been asked for.
fn whole(order: &Order, table: &FrameTable) -> Vec<Selection> {
    let seconds = |ticks| seconds::from_ticks(ticks, table.rate());
    let selection = |segment: &farm_core::export::Segment| Selection {
        start_time: seconds(segment.start),
        end_time: seconds(segment.end),
        clip_id: None,
    };
    order.segments.iter().map(selection).collect()
}
