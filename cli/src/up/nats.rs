//! The farm's own nats-server: its configuration, the port it chose, and the greeting that says it answers.
//! Streams and consumers are the coordinator's; whether JetStream works is seen there too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;

use crate::failure::Failure;
use crate::folder::{Folder, write_private};
use crate::programs::{NATS_VERSION_MIN, NatsVersion};

/// How often the ports file and the greeting are looked for; a start takes about 22 ms.
const POLL_EVERY: Duration = Duration::from_millis(10);
/// A greeting is a few hundred bytes; more is not nats-server.
const GREETING_BYTES_MAX: u64 = 64 << 10;
const PASSWORD_BYTES: usize = 32;

/// What a user of NATS may do, besides receiving answers in its own inbox.
struct Permission {
    user: &'static str,
    publish: &'static [&'static str],
    subscribe: &'static [&'static str],
}

/// The coordinator owns the stream; a node may only fetch and acknowledge doorbells of it.
const PERMISSIONS: [Permission; 2] = [
    Permission {
        user: "coordinator",
        publish: &["$JS.API.>", "$JS.ACK.>", "task.>", "events.>"],
        subscribe: &["_INBOX.>", "events.>"],
    },
    Permission {
        user: "node",
        publish: &["$JS.API.CONSUMER.MSG.NEXT.TASKS.>", "$JS.API.CONSUMER.INFO.TASKS.>", "$JS.ACK.TASKS.>"],
        subscribe: &["_INBOX.>"],
    },
];

/// The files of the server, and the passwords of its users.
#[derive(Debug)]
pub struct Nats {
    folder: PathBuf,
    passwords: [String; 2],
}

/// How a program of the farm reaches the server.
#[derive(Debug, Clone)]
pub struct Login {
    /// `nats://127.0.0.1:PORT`.
    pub url: String,
    /// The user.
    pub user: &'static str,
    /// A file with the password and nothing else.
    pub password_file: PathBuf,
}

impl Nats {
    /// Makes the passwords where there are none yet, and a configuration that lets the server choose its port.
    pub fn prepare(folder: &Folder) -> Result<Self, Failure> {
        let own = folder.own("nats")?;
        let [coordinator, node] = PERMISSIONS.each_ref().map(|permission| password(&own, permission.user));
        let nats = Self { folder: own, passwords: [coordinator?, node?] };
        // A file of an earlier server could have the pid of this one.
        let _ = std::fs::remove_dir_all(nats.ports_folder());
        std::fs::create_dir_all(nats.ports_folder()).context("failed to make the folder for the ports file")?;
        nats.configure(None)?;
        Ok(nats)
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.folder.join("nats.conf")
    }

    /// How one of the two users logs in.
    pub fn login(&self, user: &'static str, port: u16) -> Login {
        Login { url: format!("nats://127.0.0.1:{port}"), user, password_file: password_file(&self.folder, user) }
    }

    /// Waits for the port that the server with this pid chose, and keeps it for later starts.
    pub async fn port(&self, pid: u32) -> Result<u16, Failure> {
        #[derive(Deserialize)]
        struct PortsFile {
            nats: Vec<url::Url>,
        }
        // The file's name begins with the program's, which an operator may have chosen.
        let ending = format!("_{pid}.ports");
        let find = || {
            let names = std::fs::read_dir(self.ports_folder()).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
            names.into_iter().find(|path| path.to_string_lossy().ends_with(&ending))
        };
        loop {
            // The file is there before it is whole: what does not parse yet is read again.
            let text = find().and_then(|file| std::fs::read(file).ok()).unwrap_or_default();
            let ports = serde_json::from_slice::<PortsFile>(&text).ok();
            if let Some(port) = ports.and_then(|ports| ports.nats.first()?.port()) {
                self.configure(Some(port))?;
                return Ok(port);
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    fn configure(&self, port: Option<u16>) -> Result<(), Failure> {
        let text = configuration(&self.folder, port, &self.passwords);
        write_private(&self.config_file(), text.as_bytes())
    }

    fn ports_folder(&self) -> PathBuf {
        self.folder.join("ports")
    }
}

/// Waits until the server greets, and refuses one that is too old.
pub async fn greeting(port: u16) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Info {
        version: String,
    }
    loop {
        let line = first_line(port).await.unwrap_or_default();
        if let Some(info) = line.strip_prefix("INFO ") {
            let info: Info = serde_json::from_str(info).context("failed to read the greeting of nats-server")?;
            return match NatsVersion::parse(&info.version) {
                Some(version) if version >= NATS_VERSION_MIN => Ok(()),
                _ => Err(Failure::failed(format!("nats-server is {}, but {NATS_VERSION_MIN} is needed", info.version))),
            };
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

async fn first_line(port: u16) -> std::io::Result<String> {
    let stream = TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    let mut line = String::new();
    BufReader::new(stream.take(GREETING_BYTES_MAX)).read_line(&mut line).await?;
    Ok(line)
}

fn configuration(folder: &Path, port: Option<u16>, passwords: &[String; 2]) -> String {
    let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
    let (ports, store) = (quoted(&folder.join("ports")), quoted(&folder.join("store")));
    let users = PERMISSIONS.iter().zip(passwords).map(user_line).collect::<Vec<_>>().join("\n");
    format!(
        "# Written by `reelfarm up` at each start; changes are lost.\n\
         server_name: reelfarm\nhost: \"127.0.0.1\"\nport: {port}\nports_file_dir: {ports}\n\
         jetstream {{ store_dir: {store}, sync_interval: always, max_file: 1GB, max_mem: 64MB }}\n\
         authorization {{\n  users: [\n{users}\n  ]\n}}\n"
    )
}

fn user_line((Permission { user, publish, subscribe }, password): (&Permission, &String)) -> String {
    let list =
        |subjects: &[&str]| subjects.iter().map(|subject| format!("\"{subject}\"")).collect::<Vec<_>>().join(", ");
    let (publish, subscribe) = (list(publish), list(subscribe));
    format!(
        "    {{ user: {user}, password: \"{password}\", permissions: {{ publish: [{publish}], subscribe: [{subscribe}] }} }}"
    )
}

/// A path as a string of the server's configuration language.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""))
}

fn password_file(folder: &Path, user: &str) -> PathBuf {
    folder.join(format!("{user}.password"))
}

/// The user's password, kept from one start to the next: a node was told it when it enrolled.
fn password(folder: &Path, user: &str) -> Result<String, Failure> {
    let file = password_file(folder, user);
    match std::fs::read_to_string(&file) {
        Ok(kept) if kept.len() == 2 * PASSWORD_BYTES && kept.bytes().all(|byte| byte.is_ascii_hexdigit()) => Ok(kept),
        _ => {
            let mut bytes = [0; PASSWORD_BYTES];
            getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("failed to get random bytes: {error}"))?;
            let made = hex::encode(bytes);
            write_private(&file, made.as_bytes())?;
            Ok(made)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_comes_in_without_a_password_and_a_node_only_fetches() {
        let text = configuration(Path::new("/farm/nats \"x\""), Some(4000), &["secret-c".into(), "secret-n".into()]);
        assert!(text.contains("port: 4000\n") && text.contains("host: \"127.0.0.1\""));
        assert!(text.contains(r#"store_dir: "/farm/nats \"x\"/store""#), "{text}");
        assert!(!text.contains("no_auth_user"));
        let node = text.lines().find(|line| line.contains("user: node")).expect("a node user");
        assert!(node.contains("secret-n") && !node.contains("$JS.API.>") && !node.contains("STREAM"));
    }
}
