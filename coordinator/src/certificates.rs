//! The farm's certificate authority: made once, kept in the data folder, signs nodes and the ingest server.
//! Decides nothing about who may enrol, and checks no connection.

mod authority_file;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::NodeId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
    PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use service::Timestamp;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

/// The name every ingest server's certificate carries and every node asks for, whatever address it dials.
pub const INGEST_NAME: &str = "ingest.reelfarm";
/// How long the farm's own root is good. Replacing it means enrolling every node anew.
const AUTHORITY_VALIDITY: Duration = Duration::from_hours(24 * 3650);
/// How long a node's certificate is good. Renewal over the control stream will bring this down to a day.
pub const NODE_VALIDITY: Duration = Duration::from_hours(24 * 365);
/// The ingest server's certificate is made at every start and never stored.
const SERVER_VALIDITY: Duration = Duration::from_hours(24 * 365);
/// Clocks of a farm may differ by this much.
const CLOCK_SKEW: Duration = Duration::from_hours(1);

/// Why a certificate was not made.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The authority's file cannot be read or written.
    #[error("keep the certificate authority in {path}")]
    File {
        /// Where it should be.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The authority's file does not hold a certificate and its key.
    #[error("read the certificate authority from {path}: it holds no certificate with its key")]
    Damaged {
        /// Where it is.
        path: String,
    },
    /// The request is no certificate signing request, or its signature is wrong.
    #[error("read the certificate signing request")]
    Request(#[source] rcgen::Error),
    /// The request's key is of a kind nodes do not use.
    #[error("read the certificate signing request: use an ECDSA P-256 or Ed25519 key")]
    KeyKind,
    /// Making or signing failed.
    #[error("sign a certificate")]
    Sign(#[source] rcgen::Error),
    /// The system has no randomness to give.
    #[error("draw a serial number: the system gives no randomness ({0})")]
    Randomness(getrandom::Error),
}

/// A signed node certificate.
#[derive(Clone, Debug)]
pub struct NodeCertificate {
    /// For the node.
    pub pem: String,
    /// For the ledger: [`fingerprint`] of it.
    pub fingerprint: [u8; 32],
}

/// What the ingest server shows to nodes. Lives in memory only.
#[derive(Debug)]
pub struct ServerIdentity {
    /// Its certificate, then the authority's.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// The farm's root of trust. Cheap to clone.
#[derive(Clone)]
pub struct CertificateAuthority {
    issuer: Arc<Issuer<'static, KeyPair>>,
    pem: Arc<str>,
    der: CertificateDer<'static>,
}

impl std::fmt::Debug for CertificateAuthority {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "CertificateAuthority({})", hex::encode(self.fingerprint()))
    }
}

/// BLAKE3 of a certificate's DER: how the ledger and join tokens name it.
#[must_use]
pub fn fingerprint(certificate: &CertificateDer<'_>) -> [u8; 32] {
    *blake3::hash(certificate).as_bytes()
}

/// The node a certificate of ours names; `None` for any other certificate. Trust must be settled before.
#[must_use]
pub fn node_of(certificate: &CertificateDer<'_>) -> Option<NodeId> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let name = parsed.subject().iter_common_name().next()?.as_str().ok()?;
    Some(NodeId(name.parse::<Uuid>().ok()?))
}

impl CertificateAuthority {
    /// Opens the authority kept in `dir`, or makes it: once in a farm's life.
    pub fn open(dir: &Path, now: Timestamp) -> Result<CertificateAuthority, CertificateError> {
        let (certificate, key) = match authority_file::read(dir)? {
            Some(kept) => kept,
            None => make(dir, now)?,
        };
        let der = CertificateDer::from(certificate.contents().to_vec());
        let key = KeyPair::from_pem(&key).map_err(CertificateError::Sign)?;
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(CertificateError::Sign)?;
        Ok(CertificateAuthority { issuer: Arc::new(issuer), pem: pem_text(&der).into(), der })
    }

    /// The root certificate, for nodes to keep.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.pem
    }

    /// The root certificate as bytes.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// What a join token carries, so that a node knows its farm before it trusts an answer.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint(&self.der)
    }

    /// Signs the public key of a request with our own parameters; whatever else the request asks for is ignored.
    pub fn sign(&self, csr_pem: &str, node: NodeId, now: Timestamp) -> Result<NodeCertificate, CertificateError> {
        let request = CertificateSigningRequestParams::from_pem(csr_pem).map_err(CertificateError::Request)?;
        let allowed: [&SignatureAlgorithm; 2] = [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519];
        if !allowed.contains(&request.public_key.algorithm()) {
            return Err(CertificateError::KeyKind);
        }
        let mut params = leaf(&node.to_string(), format!("{node}.node.reelfarm"), NODE_VALIDITY, now)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let signed = self.sign_leaf(&params, &request.public_key)?;
        Ok(NodeCertificate { pem: pem_text(&signed), fingerprint: fingerprint(&signed) })
    }

    /// A fresh key and certificate for the ingest server.
    pub fn server_identity(&self, now: Timestamp) -> Result<ServerIdentity, CertificateError> {
        let key = KeyPair::generate().map_err(CertificateError::Sign)?;
        let mut params = leaf(INGEST_NAME, INGEST_NAME.to_owned(), SERVER_VALIDITY, now)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = self.sign_leaf(&params, &key)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(ServerIdentity { chain: vec![signed, self.der.clone()], key })
    }

    fn sign_leaf(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> Result<CertificateDer<'static>, CertificateError> {
        let certificate = params.signed_by(key, &*self.issuer).map_err(CertificateError::Sign)?;
        Ok(certificate.der().clone())
    }
}

/// Parameters all our leaves share.
fn leaf(
    name: &str,
    dns_name: String,
    validity: Duration,
    now: Timestamp,
) -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::new(vec![dns_name]).map_err(CertificateError::Sign)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial_number()?);
    valid(&mut params, validity, now);
    Ok(params)
}

/// Makes the root and keeps it before anybody sees it.
fn make(dir: &Path, now: Timestamp) -> Result<(pem::Pem, String), CertificateError> {
    let key = KeyPair::generate().map_err(CertificateError::Sign)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Reelfarm farm authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial_number()?);
    valid(&mut params, AUTHORITY_VALIDITY, now);
    let certificate = params.self_signed(&key).map_err(CertificateError::Sign)?;
    authority_file::write(dir, &certificate.pem(), &key.serialize_pem())?;
    let certificate = pem::Pem::new("CERTIFICATE", certificate.der().to_vec());
    Ok((certificate, key.serialize_pem()))
}

fn valid(params: &mut CertificateParams, validity: Duration, now: Timestamp) {
    params.not_before = calendar(now.before(CLOCK_SKEW));
    params.not_after = calendar(now.after(validity));
}

fn calendar(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.0 / 1_000_000).expect("a clock shows a year below 9999")
}

fn serial_number() -> Result<SerialNumber, CertificateError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(CertificateError::Randomness)?;
    // Positive and never shortened, as RFC 5280 wants serial numbers.
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn pem_text(certificate: &CertificateDer<'_>) -> String {
    pem::encode_config(
        &pem::Pem::new("CERTIFICATE", certificate.to_vec()),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    )
}

#[cfg(test)]
mod tests;
