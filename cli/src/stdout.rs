//! Prints what a command has to say on stdout, where scripts read it; a closed pipe is an error like any other, not a panic.
//! Progress and complaints go to stderr and not through here.

use std::io::Write as _;

use anyhow::Context as _;

use crate::failure::Failure;

/// Prints one line, or a text of several, and flushes it.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    Ok(writeln!(stdout, "{text}").and_then(|()| stdout.flush()).context("failed to write to stdout")?)
}
