//! The node's command line: run, enroll, probe.
//! What they do is elsewhere.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::render::{self, RenderLimits};
use crate::{app, enroll};

/// A machine of a Reelfarm: claims tasks, renders them, returns parts.
#[derive(Debug, Parser)]
#[command(name = "reelfarm-node", version, about)]
struct Arguments {
    /// Log one JSON object a line.
    #[arg(long, global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the node.
    Run {
        /// The configuration file.
        #[arg(long)]
        config: PathBuf,
    },
    /// Join a farm: make a key, have it signed, write the files that `run` needs.
    Enroll {
        /// The coordinator, such as `http://farm.example:8080`.
        #[arg(long)]
        server: String,
        /// The join token; better given in the environment, where other users cannot read it.
        #[arg(long, env = "REELFARM_JOIN_TOKEN", hide_env_values = true)]
        token: String,
        /// The configuration file; written if there is none.
        #[arg(long)]
        config: PathBuf,
    },
    /// Say what this machine can encode with, by encoding one second with each encoder.
    Probe {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Parses the command line and runs it.
pub async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    service::telemetry::init(arguments.log_json);
    match arguments.command {
        Command::Run { config } => {
            let config =
                Config::load(&config).with_context(|| format!("use the configuration {}", config.display()))?;
            app::run(config).await
        }
        Command::Enroll { server, token, config } => {
            enroll::enroll(&server, &token, &config).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Probe { json } => probe(json).await,
    }
}

async fn probe(json: bool) -> anyhow::Result<ExitCode> {
    let probe = render::probe(&RenderLimits::default())
        .await
        .map_err(|failure| anyhow::anyhow!("{}", failure.detail).context(failure.message))?;
    if json {
        let encoders: Vec<_> = probe
            .encoders
            .iter()
            .map(|encoder| serde_json::json!({"family": encoder.family, "identity": encoder.identity}))
            .collect();
        let refused: Vec<_> = probe
            .refused
            .iter()
            .map(|(family, reason)| serde_json::json!({"family": family, "reason": reason}))
            .collect();
        let layers = probe.sandbox_layers;
        let library = probe.media_library;
        println!(
            "{}",
            serde_json::json!({"media_library": library, "encoders": encoders, "refused": refused, "sandbox_layers": layers})
        );
    } else {
        println!("{}", probe.media_library);
        for encoder in &probe.encoders {
            println!("{}: works ({})", encoder.family, encoder.identity);
        }
        for (family, reason) in &probe.refused {
            println!("{family}: not used here: {reason}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
