//! Starts media children: an empty environment, a socket for standard input, pipes for the rest.
//! Does not talk to them.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::CHILD_COMMAND;
use super::failure::RenderFailure;

/// Orders that wait for the spawning thread: more than any machine has slots.
const ORDERS_MAX: usize = 64;

/// A running child and the parent's ends of its three streams. Killed when dropped.
#[derive(Debug)]
pub struct MediaChild {
    /// The process.
    pub process: Child,
    /// Task and source bytes.
    pub socket: UnixStream,
    /// Messages.
    pub stdout: ChildStdout,
    /// What libraries complain about.
    pub stderr: ChildStderr,
}

/// Spawns from one thread that lives as long as the last clone: the kernel kills a child when the *thread* that
/// spawned it ends, and threads of a runtime come and go.
#[derive(Clone, Debug)]
pub struct Spawner {
    orders: mpsc::Sender<Order>,
}

struct Order {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<std::io::Result<Child>>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Order").field("command", &self.command).finish_non_exhaustive()
    }
}

impl Spawner {
    /// Starts the spawning thread.
    #[must_use]
    pub fn start() -> Spawner {
        let (orders, mut taken) = mpsc::channel::<Order>(ORDERS_MAX);
        let thread = std::thread::Builder::new().name("child-spawner".to_owned());
        thread
            .spawn(move || {
                while let Some(Order { mut command, runtime, reply }) = taken.blocking_recv() {
                    let _inside = runtime.enter();
                    // Whoever ordered may have gone; the child is then killed as its handle is dropped.
                    let _taken = reply.send(command.spawn());
                }
            })
            .expect("a thread can be started while the node starts");
        Spawner { orders }
    }

    /// Starts `program __child`. Only a child that looks `for_plugins` may look whether the registry is still true: that takes
    /// reading every plugin's folder, before every part.
    pub async fn spawn(&self, program: &Path, registry: &Path, for_plugins: bool) -> Result<MediaChild, RenderFailure> {
        let (socket, childs_end) = socket_pair().map_err(|error| unstartable().because(error))?;
        let mut command = Command::new(program);
        command
            .arg(CHILD_COMMAND)
            .env_clear()
            .env("GST_REGISTRY", registry)
            .env("GST_REGISTRY_UPDATE", if for_plugins { "yes" } else { "no" })
            .stdin(Stdio::from(childs_end))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let (reply, answered) = oneshot::channel();
        let order = Order { command, runtime: Handle::current(), reply };
        self.orders.send(order).await.map_err(|_| unstartable().because("the spawning thread has ended"))?;
        let spawned = answered.await.map_err(|_| unstartable().because("the spawning thread has ended"))?;
        let mut process = spawned.map_err(|error| unstartable().because(error))?;
        let stdout = process.stdout.take().expect("standard output is a pipe");
        let stderr = process.stderr.take().expect("standard error is a pipe");
        Ok(MediaChild { process, socket, stdout, stderr })
    }
}

/// Where the media library's registry lies by default: the user's cache folder.
#[must_use]
pub fn default_registry() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_else(std::env::temp_dir).join("reelfarm").join("gst-registry.bin")
}

fn socket_pair() -> std::io::Result<(UnixStream, OwnedFd)> {
    let (ours, childs) = StdUnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((UnixStream::from_std(ours)?, OwnedFd::from(childs)))
}

fn unstartable() -> RenderFailure {
    RenderFailure::node("The media process could not be started on this node.")
}
