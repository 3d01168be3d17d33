//! The node's command line: the server, and the hidden entry of its media children.
//! Holds no logic of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all and single-threaded: a child locks itself down before anything else runs.
    if std::env::args_os().nth(1).is_some_and(|command| command == reelfarm_node::render::CHILD_COMMAND) {
        return reelfarm_node::render::child::main();
    }
    ExitCode::FAILURE
}
