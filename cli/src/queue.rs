//! `reelfarm queue`: what is open on a farm, what waits for what, and the orders operators give about it, by the HTTP API. Knows no
//! rules about them: the farm refuses what is not allowed.

use anyhow::Context as _;
use serde::Serialize;

use crate::args::{List, Queue, QueueCommand};
use crate::client::{QueueCounts, QueuedExport, StuckTask, Task};
use crate::failure::Failure;
use crate::running_farm::connect;
use crate::stdout;

/// Does what is asked with the queue.
pub async fn run(queue: Queue) -> Result<(), Failure> {
    match queue.command {
        None => list(&queue.list).await,
        Some(QueueCommand::Tasks { export, list }) => {
            let tasks = connect(&list.farm).await?.open_tasks(export).await?;
            show(&list, &tasks, || tasks.iter().map(task_line).collect())
        }
        Some(QueueCommand::Stuck { factor, list }) => {
            let stuck = connect(&list.farm).await?.stuck_tasks(factor).await?;
            show(&list, &stuck, || {
                if stuck.is_empty() {
                    vec!["Nothing is stuck.".to_owned()]
                } else {
                    stuck.iter().map(stuck_line).collect()
                }
            })
        }
        Some(QueueCommand::Priority { export, priority, farm }) => {
            connect(&farm).await?.set_priority(export, priority).await?;
            stdout::print(&format!("{export} has priority {priority}."))
        }
        Some(QueueCommand::Pause { export, farm }) => {
            connect(&farm).await?.pause_export(export).await?;
            stdout::print(&format!("{export} is held back."))
        }
        Some(QueueCommand::Resume { export, farm }) => {
            connect(&farm).await?.resume_export(export).await?;
            stdout::print(&format!("{export} goes on."))
        }
        Some(QueueCommand::Requeue { export, task, farm }) => {
            let count = connect(&farm).await?.requeue_export(export, task).await?;
            stdout::print(&format!("{count} tasks of {export} are tried anew."))
        }
    }
}

async fn list(list: &List) -> Result<(), Failure> {
    let queue = connect(&list.farm).await?.queue().await?;
    show(list, &queue, || {
        let mut lines: Vec<String> = queue.exports.iter().map(export_line).collect();
        lines.push(counts_line(&queue.counts));
        lines
    })
}

/// Prints a thing as JSON, or line by line.
pub fn show(list: &List, thing: &impl Serialize, lines: impl FnOnce() -> Vec<String>) -> Result<(), Failure> {
    let text = if list.json {
        serde_json::to_string(thing).context("failed to write the answer as JSON")?
    } else {
        lines().join("\n")
    };
    if text.is_empty() { Ok(()) } else { stdout::print(&text) }
}

fn export_line(export: &QueuedExport) -> String {
    let paused = if export.paused_at.is_some() { "  paused" } else { "" };
    format!(
        "{}  {:<10} {:>3} %  priority {:>4}  {:>7.0} s  {:<16} {}{paused}",
        export.id,
        export.status,
        export.progress_percentage,
        export.priority,
        export.age_seconds,
        export.user_name,
        export.filename
    )
}

fn counts_line(counts: &QueueCounts) -> String {
    let left = counts.time_left_seconds.as_ref().filter(|left| left.high > 0.0);
    let left = left.map(|left| format!("; {:.0} to {:.0} s left", left.low, left.high)).unwrap_or_default();
    format!(
        "{} pending, {} processing, {} paused, {} failed within the hour; {} tasks run and {} wait on {} of {} slots of {} nodes; {:.0} frames per second{left}",
        counts.pending,
        counts.processing,
        counts.paused,
        counts.failed_last_hour,
        counts.tasks_running,
        counts.tasks_waiting,
        counts.slots_busy,
        counts.slots,
        counts.nodes_online,
        counts.frames_per_second
    )
}

fn stuck_line(stuck: &StuckTask) -> String {
    let StuckTask { task, running_seconds, usual_seconds } = stuck;
    format!("{}  {:<8} runs for {running_seconds:.0} s instead of {usual_seconds:.1} s", task.id, task.kind)
}

fn task_line(task: &Task) -> String {
    let why = task.waiting.as_ref().map(|why| why.message.as_str()).or(task.error_message.as_deref());
    format!("{}  {:<8} {:<9} {}", task.id, task.kind, task.state, why.unwrap_or_default()).trim_end().to_owned()
}
