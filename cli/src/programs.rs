//! Finds the programs a farm is made of: our own binaries beside this one, and a nats-server new enough.
//! It starts nothing but `nats-server --version`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::failure::Failure;

/// Names the nats-server to use, ahead of every other place.
pub const NATS_SERVER_VARIABLE: &str = "REELFARM_NATS_SERVER";

/// The release the wrapper unpacks; it names the folder.
const NATS_SERVER_PINNED: &str = "nats-server-2.15.1";

/// Older servers lose what a farm relies on: no `sync_interval`, and they wedge on a full disk.
pub const NATS_VERSION_MIN: NatsVersion = NatsVersion(2, 12, 7);

/// A release of nats-server: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NatsVersion(pub u32, pub u32, pub u32);

impl NatsVersion {
    /// Reads `2.15.1`, `v2.15.1` or `2.15.1-beta.2`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.trim().trim_start_matches('v').split(['-', '+']).next()?;
        let mut numbers = plain.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

impl std::fmt::Display for NatsVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A program of ours, expected in the folder this one lies in.
pub fn beside_us(name: &str) -> Result<PathBuf, Failure> {
    let ourselves = std::env::current_exe().context("failed to find this program's own file")?;
    let program = ourselves.with_file_name(name);
    if program.is_file() {
        return Ok(program);
    }
    Err(Failure::failed(format!("{name} is missing: it should lie beside {}", ourselves.display())))
}

/// The nats-server to run: the one named in the environment, else the one the wrapper unpacked, else one on `PATH` that
/// is new enough.
pub fn nats_server() -> Result<PathBuf, Failure> {
    if let Some(named) = std::env::var_os(NATS_SERVER_VARIABLE).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(Failure::refused(format!("{NATS_SERVER_VARIABLE} names {}, which is no file", named.display())))
        };
    }
    if let Some(unpacked) = tools_folder().map(|tools| tools.join(NATS_SERVER_PINNED).join("nats-server"))
        && unpacked.is_file()
    {
        return Ok(unpacked);
    }
    let on_path = std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join("nats-server"))
        .find(|file| file.is_file());
    match on_path {
        Some(file) if nats_version(&file)? >= NATS_VERSION_MIN => Ok(file),
        Some(file) => {
            let version = nats_version(&file)?;
            Err(Failure::failed(format!(
                "{} is version {version}, but {NATS_VERSION_MIN} or newer is needed; `make setup` fetches one",
                file.display()
            )))
        }
        None => Err(Failure::failed(format!(
            "nats-server is not installed; `make setup` fetches it, or {NATS_SERVER_VARIABLE} names one"
        ))),
    }
}

/// What `nats-server --version` says.
pub fn nats_version(program: &Path) -> Result<NatsVersion, Failure> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .with_context(|| format!("failed to run {} --version", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.rsplit(' ').next().and_then(NatsVersion::parse);
    version.ok_or_else(|| Failure::failed(format!("{} --version said {:?}", program.display(), text.trim())))
}

/// Replaces this process by `program`; returns only when that fails.
pub fn become_program(program: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    let error = Command::new(program).args(arguments).exec();
    Err(anyhow::Error::new(error).context(format!("failed to start {}", program.display())).into())
}

/// Where downloaded tools are kept; the wrapper script and the Makefile use the same folder.
fn tools_folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    Some(cache.join("reelfarm").join("tools"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered_by_number() {
        assert_eq!(NatsVersion::parse("v2.15.1\n"), Some(NatsVersion(2, 15, 1)));
        assert_eq!(NatsVersion::parse("2.12.7-RC.1"), Some(NatsVersion(2, 12, 7)));
        assert!(NatsVersion(2, 9, 10) < NATS_VERSION_MIN && NatsVersion(2, 15, 1) > NATS_VERSION_MIN);
        for bad in ["", "2.15", "2.15.1.1", "two"] {
            assert_eq!(NatsVersion::parse(bad), None, "{bad:?}");
        }
    }
}
