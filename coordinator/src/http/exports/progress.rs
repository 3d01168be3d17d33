//! `GET /api/exports/{id}/progress`: how far an export is, once or live. Moves nothing.

use std::sync::Arc;

use farm_core::ids::ExportId;
use futures::stream::BoxStream;
use poem::Request;
use poem::http::header::ACCEPT;
use poem::web::sse::Event;
use poem_openapi::param::Path;
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, Object, OpenApi, ResponseContent};
use service::Clock;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::super::identity::SignedIn;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::words::{ExportStatus, Stage};
use super::events::{Events, PING_EVERY};
use super::show::{Look, Seen};

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(rename = "Progress", skip_serializing_if_is_none)]
pub struct ProgressView {
    /// 0–100; never falls, 100 for completed exports alone.
    pub progress: u8,
    /// Where the export stands.
    pub status: ExportStatus,
    /// What is being done with it.
    pub current_stage: Stage,
    /// Seconds until its files are there, at least 1 while any are left; absent while that cannot be said.
    pub estimated_time_remaining: Option<f64>,
    /// Seconds since rendering began, until it ended.
    pub elapsed_time: f64,
    /// Frames that are there.
    pub frames_done: u64,
    /// Frames in all; 0 until there is a plan.
    pub frames_total: u64,
    /// Seconds of video rendered per second; absent while nothing was.
    pub speed: Option<f64>,
}

impl ProgressView {
    /// The same without what passes by itself: no event is due for that.
    #[must_use]
    pub fn timeless(&self) -> ProgressView {
        ProgressView { estimated_time_remaining: None, elapsed_time: 0.0, speed: None, ..self.clone() }
    }
}

impl From<Seen> for ProgressView {
    fn from(seen: Seen) -> ProgressView {
        let Seen { export, amounts, progress, elapsed } = seen;
        let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        ProgressView {
            progress: progress.percent,
            status: export.status.into(),
            current_stage: progress.stage.into(),
            estimated_time_remaining: progress.remaining.map(|left| rounded(left.as_secs_f64())),
            elapsed_time: rounded(elapsed.as_secs_f64()),
            frames_done: amounts.work.frames_done,
            frames_total: amounts.work.frames_total,
            speed: progress.speed,
        }
    }
}

#[derive(ResponseContent)]
enum ProgressContent {
    Once(Json<ProgressView>),
    Live(EventStream<BoxStream<'static, ProgressView>>),
}

#[derive(ApiResponse)]
enum ProgressAnswer {
    /// How far it is; with `Accept: text/event-stream` a snapshot, then every change until it is over, a ping every 15 s.
    #[oai(status = 200)]
    Progress(ProgressContent),
}

/// `GET /api/exports/{id}/progress`.
pub struct ExportProgress {
    pub(super) look: Look,
    pub(super) events: Events,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) places: Arc<Semaphore>,
}

#[OpenApi]
impl ExportProgress {
    /// Follow an export
    #[oai(path = "/api/exports/:id/progress", method = "get", operation_id = "export_progress")]
    async fn progress(
        &self,
        who: SignedIn,
        /// The export's id.
        id: Path<Uuid>,
        request: &Request,
    ) -> Result<ProgressAnswer, Refusal> {
        let (user, id) = (who.0.user, ExportId(id.0));
        let live = request.header(ACCEPT).is_some_and(|accept| accept.contains("text/event-stream"));
        if !live {
            let seen = self.look.at(user, id).await?;
            return Ok(ProgressAnswer::Progress(ProgressContent::Once(Json(seen.into()))));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Refusal::new(RefusalCode::TooBusy, "Too many are watching; ask without events."));
        };
        let first_id = self.clock.now().0;
        let views = self.events.clone().follow(user, id, place).await?;
        Ok(ProgressAnswer::Progress(ProgressContent::Live(numbered(views, first_id))))
    }
}

/// Every view under an id. Ids rise over connections too: they begin at the time in microseconds and count events.
fn numbered(views: BoxStream<'static, ProgressView>, first_id: i64) -> EventStream<BoxStream<'static, ProgressView>> {
    let mut ids = first_id..;
    EventStream::new(views).keep_alive(PING_EVERY).to_event(move |view| {
        let id = ids.next().expect("time does not end");
        Event::message(view.to_json_string()).event_type("progress").id(id.to_string())
    })
}
