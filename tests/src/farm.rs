//! A real farm for one test: `reelfarm up` with its three children on a folder of its own, gone when the test is.
//! Dropping it stops it and fails the test when anything is left: a process, a work file, a bell not rung.

mod processes;
mod programs;
mod second_node;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::ledger::Ledger;
use crate::patience::{eventually, found_within};

pub use processes::Process;
pub use programs::{BINARIES_VARIABLE, Programs};
use second_node::SecondNode;

/// `up` starts four programs, makes keys and probes encoders; a busy machine takes a few seconds.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// `up` itself gives its children at most 50 s.
const STOPPED_WITHIN: Duration = Duration::from_mins(1);
/// A child that dies is started again at once.
const RESTARTED_WITHIN: Duration = Duration::from_secs(30);
/// When the parent-death signal has done its work.
const ORPHANS_GONE_WITHIN: Duration = Duration::from_secs(10);
/// What the farm prints and logs is shown this far back when a test fails.
const LOG_LINES_SHOWN: usize = 40;

/// One of the children of `up`, as `pids.json` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// nats-server.
    Nats,
    /// reelfarm-coordinator.
    Coordinator,
    /// reelfarm-node.
    Node,
}

impl Role {
    /// Its name in `pids.json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nats => "nats",
            Self::Coordinator => "coordinator",
            Self::Node => "node",
        }
    }
}

/// A farm that runs.
pub struct Farm {
    up: Child,
    programs: Programs,
    ready: Value,
    api: Api,
    second: Option<SecondNode>,
    folder: TempDir,
}

impl Farm {
    /// Starts a farm with two slots on a fresh folder.
    #[must_use]
    pub fn start() -> Farm {
        Self::with_slots(2)
    }

    /// Starts a farm whose node encodes so many parts at once, on a fresh folder.
    ///
    /// # Panics
    /// When it does not become ready; the message holds what it said.
    #[must_use]
    pub fn with_slots(slot_count: u32) -> Farm {
        Self::told(slot_count, &[])
    }

    /// Starts a farm with its ledger in a database of its own.
    #[must_use]
    pub fn on_database(url: &str) -> Farm {
        Self::told(2, &["--database", url])
    }

