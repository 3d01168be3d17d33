//! The cookie of a signed-in browser: what is set and how it is taken away again. Signs nobody in.

use std::time::Duration;

use super::identity::SESSION_COOKIE;

/// The cookie that keeps a browser signed in for `lifetime`. Scripts cannot read it, and other sites cannot make a
/// browser send it with anything but a link that is followed.
pub fn set(secret: &str, lifetime: Duration, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lifetime.as_secs())
}

/// Makes a browser forget the cookie.
pub fn clear() -> String {
    format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let day = Duration::from_hours(24);
        let plain = "reelfarm_session=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400";
        assert_eq!(set("x", day, false), plain);
        assert_eq!(set("x", day, true), format!("{plain}; Secure"));
        assert_eq!(clear(), "reelfarm_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
