//! Ticks and the rational rates they count. Never floating point.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

/// A point in media time, or a distance between two, counted on some [`Rate`].
/// The rate is not stored with every tick: the table or plan that holds the ticks names it once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i64);

impl Ticks {
    /// The beginning of media time.
    pub const ZERO: Ticks = Ticks(0);
}

impl Add for Ticks {
    type Output = Ticks;
    fn add(self, other: Ticks) -> Ticks {
        Ticks(self.0 + other.0)
    }
}

impl AddAssign for Ticks {
    fn add_assign(&mut self, other: Ticks) {
        self.0 += other.0;
    }
}

impl Sub for Ticks {
    type Output = Ticks;
    fn sub(self, other: Ticks) -> Ticks {
        Ticks(self.0 - other.0)
    }
}

impl Neg for Ticks {
    type Output = Ticks;
    fn neg(self) -> Ticks {
        Ticks(-self.0)
    }
}

/// How a conversion between rates that do not divide each other is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceil,
    /// To the nearest tick; halves away from zero.
    Nearest,
}

/// Ticks per second as an exact ratio, `num / den`, both greater than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    num: u32,
    den: u32,
}

impl Rate {
    /// One tick per nanosecond: the clock media libraries stamp buffers with.
    pub const NANOSECONDS: Rate = Rate { num: 1_000_000_000, den: 1 };
    /// One tick per millisecond: what people type and what HTTP shows.
    pub const MILLISECONDS: Rate = Rate { num: 1_000, den: 1 };
    /// The rate all finished sound has: 48 kHz.
    pub const SOUND: Rate = Rate { num: 48_000, den: 1 };
    /// The time scale of a picture whose source has no usable one (rendering: 90 kHz holds every common frame rate).
    pub const FALLBACK: Rate = Rate { num: 90_000, den: 1 };

    /// `num / den` ticks per second; `None` if either is zero.
    #[must_use]
    pub const fn new(num: u32, den: u32) -> Option<Rate> {
        if num == 0 || den == 0 { None } else { Some(Rate { num, den }) }
    }

    /// `hz` whole ticks per second; `None` for zero.
    #[must_use]
    pub const fn hz(hz: u32) -> Option<Rate> {
        Rate::new(hz, 1)
    }

    /// Ticks in `den` seconds.
    #[must_use]
    pub const fn num(self) -> u32 {
        self.num
    }

    /// Seconds in which `num` ticks pass.
    #[must_use]
    pub const fn den(self) -> u32 {
        self.den
    }

    /// The tick of `to` that names the same instant as `ticks` of `self`.
    #[must_use]
    pub fn convert(self, ticks: Ticks, to: Rate, rounding: Rounding) -> Ticks {
        let dividend = i128::from(ticks.0) * i128::from(to.num) * i128::from(self.den);
        let divisor = i128::from(self.num) * i128::from(to.den);
        let quotient = match rounding {
            Rounding::Floor => dividend.div_euclid(divisor),
            Rounding::Ceil => -(-dividend).div_euclid(divisor),
            Rounding::Nearest => {
                let doubled = dividend.abs() * 2 + divisor;
                doubled.div_euclid(divisor * 2) * dividend.signum()
            }
        };
        Ticks(i64::try_from(quotient).expect("media time stays within ±292 years of nanoseconds"))
    }

    /// The number of ticks in `count` whole seconds, rounded up.
    #[must_use]
    pub fn seconds(self, count: i64) -> Ticks {
        const ONE_PER_SECOND: Rate = Rate { num: 1, den: 1 };
        ONE_PER_SECOND.convert(Ticks(count), self, Rounding::Ceil)
    }

    /// The number of ticks in `count` milliseconds, rounded to nearest.
    #[must_use]
    pub fn milliseconds(self, count: i64) -> Ticks {
        Rate::MILLISECONDS.convert(Ticks(count), self, Rounding::Nearest)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(out, "{}", self.num) } else { write!(out, "{}/{}", self.num, self.den) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding_is_named_and_symmetric() {
        let thirds = Rate::new(3, 1).unwrap();
        let one = Rate::new(1, 1).unwrap();
        for (ticks, floor, ceil, nearest) in [(4, 1, 2, 1), (5, 1, 2, 2), (-4, -2, -1, -1), (-5, -2, -1, -2)] {
            assert_eq!(thirds.convert(Ticks(ticks), one, Rounding::Floor), Ticks(floor));
            assert_eq!(thirds.convert(Ticks(ticks), one, Rounding::Ceil), Ticks(ceil));
            assert_eq!(thirds.convert(Ticks(ticks), one, Rounding::Nearest), Ticks(nearest));
        }
    }

    proptest! {
        /// Nanoseconds hold every tick of a usable time scale: there and back is the identity.
        #[test]
        fn ticks_survive_nanoseconds(ticks in -1_000_000_000_000_i64..1_000_000_000_000, hz in 1_u32..1_000_000) {
            let rate = Rate::hz(hz).unwrap();
            let nanos = rate.convert(Ticks(ticks), Rate::NANOSECONDS, Rounding::Nearest);
            prop_assert_eq!(Rate::NANOSECONDS.convert(nanos, rate, Rounding::Nearest), Ticks(ticks));
        }
    }
}
