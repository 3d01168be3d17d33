//! Dials the coordinator: mutual TLS with the farm's own authority, hello, welcome.
//! Does not try twice; that is `presence`'s.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Endpoint, IdleTimeout, TransportConfig};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio::sync::mpsc;
use wire::v1::{Hello, Rejected, Welcome};
use wire::{ALPN, MESSAGE_BYTES_MAX, ReadError, read_message};

use super::control::Control;
use super::{OUTGOING_MAX, Session, is};
use crate::config::CoordinatorConfig;

/// The name in the ingest server's certificate, whatever address is dialled.
const INGEST_NAME: &str = "ingest.reelfarm";
/// A dead path is noticed after this.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// A living one is kept open by this.
const KEEP_ALIVE: Duration = Duration::from_secs(4);
/// Connect, hello and welcome together.
const DIAL_MAX: Duration = Duration::from_secs(10);

/// Why no session came about.
#[derive(Debug, Error)]
pub enum DialError {
    /// A certificate, key or authority file cannot be used.
    #[error("read {path}; enrol this node again if the file is lost")]
    File {
        /// The file.
        path: PathBuf,
        /// What was wrong with it.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The files do not fit together.
    #[error("prepare mutual TLS")]
    Tls(#[source] rustls::Error),
    /// TLS without what QUIC needs.
    #[error("prepare QUIC")]
    Quic(#[source] quinn::crypto::rustls::NoInitialCipherSuite),
    /// No socket, or no such host.
    #[error("find a way to {address}")]
    Network {
        /// As configured.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The address cannot be dialled.
    #[error("dial the coordinator")]
    Connect(#[source] quinn::ConnectError),
    /// The handshake failed or the connection broke.
    #[error("connect to the coordinator")]
    Connection(#[source] quinn::ConnectionError),
    /// The control stream broke before the welcome.
    #[error("greet the coordinator")]
    Greeting(#[source] ReadError),
    /// Nothing came in time.
    #[error("connect to the coordinator: no answer within {} s", DIAL_MAX.as_secs())]
    Late,
    /// The coordinator will not have this node.
    #[error("join the farm: {reason}")]
    Rejected {
        /// What it said.
        reason: String,
    },
}

impl DialError {
    /// Whether trying again cannot help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, DialError::File { .. } | DialError::Tls(_) | DialError::Quic(_))
    }
}

/// Dials one coordinator.
#[derive(Clone, Debug)]
pub struct Dialer {
    address: String,
    endpoint: Endpoint,
}

impl Dialer {
    /// Reads the node's identity. Needs a runtime.
    pub fn new(config: &CoordinatorConfig) -> Result<Dialer, DialError> {
        let address = config.ingest.clone();
        let local = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut endpoint =
            Endpoint::client(local).map_err(|source| DialError::Network { address: address.clone(), source })?;
        endpoint.set_default_client_config(client_config(config)?);
        Ok(Dialer { address, endpoint })
    }

    /// Connects and greets.
    pub(super) async fn dial(&self, hello: &Hello) -> Result<(Session, Control), DialError> {
        tokio::time::timeout(DIAL_MAX, self.dial_patiently(hello)).await.map_err(|_late| DialError::Late)?
    }

    async fn dial_patiently(&self, hello: &Hello) -> Result<(Session, Control), DialError> {
        let network = |source| DialError::Network { address: self.address.clone(), source };
        let address = tokio::net::lookup_host(&self.address).await.map_err(network)?.next();
        let address = address.ok_or_else(|| network(io::ErrorKind::NotFound.into()))?;
        let connecting = self.endpoint.connect(address, INGEST_NAME).map_err(DialError::Connect)?;
        let connection = connecting.await.map_err(DialError::Connection)?;
        let (mut to, mut from) = connection.open_bi().await.map_err(DialError::Connection)?;
        let greeting = |error: ReadError| DialError::Greeting(error);
        to.write_all(&wire::encode(hello)).await.map_err(|cause| greeting(io::Error::from(cause).into()))?;
        let answer = read_message(&mut from, MESSAGE_BYTES_MAX).await.map_err(greeting)?;
        if is::<Rejected>(&answer) {
            let Rejected { reason } = wire::decode(answer.frame()).map_err(|cause| greeting(cause.into()))?;
            return Err(DialError::Rejected { reason });
        }
        let rules: Welcome = wire::decode(answer.frame()).map_err(|cause| greeting(cause.into()))?;
        let (outgoing, messages) = mpsc::channel(OUTGOING_MAX);
        let session = Session { connection: connection.clone(), rules: Arc::new(rules), outgoing };
        Ok((session, Control { connection, to, from, messages }))
    }
}

fn client_config(config: &CoordinatorConfig) -> Result<ClientConfig, DialError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(&config.ca)? {
        roots.add(authority).map_err(DialError::Tls)?;
    }
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(bad_file(&config.key))?;
    let mut tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&config.certificate)?, key)
        .map_err(DialError::Tls)?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let mut transport = TransportConfig::default();
    transport
        .keep_alive_interval(Some(KEEP_ALIVE))
        .max_idle_timeout(Some(IdleTimeout::try_from(IDLE_MAX).expect("fifteen seconds fit")));
    let mut client = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).map_err(DialError::Quic)?));
    client.transport_config(Arc::new(transport));
    Ok(client)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DialError> {
    CertificateDer::pem_file_iter(path).map_err(bad_file(path))?.collect::<Result<_, _>>().map_err(bad_file(path))
}

fn bad_file(path: &Path) -> impl FnOnce(rustls::pki_types::pem::Error) -> DialError {
    let path = path.to_owned();
    move |source| DialError::File { path, source }
}
