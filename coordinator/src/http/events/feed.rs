//! One journal for everyone who watches the same: whoever is woken first looks at the ledger for all. Streams end, the journal
//! stays a while, so that who comes back misses nothing. Knows no HTTP.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use farm_core::ids::UserId;
use farm_core::journal::{Change, Journal};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use service::Stop;
use tokio::sync::{Mutex as Turn, OwnedSemaphorePermit};
use tokio::time::Instant;
use uuid::Uuid;

use super::super::refusal::Refusal;
use super::look::Look;
use super::words::{Changed, Event, Key, Removed, Snapshot, Thing, Topic};
use crate::nudge::Nudge;

/// At most four looks a second at the same topics, however many watch.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(250);
/// A look without a nudge: another coordinator may have moved something.
const LOOK_EVERY_MAX: Duration = Duration::from_secs(2);
/// Who watches is asked again who they are.
const STREAM_MAX: Duration = Duration::from_mins(15);
/// Journals kept; beyond that those nobody watches are forgotten.
const FEEDS_KEPT_MAX: usize = 256;

type Watched = (UserId, BTreeSet<Topic>);

/// What one user watches, and how it changed.
pub struct Feed {
    user: UserId,
    topics: BTreeSet<Topic>,
    /// Tells ids of one journal from those of another.
    name: String,
    journal: Turn<Noted>,
}

#[derive(Default)]
struct Noted {
    journal: Journal<Key, String, Thing>,
    looked_at: Option<Instant>,
}

/// All journals.
#[derive(Default)]
pub struct Feeds(Mutex<HashMap<Watched, Arc<Feed>>>);

impl Feeds {
    /// The journal of what a user watches.
    pub fn of(&self, user: UserId, topics: &BTreeSet<Topic>) -> Arc<Feed> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if feeds.len() >= FEEDS_KEPT_MAX {
            feeds.retain(|_, feed| Arc::strong_count(feed) > 1);
        }
        let new = || Feed {
            user,
            topics: topics.clone(),
            name: Uuid::now_v7().simple().to_string(),
            journal: Turn::default(),
        };
        Arc::clone(feeds.entry((user, topics.clone())).or_insert_with(|| Arc::new(new())))
    }
}

/// Follows journals.
#[derive(Clone)]
pub struct Watcher {
    pub(super) look: Look,
    pub(super) nudge: Nudge,
    pub(super) stop: Stop,
}

impl Watcher {
    /// What is new since the event `last`, or everything; then whatever changes. `place` is given back at the end.
    pub async fn watch(
        self,
        feed: Arc<Feed>,
        last: Option<&str>,
        place: OwnedSemaphorePermit,
    ) -> Result<BoxStream<'static, Event>, Refusal> {
        // Subscribed before the first look: what changes in between is not missed.
        let mut nudges = self.nudge.watch_progress();
        let seen = last.and_then(|id| feed.number(id));
        let (mut seen, first) = self.news(&feed, seen).await?;
        let end = Instant::now() + STREAM_MAX;
        let told = async_stream::stream! {
            let _place = place;
            for event in first {
                yield event;
            }
            while Instant::now() < end {
                let changed = tokio::time::timeout(LOOK_EVERY_MAX, nudges.changed());
                if self.stop.soft.run_until_cancelled(changed).await.is_none() {
                    break;
                }
                // The ledger is gone: the client comes back with the last id.
                let Ok((newest, events)) = self.news(&feed, Some(seen)).await else { break };
                seen = newest;
                for event in events {
                    yield event;
                }
                tokio::time::sleep(LOOK_EVERY_MIN).await;
            }
        };
        Ok(told.boxed())
    }

    /// Everything as it is.
    pub async fn look_once(&self, feed: &Feed) -> Result<Snapshot, Refusal> {
        let (_, events) = self.news(feed, None).await?;
        match events.into_iter().next() {
            Some(Event::Snapshot(snapshot)) => Ok(snapshot),
            _ => Ok(Snapshot { id: feed.id(0), things: Vec::new() }),
        }
    }

    /// What is new after entry `seen`, and the number of the newest.
    async fn news(&self, feed: &Feed, seen: Option<u64>) -> Result<(u64, Vec<Event>), Refusal> {
        let mut noted = feed.journal.lock().await;
        if noted.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY_MIN) {
            let state = self.look.at(feed.user, &feed.topics).await?;
            noted.journal.note(state);
            noted.looked_at = Some(Instant::now());
        }
        let journal = &noted.journal;
        let events = if let Some(changes) = seen.and_then(|seen| journal.since(seen)) {
            changes.into_iter().map(|(number, change)| feed.event(number, change)).collect()
        } else {
            let things = journal.state().map(|(_, thing)| thing.clone()).collect();
            vec![Event::Snapshot(Snapshot { id: feed.id(journal.newest()), things })]
        };
        Ok((journal.newest(), events))
    }
}

impl Feed {
    fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.name)
    }

    /// The number in an id this journal gave out.
    fn number(&self, id: &str) -> Option<u64> {
        id.strip_prefix(&self.name)?.strip_prefix('-')?.parse().ok()
    }

    fn event(&self, number: u64, change: Change<Key, Thing>) -> Event {
        let id = self.id(number);
        match change {
            Change::Changed((topic, _), thing) => Event::Changed(Changed { id, topic, thing: Box::new(thing) }),
            Change::Removed((topic, thing_id)) => Event::Removed(Removed { id, topic, thing_id }),
        }
    }
}
