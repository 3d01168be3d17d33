//! Reads `START-END` as people type it: seconds or `[HH:]MM:SS[.mmm]` on either side.
//! Whether the range lies inside the video is the server's to say.

use std::str::FromStr;

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;
/// Digits after the point: a nanosecond, finer than any media clock.
const FRACTION_DIGITS_MAX: usize = 9;
/// 1000 hours; keeps every sum far from overflow and every nanosecond exact in the JSON number.
const SECONDS_MAX: u64 = 3_600_000;

/// A point in a video, in nanoseconds from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(u64);

impl Position {
    /// Seconds, as the HTTP API takes them.
    #[expect(clippy::cast_precision_loss, reason = "at most 3.6e15, below 2^53")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOSECONDS_PER_SECOND as f64
    }
}

/// A range `[start, end)` of a video; `start` is before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The first instant that is kept.
    pub start: Position,
    /// The first instant that is not.
    pub end: Position,
}

/// Why a range cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no `-`, or more than one.
    #[error("a segment is START-END, such as 12.5-20 or 1:02:03-1:02:10.250")]
    Shape,
    /// One side is no time.
    #[error("'{0}' is no time; write seconds (12.5) or [HH:]MM:SS[.mmm] (1:02:03.250)")]
    Position(String),
    /// The end is before the start.
    #[error("it ends before it starts")]
    Reversed,
    /// The end is the start.
    #[error("it is empty: it ends where it starts")]
    Empty,
}

impl FromStr for Segment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (start, end) = text.split_once('-').ok_or(Error::Shape)?;
        if end.contains('-') {
            return Err(Error::Shape);
        }
        let (start, end) = (start.trim().parse::<Position>()?, end.trim().parse::<Position>()?);
        match start.cmp(&end) {
            std::cmp::Ordering::Less => Ok(Self { start, end }),
            std::cmp::Ordering::Equal => Err(Error::Empty),
            std::cmp::Ordering::Greater => Err(Error::Reversed),
        }
    }
}

impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        position(text).ok_or_else(|| Error::Position(text.to_owned()))
    }
}

fn position(text: &str) -> Option<Position> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fields = whole.split(':').map(digits).collect::<Option<Vec<u64>>>()?;
    let seconds = match fields[..] {
        [seconds] => seconds,
        [minutes, seconds] if seconds < 60 => minutes * 60 + seconds,
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 => hours * 3600 + minutes * 60 + seconds,
        _ => return None,
    };
    if seconds > SECONDS_MAX || fraction.is_empty() || fraction.len() > FRACTION_DIGITS_MAX {
        return None;
    }
    let nanoseconds = digits(&format!("{fraction:0<FRACTION_DIGITS_MAX$}"))?;
    Some(Position(seconds * NANOSECONDS_PER_SECOND + nanoseconds))
}

/// A run of at most nine decimal digits; no sign, no space.
fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.len() <= FRACTION_DIGITS_MAX && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().expect("at most nine digits fit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> f64 {
        text.parse::<Position>().expect(text).seconds()
    }

    #[test]
    fn positions_are_seconds_or_clock_times() {
        for (text, want) in [
            ("0", 0.0_f64),
            ("12.5", 12.5),
            ("90", 90.0),
            ("1:02", 62.0),
            ("75:30", 4530.0),
            ("01:02:03.250", 3723.25),
            ("0.000000001", 1e-9),
            ("10.033333333", 10.033_333_333),
        ] {
            assert_eq!(seconds(text).to_bits(), want.to_bits(), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", ".", "1.", ".5.5", "abc", "1:60", "1:2:60", "1:60:00", "1:2:3:4", "+1", "1e3", " 1", "99999999999"]
        {
            let read = text.parse::<Position>();
            assert_eq!(read, Err(Error::Position(text.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn segments_run_forwards() {
        let segment = "1:00-62.5".parse::<Segment>().expect("a good segment");
        assert_eq!(
            (segment.start.seconds().to_bits(), segment.end.seconds().to_bits()),
            (60f64.to_bits(), 62.5f64.to_bits())
        );
        assert_eq!("7-5".parse::<Segment>(), Err(Error::Reversed));
        assert_eq!("5-5.000".parse::<Segment>(), Err(Error::Empty));
        for text in ["5", "-5-6", "5--6", "1-2-3"] {
            assert_eq!(text.parse::<Segment>(), Err(Error::Shape), "{text:?}");
        }
        assert_eq!("5-".parse::<Segment>(), Err(Error::Position(String::new())));
    }
}
