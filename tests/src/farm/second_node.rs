//! A further node of a farm, enrolled through the ordinary call and run as on a machine of its own.
//! The first node is a child of `up` and none of this.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::{Programs, STOPPED_WITHIN, signal};
use crate::api::Api;
use crate::patience::{eventually, found_within};

/// A node says hello as soon as it has probed its encoders.
const CONNECTED_WITHIN: Duration = Duration::from_secs(30);
/// Its name, its folder's and that of its files.
const NAME: &str = "second";

/// A node beside the first.
pub(super) struct SecondNode {
    process: Child,
    folder: PathBuf,
}

impl SecondNode {
    /// Enrols a node on the farm in `data`, starts it, and waits until the farm knows it.
    ///
    /// # Panics
    /// When any of that fails.
    pub(super) fn start(programs: &Programs, api: &Api, data: &Path, slot_count: u32) -> SecondNode {
        let folder = data.join(NAME);
        fs::create_dir_all(folder.join("scratch")).expect("a folder for the node");
        let config = configuration(data, &folder);
        let token = api.post("/api/nodes/join-tokens", &json!({"name": NAME})).expect(201);
        let token = token["token"].as_str().expect("a join token");
        let before = connected(api);
        let enrolled = node(programs, "enroll", &config)
            .args(["--server", api.url()])
            .env("REELFARM_JOIN_TOKEN", token)
            .output()
            .expect("the node's program starts");
        assert!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));

        let said = File::create(data.join("logs").join("second.log")).expect("a file for what it says");
        let process = node(programs, "run", &config)
            .env("REELFARM__CAPACITY__SLOTS", slot_count.to_string())
            .stdout(said.try_clone().expect("a file handle"))
            .stderr(said)
            .spawn()
            .expect("the node's program starts");
        eventually("the second node", CONNECTED_WITHIN, || (connected(api) > before).then_some(()));
        SecondNode { process, folder }
    }

    /// Where it keeps what it works on.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// SIGTERM, then patience, then SIGKILL.
    pub(super) fn end(&mut self) -> ExitStatus {
        signal(self.process.id(), Signal::TERM);
        let process = &mut self.process;
        let ended = found_within(STOPPED_WITHIN, || process.try_wait().expect("a child can be waited for"));
        ended.unwrap_or_else(|| {
            self.process.kill().expect("a child can be killed");
            self.process.wait().expect("the node has ended")
        })
    }
}

/// The first node's configuration with this node's files: where the farm is, both know alike.
fn configuration(data: &Path, folder: &Path) -> PathBuf {
    let first = fs::read_to_string(data.join("node.toml")).expect("the first node has a configuration");
    let (theirs, ours) = (data.join("node"), folder);
    let text = first.replace(&format!("{}/", theirs.display()), &format!("{}/", ours.display()));
    assert_ne!(text, first, "the first node's files lie in {}", theirs.display());
    let file = folder.join("node.toml");
    fs::write(&file, text).expect("a configuration can be written");
    file
}

fn node(programs: &Programs, subcommand: &str, config: &Path) -> Command {
    let mut command = Command::new(programs.node());
    command.arg(subcommand).arg("--config").arg(config).stdin(Stdio::null());
    command
}

fn connected(api: &Api) -> usize {
    let nodes = api.get("/api/nodes").expect(200);
    nodes["nodes"].as_array().expect("nodes").iter().filter(|node| node["connected"] == true).count()
}
