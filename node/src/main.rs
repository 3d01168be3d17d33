//! The node's program: the server, and the hidden entry of its media children.
//! Holds no logic of its own.

use std::process::ExitCode;

use reelfarm_node::{command, render};

fn main() -> anyhow::Result<ExitCode> {
    // First of all and single-threaded: a child locks itself down before anything else runs.
    if std::env::args_os().nth(1).is_some_and(|command| command == render::CHILD_COMMAND) {
        return Ok(render::child::main());
    }
    rustls::crypto::ring::default_provider().install_default().expect("nothing was installed before");
    tokio::runtime::Runtime::new()?.block_on(command::main())
}
