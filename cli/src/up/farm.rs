//! A farm of three children, started in the order they need each other and kept alive until it is stopped.
//! It owns the children; who may start it is settled by the folder's lock before.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use futures::future::select_all;
use url::Url;

use super::child::{Change, Child, Spec, ending};
use super::nats::{self, Nats};
use super::pids::{PidFile, Pids};
use super::ports::{self, Ports};
use super::{config, enrol};
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::programs;

const NATS_READY_WITHIN: Duration = Duration::from_secs(10);
const COORDINATOR_READY_WITHIN: Duration = Duration::from_secs(30);
const NODE_READY_WITHIN: Duration = Duration::from_secs(30);
/// A node drains: it finishes its tasks or hands them back.
const NODE_STOP_WITHIN: Duration = Duration::from_secs(30);
const COORDINATOR_STOP_WITHIN: Duration = Duration::from_secs(15);
const NATS_STOP_WITHIN: Duration = Duration::from_secs(5);
const READY_POLL_EVERY: Duration = Duration::from_millis(20);
/// A program that ends this often before the farm is ready will not start at all.
const FAILED_STARTS_MAX: u32 = 3;

/// Takes lines that the user should see.
pub type Say = Rc<dyn Fn(&str)>;

/// What kind of farm.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the HTTP API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Encodes at once; `None` leaves it to the node.
    pub slots: Option<u32>,
    /// Whether this machine is a node as well.
    pub node: bool,
}

/// A farm that runs.
pub struct Farm {
    url: Url,
    token: String,
    children: Vec<Child>,
    pids: PidFile,
    ready: bool,
    say: Say,
}

/// The programs of a farm.
struct Programs {
    nats: PathBuf,
    coordinator: PathBuf,
    node: PathBuf,
}

impl Farm {
    /// Starts the children and waits until the farm takes orders.
    pub async fn start(folder: &Folder, options: &Options, say: Say) -> Result<Self, Failure> {
        let programs = Programs {
            nats: programs::nats_server()?,
            coordinator: programs::beside_us("reelfarm-coordinator")?,
            node: programs::beside_us("reelfarm-node")?,
        };
        let listen = ports::http(options.listen).await?;
        let mut farm = Self {
            url: reachable(listen),
            token: String::new(),
            children: Vec::new(),
            pids: PidFile::at(folder.pids()),
            ready: false,
            say,
        };
        farm.start_children(folder, options, &programs, listen).await?;
        farm.ready = true;
        Ok(farm)
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
        let pid = |name| self.children.iter().find(|child| child.name() == name).and_then(Child::pid);
        Pids { nats: pid("nats"), coordinator: pid("coordinator"), node: pid("node") }
    }

    /// Starts children again as they end, until something is wrong that starting again cannot mend.
    pub async fn supervise(&mut self) -> Failure {
        loop {
            if let Err(failure) = self.next_change().await {
                return failure;
            }
        }
    }

    /// Stops the children, those that use others first: the node drains while it can still deliver.
    pub async fn stop(mut self) {
        while let Some(mut child) = self.children.pop() {
            if !child.stop().await {
                (self.say)(&format!("the {} did not stop in time and was killed", child.title()));
            }
        }
    }

    async fn start_children(
        &mut self,
        folder: &Folder,
        options: &Options,
        programs: &Programs,
        listen: SocketAddr,
    ) -> Result<(), Failure> {
        let nats = Nats::prepare(folder)?;
        let nats_port = self.start_nats(folder, programs, &nats).await?;
        // Videos and files are fetched by whoever uses the HTTP API; an address that means "all" is no address to name to them.
        let ip = if listen.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { listen.ip() };
        let ports = Ports::choose(&folder.ports(), ip)?;

        let coordinator_file = folder.root().join("coordinator.toml");
        let ingest = SocketAddr::new(ip, ports.ingest).to_string();
        config::write(
            &coordinator_file,
            &config::Coordinator {
                http: config::Http { listen: listen.to_string() },
                database: config::Database { url: config::sqlite_url(&folder.database()) },
                nats: nats.login("coordinator", nats_port).into(),
                ingest: config::Ingest { listen: ingest.clone() },
                storage: config::Storage {
                    kind: "embedded",
                    dir: folder.own("storage")?,
                    listen: SocketAddr::new(ip, ports.storage).to_string(),
                },
                data: config::Data { dir: folder.own("coordinator")? },
            },
        )?;
        self.token = enrol::administrator_token(folder, &programs.coordinator, &coordinator_file).await?;
        let client = Client::new(self.url.clone(), self.token.clone())?;
        self.start_coordinator(folder, programs, &coordinator_file, &client).await?;
        if !options.node {
            return Ok(());
        }

        let own = folder.own("node")?;
        let node_file = folder.root().join("node.toml");
        let node = config::Node {
            coordinator: config::NodeCoordinator {
                server: self.url.as_str().trim_end_matches('/').to_owned(),
                ingest,
                certificate: own.join("certificate.pem"),
                key: own.join("key.pem"),
                ca: own.join("ca.pem"),
            },
            nats: nats.login("node", nats_port).into(),
            capacity: config::Capacity { slots: options.slots },
            scratch: config::Scratch { dir: folder.own("node/scratch")? },
        };
        config::write(&node_file, &node)?;
        if !enrol::is_enrolled(&node.coordinator) {
            enrol::node(&client, &programs.node, &node_file, &node.coordinator.server).await?;
        }
        self.start_node(folder, programs, &node_file, &client).await
    }

