//! The listening socket and its connections: bounded in number and time, ended in order. Knows no route.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint as _, Request, Response};
use service::{OnEnd, Tasks};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tracing::{debug, info, warn};

use super::guests::Guests;
use crate::config::HttpConfig;

/// Connections at once; more wait in the listener's queue.
const CONNECTIONS_MAX: usize = 2048;
/// Until a request's head is complete; also how long a connection may idle between requests.
const HEAD_MAX: Duration = Duration::from_secs(15);
/// The head itself.
const HEAD_BYTES_MAX: u32 = 64 << 10;
/// Connections at once from one address: half of all, so that nobody has them all.
const CONNECTIONS_PER_ADDRESS_MAX: usize = CONNECTIONS_MAX / 2;
/// Requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 100;
/// An HTTP/2 client that does not answer a ping within this is gone.
const PING_EVERY: Duration = Duration::from_secs(20);
/// The wait after the system refused to accept a connection (no descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the API could not be served.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The address is taken or not ours.
    #[error("listen on {listen}")]
    Listen {
        /// As configured.
        listen: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A socket that listens, before anybody answers.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens where the configuration says.
    pub async fn bind(config: &HttpConfig) -> Result<Listener, HttpError> {
        let failed = |source| HttpError::Listen { listen: config.listen, source };
        let socket = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Listener { socket, address })
    }

    /// Where it listens: the port the system chose, when the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers with `api` until the wish to stop, then finishes the requests under way.
    pub async fn serve(self, api: BoxEndpoint<'static>, tasks: Tasks) -> Result<(), HttpError> {
        let address = self.address;
        info!(listen = %address, "The API listens on http://{address}");
        let connections = Connections { api: Arc::new(api), address, tasks: tasks.clone() };
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let guests = Guests::of_at_most(CONNECTIONS_PER_ADDRESS_MAX);
        let stop = tasks.stop().soft.clone();
        loop {
            let place = Arc::clone(&places).acquire_owned().await.expect("nobody closes the places");
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    warn!("The API could not accept a connection: {cause}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(guest) = guests.let_in(peer.ip()) else {
                debug!("Turned a connection away: {} has {CONNECTIONS_PER_ADDRESS_MAX}", peer.ip());
                continue;
            };
            let connection = connections.clone().serve(socket, peer, graceful.watcher());
            tasks.spawn("http connection", OnEnd::Log, async move {
                let _places = (place, guest);
                connection.await;
                Ok::<(), Infallible>(())
            });
        }
        drop(self.socket);
        graceful.shutdown().await;
        Ok(())
    }
}

#[derive(Clone)]
struct Connections {
    api: Arc<BoxEndpoint<'static>>,
    address: SocketAddr,
    tasks: Tasks,
}

impl Connections {
    /// One connection to its end. How it ends is the client's business; broken ones are common and harmless.
    async fn serve(self, socket: TcpStream, peer: SocketAddr, graceful: Watcher) {
        // Without it, small answers wait for the other side's delayed acknowledgement.
        let _best_effort = socket.set_nodelay(true);
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_MAX).max_buf_size(HEAD_BYTES_MAX as usize);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_EVERY)
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(HEAD_BYTES_MAX);
        let answer = service_fn(move |request| self.clone().answer(request, peer));
        let connection = http.serve_connection(TokioIo::new(socket), answer).into_owned();
        if let Err(cause) = graceful.watch(connection).await {
            debug!("A connection to the API broke: {cause}");
        }
    }

    async fn answer(
        self,
        request: hyper::Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<hyper::Response<impl Body<Data = Bytes, Error = io::Error> + use<>>, Infallible> {
        let (local, remote) = (LocalAddr(Addr::SocketAddr(self.address)), RemoteAddr(Addr::SocketAddr(peer)));
        let request = Request::from((request, local, remote, Scheme::HTTP));
        let answer = self.tasks.stop().hard.run_until_cancelled(self.api.call(request)).await;
        let response: Response = match answer {
            Some(Ok(response)) => response,
            Some(Err(refused)) => refused.into_response(),
            None => http::StatusCode::SERVICE_UNAVAILABLE.into(),
        };
        Ok(hyper::Response::from(response))
    }
}
