//! `[cdn]`: the addresses finished files are downloaded from, when that is not the object store itself. Signs none.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

/// `[cdn]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CdnConfig {
    /// What stands before an object's key, such as `https://d111111abcdef8.cloudfront.net/`; absent: no CDN.
    pub base_url: Option<Url>,
    /// The id under which `CloudFront` knows the public key; with it, addresses are signed.
    pub key_id: Option<String>,
    /// A file with the RSA private key, PEM.
    pub key_file: Option<PathBuf>,
}
