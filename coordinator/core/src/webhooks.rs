//! What programs are told of, how often it is tried, and which addresses may be called. Calls none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// The waits after each failed attempt: about a day in all, then it is given up.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(3),
    Duration::from_hours(6),
    Duration::from_hours(12),
];

/// A user keeps no more webhooks than that.
pub const WEBHOOKS_MAX: u32 = 20;
/// No address is longer, in characters.
pub const URL_CHARACTERS_MAX: usize = 2_000;

/// What a program can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// An export's files are there.
    ExportCompleted,
    /// An export ended without files.
    ExportFailed,
    /// Somebody no longer wants an export.
    ExportCancelled,
    /// A video can be exported.
    VideoReady,
    /// A video cannot be exported.
    VideoFailed,
}

impl EventType {
    /// All of them.
    pub const ALL: [EventType; 5] =
        [Self::ExportCompleted, Self::ExportFailed, Self::ExportCancelled, Self::VideoReady, Self::VideoFailed];

    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExportCompleted => "export.completed",
            Self::ExportFailed => "export.failed",
            Self::ExportCancelled => "export.cancelled",
            Self::VideoReady => "video.ready",
            Self::VideoFailed => "video.failed",
        }
    }

    /// Reads what [`Self::as_str`] gives; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<EventType> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// How long to wait after `attempts` have failed; `None` when it is given up. `jitter` is drawn from 0 to 255 and lengthens the
/// wait by up to a quarter, so that what failed together is not tried together.
#[must_use]
pub fn wait_after(attempts: u32, jitter: u8) -> Option<Duration> {
    let wait = WAITS.get(usize::try_from(attempts.checked_sub(1)?).ok()?)?;
    Some(*wait + *wait / 4 * u32::from(jitter) / 255)
}

/// Whether an address is on the public internet: neither this machine nor the network it stands in.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the registry of special-purpose addresses (RFC 6890 and later).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    // In order: this network, loopback, private, multicast and reserved; shared by carriers; link-local, where clouds keep their
    // metadata; private; private; protocol assignments and documentation; relays; benchmarks; documentation; documentation.
    !matches!(
        (first, second, third),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address in disguise: mapped, translated, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            embedded(high, low)
        }
        // Documentation, and what tunnels or identifies but is nowhere.
        [0x2001, 0xdb8 | 0 | 2 | 0x10..=0x2f, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // What is handed out to be reached from everywhere.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_public_internet_is_called() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "203.0.113.9",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
        ];
        for address in inside {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let outside = [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ];
        for address in outside {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn attempts_end_after_about_a_day() {
        let waits: Vec<Duration> = (1..).map_while(|attempts| wait_after(attempts, 0)).collect();
        assert_eq!((waits.len(), waits[0]), (9, Duration::from_secs(5)));
        let all: Duration = waits.iter().sum();
        assert!((Duration::from_hours(20)..Duration::from_hours(28)).contains(&all), "{all:?}");
        assert_eq!(wait_after(0, 0), None, "nothing failed yet");
        assert_eq!(wait_after(1, 255), Some(Duration::from_millis(6_250)));
    }

    #[test]
    fn events_are_read_as_they_are_written() {
        for event in EventType::ALL {
            assert_eq!(EventType::parse(event.as_str()), Some(event));
        }
        assert_eq!(EventType::parse("export.exploded"), None);
    }

    proptest! {
        /// An address that is an IPv4 one in disguise is what that is.
        #[test]
        fn disguises_do_not_help(octets in any::<[u8; 4]>()) {
            let plain = Ipv4Addr::from(octets);
            prop_assert_eq!(is_public(plain.to_ipv6_mapped().into()), is_public(plain.into()));
        }
    }
}
