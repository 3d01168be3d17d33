//! How an order gets into the books: held against the video, with all its faults at once. Plans nothing.

use std::sync::Arc;

use farm_core::expected_size::expected_bytes;
use farm_core::export::{Order, Segment, order};
use farm_core::ids::{ExportId, VideoId};
use farm_core::limits::Limits;
use farm_core::seconds;
use service::Clock;
use timeline::FrameTable;

use super::super::limits;
use super::super::new_id::NewId;
use super::super::refusal::Refusal;
use super::super::videos::must_be_ready;
use super::request::{self, Read};
use crate::nudge::Nudge;
use crate::store::Store;
use crate::store::exports::{Export, NewExport, Selection};
use crate::store::tokens::Identity;
use crate::store::videos::Source;

/// Takes orders.
#[derive(Clone)]
pub struct Counter {
    pub(super) store: Store,
    pub(super) nudge: Nudge,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
}

/// An order that holds against its video.
#[derive(Debug)]
pub struct Held {
    /// The order.
    pub order: Order,
    /// The ranges as they were asked for.
    pub selections: Vec<Selection>,
    /// Length of all files together.
    pub duration_seconds: f64,
    /// What the video is.
    pub source: Source,
}

impl Counter {
    /// Holds an order against the user's video: everything wrong with it is said at once.
    pub async fn hold(&self, who: &Identity, id: VideoId, body: request::NewExport) -> Result<Held, Refusal> {
        let video = self.store.video_of(who.user, id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        must_be_ready(&video)?;
        let source = self.store.source(id).await?.ok_or_else(|| Refusal::not_found("video"))?;
        let Read { request, mut selections, mut problems } = request::read(body, source.table.rate());
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
        let duration_seconds = seconds::from_ticks(order.duration(&source.table), source.table.rate());
        Ok(Held { order, selections, duration_seconds, source })
    }

    /// Enters an order for an export of the user's video.
    pub async fn place(
        &self,
        who: &Identity,
        new: NewId,
        video: VideoId,
        body: request::NewExport,
    ) -> Result<Export, Refusal> {
        let id = ExportId(new.id);
        if new.again
            && let Some(export) = self.store.export_of(who.user, id).await?
        {
            return Ok(export);
        }
        let held = self.hold(who, video, body).await?;
        let export = self.enter(who, id, video, &held).await?;
        self.nudge.advance();
        self.nudge.progress();
        Ok(export)
    }

    async fn enter(&self, who: &Identity, id: ExportId, video: VideoId, held: &Held) -> Result<Export, Refusal> {
        let new = NewExport {
            id,
            user: who.user,
            video,
            order: &held.order,
            selections: &held.selections,
            total_duration_seconds: held.duration_seconds,
        };
        let expected = expected_bytes(&held.order, &held.source.table);
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        tx.lock_user(who.user).await?;
        if !tx.lock_video(who.user, video).await? {
            return Err(Refusal::not_found("video"));
        }
        limits::admit(&mut tx, &self.limits, who, &expected, now).await?;
        tx.insert_export(new, now).await?;
        tx.note_order(who.user, id, &expected, now).await?;
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
    let selection = |segment: &Segment| Selection {
        start_time: seconds(segment.start),
        end_time: seconds(segment.end),
        clip_id: None,
    };
    order.segments.iter().map(selection).collect()
}
