//! The command line: what may be typed, and the one line that says what is wrong with it.
//! It looks at words only; whether a file exists or a server answers is found out by the commands.

mod running;
mod user;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use crate::segment::Segment;

pub use running::{List, NodeCommand, OneNode, Queue, QueueCommand};
pub use user::{FarmArgs, Role, UserCommand};

/// Turns ranges of a video into finished files, on this machine or on a farm.
#[derive(Debug, Parser)]
#[command(name = "reelfarm", version, disable_help_subcommand = true, max_term_width = 120)]
struct Reelfarm {
    #[command(subcommand)]
    command: Command,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a whole farm on this machine until Ctrl-C
    Up(Up),
    /// Upload a video, export ranges of it, download the result
    Export(Export),
    /// Check a finished file against the exactness report of its export
    Verify(Verify),
    /// Say what is installed and what is missing
    Doctor(Doctor),
    /// Print the OpenAPI document of the HTTP API
    Openapi,
    /// Manage this machine as a node of a farm, and a farm's machines
    Node {
        /// What to do with them.
        #[command(subcommand)]
        command: NodeCommand,
    },
    /// Manage the accounts of a farm
    User {
        /// What to do with them.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Show what is open on a farm and what waits for what, and give orders about it
    Queue(Queue),
    /// Become another program, killed when the process that started this one ends.
    #[command(name = crate::leash::SUBCOMMAND, hide = true)]
    Leash(Leash),
}

/// Arguments of `up`.
#[derive(Debug, Clone, Args)]
pub struct Up {
    /// Folder for the farm's data [default: ~/.local/share/reelfarm]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of the HTTP API; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Encodes the node runs at once [default: as many as fit this machine]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub slots: Option<u32>,
    /// Keep the ledger in a PostgreSQL database instead of a file in the data folder
    #[arg(long, value_name = "postgres://USER@HOST/DB", env = "REELFARM_DATABASE", hide_env_values = true, value_parser = database)]
    pub database: Option<String>,
    /// Start no node; others will enrol
    #[arg(long)]
    pub no_node: bool,
    /// Print one line of JSON when the farm is ready, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The video
    pub input: PathBuf,
    /// The file to make; a .zip for clips
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// A range to keep, in seconds or [HH:]MM:SS[.mmm]; may be given several times [default: the whole video]
    #[arg(long = "segment", value_name = "START-END", allow_hyphen_values = true)]
    pub segments: Vec<Segment>,
    /// One file of one range, one file of several, or a file for each [default: single for one range, else combined]
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<ExportType>,
    /// Size of the picture
    #[arg(long, default_value = "1080p")]
    pub resolution: Resolution,
    /// Quality of the picture
    #[arg(long, default_value = "medium")]
    pub quality: Quality,
    /// Container [default: by the ending of PATH]
    #[arg(long)]
    pub format: Option<Format>,
    /// Fade from each range into the next; the file is shorter by so much per joint
    #[arg(long, value_name = "SECONDS", value_parser = crossfade_seconds)]
    pub crossfade: Option<f64>,
    /// Leave the loudness as it is
    #[arg(long)]
    pub no_normalize: bool,
    /// Use this farm instead of one on this machine
    #[arg(long, value_name = "URL", requires = "token")]
    pub server: Option<Url>,
    /// Bearer token for --server
    #[arg(long, value_name = "T", env = "REELFARM_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Folder of the farm on this machine [default: ~/.local/share/reelfarm]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Save the exactness report to this file as well
    #[arg(long, value_name = "PATH")]
    pub report: Option<PathBuf>,
    /// Print the export's JSON as the last line on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The finished file, or the ZIP of all clips
    pub file: PathBuf,
    /// The report, as `export --report` saves it
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// Decode everything as well, where ffmpeg is installed
    #[arg(long)]
    pub decode: bool,
}

/// Arguments of `node enroll`.
#[derive(Debug, Args)]
pub struct Enroll {
    /// The farm's HTTP API
    #[arg(long, value_name = "URL")]
    pub server: Url,
    /// A join token; it works once
    #[arg(long, value_name = "T", env = crate::node::JOIN_TOKEN_VARIABLE, hide_env_values = true)]
    pub token: String,
    /// The node's configuration, written when there is none [default: ~/.config/reelfarm/node.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Folder for the farm's data [default: ~/.local/share/reelfarm]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of the HTTP API to look at
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Arguments of the hidden leash.
#[derive(Debug, Args)]
pub struct Leash {
    /// Pid of the process that starts the program.
    pub parent: u32,
    /// The program to become.
    pub program: PathBuf,
    /// Its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// What files an export yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportType {
    /// One file of one range.
    Single,
    /// One file of several ranges, joined.
    Combined,
    /// A file for each range.
    Clips,
}

/// The size of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
pub enum Resolution {
    /// At most 1280 × 720.
    #[value(name = "720p")]
    #[serde(rename = "720p")]
    Hd,
    /// At most 1920 × 1080.
    #[value(name = "1080p")]
    #[serde(rename = "1080p")]
    FullHd,
    /// At most 3840 × 2160.
    #[value(name = "4k")]
    #[serde(rename = "4k")]
    UltraHd,
}

/// The quality of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// Large files, slow.
    High,
    /// The usual choice.
    Medium,
    /// Small files, fast.
    Low,
}

/// The container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// MPEG-4.
    Mp4,
    /// QuickTime.
    Mov,
    /// `WebM`.
    Webm,
}

