//! The QUIC socket: mutual TLS with the farm's own authority, windows and limits. Speaks no message.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Endpoint, EndpointConfig, IdleTimeout, ServerConfig, TokioRuntime, TransportConfig, VarInt};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use wire::ALPN;

use super::IngestError;
use crate::certificates::ServerIdentity;

/// The control stream, and parts sent side by side by one node.
const STREAMS_PER_NODE_MAX: u32 = 1 + 8;
/// Bytes under way on one stream: a gigabit over a tenth of a second.
const STREAM_WINDOW_BYTES: u32 = 16 << 20;
/// Bytes under way on one connection.
const CONNECTION_WINDOW_BYTES: u32 = 64 << 20;
/// The kernel's buffers; its own default drops packets at 400 MB/s (measured on loopback).
const SOCKET_BUFFER_BYTES: usize = 4 << 20;
/// A dead path is noticed after this.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// A living one is kept open by this.
const KEEP_ALIVE: Duration = Duration::from_secs(4);

/// Listens on `address` as `identity`, for holders of certificates of `authority` only.
pub(super) fn listen(
    address: SocketAddr,
    identity: ServerIdentity,
    authority: &CertificateDer<'static>,
) -> Result<Endpoint, IngestError> {
    let config = server_config(identity, authority).map_err(IngestError::Tls)?;
    let listening = |source| IngestError::Listen { address, source };
    let socket = UdpSocket::bind(address).map_err(listening)?;
    // The system may allow less; then the transfer is slower, not wrong.
    let _receive = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BUFFER_BYTES);
    let _send = rustix::net::sockopt::set_socket_send_buffer_size(&socket, SOCKET_BUFFER_BYTES);
    Endpoint::new(EndpointConfig::default(), Some(config), socket, Arc::new(TokioRuntime)).map_err(listening)
}

fn server_config(identity: ServerIdentity, authority: &CertificateDer<'static>) -> anyhow::Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).context("trust the farm's own authority")?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .context("make a verifier of node certificates")?;
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("choose TLS 1.3")?
        .with_client_cert_verifier(verifier)
        .with_single_cert(identity.chain, identity.key)
        .context("use the server's own certificate")?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).context("use TLS in QUIC")?));
    config.transport_config(Arc::new(transport()));
    Ok(config)
}

fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_PER_NODE_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW_BYTES))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW_BYTES))
        .datagram_receive_buffer_size(None)
        .keep_alive_interval(Some(KEEP_ALIVE))
        .max_idle_timeout(Some(IdleTimeout::try_from(IDLE_MAX).expect("fifteen seconds fit")));
    transport
}
