//! A node that speaks the real wire over a real connection and does as the test tells it. Renders nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use farm_core::ids::NodeId;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Connection, Endpoint, RecvStream, SendStream};
use rcgen::{CertificateParams, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use service::{Clock, SystemClock};
use wire::v1::{EncoderFact, Hello, Message, NodeFacts, PartHeader};
use wire::{ALPN, MESSAGE_BYTES_MAX, Received, TABLE_BYTES_MAX, read_message};

use super::PATIENCE;
use crate::certificates::{CertificateAuthority, INGEST_NAME, fingerprint};

/// A key and the certificate an authority gave it.
pub struct Identity {
    pub id: NodeId,
    pub fingerprint: [u8; 32],
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    pub fn signed_by(authority: &CertificateAuthority, id: NodeId) -> Identity {
        let key = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let signed = authority.sign(&request, id, SystemClock.now()).unwrap();
        let certificate = CertificateDer::from_pem_slice(signed.pem.as_bytes()).unwrap();
        Identity { id, fingerprint: fingerprint(&certificate), certificate, key }
    }
}

pub struct FakeNode {
    pub connection: Connection,
    to: SendStream,
    from: RecvStream,
    _endpoint: Endpoint,
}

pub fn hello(instance: u128) -> Hello {
    let facts = NodeFacts {
        version: "0".to_owned(),
        host: "fake".to_owned(),
        cpu_count: 2,
        media_library: "none".to_owned(),
        encoders: vec![EncoderFact { family: "x264".to_owned(), identity: "x264 1".to_owned() }],
        sandbox_layers: Vec::new(),
    };
    Hello { oldest_version: 1, current_version: 1, instance, slot_count: 2, facts }
}

impl FakeNode {
    /// Shakes hands, trusting `authority`.
    pub async fn dial(
        address: SocketAddr,
        identity: &Identity,
        authority: &CertificateAuthority,
    ) -> Result<FakeNode, quinn::ConnectionError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().clone()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![identity.certificate.clone()], key)
            .unwrap();
        tls.alpn_protocols = vec![ALPN.to_vec()];
        let mut endpoint = Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
        endpoint.set_default_client_config(ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).unwrap())));
        let connection = endpoint.connect(address, INGEST_NAME).unwrap().await?;
        let (to, from) = connection.open_bi().await?;
        Ok(FakeNode { connection, to, from, _endpoint: endpoint })
    }

    pub async fn say(&mut self, message: Vec<u8>) {
        self.to.write_all(&message).await.unwrap();
    }

    /// The next message, which must be an `M`'s.
    pub async fn hear<M: Message>(&mut self) -> Received {
        let heard = tokio::time::timeout(PATIENCE, read_message(&mut self.from, MESSAGE_BYTES_MAX)).await;
        let heard = heard.expect("the coordinator answers").unwrap();
        assert_eq!(heard.kind(), M::KIND);
        heard
    }

    /// Sends a message and what follows it on a stream of its own; gives the answer.
    pub async fn deliver(&self, message: Vec<u8>, payload: &[u8]) -> Received {
        let (mut to, mut from) = self.connection.open_bi().await.unwrap();
        to.write_all(&message).await.unwrap();
        // A delivery refused early is not read to its end.
        let _refused_early = to.write_all(payload).await;
        let _refused_early = to.finish();
        let answer = tokio::time::timeout(PATIENCE, read_message(&mut from, TABLE_BYTES_MAX)).await;
        answer.expect("the delivery is answered").unwrap()
    }

    pub async fn deliver_part(&self, header: &PartHeader, payload: &[u8]) -> Received {
        self.deliver(wire::encode(header), payload).await
    }
}
