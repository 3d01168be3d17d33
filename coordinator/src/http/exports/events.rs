//! An export's progress as it changes, until it is over: woken by nudges, bounded in rate. Speaks no SSE.

use std::time::Duration;

use farm_core::ids::{ExportId, UserId};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use service::Stop;
use tokio::sync::OwnedSemaphorePermit;

use super::super::refusal::Refusal;
use super::progress::ProgressView;
use super::show::{Look, Seen};
use crate::nudge::Nudge;

/// A connection that is silent gets a ping this often.
pub const PING_EVERY: Duration = Duration::from_secs(15);
/// At most four looks a second.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(250);
/// A look without a nudge: another coordinator may have moved the export.
const LOOK_EVERY_MAX: Duration = Duration::from_secs(2);

/// Follows exports.
#[derive(Clone)]
pub struct Events {
    /// How exports are looked at.
    pub look: Look,
    /// Says that something changed.
    pub nudge: Nudge,
    /// Streams end when the program stops.
    pub stop: Stop,
}

impl Events {
    /// The export as it is now, then every change, until it is over. `place` is given back at the end.
    pub async fn follow(
        self,
        user: UserId,
        id: ExportId,
        place: OwnedSemaphorePermit,
    ) -> Result<BoxStream<'static, ProgressView>, Refusal> {
        // Subscribed before the first look: what changes in between is not missed.
        let mut nudges = self.nudge.watch_progress();
        let first = self.look.at(user, id).await?;
        let told = async_stream::stream! {
            let _place = place;
            let mut over = is_over(&first);
            let mut shown = ProgressView::from(first);
            yield shown.clone();
            while !over {
                let changed = tokio::time::timeout(LOOK_EVERY_MAX, nudges.changed());
                if self.stop.soft.run_until_cancelled(changed).await.is_none() {
                    break;
                }
                // Whoever cannot be looked at any more is deleted, or the ledger is gone: the client asks again.
                let Ok(seen) = self.look.at(user, id).await else { break };
                over = is_over(&seen);
                let view = ProgressView::from(seen);
                if shown.timeless() != view.timeless() {
                    yield view.clone();
                    shown = view;
                }
                tokio::time::sleep(LOOK_EVERY_MIN).await;
            }
        };
        Ok(told.boxed())
    }
}

fn is_over(seen: &Seen) -> bool {
    seen.export.status.is_terminal()
}
