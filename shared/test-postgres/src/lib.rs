//! A real PostgreSQL server for tests: fresh, reached by a socket of its own, gone with the process that started it,
//! however that ends. Knows no schema; no program of ours depends on it.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where Debian puts the programs, one folder per version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65_534;
/// The server's own user, and database.
const USER: &str = "reelfarm";
/// Starts the server, says so, and waits for the end of standard input: the pipe closes however its other end died.
const SCRIPT: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c shared_buffers=16MB -c max_connections=300 \
  -c log_min_messages=fatal >>"$2/log" 2>&1 &
server=$!
until "$1/pg_isready" -q -h "$2" 2>/dev/null || ! kill -0 $server 2>/dev/null; do sleep 0.02; done
echo ready
exec >/dev/null
read -r _
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$2"
"#;

/// A server that runs until it is dropped, or until this process ends.
#[derive(Debug)]
pub struct Server {
    script: Child,
    folder: PathBuf,
}

impl Server {
    /// Makes a database cluster and starts a server on it.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    #[must_use]
    pub fn start() -> Server {
        let programs = programs().unwrap_or_else(|| panic!("PostgreSQL is missing: run `make setup`"));
        let folder = tempfile::Builder::new().prefix("reelfarm-pg-").tempdir().expect("a fresh folder").keep();
        if rustix::process::geteuid().is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).expect("root may give a folder away");
        }
        let mut initdb = unprivileged(&programs.join("initdb"), &folder);
        initdb.args(["-D", "data", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale", "--no-sync"]);
        let made = initdb.stdin(Stdio::null()).output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut script = unprivileged(Path::new("/bin/sh"), &folder);
        script.args(["-c", SCRIPT, "sh"]).arg(&programs).arg(&folder);
        let script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut server = Server { script: script.expect("a shell starts"), folder };
        server.until_ready();
        server
    }

    /// The address of the server's own database, for a user who may make others.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of a database on the server.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://{USER}@localhost/{database}?host={}", self.folder.display())
    }

    fn until_ready(&mut self) {
        let mut said = String::new();
        let stdout = self.script.stdout.take().expect("stdout is piped");
        io::BufRead::read_line(&mut io::BufReader::new(stdout), &mut said).expect("the shell says when it is ready");
        let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(said == "ready\n" && self.folder.join(".s.PGSQL.5432").exists(), "PostgreSQL did not start: {}", log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // It ends with its input; how, matters to nobody.
        let _ = self.script.wait();
    }
}

/// A command in `folder`, as somebody who is not root.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The folder of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir(DEBIAN_FOLDER).ok().into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let mut folders = folders.into_iter().rev().chain(std::env::split_paths(&on_path).collect::<Vec<_>>());
    let complete =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    folders.find(complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_and_leaves_nothing() {
        let server = Server::start();
        let folder = server.folder.clone();
        let psql = programs().expect("PostgreSQL is installed").join("psql");
        let asked = Command::new(psql).arg(server.url()).args(["-Atc", "select 6 * 7"]).output().expect("psql starts");
        assert_eq!(String::from_utf8_lossy(&asked.stdout), "42\n", "{}", String::from_utf8_lossy(&asked.stderr));
        drop(server);
        assert!(!folder.exists());
    }
}
