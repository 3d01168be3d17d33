//! One message to one receiver: signed as Standard Webhooks wants it, to an address that was looked at before it is called,
//! wherever the name leads. Follows no redirect and keeps nothing.

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use farm_core::webhooks::is_public;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use ring::hmac;
use serde_json::json;
use service::{Secret, Timestamp};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::{Host, Url};

use crate::config::WebhooksConfig;
use crate::store::webhooks::Due;

/// What a secret begins with, so that a leaked one is recognised.
pub const SECRET_PREFIX: &str = "whsec_";

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the message.
    Taken(u16),
    /// It does not, as far as we know.
    Refused {
        /// Its status, if it answered.
        status: Option<u16>,
        /// For the log of the webhook's owner.
        message: String,
    },
}

impl Answer {
    /// The status, if there was one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Taken(status) => Some(*status),
            Self::Refused { status, .. } => *status,
        }
    }

    fn refused(message: impl Into<String>) -> Answer {
        Answer::Refused { status: None, message: message.into() }
    }
}

/// Sends a message and hears the answer's status; its body is nobody's business.
pub async fn send(due: &Due, config: &WebhooksConfig, now: Timestamp) -> Answer {
    match tokio::time::timeout(config.timeout(), call(due, config, now)).await {
        Ok(answer) => answer,
        Err(_late) => Answer::refused(format!("It did not answer within {} s.", config.timeout().as_secs_f64())),
    }
}

async fn call(due: &Due, config: &WebhooksConfig, now: Timestamp) -> Answer {
    let Ok(url) = due.url.parse::<Url>() else { return Answer::refused("Its address is none.") };
    let addresses = match addresses(&url, config.allow_private_addresses).await {
        Ok(addresses) => addresses,
        Err(message) => return Answer::refused(message),
    };
    // The very addresses that were looked at are called: a name that leads elsewhere a moment later changes nothing.
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(cause) => return Answer::refused(format!("It could not be called: {cause}.")),
    };
    let (id, seconds, body) = (format!("msg_{}", due.id.0.simple()), now.0.div_euclid(1_000_000), body(due));
    let signature = signature(&due.secret, &id, seconds, &body);
    let request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .header("user-agent", concat!("reelfarm/", env!("CARGO_PKG_VERSION")))
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Answer::Taken(answer.status().as_u16()),
        Ok(answer) => {
            let status = answer.status();
            let message = match answer.headers().get("location").and_then(|place| place.to_str().ok()) {
                Some(place) if status.is_redirection() => {
                    format!(
                        "It answered {status} and points to {place}; redirects are not followed, change the address."
                    )
                }
                _ => format!("It answered {status}."),
            };
            Answer::Refused { status: Some(status.as_u16()), message: shortened(message) }
        }
        Err(cause) => Answer::refused(shortened(format!("It could not be reached: {}.", root(&cause)))),
    }
}

/// Where a name leads, if every place it leads to may be called.
async fn addresses(url: &Url, allow_private: bool) -> Result<Vec<SocketAddr>, String> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(IpAddr::V4(address), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(IpAddr::V6(address), port)],
        Some(Host::Domain(name)) => match tokio::net::lookup_host((name, port)).await {
            Ok(found) => found.collect(),
            Err(cause) => return Err(format!("Its name leads nowhere: {cause}.")),
        },
        None => return Err("Its address has no host.".to_owned()),
    };
    match found.iter().find(|address| !allow_private && !is_public(address.ip())) {
        Some(inside) => Err(format!("It leads to {}, which is not on the public internet.", inside.ip())),
        None => Ok(found),
    }
}

fn body(due: &Due) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(due.created_at.0) * 1_000);
    let at = at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    json!({ "type": due.event, "timestamp": at, "data": due.facts }).to_string()
}

/// `v1,` and the Base64 of the HMAC-SHA-256 over id, time and body, by the key behind the secret's prefix.
fn signature(secret: &Secret<String>, id: &str, seconds: i64, body: &str) -> String {
    let text = secret.expose().strip_prefix(SECRET_PREFIX).unwrap_or(secret.expose());
    let key = STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec());
    let signed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed))
}

/// The innermost cause: the outer ones only repeat the address.
fn root(cause: &dyn std::error::Error) -> String {
    let mut innermost = cause;
    while let Some(below) = innermost.source() {
        innermost = below;
    }
    innermost.to_string()
}

/// Receivers choose these words too.
fn shortened(message: String) -> String {
    const CHARACTERS_MAX: usize = 500;
    match message.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => message[..end].to_owned(),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's own libraries.
    #[test]
    fn signatures_are_the_standards() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[tokio::test]
    async fn addresses_inside_are_refused_whatever_leads_there() {
        for inside in [
            "http://127.0.0.1/",
            "http://[::1]:8080/",
            "http://localhost/",
            "http://[::ffff:10.0.0.1]/",
            "http://2130706433/",
        ] {
            let url: Url = inside.parse().unwrap();
            let refused = addresses(&url, false).await.unwrap_err();
            assert!(refused.contains("not on the public internet"), "{inside}: {refused}");
            assert!(!addresses(&url, true).await.unwrap().is_empty());
        }
        let outside: Url = "https://1.1.1.1/".parse().unwrap();
        assert_eq!(addresses(&outside, false).await.unwrap(), [SocketAddr::from(([1, 1, 1, 1], 443))]);
    }
}