    async fn start_nats(&mut self, folder: &Folder, programs: &Programs, nats: &Nats) -> Result<u16, Failure> {
        let arguments = vec![OsString::from("-c"), nats.config_file().into()];
        let pid = self.start_child("nats", folder, &programs.nats, arguments, NATS_STOP_WITHIN)?;
        let ready = async {
            let port = nats.port(pid).await?;
            nats::greeting(port).await?;
            Ok(port)
        };
        self.supervised(ready, NATS_READY_WITHIN).await
    }

    async fn start_coordinator(
        &mut self,
        folder: &Folder,
        programs: &Programs,
        config: &Path,
        client: &Client,
    ) -> Result<(), Failure> {
        self.start_child("coordinator", folder, &programs.coordinator, run_arguments(config), COORDINATOR_STOP_WITHIN)?;
        let ready = async {
            while !client.is_ready().await {
                tokio::time::sleep(READY_POLL_EVERY).await;
            }
            Ok(())
        };
        self.supervised(ready, COORDINATOR_READY_WITHIN).await
    }

    async fn start_node(
        &mut self,
        folder: &Folder,
        programs: &Programs,
        config: &Path,
        client: &Client,
    ) -> Result<(), Failure> {
        self.start_child("node", folder, &programs.node, run_arguments(config), NODE_STOP_WITHIN)?;
        let ready = async {
            while !client.has_connected_node().await? {
                tokio::time::sleep(READY_POLL_EVERY).await;
            }
            Ok(())
        };
        self.supervised(ready, NODE_READY_WITHIN).await
    }

    fn start_child(
        &mut self,
        name: &'static str,
        folder: &Folder,
        program: &Path,
        arguments: Vec<OsString>,
        stop_within: Duration,
    ) -> Result<u32, Failure> {
        let child =
            Child::start(Spec { name, program: program.to_owned(), arguments, log: folder.log(name), stop_within })?;
        let pid = child.pid().expect("it was just started");
        self.children.push(child);
        self.pids.write(self.pids())?;
        Ok(pid)
    }

    /// Waits for the youngest child to be ready while all of them are kept alive.
    async fn supervised<T>(
        &mut self,
        ready: impl Future<Output = Result<T, Failure>>,
        within: Duration,
    ) -> Result<T, Failure> {
        let waited = tokio::select! {
            waited = tokio::time::timeout(within, ready) => waited,
            failure = self.supervise() => return Err(failure),
        };
        waited.unwrap_or_else(|_| {
            let child = self.children.last().expect("it waits for a child that was started");
            let within = within.as_secs();
            Err(Failure::failed(format!("the {} is not ready after {within} s: {}", child.title(), child.last_words())))
        })
    }

    async fn next_change(&mut self) -> Result<(), Failure> {
        let changes = self.children.iter_mut().map(|child| Box::pin(child.change()));
        let (change, index, _) = select_all(changes).await;
        let change = change?;
        self.pids.write(self.pids())?;
        let Change::Ended { pid, status } = change else { return Ok(()) };
        let child = &mut self.children[index];
        let (name, how) = (child.title(), ending(status));
        // A signal is somebody's wish, or the kernel's; an exit status before the farm was ever ready is the program's own.
        if !self.ready && status.code().is_some() {
            child.failed_starts += 1;
            if child.failed_starts >= FAILED_STARTS_MAX {
                return Err(Failure::failed(format!("the {name} does not start: it {how}: {}", child.last_words())));
            }
        }
        (self.say)(&format!("the {name} (process {pid}) {how}; it is started again"));
        Ok(())
    }
}

fn run_arguments(config: &Path) -> Vec<OsString> {
    vec!["run".into(), "--config".into(), config.into()]
}

/// The URL at which this machine reaches a listening address.
fn reachable(listen: SocketAddr) -> Url {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
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
