//! Topics and events as programs see them. Looks at nothing.

use std::collections::BTreeSet;

use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::{Enum, Object, Union};
use uuid::Uuid;

use super::super::exports::{progress::ProgressView, show::ExportView};
use super::super::nodes::NodeView;
use super::super::queue::QueueCounts;
use super::super::videos::VideoView;

/// What can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[oai(rename_all = "lowercase")]
pub enum Topic {
    /// Your exports: the hundred newest.
    Exports,
    /// Your videos: the hundred newest.
    Videos,
    /// The farm in numbers.
    Queue,
    /// The farm's machines.
    Nodes,
}

/// The topics of a request.
pub fn topics(asked: Option<&str>) -> Result<BTreeSet<Topic>, Problem> {
    let asked = asked.unwrap_or("exports,videos");
    let topic = |word: &str| match word {
        "exports" => Ok(Topic::Exports),
        "videos" => Ok(Topic::Videos),
        "queue" => Ok(Topic::Queue),
        "nodes" => Ok(Topic::Nodes),
        _ => Err(Problem::new("topics", ProblemCode::Unsupported, "Topics are exports, videos, queue and nodes.")),
    };
    asked.split(',').map(|word| topic(word.trim())).collect()
}

/// What names a thing that is watched; the numbers of the farm have no id.
pub type Key = (Topic, Uuid);

/// An export, and how far it is.
#[derive(Clone, Debug, Object)]
pub struct WatchedExport {
    /// The export, without presigned addresses.
    pub export: ExportView,
    /// How far it is.
    pub progress: ProgressView,
}

/// A thing that is watched: the field that its topic names.
#[derive(Clone, Debug, Default, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Thing {
    /// Of the topic `exports`.
    pub exports: Option<WatchedExport>,
    /// Of the topic `videos`, without presigned addresses.
    pub videos: Option<VideoView>,
    /// Of the topic `queue`.
    pub queue: Option<QueueCounts>,
    /// Of the topic `nodes`.
    pub nodes: Option<NodeView>,
}

/// Everything that is watched, as it is.
#[derive(Clone, Debug, Object)]
pub struct Snapshot {
    /// The event's id.
    pub id: String,
    /// Every thing of every topic.
    pub things: Vec<Thing>,
}

/// Something is new, or different.
#[derive(Clone, Debug, Object)]
pub struct Changed {
    /// The event's id.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// As it is now.
    pub thing: Box<Thing>,
}

/// Something is gone, or no longer among the newest.
#[derive(Clone, Debug, Object)]
pub struct Removed {
    /// The event's id.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// The id of what is gone.
    pub thing_id: Uuid,
}

/// What a watcher is told.
#[derive(Clone, Debug, Union)]
#[oai(discriminator_name = "type", rename_all = "snake_case")]
pub enum Event {
    /// Everything as it is.
    Snapshot(Snapshot),
    /// Something is new, or different.
    Changed(Changed),
    /// Something is gone.
    Removed(Removed),
}

impl Event {
    /// The name of the event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Snapshot(_) => "snapshot",
            Self::Changed(_) => "changed",
            Self::Removed(_) => "removed",
        }
    }

    /// Its id, for `Last-Event-ID`.
    pub fn id(&self) -> &str {
        match self {
            Self::Snapshot(snapshot) => &snapshot.id,
            Self::Changed(changed) => &changed.id,
            Self::Removed(removed) => &removed.id,
        }
    }
}
