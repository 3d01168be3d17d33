//! A farm of three children, started in the order they need each other: what each is told, and when it is ready.
//! Keeping them alive is the supervisor's; who may start a farm is settled by the folder's lock before.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use url::Url;

use super::child::Spec;
use super::nats::{self, Nats};
use super::pids::Pids;
use super::ports::{self, Ports};
use super::supervisor::{Say, Supervisor};
use super::{config, enrol};
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::programs;

const NATS_READY_WITHIN: Duration = Duration::from_secs(10);
const COORDINATOR_READY_WITHIN: Duration = Duration::from_secs(30);
const NODE_READY_WITHIN: Duration = Duration::from_secs(30);
const COORDINATOR_STOP_WITHIN: Duration = Duration::from_secs(15);
const NATS_STOP_WITHIN: Duration = Duration::from_secs(5);
const READY_POLL_EVERY: Duration = Duration::from_millis(20);

/// What kind of farm.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the HTTP API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Encodes at once; `None` leaves it to the node.
    pub slots: Option<u32>,
    /// The URL of the ledger's database; `None` keeps it in a file in the data folder.
    pub database: Option<String>,
    /// Whether this machine is a node as well.
    pub node: bool,
    /// How long the node may finish its tasks when the farm stops; what is unfinished then is rendered again.
    pub drain_within: Duration,
}

/// A farm that runs.
pub struct Farm {
    url: Url,
    token: String,
    children: Supervisor,
}

/// A farm while it is being started: what every step needs.
struct Start<'a> {
    folder: &'a Folder,
    options: &'a Options,
    children: &'a mut Supervisor,
    /// Where the HTTP API will listen, and its URL.
    listen: SocketAddr,
    url: Url,
}

impl Farm {
    /// Starts the children and waits until the farm takes orders.
    pub async fn start(folder: &Folder, options: &Options, say: Say) -> Result<Self, Failure> {
        let http = ports::http(options.listen).await?;
        let listen = http.local_addr().context("failed to look which port is taken")?;
        let url = reachable(listen);
        let mut children = Supervisor::new(folder, say);
        let start = Start { folder, options, children: &mut children, listen, url: url.clone() };
        let token = start.all(http).await?;
        children.all_ready();
        Ok(Self { url, token, children })
    }

    /// Where the HTTP API answers, from this machine.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The administrator's bearer token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The pids of the children that run.
    pub fn pids(&self) -> Pids {
        self.children.pids()
    }

    /// Keeps the children alive until something is wrong that starting them again cannot mend.
    pub async fn supervise(&mut self) -> Failure {
        self.children.supervise().await
    }

    /// Stops the children in order.
    pub async fn stop(self) {
        self.children.stop().await;
    }
}