    fn told(slot_count: u32, more: &[&str]) -> Farm {
        let folder = tempfile::Builder::new().prefix("reelfarm-test-").tempdir().expect("a fresh folder");
        let programs = Programs::found();
        let said = folder.path().join("up.stderr");
        let data = folder.path().join("data");
        let mut up = Command::new(programs.reelfarm())
            .args(["up", "--json", "--listen", "127.0.0.1:0", "--slots", &slot_count.to_string(), "--data"])
            .arg(&data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&said).expect("a file for what it says"))
            .spawn()
            .expect("reelfarm starts");
        let ready = ready_line(&mut up).unwrap_or_else(|| {
            let ended = up.kill().and_then(|()| up.wait());
            panic!("the farm did not become ready ({ended:?}):\n{}\n{}", tail(&said), logs(&data));
        });
        let text = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}")).to_owned();
        let api = Api::new(&text("url"), &text("token"));
        Farm { up, programs, ready, api, second: None, folder }
    }

    /// Lets a second node join, with slots of its own.
    ///
    /// # Panics
    /// When it cannot, or when there are two already.
    #[must_use]
    pub fn joined_by_a_node(mut self, slot_count: u32) -> Farm {
        assert!(self.second.is_none(), "a test farm has two nodes at most");
        self.second = Some(SecondNode::start(&self.programs, &self.api, &self.data(), slot_count));
        self
    }

    /// What `up` printed when it was ready.
    #[must_use]
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// The HTTP API, as the administrator.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The farm's data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for the test's own files.
    #[must_use]
    pub fn desk(&self) -> PathBuf {
        let desk = self.folder.path().join("desk");
        fs::create_dir_all(&desk).expect("a folder for files");
        desk
    }

    /// The rows of the ledger, read only.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.data().join("reelfarm.db"))
    }

    /// The pid of `up` itself.
    #[must_use]
    pub fn up_pid(&self) -> u32 {
        self.up.id()
    }

    /// The pid of a child as it is now; `None` between two lives.
    #[must_use]
    pub fn pid(&self, role: Role) -> Option<u32> {
        let pids: Value = serde_json::from_slice(&fs::read(self.data().join("pids.json")).ok()?).ok()?;
        pids[role.as_str()].as_u64().and_then(|pid| u32::try_from(pid).ok())
    }

    /// Kills a child without warning, and waits until `up` has started it again.
    pub fn kill(&self, role: Role) {
        let before = self.pid(role).unwrap_or_else(|| panic!("no {} is running", role.as_str()));
        signal(before, Signal::KILL);
        eventually(&format!("a new {}", role.as_str()), RESTARTED_WITHIN, || {
            self.pid(role).filter(|&now| now != before)
        });
    }

    /// Every process of this farm that is alive.
    #[must_use]
    pub fn processes(&self) -> Vec<Process> {
        processes::of(self.up.id(), &self.data())
    }

    /// Kills `up` itself without warning.
    ///
    /// # Panics
    /// When one of its processes is still there soon after.
    pub fn kill_up(&mut self) {
        let all = self.processes();
        assert!(all.len() >= 4, "up and its three children should run, not {all:?}");
        signal(self.up.id(), Signal::KILL);
        self.up.wait().expect("up has ended");
        self.expect_gone(&all);
    }

    /// Stops the farm as Ctrl-C or a service manager does, and checks that nothing is left.
    ///
    /// # Panics
    /// When it does not end in time, not well, or leaves something behind.
    pub fn stop(mut self) {
        self.stop_and_check();
    }

    /// Runs the command line on this farm's folder: `reelfarm WORDS --data DIR`.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Output {
        let mut command = Command::new(self.programs.reelfarm());
        command.args(words).arg("--data").arg(self.data()).stdin(Stdio::null());
        command.output().expect("reelfarm starts")
    }

    fn stop_and_check(&mut self) {
        let all = self.processes();
        let ended = self.end();
        assert!(ended.success(), "up ended with {ended}:\n{}", logs(&self.data()));
        self.expect_gone(&all);
        let second = self.second.as_ref().map(SecondNode::scratch);
        for scratch in [Some(self.data().join("node").join("scratch")), second].into_iter().flatten() {
            assert_eq!(files_under(&scratch), Vec::<PathBuf>::new(), "work files are left on a node");
        }
        let parts = files_under(&self.data().join("coordinator"));
        let unfinished: Vec<&PathBuf> =
            parts.iter().filter(|file| file.extension().is_some_and(|end| end == "tmp")).collect();
        assert_eq!(unfinished, Vec::<&PathBuf>::new(), "half-received parts are left");
    }

    /// SIGTERM, then patience, then SIGKILL; how `up` ended.
    fn end(&mut self) -> ExitStatus {
        if let Some(second) = &mut self.second {
            let ended = second.end();
            assert!(ended.success() || thread::panicking(), "the second node ended with {ended}");
        }
        signal(self.up.id(), Signal::TERM);
        let up = &mut self.up;
        let ended = found_within(STOPPED_WITHIN, || up.try_wait().expect("up can be waited for"));
        ended.unwrap_or_else(|| {
            self.up.kill().expect("up can be killed");
            self.up.wait().expect("up has ended")
        })
    }

    fn expect_gone(&self, all: &[Process]) {
        eventually("the end of every process of the farm", ORPHANS_GONE_WITHIN, || {
            let left = processes::of(self.up.id(), &self.data());
            (left.is_empty() && !all.iter().any(Process::is_alive)).then_some(())
        });
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        let running = matches!(self.up.try_wait(), Ok(None));
        if thread::panicking() {
            eprintln!("what the farm said:\n{}", logs(&self.data()));
            if running {
                self.end();
            }
        } else if running {
            self.stop_and_check();
        }
    }
}

/// The one line `up --json` prints, unless it ends or is silent too long.
fn ready_line(up: &mut Child) -> Option<Value> {
    let stdout = up.stdout.take().expect("stdout is piped");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().and_then(Result::ok);
        // A receiver that has given up needs no answer.
        let _ = sender.send(first);
        lines.for_each(drop);
    });
    let line = receiver.recv_timeout(READY_WITHIN).ok()??;
    let ready: Value = serde_json::from_str(&line).ok()?;
    (ready["ready"] == true).then_some(ready)
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, signal).expect("the process is ours to signal");
}

/// The files below a folder; none when there is no such folder.
#[must_use]
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn logs(data: &Path) -> String {
    let files = files_under(&data.join("logs"));
    let shown: Vec<String> = files.iter().map(|file| format!("--- {}\n{}", file.display(), tail(file))).collect();
    shown.concat()
}

fn tail(file: &Path) -> String {
    let text = fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n") + "\n"
}
