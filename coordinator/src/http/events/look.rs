//! What there is to watch right now, read from the ledger. Remembers nothing.

use std::collections::{BTreeMap, BTreeSet};

use farm_core::ids::UserId;
use poem_openapi::types::ToJSON as _;
use uuid::Uuid;

use super::super::exports::progress::ProgressView;
use super::super::exports::show;
use super::super::nodes;
use super::super::queue;
use super::super::refusal::Refusal;
use super::super::videos::VideoView;
use super::words::{Key, Thing, Topic, WatchedExport};
use crate::store::Store;
use crate::store::exports::ExportFilter;
use crate::store::page::{LIMIT_MAX, Page};
use crate::store::videos::VideoFilter;

/// Reads what is watched.
#[derive(Clone)]
pub struct Look {
    pub(super) store: Store,
    pub(super) exports: show::Look,
}

/// What is watched, each with a text that tells whether it changed.
pub type State = BTreeMap<Key, (String, Thing)>;

impl Look {
    /// Everything of the topics that the user may see.
    pub async fn at(&self, user: UserId, topics: &BTreeSet<Topic>) -> Result<State, Refusal> {
        let mut state = State::new();
        for topic in topics {
            match topic {
                Topic::Exports => self.exports(user, &mut state).await?,
                Topic::Videos => self.videos(user, &mut state).await?,
                Topic::Queue => self.queue(&mut state).await?,
                Topic::Nodes => self.nodes(&mut state).await?,
            }
        }
        Ok(state)
    }

    async fn exports(&self, user: UserId, state: &mut State) -> Result<(), Refusal> {
        let page = Page { limit: LIMIT_MAX, ..Page::default() };
        let (exports, _) = self.store.exports_of(user, ExportFilter::default(), page).await?;
        for (seen, export) in self.exports.watched(exports).await? {
            let progress = ProgressView::from(seen);
            let mark = export.to_json_string() + &progress.timeless().to_json_string();
            let exports = Some(WatchedExport { export, progress });
            let id = exports.as_ref().map_or(Uuid::nil(), |watched| watched.export.id());
            state.insert((Topic::Exports, id), (mark, Thing { exports, ..Thing::default() }));
        }
        Ok(())
    }

    async fn videos(&self, user: UserId, state: &mut State) -> Result<(), Refusal> {
        let (videos, _) =
            self.store.videos_of(user, VideoFilter::default(), Page { limit: LIMIT_MAX, ..Page::default() }).await?;
        for video in videos {
            let (id, has_poster) = (video.id.0, video.poster_key.is_some());
            let view = VideoView::from(video);
            // Its poster's address is not shown here, but that there is one now is worth a look.
            let mark = view.to_json_string() + if has_poster { "with poster" } else { "" };
            state.insert((Topic::Videos, id), (mark, Thing { videos: Some(view), ..Thing::default() }));
        }
        Ok(())
    }

    async fn queue(&self, state: &mut State) -> Result<(), Refusal> {
        let counts = queue::counts(&self.store, self.exports.clock.now()).await?;
        let mark = counts.timeless().to_json_string();
        state.insert((Topic::Queue, Uuid::nil()), (mark, Thing { queue: Some(counts), ..Thing::default() }));
        Ok(())
    }

    async fn nodes(&self, state: &mut State) -> Result<(), Refusal> {
        let line = queue::line(&self.store).await?;
        for node in self.store.nodes_seen().await? {
            let id = node.id.0;
            let view = nodes::view(node, &line);
            let mark = view.timeless().to_json_string();
            state.insert((Topic::Nodes, id), (mark, Thing { nodes: Some(view), ..Thing::default() }));
        }
        Ok(())
    }
}
