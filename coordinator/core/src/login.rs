//! How often a login may be tried, and by whose request a browser's cookie counts. Counts nothing and reads no request.

use std::time::Duration;

/// So many attempts in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Attempts in one window.
    pub attempts_max: u32,
    /// From the first attempt of a window to its end.
    pub window: Duration,
}

/// For one name: at this rate a list of the ten thousand commonest passwords takes ten days.
pub const BY_NAME: Allowance = Allowance { attempts_max: 10, window: Duration::from_mins(15) };
/// For one address: an office behind one address signs in, a list of names is not gone through.
pub const BY_ADDRESS: Allowance = Allowance { attempts_max: 50, window: Duration::from_mins(15) };

impl Allowance {
    /// How long to wait when the attempt that was just made is number `attempt_count` of a window that began
    /// `elapsed` ago; `None` when it may go on.
    #[must_use]
    pub fn wait(self, attempt_count: u32, elapsed: Duration) -> Option<Duration> {
        (attempt_count > self.attempts_max).then(|| self.window.saturating_sub(elapsed).max(Duration::from_secs(1)))
    }
}

/// What a request says of where it comes from. Browsers fill these in; a page cannot change them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'a str>,
    /// `Host`, or the authority of HTTP/2.
    pub host: Option<&'a str>,
    /// Where we are reached, when that is configured: scheme and authority.
    pub public_origin: Option<&'a str>,
}

impl Provenance<'_> {
    /// Whether a page of ours sent this, or no page at all. Only then does a cookie count for a request that changes
    /// something: a browser sends cookies with the requests of every site.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        let Some(origin) = self.origin else {
            return matches!(self.fetch_site, Some("same-origin" | "none"));
        };
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        self.public_origin == Some(origin) || (authority.is_some() && authority == self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_allowed_attempt_is_allowed() {
        assert_eq!(BY_NAME.wait(10, Duration::ZERO), None);
        assert_eq!(BY_NAME.wait(11, Duration::from_mins(5)), Some(Duration::from_mins(10)));
        assert_eq!(BY_NAME.wait(11, Duration::from_mins(15)), Some(Duration::from_secs(1)), "never nothing");
    }

    fn ours(origin: Option<&str>, fetch_site: Option<&str>) -> bool {
        let public_origin = Some("https://farm.example.org");
        Provenance { origin, fetch_site, host: Some("127.0.0.1:8080"), public_origin }.is_ours()
    }

    #[test]
    fn only_our_own_pages_may_use_the_cookie() {
        assert!(ours(Some("http://127.0.0.1:8080"), None));
        assert!(ours(Some("https://farm.example.org"), Some("same-origin")));
        assert!(ours(None, Some("same-origin")) && ours(None, Some("none")));
        for origin in
            ["http://127.0.0.1:8081", "https://evil.example", "null", "", "127.0.0.1:8080", "http://farm.example.org"]
        {
            assert!(!ours(Some(origin), Some("same-origin")), "{origin}");
        }
        assert!(!ours(None, None) && !ours(None, Some("cross-site")) && !ours(None, Some("same-site")));
        assert!(!Provenance { origin: Some("http://"), ..Provenance::default() }.is_ours());
    }
}
