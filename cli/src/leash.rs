//! Ties a child to the life of the process that starts it: sets the parent-death signal, then becomes the program.
//! It keeps no process of its own between the two, so the child's pid is the program's pid.

use std::path::Path;

use anyhow::Context as _;
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use crate::args::Leash;
use crate::failure::Failure;
use crate::programs;

/// The hidden subcommand that `command` starts children through.
pub const SUBCOMMAND: &str = "__leash";

/// A command that starts `program` on a leash: when the calling thread ends, however it ends, the program is killed.
pub fn command(program: &Path) -> Result<tokio::process::Command, Failure> {
    let ourselves = std::env::current_exe().context("failed to find this program's own file")?;
    let mut command = tokio::process::Command::new(ourselves);
    command.arg(SUBCOMMAND).arg(std::process::id().to_string()).arg(program);
    Ok(command)
}

/// Becomes the program, with SIGKILL due the moment the parent is gone.
pub fn run(leash: &Leash) -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("failed to set the parent-death signal")?;
    // The parent may have died before the signal was set; then nobody would ever send it.
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent != Some(leash.parent) {
        return Err(Failure::failed("the process that started this one is gone"));
    }
    programs::become_program(&leash.program, &leash.arguments)
}
