//! The calls about a farm's queue and its machines. Decides nothing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calls::{self, Call};
use super::{Client, Error, PAGE_MAX};

/// The queue: the farm in numbers, and a page of what is open.
#[derive(Debug, Serialize, Deserialize)]
pub struct Queue {
    /// The farm in numbers.
    pub counts: QueueCounts,
    /// Open exports, the most urgent first.
    pub exports: Vec<QueuedExport>,
    /// How many are open on all pages.
    pub total: u64,
}

/// The farm in numbers.
#[derive(Debug, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Exports of which nothing is done yet.
    pub pending: u64,
    /// Exports being made.
    pub processing: u64,
    /// Exports held back.
    pub paused: u64,
    /// Exports that failed within the last hour.
    pub failed_last_hour: u64,
    /// Tasks that wait.
    pub tasks_waiting: u64,
    /// Tasks some node has.
    pub tasks_running: u64,
    /// Nodes that take tasks.
    pub nodes_online: u64,
    /// Their slots.
    pub slots: u64,
    /// How many of these are busy.
    pub slots_busy: u64,
    /// Frames of pictures rendered in a second, over the last minute.
    pub frames_per_second: f64,
    /// Seconds until everything that is planned is rendered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_left_seconds: Option<Expected>,
}

/// What is expected, as a range.
#[derive(Debug, Serialize, Deserialize)]
pub struct Expected {
    /// Seldom less.
    pub low: f64,
    /// Seldom more.
    pub high: f64,
}

/// An open export among all others.
#[derive(Debug, Serialize, Deserialize)]
pub struct QueuedExport {
    /// Its id.
    pub id: Uuid,
    /// What its owner is called.
    pub user_name: String,
    /// What its video is called.
    pub filename: String,
    /// Where it stands.
    pub status: String,
    /// How urgent it is.
    pub priority: i32,
    /// 0–99.
    pub progress_percentage: u8,
    /// Seconds since it was ordered.
    pub age_seconds: f64,
    /// Since when it is held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<String>,
}

/// A page of tasks.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tasks {
    /// The page.
    pub tasks: Vec<Task>,
}

/// A unit of work that a node leases.
#[derive(Debug, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: Uuid,
    /// What kind it is.
    pub kind: String,
    /// Where it is.
    pub state: String,
    /// The export it works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_id: Option<Uuid>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Why it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Why>,
}

/// Tasks that take too long.
#[derive(Debug, Serialize, Deserialize)]
pub struct StuckTasks {
    /// Those that run longest first.
    pub stuck: Vec<StuckTask>,
}

/// A task that takes too long.
#[derive(Debug, Serialize, Deserialize)]
pub struct StuckTask {
    /// The task.
    pub task: Task,
    /// For how long its node has had it.
    pub running_seconds: f64,
    /// How long such a task takes.
    pub usual_seconds: f64,
}

/// Why something is not happening.
#[derive(Debug, Serialize, Deserialize)]
pub struct Why {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}

/// What an order about an export did.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ordered {
    /// How many tasks it concerned.
    pub tasks: u64,
}

/// How urgent an export shall be.
#[derive(Debug, Serialize)]
pub struct NewPriority {
    /// −100 to 100.
    pub priority: i32,
}

/// Which task to try anew.
#[derive(Debug, Serialize)]
pub struct Requeue {
    /// Only this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Uuid>,
}

/// The machines of a farm.
#[derive(Debug, Serialize, Deserialize)]
pub struct Nodes {
    /// All that are enrolled.
    pub nodes: Vec<Node>,
}

/// A machine of the farm.
#[derive(Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// How it is.
    pub state: String,
    /// Whether it is connected.
    pub connected: bool,
    /// Encodes it runs at once.
    pub slots: u32,
    /// Encodes it runs now.
    pub slots_busy: u32,
    /// Why it has slots that nobody uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Why>,
    /// Why it is kept from tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine_reason: Option<String>,
}

/// Why a machine is kept from tasks.
#[derive(Debug, Serialize)]
pub struct Quarantine {
    /// In words for people.
    pub reason: String,
}

