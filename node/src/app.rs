//! Wires the node together, and nothing else does.
//! Holds no logic of its own.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use service::{Lifecycle, OnEnd, Tasks};
use tracing::info;
use wire::v1::{Hello, NodeFacts};

use crate::attempt::Bench;
use crate::capacity::Attempts;
use crate::config::{Config, ScratchConfig};
use crate::presence::{Dialer, Link};
use crate::render::{self, RenderLimits};
use crate::{enroll, intake, presence};

/// A stopping node finishes what it has for so long, then gives the rest back.
const FINISH_MAX: Duration = Duration::from_secs(20);

/// Runs a node until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    empty(&config.scratch)?;
    let limits = RenderLimits { memory_bytes: config.sandbox.memory_bytes(), ..RenderLimits::default() };
    let slot_count = config.capacity.slot_count();
    let hello = hello(&limits, slot_count).await?;
    let tasks = Tasks::new();
    let stop = tasks.stop().clone();
    let attempts = Attempts::new(slot_count);
    let link = Link::default();
    let dialer = Dialer::new(&config.coordinator)?;
    let bench = Bench { link: link.clone(), limits, scratch: config.scratch.dir };
    tasks.spawn("presence", OnEnd::Fatal, presence::run(link, dialer, hello, attempts.clone(), stop.clone()));
    tasks.spawn("intake", OnEnd::Fatal, intake::run(config.nats, bench, attempts.clone(), tasks.clone()));
    tasks.spawn("finish", OnEnd::Log, async move {
        stop.soft.cancelled().await;
        attempts.drain();
        let _in_time = tokio::time::timeout(FINISH_MAX, attempts.wait_until_empty()).await;
        attempts.release_all();
        Ok::<(), std::convert::Infallible>(())
    });
    Lifecycle::new(tasks).run().await
}

/// Finds out what this machine can do, by doing it.
async fn hello(limits: &RenderLimits, slot_count: u32) -> anyhow::Result<Hello> {
    let probe = render::probe(limits).await.map_err(|failure| {
        anyhow::anyhow!("{}", failure.detail)
            .context(failure.message)
            .context("find out what this machine can encode with")
    })?;
    for (family, reason) in &probe.refused {
        info!(family, "Encoder {family} is not used here: {reason}");
    }
    for encoder in &probe.encoders {
        info!(family = encoder.family, "Encoder {} passed its probe", encoder.identity);
    }
    let mut instance = [0; 16];
    getrandom::fill(&mut instance).map_err(|cause| anyhow::anyhow!("draw a random number: {cause}"))?;
    Ok(Hello {
        oldest_version: wire::OLDEST_ACCEPTED as u16,
        current_version: wire::CURRENT as u16,
        instance: u128::from_le_bytes(instance),
        slot_count,
        facts: NodeFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: enroll::host_name(),
            cpu_count: std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1)),
            media_library: probe.media_library,
            encoders: probe.encoders,
            sandbox_layers: probe.sandbox_layers,
        },
    })
}

/// What an earlier process left is worth nothing: its leases are gone with it.
fn empty(scratch: &ScratchConfig) -> anyhow::Result<()> {
    let folder: &Path = &scratch.dir;
    let doing = || format!("empty the scratch folder {}", folder.display());
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause).with_context(doing),
        _ => {}
    }
    std::fs::create_dir_all(folder).with_context(doing)
}
