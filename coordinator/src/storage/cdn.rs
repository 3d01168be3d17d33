//! Addresses on a CDN in front of the object store, signed as `CloudFront` wants it (canned policy, RSA, SHA-256). Sends no
//! request and knows no bucket.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use service::Timestamp;
use thiserror::Error;
use url::Url;

use crate::config::{CdnConfig, SecretFileError, read_secret};

/// Why the CDN's configuration will not do.
#[derive(Debug, Error)]
pub enum CdnError {
    /// One of the two was given without the other, or without a base address.
    #[error("read [cdn]: base_url, key_id and key_file belong together")]
    Incomplete,
    /// The base address takes no path.
    #[error("read [cdn]: {0} cannot have a key appended")]
    Base(Url),
    /// The key's file did not open.
    #[error("read the CDN's private key")]
    KeyFile(#[from] SecretFileError),
    /// The key's file holds no RSA key.
    #[error("read the CDN's private key: it is no RSA key in PEM, PKCS #1 or PKCS #8")]
    Key,
}

/// A CDN.
#[derive(Debug)]
pub struct Cdn {
    base: Url,
    signer: Option<Signer>,
}

#[derive(Debug)]
struct Signer {
    key_id: String,
    key: RsaKeyPair,
}

impl Cdn {
    /// As configured, if it is; reads the key.
    pub fn from_config(config: &CdnConfig) -> Result<Option<Cdn>, CdnError> {
        let CdnConfig { base_url, key_id, key_file } = config;
        let signer = match (key_id, key_file) {
            (None, None) => None,
            (Some(key_id), Some(file)) => {
                Some(Signer { key_id: key_id.clone(), key: rsa_key(read_secret(file)?.expose())? })
            }
            _ => return Err(CdnError::Incomplete),
        };
        match base_url {
            None if signer.is_some() => Err(CdnError::Incomplete),
            None => Ok(None),
            Some(base) if base.cannot_be_a_base() => Err(CdnError::Base(base.clone())),
            Some(base) => Ok(Some(Cdn { base: base.clone(), signer })),
        }
    }

    /// What every address begins with.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// The address of an object, good until `expires` when there is a key to sign with.
    #[must_use]
    pub fn address(&self, key: &str, expires: Timestamp) -> String {
        let mut url = self.base.clone();
        url.path_segments_mut().expect("a base takes a path").pop_if_empty().extend(key.split('/'));
        let Some(signer) = &self.signer else { return url.into() };
        let expires = expires.0.div_euclid(1_000_000);
        let signature = signer.sign(&policy(url.as_str(), expires));
        format!("{url}?Expires={expires}&Signature={signature}&Key-Pair-Id={}&Hash-Algorithm=SHA256", signer.key_id)
    }
}

/// `CloudFront` puts the very same text together from the address and checks the signature against it.
fn policy(resource: &str, expires: i64) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
    )
}

impl Signer {
    fn sign(&self, policy: &str) -> String {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), policy.as_bytes(), &mut signature)
            .expect("the buffer is as long as the modulus");
        // What addresses cannot carry, in its own spelling.
        STANDARD.encode(signature).replace('+', "-").replace('=', "_").replace('/', "~")
    }
}

fn rsa_key(text: &str) -> Result<RsaKeyPair, CdnError> {
    let pem = pem::parse(text).map_err(|_| CdnError::Key)?;
    let key = match pem.tag() {
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(pem.contents()),
        _ => RsaKeyPair::from_pkcs8(pem.contents()),
    };
    key.map_err(|_| CdnError::Key)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::Command;

    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    const EXPIRES: Timestamp = Timestamp(1_767_290_400_999_999);

    /// A key made by another program, as operators make theirs.
    fn a_key(arguments: &[&str]) -> tempfile::NamedTempFile {
        let made = Command::new("openssl").args(arguments).output().expect("openssl is installed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&made.stdout).unwrap();
        file
    }

    fn config(file: &tempfile::NamedTempFile) -> CdnConfig {
        CdnConfig {
            base_url: Some("https://d111111abcdef8.cloudfront.net/films/".parse().unwrap()),
            key_id: Some("K2JCJMDEHXQW5F".to_owned()),
            key_file: Some(file.path().to_owned()),
        }
    }

    #[test]
    fn signed_addresses_are_what_cloudfront_checks() {
        let kinds: [&[&str]; 2] = [&["genrsa", "-traditional", "2048"], &["genpkey", "-algorithm", "RSA"]];
        for kind in kinds {
            let file = a_key(kind);
            let cdn = Cdn::from_config(&config(&file)).unwrap().unwrap();
            let url: Url = cdn.address("exports/a b/ä.mp4", EXPIRES).parse().unwrap();
            let query: std::collections::HashMap<_, _> = url.query_pairs().collect();
            let asked = ["Expires", "Key-Pair-Id", "Hash-Algorithm"].map(|name| query[name].as_ref().to_owned());
            assert_eq!(asked, ["1767290400", "K2JCJMDEHXQW5F", "SHA256"]);

            // The other side: the policy put together anew, the signature taken out of the address.
            let resource = "https://d111111abcdef8.cloudfront.net/films/exports/a%20b/%C3%A4.mp4";
            assert_eq!(url.as_str().split('?').next(), Some(resource));
            let policy = format!(
                "{{\"Statement\":[{{\"Resource\":\"{resource}\",\"Condition\":{{\"DateLessThan\":{{\"AWS:EpochTime\":1767290400}}}}}}]}}"
            );
            let raw = url.query().unwrap().split('&').find_map(|pair| pair.strip_prefix("Signature=")).unwrap();
            assert!(raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)), "{raw}");
            let signature = STANDARD.decode(raw.replace('-', "+").replace('_', "=").replace('~', "/")).unwrap();
            let public: RsaPublicKeyComponents<Vec<u8>> = cdn.signer.as_ref().unwrap().key.public().into();
            public.verify(&RSA_PKCS1_2048_8192_SHA256, policy.as_bytes(), &signature).expect("the signature holds");
            let later = policy.replace("1767290400", "1767290401");
            assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, later.as_bytes(), &signature).is_err());
        }
    }

    #[test]
    fn without_a_key_addresses_are_plain_and_half_a_configuration_is_refused() {
        let file = a_key(&["genrsa", "2048"]);
        let whole = config(&file);
        let plain = CdnConfig { key_id: None, key_file: None, ..whole.clone() };
        let cdn = Cdn::from_config(&plain).unwrap().unwrap();
        assert_eq!(cdn.address("exports/1.mp4", EXPIRES), "https://d111111abcdef8.cloudfront.net/films/exports/1.mp4");
        assert!(Cdn::from_config(&CdnConfig::default()).unwrap().is_none());
        let halves = [
            CdnConfig { key_id: None, ..whole.clone() },
            CdnConfig { key_file: None, ..whole.clone() },
            CdnConfig { base_url: None, ..whole },
        ];
        for half in halves {
            assert!(matches!(Cdn::from_config(&half), Err(CdnError::Incomplete)), "{half:?}");
        }
        let mut no_key = tempfile::NamedTempFile::new().unwrap();
        no_key.write_all(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        assert!(matches!(Cdn::from_config(&config(&no_key)), Err(CdnError::Key)));
    }
}