impl Start<'_> {
    /// All steps; returns the administrator's token.
    async fn all(mut self, http: TcpListener) -> Result<String, Failure> {
        let nats_server = programs::nats_server()?;
        let coordinator = programs::beside_us("reelfarm-coordinator")?;
        let node = programs::beside_us("reelfarm-node")?;
        // Videos and files are fetched by whoever uses the HTTP API; "every address" is no address to name to them.
        let ip = if self.listen.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { self.listen.ip() };
        let nats = Nats::prepare(self.folder)?;
        let nats_port = self.nats(nats_server, &nats).await?;
        let held = Ports::choose(&self.folder.ports(), ip)?;
        let ingest = SocketAddr::new(ip, held.ports.ingest).to_string();
        let storage = SocketAddr::new(ip, held.ports.storage).to_string();
        let file = self.coordinator_config(&nats, nats_port, &ingest, storage)?;
        let token = enrol::administrator_token(self.folder, &coordinator, &file).await?;
        let client = Client::new(self.url.clone(), token.clone())?;
        // From here on they are the coordinator's.
        drop((http, held));
        self.coordinator(coordinator, &file, &client).await?;
        if self.options.node {
            let (file, config) = self.node_config(nats.login("node", nats_port), ingest)?;
            if !enrol::is_enrolled(&config.coordinator) {
                enrol::node(&client, &node, &file, &config.coordinator.server).await?;
            }
            self.node(node, &file, &client).await?;
        }
        Ok(token)
    }

    async fn nats(&mut self, program: PathBuf, nats: &Nats) -> Result<u16, Failure> {
        let arguments = vec![OsString::from("-c"), nats.config_file().into()];
        let pid = self.child("nats", program, arguments, NATS_STOP_WITHIN)?;
        let ready = async {
            let port = nats.port(pid).await?;
            nats::greeting(port).await?;
            Ok(port)
        };
        self.children.until(ready, NATS_READY_WITHIN).await
    }

    fn coordinator_config(
        &self,
        nats: &Nats,
        nats_port: u16,
        ingest: &str,
        storage: String,
    ) -> Result<PathBuf, Failure> {
        // Further nodes of this machine join by the page or by `reelfarm node enroll`, and are told the doorbell too.
        let node = Some(nats.login("node", nats_port).into());
        let file = self.folder.root().join("coordinator.toml");
        let own = || config::sqlite_url(&self.folder.database());
        config::write(
            &file,
            &config::Coordinator {
                http: config::Http { listen: self.listen.to_string() },
                database: config::Database { url: self.options.database.clone().unwrap_or_else(own) },
                nats: config::Nats { node, ..nats.login("coordinator", nats_port).into() },
                ingest: config::Ingest { listen: ingest.to_owned() },
                storage: config::Storage { kind: "embedded", dir: self.folder.own("storage")?, listen: storage },
                data: config::Data { dir: self.folder.own("coordinator")? },
            },
        )?;
        Ok(file)
    }

    async fn coordinator(&mut self, program: PathBuf, config: &Path, client: &Client) -> Result<(), Failure> {
        self.child("coordinator", program, run_arguments(config), COORDINATOR_STOP_WITHIN)?;
        let ready = async {
            while !client.is_ready().await {
                tokio::time::sleep(READY_POLL_EVERY).await;
            }
            Ok(())
        };
        self.children.until(ready, COORDINATOR_READY_WITHIN).await
    }

    fn node_config(&self, nats: nats::Login, ingest: String) -> Result<(PathBuf, config::Node), Failure> {
        let own = self.folder.own("node")?;
        let file = self.folder.root().join("node.toml");
        let node = config::Node {
            coordinator: config::NodeCoordinator {
                server: self.url.as_str().trim_end_matches('/').to_owned(),
                ingest,
                certificate: own.join("certificate.pem"),
                key: own.join("key.pem"),
                ca: own.join("ca.pem"),
            },
            nats: nats.into(),
            capacity: config::Capacity { slots: self.options.slots },
            scratch: config::Scratch { dir: self.folder.own("node/scratch")? },
        };
        config::write(&file, &node)?;
        Ok((file, node))
    }

    async fn node(&mut self, program: PathBuf, config: &Path, client: &Client) -> Result<(), Failure> {
        self.child("node", program, run_arguments(config), self.options.drain_within)?;
        let ready = async {
            while !client.has_connected_node().await? {
                tokio::time::sleep(READY_POLL_EVERY).await;
            }
            Ok(())
        };
        self.children.until(ready, NODE_READY_WITHIN).await
    }

    fn child(
        &mut self,
        name: &'static str,
        program: PathBuf,
        arguments: Vec<OsString>,
        stop_within: Duration,
    ) -> Result<u32, Failure> {
        self.children.start(Spec { name, program, arguments, log: self.folder.log(name), stop_within })
    }
}

fn run_arguments(config: &Path) -> Vec<OsString> {
    vec!["run".into(), "--config".into(), config.into()]
}

/// The URL at which this machine reaches a listening address.
fn reachable(listen: SocketAddr) -> Url {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, listen.port())).parse().expect("an address is a valid authority")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_one_this_machine_can_open() {
        let url = |listen: &str| reachable(listen.parse().expect("an address")).to_string();
        assert_eq!(url("127.0.0.1:8080"), "http://127.0.0.1:8080/");
        assert_eq!(url("0.0.0.0:9"), "http://127.0.0.1:9/");
        assert_eq!(url("[::]:9"), "http://[::1]:9/");
        assert_eq!(url("192.0.2.1:9"), "http://192.0.2.1:9/");
    }
}
