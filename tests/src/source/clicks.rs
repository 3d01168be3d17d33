//! Clicks at known samples, and where they are in any later, compressed, resampled copy.
//! Every half second has one, followed by an echo after a delay that tells the half seconds apart. Knows samples, not files.

/// What a click oscillates at: well inside what any encoder keeps.
const CARRIER_HZ: f64 = 3_000.0;
/// Half-width of the bell around it; the whole click is about two milliseconds long.
const BELL_SECONDS: f64 = 0.000_3;
/// The bell is cut here, where it is below a thousandth.
const BELL_REACH: f64 = 3.8;
/// Height of a click in full scale.
const HEIGHT: f64 = 0.4;
/// Twice a second.
const PER_SECOND: i64 = 2;
/// A found click is at least this high, as a share of the highest in its file.
const FOUND_SHARE_MIN: f64 = 0.12;
/// Two clicks are at least this far apart; nearer peaks are one.
const APART_SECONDS: f64 = 0.004;

/// A click found in some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Click {
    /// Where its middle is.
    pub seconds: f64,
    /// How high it is; 1 is full scale.
    pub height: f64,
}

/// When clicks sound in a source that lasts `sample_count` samples: middles, in samples, in order.
/// Both kinds lie on whole samples at 44.1 and 48 kHz.
#[must_use]
pub fn schedule(sample_count: i64, sample_rate: i64) -> Vec<i64> {
    let reach = sample_rate / 500;
    let mut middles = Vec::new();
    for number in 0.. {
        let click = (2 * number + 1) * sample_rate / (2 * PER_SECOND);
        if click + reach >= sample_count {
            break;
        }
        // Multiples of 10 ms between 60 and 220 ms; the same delay comes back after 8.5 s.
        let echo = click + (6 + number * 7 % 17) * sample_rate / 100;
        middles.extend([click, echo].into_iter().filter(|middle| middle + reach < sample_count));
    }
    middles
}

/// Mono samples with clicks at `middles` and silence between.
#[must_use]
pub fn draw(middles: &[i64], sample_count: i64, sample_rate: i64) -> Vec<f32> {
    let mut samples = vec![0_f32; usize::try_from(sample_count).expect("no negative length")];
    let reach = reach(sample_rate);
    for &middle in middles {
        for offset in -reach..=reach {
            let seconds = as_f64(offset) / as_f64(sample_rate);
            let value = HEIGHT * bell(seconds) * (2.0 * std::f64::consts::PI * CARRIER_HZ * seconds).cos();
            if let Some(sample) = usize::try_from(middle + offset).ok().and_then(|at| samples.get_mut(at)) {
                *sample += narrow(value);
            }
        }
    }
    samples
}

/// The clicks in mono samples, in order: peaks of the matched filter's envelope, to a fraction of a sample.
#[must_use]
pub fn find(samples: &[f32], sample_rate: i64) -> Vec<Click> {
    let loudest = samples.iter().fold(0_f32, |loudest, sample| loudest.max(sample.abs()));
    if loudest < 1e-3 {
        return Vec::new();
    }
    let envelope = Envelope::of(sample_rate, samples);
    let near = usize::try_from(reach(sample_rate)).expect("positive");
    let mut levels = vec![0_f64; samples.len()];
    let mut known_until = 0;
    // Clicks are rare, so the filter runs only where there is something to be heard.
    for (at, _) in samples.iter().enumerate().filter(|(_, sample)| sample.abs() > loudest * 0.03) {
        for (place, level) in
            levels.iter_mut().enumerate().take(at + near).skip(known_until.max(at.saturating_sub(near)))
        {
            *level = envelope.at(place);
        }
        known_until = known_until.max(at + near).min(samples.len());
    }
    let floor = FOUND_SHARE_MIN * levels.iter().copied().fold(0.0, f64::max);
    merged(peaks(&levels, floor, sample_rate))
}

