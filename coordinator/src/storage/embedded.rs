//! Our own S3 server, in this process, on a folder: what a farm on one machine keeps its objects in.
//! A server like any other to the rest of the program, which reaches it only through the client.

mod cross_origin;
mod keys;
mod sweep;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_DISPOSITION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{HttpError, HttpResponse};
use s3s_fs::FileSystem;
use service::{Clock, OnEnd, Stop, SystemClock, Tasks};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tracing::{debug, info};
use url::{Url, form_urlencoded};

use crate::config::EmbeddedStorage;
use crate::storage::client::Access;
use keys::Keys;

/// Connections at once; more wait in the listener's queue.
const CONNECTIONS_MAX: usize = 512;
/// Until a request's head is complete; also how long a connection may idle between requests. Longer than our client's pool.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// From a request's head to its answer's head: one part of the largest upload over a slow line.
const REQUEST_MAX: Duration = Duration::from_hours(1);
/// After the wish to stop, the server goes on until nobody has asked for anything for this long.
const QUIET: Duration = Duration::from_millis(500);
/// The wait after the system refused to accept a connection (no descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The region requests are signed for; the server takes any.
const REGION: &str = "us-east-1";

/// Why the embedded server did not start.
#[derive(Debug, Error)]
pub enum EmbeddedError {
    /// A file or folder of its own could not be made or read.
    #[error("{doing} {path}")]
    File {
        /// What we were doing.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Nothing random to make keys of.
    #[error("make access keys")]
    Random(#[source] getrandom::Error),
    /// The file of access keys is damaged.
    #[error("read the access keys in {path}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        #[source]
        source: serde_json::Error,
    },
    /// The address is taken or not ours.
    #[error("listen on {listen}")]
    Listen {
        /// As configured.
        listen: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The folder is no place for objects.
    #[error("open the folder of objects: {0}")]
    Folder(String),
}

/// A server that listens.
pub(super) struct Embedded {
    keys: Keys,
    local_url: Url,
    public_url: Url,
}

impl Embedded {
    /// How this process reaches it.
    pub(super) fn local_url(&self) -> &Url {
        &self.local_url
    }

    /// How others reach it.
    pub(super) fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// The right to everything in it, at one of its addresses.
    pub(super) fn access(&self, url: &Url) -> Access {
        Access {
            endpoint: Some(url.clone()),
            region: REGION.to_owned(),
            id: self.keys.access_key.clone(),
            secret: self.keys.secret_key.clone(),
            path_style: true,
        }
    }
}

/// Starts the server under `tasks`; `bucket` is made if it is not there.
pub(super) async fn start(
    config: &EmbeddedStorage,
    bucket: &str,
    data_dir: &Path,
    tasks: &Tasks,
) -> Result<Embedded, EmbeddedError> {
    let folder = config.dir.join(bucket);
    std::fs::create_dir_all(&folder).map_err(file("make the folder", &folder))?;
    sweep::sweep(&config.dir, bucket, SystemClock.now()).map_err(file("clear up in", &config.dir))?;
    std::fs::create_dir_all(data_dir).map_err(file("make the folder", data_dir))?;
    let keys = keys::load_or_make(data_dir)?;
    let listener = listen(config.listen, data_dir).await?;
    let address = listener.local_addr().map_err(|source| EmbeddedError::Listen { listen: config.listen, source })?;
    let local_url = http_url(reachable(address));
    let public_url = config.public_url.clone().unwrap_or_else(|| local_url.clone());

    let folder = FileSystem::new(&config.dir).map_err(|error| EmbeddedError::Folder(format!("{error:?}")))?;
    let mut service = S3ServiceBuilder::new(folder);
    service.set_auth(SimpleAuth::from_single(keys.access_key.expose().clone(), keys.secret_key.expose().clone()));
    let server = Server {
        service: service.build(),
        root: config.dir.as_path().into(),
        busy: Arc::new(watch::Sender::new(0)),
        tasks: tasks.clone(),
    };
    tasks.spawn("storage", OnEnd::Fatal, server.serve(listener));
    info!(listen = %address, "The embedded object store listens on {address}");
    Ok(Embedded { keys, local_url, public_url })
}

#[derive(Clone)]
struct Server {
    service: S3Service,
    /// Where objects lie, and what is known of them.
    root: Arc<Path>,
    /// Requests that have no answer yet.
    busy: Arc<watch::Sender<usize>>,
    tasks: Tasks,
}

impl Server {
    /// Until the wish to stop, and then until nobody needs it any more: uploads under way still do.
    async fn serve(self, listener: TcpListener) -> anyhow::Result<()> {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut quiet = std::pin::pin!(quiet(self.tasks.stop().clone(), self.busy.subscribe()));
        loop {
            let place = Arc::clone(&places).acquire_owned().await?;
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut quiet => break,
            };
            let Ok((socket, _peer)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let connection = self.clone().connection(socket, graceful.watcher());
            self.tasks.spawn("storage connection", OnEnd::Log, async move {
                let _place = place;
                connection.await;
                anyhow::Ok(())
            });
        }
        drop(listener);
        graceful.shutdown().await;
        Ok(())
    }

    /// One connection to its end. How it ends is the client's business; broken ones are common and harmless.
    async fn connection(self, socket: TcpStream, graceful: hyper_util::server::graceful::Watcher) {
        // Without it, small answers wait for the other side's delayed acknowledgement.
        let _best_effort = socket.set_nodelay(true);
        let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
        http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
        let answer = service_fn(move |request| self.clone().answer(request));
        let connection = http.serve_connection(TokioIo::new(socket), answer).into_owned();
        if let Err(cause) = graceful.watch(connection).await {
            debug!("A connection to the object store broke: {cause}");
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
        if let Some(answer) = cross_origin::preflight(&request) {
            return Ok(answer);
        }
        self.busy.send_modify(|count| *count += 1);
        let from_page = cross_origin::is_from_page(&request);
        let disposition = wished_disposition(&request);
        let deleted = deleted_object(&request);
        let answer = tokio::time::timeout(REQUEST_MAX, hyper::service::Service::call(&self.service, request)).await;
        self.busy.send_modify(|count| *count -= 1);
        let mut answer = answer.map_err(|elapsed| HttpError::new(Box::new(elapsed)))??;
        // The signature covers the query, so only we can wish for a name; the file system below does not fulfil it.
        if let Some(disposition) = disposition
            && answer.status().is_success()
        {
            answer.headers_mut().insert(CONTENT_DISPOSITION, disposition);
        }
        if from_page {
            cross_origin::allow(answer.headers_mut());
        }
        if let Some((bucket, key)) = deleted.filter(|_| answer.status().is_success()) {
            sweep::forget(&self.root, &bucket, &key);
        }
        Ok(answer)
    }
}

/// Returns once we shall stop and nobody has asked for anything for a while.
async fn quiet(stop: Stop, mut busy: watch::Receiver<usize>) {
    stop.soft.cancelled().await;
    loop {
        if busy.wait_for(|count| *count == 0).await.is_err() {
            return;
        }
        if !matches!(tokio::time::timeout(QUIET, busy.changed()).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// Bucket and key of the object a request deletes, if that is what it does. Our keys have nothing in them to be escaped.
fn deleted_object(request: &Request<Incoming>) -> Option<(String, String)> {
    if request.method() != Method::DELETE || request.uri().query().is_some_and(|query| query.contains("uploadId")) {
        return None;
    }
    let (bucket, key) = request.uri().path().strip_prefix('/')?.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

fn wished_disposition(request: &Request<Incoming>) -> Option<HeaderValue> {
    let query = request.uri().query().filter(|_| request.method() == Method::GET)?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, wish) = pairs.find(|(name, _)| name == "response-content-disposition")?;
    HeaderValue::from_str(&wish).ok()
}

/// Listens where configured. Port 0 means any port, but the same one after a restart: addresses already given out stay good.
async fn listen(listen: SocketAddr, data_dir: &Path) -> Result<TcpListener, EmbeddedError> {
    let failed = |source| EmbeddedError::Listen { listen, source };
    if listen.port() != 0 {
        return TcpListener::bind(listen).await.map_err(failed);
    }
    let memory = data_dir.join("object-store.port");
    let before: Option<u16> = std::fs::read_to_string(&memory).ok().and_then(|port| port.trim().parse().ok());
    if let Some(port) = before
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(listen.ip(), port)).await
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    std::fs::write(&memory, port.to_string()).map_err(file("remember the port in", &memory))?;
    Ok(listener)
}

/// An address this machine reaches itself by: a server on every interface is also on the loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn http_url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}")).expect("a socket address is a host and a port")
}

fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EmbeddedError {
    let path = path.to_owned();
    move |source| EmbeddedError::File { doing, path, source }
}