impl Format {
    /// The ending of files in this container, without the point.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
        }
    }

    /// The container that files with this ending are in.
    pub fn of_extension(extension: &str) -> Option<Self> {
        [Self::Mp4, Self::Mov, Self::Webm].into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension))
    }
}

/// Reads the command line; help, version and faults are printed here, and `Err` holds the exit status.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    Reelfarm::try_parse_from(arguments).map(|reelfarm| reelfarm.command).map_err(|error| {
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // A closed pipe behind `--help | head` is nobody's fault.
                let _ = error.print();
            }
            _ => eprintln!("reelfarm: {}", one_line(&error.render().to_string())),
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// Clap's message without its tips and usage, on one line.
fn one_line(message: &str) -> String {
    let told = message
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("tip:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    told.strip_prefix("error: ").unwrap_or(&told).to_owned()
}

/// A database that is a server; the file in the data folder needs no name.
fn database(text: &str) -> Result<String, String> {
    let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("it begins with postgres://".to_owned()) }
}

/// Seconds of a crossfade: a plain positive number.
fn crossfade_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds > 0.0 => Ok(seconds),
        _ => Err("a crossfade lasts a positive number of seconds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn fault(words: &[&str]) -> String {
        let words = ["reelfarm"].iter().chain(words);
        let error = Reelfarm::try_parse_from(words).expect_err("the words are wrong");
        assert_eq!(error.exit_code(), 2);
        one_line(&error.render().to_string())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Reelfarm::command().debug_assert();
    }

    #[test]
    fn a_bad_option_is_one_clear_line() {
        let export = ["export", "in.mp4", "--output", "out.mp4"];
        let with = |more: &[&str]| fault(&[&export[..], more].concat());
        assert_eq!(
            with(&["--resolution", "8k"]),
            "invalid value '8k' for '--resolution <RESOLUTION>' [possible values: 720p, 1080p, 4k]"
        );
        assert_eq!(
            with(&["--segment", "9-3"]),
            "invalid value '9-3' for '--segment <START-END>': it ends before it starts"
        );
        assert_eq!(with(&["--colour"]), "unexpected argument '--colour' found");
        assert_eq!(with(&["--crossfade", "-1"]), "unexpected argument '-1' found");
        assert_eq!(fault(&["export", "in.mp4"]), "the following required arguments were not provided: --output <PATH>");
        assert!(with(&["--server", "http://farm"]).contains("--token <T>"));
        assert!(fault(&["up", "--listen", "8080"]).starts_with("invalid value '8080' for '--listen <ADDR:PORT>'"));
    }

    #[test]
    fn the_leash_passes_options_on() {
        let words = ["reelfarm", crate::leash::SUBCOMMAND, "12", "/bin/echo", "-n", "--json"];
        let Ok(Command::Leash(leash)) = parse(words.map(OsString::from)) else { panic!("not a leash") };
        assert_eq!((leash.parent, leash.arguments), (12, vec![OsString::from("-n"), OsString::from("--json")]));
    }
}
