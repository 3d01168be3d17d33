//! Logs to standard error: readable lines on a terminal, JSON for machines.

use tracing_subscriber::EnvFilter;

/// Installs the program's one subscriber. `RUST_LOG` overrides the level; `json` chooses one object a line.
pub fn init(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if json { builder.json().init() } else { builder.with_ansi(false).init() }
}
