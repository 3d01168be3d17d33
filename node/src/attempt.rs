//! One attempt from grant to receipt: render while the lease is kept, deliver, or say why not.
//! Renders nothing itself and decides nothing about what happens next to the task.

use std::path::{Path, PathBuf};

use tokio::sync::watch;
use tracing::{info, warn};
use uuid::Uuid;
use wire::v1::{Failed, FailureClass, Grant, IndexResult, PartHeader, Release, Work};

use crate::capacity::Place;
use crate::deliver::{DeliverError, deliver};
use crate::lease;
use crate::presence::{Link, Session};
use crate::render::{self, RenderFailure, RenderLimits, Rendered};

/// What every attempt on this node is given.
#[derive(Clone, Debug)]
pub struct Bench {
    /// To the coordinator.
    pub link: Link,
    /// Bounds of the media child.
    pub limits: RenderLimits,
    /// The folder under which each attempt gets one of its own.
    pub scratch: PathBuf,
}

/// How an attempt ended.
enum Outcome {
    Received,
    Failed(RenderFailure),
    NotWanted(String),
}

/// Runs a granted attempt to its end. `session` is the one the grant came on.
pub async fn run(bench: Bench, session: Session, grant: Grant, place: Place) {
    let (task, epoch) = (grant.task, grant.epoch);
    let shown = Uuid::from_u128(task);
    let scratch = bench.scratch.join(format!("{shown}.{epoch}"));
    let nobody_waits = matches!(grant.work, Work::Preview(_));
    let (progress, done) = watch::channel(0);
    let lease = lease::Lease { task, epoch, rules: session.rules.clone() };
    let outcome = tokio::select! {
        outcome = work(&bench, grant, &scratch, progress, &place) => outcome,
        ended = lease::keep(&bench.link, lease, done, &place) => Outcome::NotWanted(ended.to_string()),
        () = given_up(&place, nobody_waits) => {
            let _lease_runs_out_instead = bench.link.send(wire::encode(&Release { task, epoch })).await;
            Outcome::NotWanted("the node is stopping".to_owned())
        }
    };
    match outcome {
        Outcome::Received => info!(task.id = %shown, epoch, "Delivered task {shown}"),
        Outcome::NotWanted(reason) => info!(task.id = %shown, epoch, "Dropped task {shown}: {reason}"),
        Outcome::Failed(failure) => {
            warn!(task.id = %shown, epoch, detail = failure.detail, "Failed task {shown}: {}", failure.message);
        }
    }
    if let Err(cause) = tokio::fs::remove_dir_all(&scratch).await
        && cause.kind() != std::io::ErrorKind::NotFound
    {
        warn!("Failed to empty {}: {cause}", scratch.display());
    }
}

/// Until the attempt shall be given back unfinished: what nobody waits for, as soon as the node shall not go on.
async fn given_up(place: &Place, nobody_waits: bool) {
    let signal = if nobody_waits { place.draining() } else { place.releasing() };
    signal.cancelled().await;
}

async fn work(bench: &Bench, grant: Grant, scratch: &Path, progress: watch::Sender<u64>, place: &Place) -> Outcome {
    let (task, epoch, content_key) = (grant.task, grant.epoch, grant.content_key);
    #[expect(clippy::disallowed_methods, reason = "how long an attempt took is measured, nothing is decided by it")]
    let began = std::time::Instant::now();
    let rendered = match render(bench, grant, scratch, progress, place).await {
        Ok(rendered) => rendered,
        Err(failure) => {
            let message = Failed {
                task,
                epoch,
                class: failure.class.clone(),
                message: failure.message.clone(),
                detail: failure.detail.clone(),
            };
            say(&bench.link, wire::encode(&message)).await;
            return Outcome::Failed(failure);
        }
    };
    place.leave_slot();
    let delivered = match rendered {
        Rendered::Index(index) => deliver(&bench.link, &wire::encode(&IndexResult { task, epoch, index }), None).await,
        Rendered::Part(part) => {
            let header = PartHeader {
                task,
                epoch,
                content_key,
                codec: part.codec,
                rate_num: part.rate_num,
                rate_den: part.rate_den,
                frames: part.frames,
                payload_bytes: part.payload_bytes,
                payload_hash: part.payload_hash,
                levels: part.levels,
                render_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            };
            deliver(&bench.link, &wire::encode(&header), Some(&part.payload)).await
        }
    };
    match delivered {
        Ok(()) => Outcome::Received,
        Err(DeliverError::Refused { reason }) => Outcome::NotWanted(reason),
        Err(cause @ DeliverError::Payload(_)) => {
            let detail = format!("{:#}", anyhow::Error::from(cause));
            let message = "The node lost the part it had rendered.".to_owned();
            let failure = RenderFailure { class: FailureClass::Node, message: message.clone(), detail: detail.clone() };
            say(&bench.link, wire::encode(&Failed { task, epoch, class: FailureClass::Node, message, detail })).await;
            Outcome::Failed(failure)
        }
    }
}

async fn render(
    bench: &Bench,
    grant: Grant,
    scratch: &Path,
    progress: watch::Sender<u64>,
    place: &Place,
) -> Result<Rendered, RenderFailure> {
    tokio::fs::create_dir_all(scratch).await.map_err(|cause| RenderFailure {
        class: FailureClass::Node,
        message: "The node could not make a folder for its work.".to_owned(),
        detail: format!("{}: {cause}", scratch.display()),
    })?;
    let attempt = render::Attempt {
        work: grant.work,
        source_url: grant.source_url,
        source_bytes: grant.source_bytes,
        scratch: scratch.to_owned(),
    };
    render::render(attempt, &bench.limits, progress, place.stop().child_token()).await
}

/// Says something that matters, as soon as there is somebody to hear it. The lease bounds the wait.
async fn say(link: &Link, message: Vec<u8>) {
    let mut sessions = link.watch();
    while link.send(message.clone()).await.is_err() {
        if sessions.changed().await.is_err() {
            return;
        }
    }
}
