//! Finds the processes of a farm in `/proc`: everything below `up`, and everything that names its folder.
//! A process that has ended but was not yet waited for does not count.

use std::fs;
use std::path::Path;

/// A process, told apart from a later one with the same pid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its pid.
    pub pid: u32,
    /// Its short name.
    pub name: String,
    parent: u32,
    started: u64,
}

impl Process {
    /// Whether this very process still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        read(self.pid).is_some_and(|now| now.started == self.started)
    }
}

/// Everything alive that descends from `up` or has `folder` in its command line.
pub(super) fn of(up: u32, folder: &Path) -> Vec<Process> {
    let all: Vec<Process> = pids().into_iter().filter_map(read).collect();
    all.iter().filter(|process| descends(process, up, &all) || names(process.pid, folder)).cloned().collect()
}

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc can be read");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn descends(process: &Process, ancestor: u32, all: &[Process]) -> bool {
    let mut at = Some(process);
    // A chain longer than there are processes would be a loop.
    for _ in 0..=all.len() {
        match at {
            Some(process) if process.pid == ancestor => return true,
            Some(process) => at = all.iter().find(|other| other.pid == process.parent),
            None => return false,
        }
    }
    false
}

fn names(pid: u32, folder: &Path) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let folder = folder.as_os_str().as_encoded_bytes();
    words.windows(folder.len()).any(|window| window == folder)
}

/// Reads `/proc/PID/stat`; `None` for what has ended.
fn read(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may itself hold blanks and brackets.
    let (head, fields) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ended = matches!(*fields.first()?, "Z" | "X");
    let (parent, started) = (fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?);
    (!ended).then_some(Process { pid, name, parent, started })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_is_found_until_it_has_ended() {
        let us = std::process::id();
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat starts");
        let found = of(us, Path::new("/no/such/folder"));
        let cat = found.iter().find(|process| process.pid == child.id()).expect("the child is found").clone();
        assert!(found.iter().any(|process| process.pid == us) && cat.is_alive());
        drop(child.stdin.take());
        child.wait().expect("cat ends");
        assert!(!cat.is_alive());
    }
}
