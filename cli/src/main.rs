//! `reelfarm`, the command people type: a whole farm on this machine, and the main job in one command.
//! A client of the HTTP API and a supervisor of child processes; it knows no media and no SQL.

mod api;
mod args;
mod client;
mod doctor;
mod export;
mod failure;
mod folder;
mod leash;
mod node;
mod nodes;
mod programs;
mod queue;
mod running_farm;
mod segment;
mod signals;
mod stdout;
mod up;
mod user;
mod verify;

use std::process::ExitCode;

use anyhow::Context as _;

use crate::args::{Command, NodeCommand};
use crate::failure::Failure;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(status) => return status,
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("reelfarm: {}", failure.line());
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Up(up) => in_runtime(up::run(up)),
        Command::Export(export) => in_runtime(export::run(export)),
        Command::Verify(verify) => verify::run(&verify),
        Command::Doctor(doctor) => in_runtime(doctor::run(doctor)),
        Command::Openapi => {
            programs::become_program(&programs::beside_us("reelfarm-coordinator")?, &["openapi".into()])
        }
        Command::Node { command: NodeCommand::Enroll(enroll) } => node::enroll(enroll),
        Command::Node { command } => in_runtime(nodes::run(command)),
        Command::Queue(queue) => in_runtime(queue::run(queue)),
        Command::User { command } => in_runtime(user::run(command)),
        Command::Leash(leash) => leash::run(&leash),
    }
}

/// Runs a command on one thread: children are tied to the life of the thread that starts them (see `leash`),
/// so that thread must be the one that lives longest.
fn in_runtime(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nothing installs a TLS provider before the first command does");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("failed to start the runtime")?;
    runtime.block_on(command)
}
