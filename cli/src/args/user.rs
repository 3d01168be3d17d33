//! The words of `reelfarm user`: accounts, their tokens and their login links. Asks no server.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use url::Url;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account, and print a link that signs it in once
    Add {
        /// Name of the account
        name: String,
        /// What it may do
        #[arg(long, default_value = "creator")]
        role: Role,
        /// Read the account's password from the first line of stdin
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// List the accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Make a bearer token for an account, and print it once
    Token {
        /// Name of the account
        name: String,
        /// What the token is called
        #[arg(long, default_value = "command line")]
        label: String,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Print a link that signs a browser in to an account once
    Link {
        /// Name of the account
        name: String,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Let nobody in by an account any more
    Disable {
        /// Name of the account
        name: String,
        #[command(flatten)]
        farm: FarmArgs,
    },
    /// Let an account in again
    Enable {
        /// Name of the account
        name: String,
        #[command(flatten)]
        farm: FarmArgs,
    },
}

/// Which farm is meant.
#[derive(Debug, Clone, Args)]
pub struct FarmArgs {
    /// The farm's HTTP API [default: the farm that runs from the data folder]
    #[arg(long, value_name = "URL", requires = "token")]
    pub server: Option<Url>,
    /// Bearer token for --server
    #[arg(long, value_name = "T", env = "REELFARM_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Folder of the farm on this machine [default: ~/.local/share/reelfarm]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Uploads and exports.
    Creator,
    /// Runs the farm as well.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    /// As the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}
