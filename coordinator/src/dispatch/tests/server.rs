//! A NATS server of a test's own: real, on a random port, with a folder that can be wiped. Ends with the test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::config::NatsConfig;

/// Where the server is found when no variable says so.
const INSTALLED: &str = ".cache/reelfarm/tools/nats-server-2.15.1/nats-server";

pub struct Server {
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
}

fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("REELFARM_NATS_SERVER") {
        return named.into();
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(INSTALLED)
}

impl Server {
    pub async fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), "secret\n").unwrap();
        // Taken and freed: the server must come back on it after it was killed.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Server { folder, port, child: None };
        server.restart().await;
        server
    }

    pub async fn restart(&mut self) {
        let program = program();
        let child = Command::new(&program)
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string(), "--user", "u", "--pass", "secret"])
            .args(["--jetstream", "--store_dir"])
            .arg(self.folder.path().join("js"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        self.child = Some(child);
        self.client().await;
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Loses everything it stored.
    pub fn wipe(&self) {
        std::fs::remove_dir_all(self.folder.path().join("js")).unwrap();
    }

    pub fn config(&self) -> NatsConfig {
        NatsConfig {
            url: format!("nats://127.0.0.1:{}", self.port),
            user: "u".to_owned(),
            password_file: self.folder.path().join("password"),
            node: None,
        }
    }

    /// A connection, as soon as the server takes one.
    pub async fn client(&self) -> async_nats::Client {
        let options = || async_nats::ConnectOptions::with_user_and_password("u".to_owned(), "secret".to_owned());
        let connecting = async {
            loop {
                if let Ok(client) = options().connect(self.config().url).await {
                    return client;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(super::PATIENCE, connecting).await.expect("the server starts")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
