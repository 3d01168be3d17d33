//! Networks, and where a request comes from when machines stand in between. Opens no socket.

use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is no network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is neither an address nor a network such as 10.0.0.0/8")]
pub struct NetworkError {
    /// What was read.
    text: String,
}

/// All addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits are alike.
    prefix: u32,
}

impl Network {
    /// Whether `address` is in it. An IPv4 address that is written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                alike(ours.to_bits().into(), theirs.to_bits().into(), 32 - self.prefix.min(32))
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => alike(ours.to_bits(), theirs.to_bits(), 128 - self.prefix),
            _ => false,
        }
    }
}

/// Whether two addresses differ in their last `rest` bits alone.
fn alike(one: u128, other: u128, rest: u32) -> bool {
    (one ^ other).checked_shr(rest).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Network, NetworkError> {
        let wrong = || NetworkError { text: text.to_owned() };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), str::parse).map_err(|_| wrong())?;
        if prefix > bits { Err(wrong()) } else { Ok(Network { address, prefix }) }
    }
}

/// Where a request comes from: `peer` is the other end of the connection, `forwarded` what `X-Forwarded-For` says, the last hop
/// last. Only the word of machines in `trusted` counts, so nobody can put an address before their own.
#[must_use]
pub fn client_address(peer: IpAddr, forwarded: &[&str], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    for hop in forwarded.iter().flat_map(|line| line.split(',')).rev() {
        if !is_trusted(client) {
            break;
        }
        let Some(told) = address(hop.trim()) else { break };
        client = told;
    }
    client.to_canonical()
}

/// An address as such headers have it: bare, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.split_once(']')).map_or(text, |(address, _)| address);
    let without_port =
        bare.split_once(':').filter(|(_, port)| !port.contains(':')).map_or(bare, |(address, _)| address);
    without_port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let network: Network = "10.1.0.0/16".parse().unwrap();
        for (address, inside) in [("10.1.255.9", true), ("::ffff:10.1.2.3", true), ("10.2.0.1", false), ("::1", false)]
        {
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{address}");
        }
        assert!(networks(&["0.0.0.0/0"])[0].contains("203.0.113.9".parse().unwrap()));
        assert!(networks(&["fd00::/8"])[0].contains("fd12::1".parse().unwrap()));
        assert!(!networks(&["192.0.2.7"])[0].contains("192.0.2.8".parse().unwrap()), "one address alone");
        for wrong in ["", "farm.example", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_word_of_trusted_machines_counts() {
        let trusted = networks(&["10.0.0.0/8", "fd00::/8"]);
        let from =
            |peer: &str, forwarded: &[&str]| client_address(peer.parse().unwrap(), forwarded, &trusted).to_string();
        assert_eq!(from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "anybody can send a header");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, 203.0.113.9"]), "203.0.113.9", "what they put before is theirs");
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "10.0.0.2"]), "203.0.113.9", "through two of ours");
        assert_eq!(from("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(from("10.0.0.1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(from("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(from("::ffff:10.0.0.1", &["10.9.9.9"]), "10.9.9.9", "all of them are ours");
    }
}