fn peaks(levels: &[f64], floor: f64, sample_rate: i64) -> Vec<Click> {
    let mut found = Vec::new();
    for at in 1..levels.len().saturating_sub(1) {
        let (before, here, after) = (levels[at - 1], levels[at], levels[at + 1]);
        if here >= floor && here > before && here >= after {
            // A parabola through three points finds the top between samples.
            let shift = 0.5 * (before - after) / (before - 2.0 * here + after);
            let place = as_f64(i64::try_from(at).expect("samples of a test file")) + shift;
            found.push(Click { seconds: place / as_f64(sample_rate), height: here });
        }
    }
    found
}

/// Of peaks nearer than clicks can be, the highest stays.
fn merged(peaks: Vec<Click>) -> Vec<Click> {
    let mut clicks: Vec<Click> = Vec::new();
    for peak in peaks {
        match clicks.last_mut() {
            Some(last) if peak.seconds - last.seconds < APART_SECONDS => {
                if peak.height > last.height {
                    *last = peak;
                }
            }
            _ => clicks.push(peak),
        }
    }
    clicks
}

/// The matched filter: how much of a click, in any phase, is centred at a sample.
struct Envelope<'a> {
    samples: &'a [f32],
    taps: Vec<(f64, f64)>,
    reach: i64,
    scale: f64,
}

impl<'a> Envelope<'a> {
    fn of(sample_rate: i64, samples: &'a [f32]) -> Self {
        let reach = reach(sample_rate);
        let seconds = |offset: i64| as_f64(offset) / as_f64(sample_rate);
        let phase = |offset: i64| 2.0 * std::f64::consts::PI * CARRIER_HZ * seconds(offset);
        let taps: Vec<(f64, f64)> = (-reach..=reach)
            .map(|offset| (bell(seconds(offset)) * phase(offset).cos(), bell(seconds(offset)) * phase(offset).sin()))
            .collect();
        let scale = 1.0 / taps.iter().map(|(cosine, _)| cosine * cosine).sum::<f64>();
        Self { samples, taps, reach, scale }
    }

    fn at(&self, place: usize) -> f64 {
        let first = i64::try_from(place).expect("samples of a test file") - self.reach;
        let (mut in_phase, mut quadrature) = (0.0, 0.0);
        for (offset, (cosine, sine)) in (0..).zip(&self.taps) {
            let sample = usize::try_from(first + offset).ok().and_then(|at| self.samples.get(at));
            let sample = f64::from(sample.copied().unwrap_or(0.0));
            in_phase += sample * cosine;
            quadrature += sample * sine;
        }
        self.scale * in_phase.hypot(quadrature)
    }
}

fn bell(seconds: f64) -> f64 {
    (-0.5 * (seconds / BELL_SECONDS).powi(2)).exp()
}

#[expect(clippy::cast_possible_truncation, reason = "a few dozen samples")]
fn reach(sample_rate: i64) -> i64 {
    (BELL_REACH * BELL_SECONDS * as_f64(sample_rate)).ceil() as i64
}

#[expect(clippy::cast_precision_loss, reason = "sample counts of test files are far below 2⁵³")]
fn as_f64(count: i64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a sample needs no more than single precision")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_are_found_where_they_were_drawn() {
        for sample_rate in [44_100, 48_000] {
            let count = 7 * sample_rate;
            let middles = schedule(count, sample_rate);
            assert!(middles.len() > 24);
            let found = find(&draw(&middles, count, sample_rate), sample_rate);
            assert_eq!(found.len(), middles.len());
            for (click, middle) in found.iter().zip(&middles) {
                let off = (click.seconds - as_f64(*middle) / as_f64(sample_rate)).abs();
                assert!(off < 1e-6, "{off} s off at {middle}");
                assert!((click.height - HEIGHT).abs() < 1e-3, "{click:?}");
            }
        }
    }

    #[test]
    fn every_half_second_has_its_own_mark() {
        let middles = schedule(48_000 * 6, 48_000);
        let delays: Vec<i64> = middles.chunks(2).map(|pair| pair[1] - pair[0]).collect();
        let mut distinct = delays.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), delays.len(), "{delays:?}");
    }

    #[test]
    fn silence_holds_no_click() {
        assert_eq!(find(&vec![0.0; 48_000], 48_000), []);
    }
}