impl Client {
    /// Everything that is open, with the farm in numbers.
    pub async fn queue(&self) -> Result<Queue, Error> {
        let mut all: Queue = self.json(calls::VIEW_QUEUE.all().with(&page(1)), None::<&()>).await?;
        for number in 2.. {
            let known = all.exports.len();
            if !known.is_multiple_of(PAGE_MAX) || known as u64 >= all.total {
                break;
            }
            let next: Queue = self.json(calls::VIEW_QUEUE.all().with(&page(number)), None::<&()>).await?;
            if next.exports.is_empty() {
                break;
            }
            all.exports.extend(next.exports);
        }
        Ok(all)
    }

    /// Tasks that are not over, of one export or of all, at most a page of each state.
    pub async fn open_tasks(&self, export: Option<Uuid>) -> Result<Vec<Task>, Error> {
        let of_export = export.map(|id| format!("&export_id={id}")).unwrap_or_default();
        let mut all = Vec::new();
        for state in ["leased", "ready", "poisoned"] {
            let query = format!("sort=created_at&limit={PAGE_MAX}&state={state}{of_export}");
            let tasks: Tasks = self.json(calls::LIST_TASKS.all().with(&query), None::<&()>).await?;
            all.extend(tasks.tasks);
        }
        Ok(all)
    }

    /// Tasks that some node has had for `factor` times as long as they usually take.
    pub async fn stuck_tasks(&self, factor: u32) -> Result<Vec<StuckTask>, Error> {
        let stuck: StuckTasks =
            self.json(calls::LIST_STUCK.all().with(&format!("factor={factor}")), None::<&()>).await?;
        Ok(stuck.stuck)
    }

    /// Gives an export another priority.
    pub async fn set_priority(&self, export: Uuid, priority: i32) -> Result<(), Error> {
        self.json::<Ordered>(calls::SET_PRIORITY.of(export), Some(&NewPriority { priority })).await.map(drop)
    }

    /// Holds an export back.
    pub async fn pause_export(&self, export: Uuid) -> Result<(), Error> {
        self.json::<Ordered>(calls::PAUSE_EXPORT.of(export), None::<&()>).await.map(drop)
    }

    /// Lets an export go on.
    pub async fn resume_export(&self, export: Uuid) -> Result<(), Error> {
        self.json::<Ordered>(calls::RESUME_EXPORT.of(export), None::<&()>).await.map(drop)
    }

    /// Tries anew what is not done of an export; tells how many tasks that are.
    pub async fn requeue_export(&self, export: Uuid, task_id: Option<Uuid>) -> Result<u64, Error> {
        let ordered: Ordered = self.json(calls::REQUEUE_EXPORT.of(export), Some(&Requeue { task_id })).await?;
        Ok(ordered.tasks)
    }

    /// The machines of the farm.
    pub async fn nodes(&self) -> Result<Vec<Node>, Error> {
        let mut all = Vec::new();
        for number in 1.. {
            let nodes: Nodes = self.json(calls::LIST_NODES.all().with(&page(number)), None::<&()>).await?;
            let last = nodes.nodes.len() < PAGE_MAX;
            all.extend(nodes.nodes);
            if last {
                break;
            }
        }
        Ok(all)
    }

    /// Lets a machine finish what it has, and take nothing new.
    pub async fn drain_node(&self, node: Uuid) -> Result<Node, Error> {
        self.about_node(&calls::DRAIN_NODE, node, None::<&()>).await
    }

    /// Ends a drain or a quarantine.
    pub async fn resume_node(&self, node: Uuid) -> Result<Node, Error> {
        self.about_node(&calls::RESUME_NODE, node, None::<&()>).await
    }

    /// Keeps a machine from tasks.
    pub async fn quarantine_node(&self, node: Uuid, reason: String) -> Result<Node, Error> {
        self.about_node(&calls::QUARANTINE_NODE, node, Some(&Quarantine { reason })).await
    }

    /// Takes a machine out of the farm.
    pub async fn remove_node(&self, node: Uuid) -> Result<(), Error> {
        self.send(calls::REMOVE_NODE.of(node), None::<&()>, super::Patience::Retry).await.map(drop)
    }

    async fn about_node(&self, call: &Call, node: Uuid, body: Option<&(impl Serialize + Sync)>) -> Result<Node, Error> {
        self.json(call.of(node), body).await
    }
}

fn page(number: usize) -> String {
    format!("limit={PAGE_MAX}&page={number}")
}
