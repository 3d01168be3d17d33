//! `[http]`: where the HTTP API listens. Knows no route.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;
use url::Url;

/// `[http]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// `ADDR:PORT`.
    pub listen: SocketAddr,
    /// What people and nodes type to reach it, when that differs from `http://listen`.
    pub public_url: Option<Url>,
    /// Sites whose pages may call the API with a token, such as `https://editor.example.org`; none by default.
    pub cors_origins: Vec<Url>,
}

impl HttpConfig {
    /// Whether people reach it by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

impl Default for HttpConfig {
    fn default() -> HttpConfig {
        HttpConfig { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), public_url: None, cors_origins: Vec::new() }
    }
}
