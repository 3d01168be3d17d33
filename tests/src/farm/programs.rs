//! Finds the binaries under test: those cargo built beside the test itself, or a folder named by the environment.
//! Builds nothing.

use std::path::{Path, PathBuf};

/// Names the folder of the binaries, such as a release build.
pub const BINARIES_VARIABLE: &str = "REELFARM_BINARIES";

/// The three programs; `reelfarm up` finds the other two beside itself.
const NAMES: [&str; 3] = ["reelfarm", "reelfarm-coordinator", "reelfarm-node"];

/// Where the binaries are.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Finds them.
    ///
    /// # Panics
    /// When one is missing; the message says how to build it.
    #[must_use]
    pub fn found() -> Programs {
        let folder = std::env::var_os(BINARIES_VARIABLE).map_or_else(beside_the_test, PathBuf::from);
        for name in NAMES {
            let program = folder.join(name);
            assert!(
                program.is_file(),
                "{} is missing: run `cargo build --workspace` first (`make test` does), or name a folder by {BINARIES_VARIABLE}",
                program.display()
            );
        }
        Programs { folder }
    }

    /// The command line.
    #[must_use]
    pub fn reelfarm(&self) -> PathBuf {
        self.folder.join("reelfarm")
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> PathBuf {
        self.folder.join("reelfarm-node")
    }
}

/// Tests lie in `target/PROFILE/deps`, binaries in `target/PROFILE`.
fn beside_the_test() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    test.parent().and_then(Path::parent).expect("a test lies two folders deep").to_owned()
}
