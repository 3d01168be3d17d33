//! One supervised program: started on a leash with its output in a log, started again when it ends.
//! When it is ready, and whether the farm goes on without it, is for the farm to say.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child as Process;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::leash;

/// The first wait before a program is started again; it doubles with each life that is short.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// A program that lived this long starts again at once.
const LIFE_STEADY: Duration = Duration::from_secs(10);
/// A log larger than this is set aside; with the one set aside, about twice this is kept.
const LOG_BYTES_MAX: u64 = 16 << 20;
/// How much of a log is looked at for its last line.
const LOG_TAIL_BYTES: u64 = 4096;

/// What to run.
#[derive(Debug)]
pub struct Spec {
    /// The short name: `nats`, `coordinator`, `node`.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where its output goes.
    pub log: PathBuf,
    /// How long it may take to end after SIGTERM.
    pub stop_within: Duration,
}

/// One program and the life it is in.
#[derive(Debug)]
pub struct Child {
    spec: Spec,
    life: Life,
    backoff: Duration,
    /// How often it ended by itself before the farm was ready.
    pub failed_starts: u32,
}

#[derive(Debug)]
enum Life {
    Running { process: Process, pid: u32, since: Instant },
    Between { until: Instant },
}

/// What happened to a program.
#[derive(Debug)]
pub enum Change {
    /// It ended.
    Ended {
        /// The pid it had.
        pid: u32,
        /// How.
        status: ExitStatus,
    },
    /// It runs again.
    Started,
}

impl Child {
    /// Starts the program.
    pub fn start(spec: Spec) -> Result<Self, Failure> {
        let life = spec.spawn()?;
        Ok(Self { spec, life, backoff: BACKOFF_FIRST, failed_starts: 0 })
    }

    /// The short name.
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// What it is called in a sentence.
    pub fn title(&self) -> &'static str {
        match self.spec.name {
            "nats" => "NATS server",
            name => name,
        }
    }

    /// The pid, while it runs.
    pub fn pid(&self) -> Option<u32> {
        match self.life {
            Life::Running { pid, .. } => Some(pid),
            Life::Between { .. } => None,
        }
    }

    /// Waits until it ends or, between two lives, starts it again. Dropping the future loses nothing.
    pub async fn change(&mut self) -> Result<Change, Failure> {
        match &mut self.life {
            Life::Running { process, pid, since } => {
                let status = process.wait().await.with_context(|| format!("failed to wait for {}", self.spec.name))?;
                let (pid, steady) = (*pid, since.elapsed() >= LIFE_STEADY);
                self.backoff = if steady { BACKOFF_FIRST } else { (self.backoff * 2).min(BACKOFF_MAX) };
                self.life = Life::Between { until: Instant::now() + self.backoff };
                Ok(Change::Ended { pid, status })
            }
            Life::Between { until } => {
                tokio::time::sleep_until(*until).await;
                self.life = self.spec.spawn()?;
                Ok(Change::Started)
            }
        }
    }

    /// Sets its log aside when that has grown too large. The program writes on where it was, into the emptied file.
    pub fn trim_log(&self) -> std::io::Result<()> {
        self.spec.trim_log()
    }

    /// Asks it to end, and kills it when it has not by its deadline. True when it ended by itself.
    pub async fn stop(&mut self) -> bool {
        let Life::Running { process, pid, .. } = &mut self.life else { return true };
        signal(*pid, Signal::TERM);
        let ended = tokio::time::timeout(self.spec.stop_within, process.wait()).await.is_ok();
        if !ended {
            signal(*pid, Signal::KILL);
            // SIGKILL cannot be refused; an error here means it is already reaped.
            let _ = process.wait().await;
        }
        self.life = Life::Between { until: Instant::now() };
        ended
    }

    /// The last line it printed and where the rest is, for an error message.
    pub fn last_words(&self) -> String {
        let tail = self.spec.log_tail().unwrap_or_default();
        let last = tail.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
        format!("{} (log: {})", last.trim(), self.spec.log.display())
    }
}

impl Spec {
    fn spawn(&self) -> Result<Life, Failure> {
        let output = self.open_log().with_context(|| format!("failed to open {}", self.log.display()))?;
        let errors = output.try_clone().context("failed to share a log")?;
        let process = leash::command(&self.program)?
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // Its own group: a Ctrl-C at the terminal reaches only us, and we stop the children in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("failed to start {}", self.program.display()))?;
        let pid = process.id().expect("a process that nobody waited for has a pid");
        Ok(Life::Running { process, pid, since: Instant::now() })
    }

    fn open_log(&self) -> std::io::Result<File> {
        if let Some(folder) = self.log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        self.trim_log()?;
        OpenOptions::new().create(true).append(true).open(&self.log)
    }

    fn trim_log(&self) -> std::io::Result<()> {
        if std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
            std::fs::copy(&self.log, self.log.with_added_extension("1"))?;
            OpenOptions::new().write(true).open(&self.log)?.set_len(0)?;
        }
        Ok(())
    }

    fn log_tail(&self) -> std::io::Result<String> {
        let mut log = File::open(&self.log)?;
        let from = log.metadata()?.len().saturating_sub(LOG_TAIL_BYTES);
        log.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        log.take(LOG_TAIL_BYTES).read_to_end(&mut tail)?;
        Ok(String::from_utf8_lossy(&tail).into_owned())
    }
}

/// How a program ended, in words that complete "the coordinator …".
pub fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with status {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // A process that is already gone needs no signal.
    let _ = pid.map(|pid| kill_process(pid, signal));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_read_as_sentences() {
        assert_eq!(ending(ExitStatus::from_raw(9)), "was killed by signal 9");
        assert_eq!(ending(ExitStatus::from_raw(0x100)), "ended with status 1");
    }
}
