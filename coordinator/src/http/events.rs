//! `GET /api/events`: everything one tab watches, in one stream: the state, then what changes in it. Changes nothing.

mod feed;
mod look;
mod words;

use std::sync::Arc;

use futures::stream::BoxStream;
use poem::Request;
use poem::http::header::ACCEPT;
use poem::web::sse;
use poem_openapi::param::Query;
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, OpenApi, ResponseContent};
use tokio::sync::Semaphore;

use super::Deps;
use super::exports::{PING_EVERY, show};
use super::identity::SignedIn;
use super::refusal::{Refusal, RefusalCode};
use crate::store::users::Role;
use feed::{Feeds, Watcher};
use words::{Event, Snapshot, Topic, topics};

/// Streams open at once; tabs of one user that watch the same share what looks at the ledger.
const STREAMS_MAX: usize = 1_000;
/// What a client says it saw last, when it comes back.
const LAST_EVENT_ID: &str = "last-event-id";

/// `GET /api/events`.
pub struct WatchEvents {
    feeds: Arc<Feeds>,
    watcher: Watcher,
    places: Arc<Semaphore>,
}

/// The operation on its handles.
pub fn operation(deps: &Deps) -> WatchEvents {
    let Deps { store, storage, nudge, clock, tasks, .. } = deps.clone();
    let look = show::Look { store: store.clone(), storage, clock };
    WatchEvents {
        feeds: Arc::default(),
        watcher: Watcher { look: look::Look { store, exports: look }, nudge, stop: tasks.stop().clone() },
        places: Arc::new(Semaphore::new(STREAMS_MAX)),
    }
}

#[derive(ResponseContent)]
enum WatchContent {
    Once(Json<Snapshot>),
    Live(EventStream<BoxStream<'static, Event>>),
}

#[derive(ApiResponse)]
enum Watched {
    /// Everything as it is; with `Accept: text/event-stream` events, each with an id: first that `snapshot`, then `changed` and
    /// `removed`, a ping every 15 s. With the header `Last-Event-ID` of a stream of the same topics it goes on after that event;
    /// when it is too long ago, there is a snapshot again. A stream ends after a quarter of an hour; ask again.
    #[oai(status = 200)]
    Events(WatchContent),
}

#[OpenApi]
impl WatchEvents {
    /// Watch what changes
    ///
    /// One stream for everything that a tab watches.
    #[oai(path = "/api/events", method = "get", operation_id = "watch_events")]
    async fn watch(
        &self,
        who: SignedIn,
        /// What to watch, with commas between: `exports` and `videos` of yours; `queue` and `nodes` for operators and admins.
        /// `exports,videos` by default.
        topics: Query<Option<String>>,
        request: &Request,
    ) -> Result<Watched, Refusal> {
        let topics = self::topics(topics.0.as_deref()).map_err(|problem| Refusal::invalid(vec![problem]))?;
        let user = who.0.user;
        if topics.iter().any(|topic| matches!(topic, Topic::Queue | Topic::Nodes)) {
            who.must_be(Role::Operator)?;
        }
        let feed = self.feeds.of(user, &topics);
        if !request.header(ACCEPT).is_some_and(|accept| accept.contains("text/event-stream")) {
            return Ok(Watched::Events(WatchContent::Once(Json(self.watcher.look_once(&feed).await?))));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Refusal::new(RefusalCode::TooBusy, "Too many are watching; ask without events."));
        };
        let events = self.watcher.clone().watch(feed, request.header(LAST_EVENT_ID), place).await?;
        let stream = EventStream::new(events).keep_alive(PING_EVERY).to_event(|event: Event| {
            let message = sse::Event::message(event.to_json_string());
            message.event_type(event.kind()).id(event.id())
        });
        Ok(Watched::Events(WatchContent::Live(stream)))
    }
}
