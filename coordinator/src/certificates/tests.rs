//! The authority survives a restart, and a request gets nothing but its key signed.

use std::os::unix::fs::PermissionsExt;

use rcgen::{CertificateParams, PKCS_ECDSA_P384_SHA384};
use rustls::pki_types::pem::PemObject;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

fn request(params: &CertificateParams, key: &KeyPair) -> String {
    params.serialize_request(key).unwrap().pem().unwrap()
}

#[test]
fn the_authority_is_made_once_and_only_its_owner_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let first = CertificateAuthority::open(dir.path(), NOW).unwrap();
    let second = CertificateAuthority::open(dir.path(), NOW).unwrap();
    assert_eq!(first.fingerprint(), second.fingerprint());
    assert_eq!(first.ca_pem(), second.ca_pem());
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_request_gets_its_key_signed_and_nothing_it_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open(dir.path(), NOW).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut greedy = CertificateParams::new(vec![INGEST_NAME.to_owned()]).unwrap();
    greedy.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    greedy.distinguished_name.push(DnType::CommonName, Uuid::from_u128(1).to_string());
    let node = NodeId(Uuid::from_u128(7));

    let signed = authority.sign(&request(&greedy, &key), node, NOW).unwrap();

    let der = CertificateDer::from_pem_slice(signed.pem.as_bytes()).unwrap();
    assert_eq!(fingerprint(&der), signed.fingerprint);
    assert_eq!(node_of(&der), Some(node));
    let (_, parsed) = x509_parser::parse_x509_certificate(&der).unwrap();
    assert!(!parsed.is_ca());
    let usage = parsed.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth);
    let names = parsed.subject_alternative_name().unwrap().unwrap().value;
    assert_eq!(names.general_names.len(), 1);
    assert!(!format!("{names:?}").contains(INGEST_NAME));
}

#[test]
fn other_keys_and_forged_requests_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open(dir.path(), NOW).unwrap();
    let node = NodeId(Uuid::from_u128(7));
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let other_kind = request(&CertificateParams::default(), &key);
    assert!(matches!(authority.sign(&other_kind, node, NOW), Err(CertificateError::KeyKind)));

    let key = KeyPair::generate().unwrap();
    let mut forged = CertificateParams::default().serialize_request(&key).unwrap().der().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let forged = pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", forged));
    assert!(matches!(authority.sign(&forged, node, NOW), Err(CertificateError::Request(_))));
    assert!(matches!(authority.sign("nonsense", node, NOW), Err(CertificateError::Request(_))));
}
