//! Wires the coordinator together, and nothing else does.
//! Holds no logic of its own.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use service::{Clock, Lifecycle, OnEnd, SystemClock, Tasks};

use crate::advance;
use crate::certificates::CertificateAuthority;
use crate::config::Config;
use crate::dispatch::{self, DispatchHealth};
use crate::http::{self, Deps, Listener, Readiness, Welcome};
use crate::ingest::{self, Ingest};
use crate::nudge::Nudge;
use crate::parts::PartStore;
use crate::storage::{Cdn, Storage};
use crate::store::Store;
use crate::store::sole::Sole;
use crate::webhooks;

/// The folder of payloads under the data folder.
const PARTS_FOLDER: &str = "parts";

/// Runs a coordinator until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let sole = Arc::new(Sole::take(&config.database.url).await?);
    let tasks = Tasks::new();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let nudge = Nudge::new();
    let store = Store::open(&config.database.url).await?;
    // Nobody else can be at one: this is the only coordinator.
    store.unlock_keyed_calls().await?;
    let cdn = Cdn::from_config(&config.cdn)?;
    let storage = Storage::open(&config.storage, &config.data.dir, &tasks).await?.behind(cdn);
    let parts = open_parts(&config, &store).await?;
    let authority = CertificateAuthority::open(&config.data.dir, clock.now())?;
    let health = DispatchHealth::default();

    let listener = Listener::bind(&config.http).await?;
    let api = http::api(Deps {
        store: store.clone(),
        storage: storage.clone(),
        authority: authority.clone(),
        nudge: nudge.clone(),
        clock: Arc::clone(&clock),
        tasks: tasks.clone(),
        readiness: readiness(&health),
        welcome: Welcome::from_config(&config.ingest, &config.nats)?,
        limits: config.limits.limits(),
        private_receivers: config.webhooks.allow_private_addresses,
        config: config.http.clone(),
    });
    let nodes = ingest::Ports {
        store: store.clone(),
        nudge: nudge.clone(),
        storage: storage.clone(),
        parts: parts.clone(),
        clock: Arc::clone(&clock),
    };
    let ingest = Ingest::bind(nodes, &config.ingest, &authority, &tasks)?;
    let doorbells = dispatch::Ports { store: store.clone(), nudge: nudge.clone(), clock: Arc::clone(&clock), health };
    let told = webhooks::Ports { store: store.clone(), nudge: nudge.clone(), clock: Arc::clone(&clock) };
    let exports = advance::Ports {
        store,
        storage,
        parts,
        nudge,
        clock,
        tasks: tasks.clone(),
        limits: config.limits.limits(),
        retention: config.retention,
    };

    let (kept, stop) = (Arc::clone(&sole), tasks.stop().clone());
    tasks.spawn("sole", OnEnd::Fatal, async move { kept.keep(&stop).await });
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api, tasks.clone()));
    tasks.spawn("ingest", OnEnd::Fatal, ingest.run());
    tasks.spawn("dispatch", OnEnd::Fatal, dispatch::run(doorbells, config.dispatch, config.nats, tasks.stop().clone()));
    tasks.spawn("webhooks", OnEnd::Fatal, webhooks::run(told, config.webhooks, tasks.stop().clone()));
    tasks.spawn("retention", OnEnd::Fatal, advance::keep_no_longer(exports.clone()));
    tasks.spawn("readings", OnEnd::Fatal, advance::take_readings(exports.clone()));
    tasks.spawn("advance", OnEnd::Fatal, advance::run(exports, config.advance));
    let ended = Lifecycle::new(tasks).run().await;
    // Not before the last task has ended.
    drop(sole);
    ended
}

/// Files a crash left between disk and ledger go before anything is received.
async fn open_parts(config: &Config, store: &Store) -> anyhow::Result<PartStore> {
    let parts = PartStore::open(&config.data.dir.join(PARTS_FOLDER))?;
    let known = store.part_files().await?;
    let sweeping = parts.clone();
    let removed =
        tokio::task::spawn_blocking(move || sweeping.sweep(&known)).await.context("sweep the part store")??;
    if removed > 0 {
        tracing::info!(removed, "Removed {removed} files no part belongs to");
    }
    Ok(parts)
}

fn readiness(health: &DispatchHealth) -> Readiness {
    let health = health.clone();
    Readiness::default().with("nats", move || {
        let problem = health.problem();
        async move { problem.map_or(Ok(()), Err) }
    })
}
