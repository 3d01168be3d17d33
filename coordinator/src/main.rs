//! The coordinator's program. Comes next: commands.
fn main() {}
