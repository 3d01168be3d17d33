//! The edge between people's seconds and media ticks. Floating point ends here.

use timeline::{Rate, Rounding, Ticks};

/// No time people may ask for is later: ten days.
pub const SECONDS_MAX: f64 = 864_000.0;

/// The tick nearest to `seconds`; `None` for what is no sensible time (not finite, over ten days).
#[must_use]
pub fn ticks(seconds: f64, rate: Rate) -> Option<Ticks> {
    if !seconds.is_finite() || seconds.abs() > SECONDS_MAX {
        return None;
    }
    let exact = seconds * f64::from(rate.num()) / f64::from(rate.den());
    #[expect(clippy::cast_possible_truncation, reason = "at most 864,000 s × 2³² ticks, far below 2⁶³")]
    Some(Ticks(exact.round() as i64))
}

/// Seconds as a number for JSON; exact to the microsecond for any time below ten days.
#[must_use]
pub fn from_ticks(ticks: Ticks, rate: Rate) -> f64 {
    const MICROSECONDS: Rate = Rate::hz(1_000_000).expect("not zero");
    let micros = rate.convert(ticks, MICROSECONDS, Rounding::Nearest).0;
    #[expect(clippy::cast_precision_loss, reason = "microseconds of ten days need 40 of 53 bits")]
    let seconds = micros as f64 / 1e6;
    seconds
}

/// Seconds for a sentence: milliseconds, rounded to nearest.
#[must_use]
pub fn display_seconds(ticks: Ticks, rate: Rate) -> String {
    let millis = rate.convert(ticks, Rate::MILLISECONDS, Rounding::Nearest).0;
    let sign = if millis < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", millis.abs() / 1000, millis.abs() % 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_sensible_times_pass() {
        let rate = Rate::new(30_000, 1001).unwrap();
        assert_eq!(ticks(1.001, rate), Some(Ticks(30)));
        assert_eq!(ticks(-0.5, Rate::MILLISECONDS), Some(Ticks(-500)));
        for refused in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 864_000.1, -1e300] {
            assert_eq!(ticks(refused, rate), None, "{refused}");
        }
    }

    #[test]
    fn sentences_show_milliseconds() {
        for (micros, shown) in [(65_000_000, "65.000"), (-1_500, "-0.002"), (999_600, "1.000"), (0, "0.000")] {
            assert_eq!(display_seconds(Ticks(micros), Rate::hz(1_000_000).unwrap()), shown);
        }
    }

    proptest! {
        /// Every tick people are shown comes back as the same tick, on any rate up to a microsecond's.
        #[test]
        fn shown_ticks_come_back(milliseconds in 0_i64..864_000_000, num in 1_u32..500_000, den in 1_u32..1002) {
            let rate = Rate::new(num, den).unwrap();
            let tick = rate.milliseconds(milliseconds);
            prop_assume!(from_ticks(tick, rate) <= SECONDS_MAX);
            prop_assert_eq!(ticks(from_ticks(tick, rate), rate), Some(tick));
        }
    }
}
