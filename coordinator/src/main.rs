//! The coordinator's program: reads the command, does it. Everything a command does is in the library.

use std::process::ExitCode;

use clap::Parser;
use reelfarm_coordinator::command::Command;

/// Reelfarm's coordinator: API, planner, ledger, dispatch, ingest, assembly, upload.
#[derive(Debug, Parser)]
#[command(name = "reelfarm-coordinator", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().expect("nobody installed another provider before");
    match Arguments::parse().command.perform().await {
        Ok(code) => code,
        Err(cause) => {
            eprintln!("reelfarm-coordinator: failed to {cause:#}");
            ExitCode::FAILURE
        }
    }
}
