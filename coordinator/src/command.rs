//! The commands of the coordinator's program. Each is a recipe; the work is elsewhere.

mod bootstrap;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use crate::config::{Config, DEFAULT_TOML};
use crate::store::sole::SoleError;
use crate::{app, http};

/// What the program shall do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the coordinator until it is told to stop.
    Run {
        /// The configuration, TOML.
        #[arg(long)]
        config: PathBuf,
        /// Logs as JSON, one object a line.
        #[arg(long)]
        json_logs: bool,
    },
    /// Makes the user `admin` and a token for it, once.
    Bootstrap {
        /// The configuration, TOML.
        #[arg(long)]
        config: PathBuf,
        /// Where the token goes; only its owner may read it.
        #[arg(long)]
        token_file: PathBuf,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Looks at configurations.
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Reads a configuration with the environment and says whether it holds.
    Check {
        /// The configuration, TOML.
        #[arg(long)]
        config: PathBuf,
    },
    /// Prints a whole configuration with every key explained.
    Default,
}

impl Command {
    /// Does it; 2 for what cannot be done as asked.
    pub async fn perform(self) -> anyhow::Result<ExitCode> {
        match self.carry_out().await {
            Err(cause) if matches!(cause.downcast_ref(), Some(SoleError::Taken { .. })) => {
                eprintln!("reelfarm-coordinator: {cause}");
                Ok(ExitCode::from(2))
            }
            outcome => outcome,
        }
    }

    async fn carry_out(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Run { config, json_logs } => {
                service::telemetry::init(json_logs);
                return app::run(read(&config)?).await;
            }
            Command::Bootstrap { config, token_file } => bootstrap::bootstrap(read(&config)?, &token_file).await?,
            Command::Openapi => print!("{}", http::document()),
            Command::Config { command: ConfigCommand::Check { config } } => {
                read(&config)?;
                println!("{} holds.", config.display());
            }
            Command::Config { command: ConfigCommand::Default } => print!("{DEFAULT_TOML}"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn read(file: &std::path::Path) -> anyhow::Result<Config> {
    Config::load(file).with_context(|| format!("use {}", file.display()))
}
