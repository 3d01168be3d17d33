//! Wires everything to everything: the only place that knows all parts. Decides nothing.

use std::process::ExitCode;
use std::sync::Arc;

use service::{Clock, Lifecycle, OnEnd, SystemClock, Tasks};

use crate::certificates::CertificateAuthority;
use crate::config::Config;
use crate::http::{self, Deps, Listener, Readiness, Welcome};
use crate::nudge::Nudge;
use crate::storage::Storage;
use crate::store::Store;

/// Runs the coordinator until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let tasks = Tasks::new();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let nudge = Nudge::new();
    let store = Store::open(&config.database.url).await?;
    let authority = CertificateAuthority::open(&config.data.dir, clock.now())?;
    let storage = Storage::open(&config.storage, &config.data.dir, &tasks).await?;
    let listener = Listener::bind(&config.http).await?;
    let api = http::api(Deps {
        store,
        storage,
        authority,
        nudge,
        clock,
        stop: tasks.stop().clone(),
        readiness: Readiness::default(),
        welcome: Welcome::from_config(&config.ingest, &config.nats)?,
    });
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api, tasks.clone()));
    Lifecycle::new(tasks).run().await
}
