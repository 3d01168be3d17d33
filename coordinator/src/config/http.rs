//! `[http]`: where the HTTP API listens. Knows no route.

use std::net::{Ipv4Addr, SocketAddr};

use farm_core::network::Network;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
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
    /// Reverse proxies in front of us, such as `10.0.0.0/8`: whose word on where a request comes from counts. None by default.
    #[serde(deserialize_with = "networks")]
    pub forwarded_by: Vec<Network>,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let texts: Vec<String> = Deserialize::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
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
        HttpConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            cors_origins: Vec::new(),
            forwarded_by: Vec::new(),
        }
    }
}
