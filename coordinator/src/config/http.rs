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
}

impl Default for HttpConfig {
    fn default() -> HttpConfig {
        HttpConfig { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), public_url: None }
    }
}
