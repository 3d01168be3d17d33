//! The nominal frame rate: exact for constant rate, a sensible ratio for anything else. Pure.
//! Names a rate for the stream's headers; no frame time is ever derived from it.

use timeline::Rate;
use wire::v1::IndexFrame;

/// Rates that cameras and encoders mean when they come near them.
const USUAL: [(u32, u32); 16] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
    (10, 1),
    (12, 1),
    (15, 1),
    (20, 1),
    (100, 1),
    (120_000, 1001),
    (120, 1),
];
/// How near: one in a thousand tells 24 from 24000/1001 only by a hair, so the nearest wins.
const NEAR_PER_MILLION: u64 = 800;
/// A gap that this many percent of all gaps have makes the rate constant: a cut at the front shortens one, a hiccup lengthens another.
const CONSTANT_PERCENT: usize = 90;
/// Highest rate that is named; a stretch of frames at nearly the same time names no more.
const FRAMES_PER_SECOND_MAX: u64 = 1000;
/// Parts of a frame per second in a rate of no name.
const UNUSUAL_DENOMINATOR: u64 = 1000;

/// Frames per second of a track whose last frame ends at `end`.
#[must_use]
pub fn frame_rate(rate: Rate, frames: &[IndexFrame], end: i64) -> (u32, u32) {
    let mut gaps: Vec<i64> = frames.windows(2).map(|pair| pair[1].pts - pair[0].pts).collect();
    gaps.sort_unstable();
    let most_common = gaps.chunk_by(|one, other| one == other).max_by_key(|alike| alike.len());
    if let Some(alike) = most_common.filter(|alike| alike.len() * 100 >= gaps.len() * CONSTANT_PERCENT) {
        return constant(rate, alike[0].unsigned_abs());
    }
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return (25, 1) };
    let (count, span) = match frames.len() {
        1 => (1, end - first.pts),
        many => (many as u64 - 1, last.pts - first.pts),
    };
    averaged(count * u64::from(rate.num()), span.unsigned_abs() * u64::from(rate.den()))
}

/// Every frame lasts `gap` ticks.
fn constant(rate: Rate, gap: u64) -> (u32, u32) {
    let exact = reduced(u64::from(rate.num()), gap * u64::from(rate.den()));
    exact.filter(|(num, den)| u64::from(*num) <= u64::from(*den) * FRAMES_PER_SECOND_MAX).unwrap_or((1000, 1))
}

/// `num / den` frames per second on average: a usual rate that is near, or thousandths.
fn averaged(num: u64, den: u64) -> (u32, u32) {
    let distance = |(usual_num, usual_den): (u32, u32)| {
        let ours = u128::from(num) * u128::from(usual_den);
        let usual = u128::from(den) * u128::from(usual_num);
        ours.abs_diff(usual) * 1_000_000 / usual.max(1)
    };
    let nearest = USUAL.into_iter().min_by_key(|usual| distance(*usual));
    if let Some(usual) = nearest.filter(|usual| distance(*usual) <= u128::from(NEAR_PER_MILLION)) {
        return usual;
    }
    let thousandths = (u128::from(num) * u128::from(UNUSUAL_DENOMINATOR) / u128::from(den.max(1)))
        .clamp(1, u128::from(FRAMES_PER_SECOND_MAX * UNUSUAL_DENOMINATOR));
    u64::try_from(thousandths).ok().and_then(|thousandths| reduced(thousandths, UNUSUAL_DENOMINATOR)).unwrap_or((25, 1))
}

fn reduced(num: u64, den: u64) -> Option<(u32, u32)> {
    let divisor = greatest_common_divisor(num, den).max(1);
    Some((u32::try_from(num / divisor).ok()?, u32::try_from(den / divisor).ok().filter(|den| *den > 0)?))
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(rate: Rate, times: &[i64], end: i64) -> (u32, u32) {
        let frames: Vec<_> =
            times.iter().map(|pts| IndexFrame { pts: *pts, dts: *pts, size_bytes: 1, key: true }).collect();
        frame_rate(rate, &frames, end)
    }

    #[test]
    fn constant_rates_are_exact() {
        assert_eq!(named(Rate::hz(30_000).unwrap(), &[5, 1006, 2007], 3008), (30_000, 1001));
        assert_eq!(named(Rate::hz(12_800).unwrap(), &[0, 512, 1024], 1536), (25, 1));
        assert_eq!(named(Rate::hz(90_000).unwrap(), &[0, 3754, 7508], 11_262), (45_000, 1877));
    }

    #[test]
    fn one_odd_gap_does_not_change_the_rate() {
        let mut times: Vec<i64> = (0..100).map(|n| n * 3600).collect();
        times[0] = 1200;
        assert_eq!(named(Rate::FALLBACK, &times, 360_000), (25, 1));
    }

    #[test]
    fn milliseconds_hide_a_usual_rate() {
        let rate = Rate::FALLBACK;
        let at_24: Vec<i64> = (0..240).map(|n| (n * 1000 / 24) * 90).collect();
        assert_eq!(named(rate, &at_24, 900_000), (24, 1));
        let at_ntsc: Vec<i64> = (0..2400).map(|n| (n * 1_001_000 / 24_000) * 90).collect();
        assert_eq!(named(rate, &at_ntsc, 9_009_000), (24_000, 1001));
    }

    #[test]
    fn any_other_rate_is_an_average() {
        assert_eq!(named(Rate::hz(1000).unwrap(), &[0, 80, 180, 270], 360), (11_111, 1000));
        assert_eq!(named(Rate::hz(1000).unwrap(), &[0], 40), (25, 1));
        assert_eq!(named(Rate::hz(1_000_000).unwrap(), &[0, 1, 3], 4), (1000, 1));
    }
}
