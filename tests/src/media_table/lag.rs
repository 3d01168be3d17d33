//! How much later sound is in one recording than in another, by cross-correlation: first coarsely by loudness, then to the sample.
//! Decodes nothing, and does not say how late it may be.

/// Samples per second of what is compared.
pub const RATE: usize = 48_000;
/// Sound is looked for this far on either side.
const LAG_MAX_MS: usize = 500;
/// Samples of a millisecond.
const MILLISECOND: usize = RATE / 1000;
/// The finest comparison: this many samples on either side of the coarse answer, over the loudest stretch of this length.
const FINE_SAMPLES: usize = 3 * MILLISECOND;
const STRETCH_SAMPLES: usize = 5 * RATE;
/// Sound that is less like the other than this is not the same sound, or is silence.
const LIKENESS_MIN: f64 = 0.5;

/// By how many milliseconds `made` is later than `source`; `None` when the two are not the same sound.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "samples of a lag of half a second")]
pub fn milliseconds(source: &[f32], made: &[f32]) -> Option<f64> {
    let coarse = best(&envelope(source), &envelope(made), 0, LAG_MAX_MS)?;
    let center = coarse * isize::try_from(MILLISECOND).ok()?;
    let stretch = loudest(source);
    let fine = best_over(source, made, stretch, center, FINE_SAMPLES)?;
    Some(fine as f64 / MILLISECOND as f64)
}

/// Mean loudness of each millisecond, without its own mean: what is left is rhythm.
fn envelope(samples: &[f32]) -> Vec<f32> {
    let loudness: Vec<f32> =
        samples.chunks(MILLISECOND).map(|piece| piece.iter().map(|value| value.abs()).sum()).collect();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a short file")]
    let mean = loudness.iter().sum::<f32>() / loudness.len().max(1) as f32;
    loudness.into_iter().map(|value| value - mean).collect()
}

/// Where the loudest stretch of the source lies.
fn loudest(source: &[f32]) -> std::ops::Range<usize> {
    let starts = (0..source.len()).step_by(STRETCH_SAMPLES);
    let stretches = starts.map(|start| start..source.len().min(start + STRETCH_SAMPLES));
    let energy =
        |stretch: &std::ops::Range<usize>| -> f64 { source[stretch.clone()].iter().map(|value| square(*value)).sum() };
    stretches.max_by(|a, b| energy(a).total_cmp(&energy(b))).unwrap_or(0..0)
}

fn best(source: &[f32], made: &[f32], center: isize, reach: usize) -> Option<isize> {
    best_over(source, made, 0..source.len(), center, reach)
}

/// The lag at which the stretch of the source is most like what was made of it.
fn best_over(
    source: &[f32],
    made: &[f32],
    stretch: std::ops::Range<usize>,
    center: isize,
    reach: usize,
) -> Option<isize> {
    let reach = isize::try_from(reach).ok()?;
    let lags = center - reach..=center + reach;
    let rated = lags.map(|lag| (lag, likeness(source, made, stretch.clone(), lag)));
    let (lag, likeness) = rated.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (likeness > LIKENESS_MIN).then_some(lag)
}

/// 1 for the same sound, 0 for sounds that have nothing in common.
fn likeness(source: &[f32], made: &[f32], stretch: std::ops::Range<usize>, lag: isize) -> f64 {
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    let from = stretch.start.max(usize::try_from(-lag).unwrap_or(0));
    let Some(first) = from.checked_add_signed(lag) else { return 0.0 };
    let pairs = source[from.min(stretch.end)..stretch.end].iter().zip(made.get(first..).unwrap_or_default());
    for (&a, &b) in pairs {
        both += f64::from(a) * f64::from(b);
        own += square(a);
        other += square(b);
    }
    if own > 0.0 && other > 0.0 { both / (own * other).sqrt() } else { 0.0 }
}

fn square(value: f32) -> f64 {
    f64::from(value) * f64::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Noise that grows and fades, as speech does.
    fn speech(seconds: usize) -> Vec<f32> {
        let mut random = Random::seeded(7);
        let mut value = |at: usize| {
            let loud = f32::from(u8::try_from(at / 4800 % 7).expect("a digit"));
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let noise = random.within(0..2001) as f32 / 1000.0 - 1.0;
            noise * loud
        };
        (0..seconds * RATE).map(&mut value).collect()
    }

    #[test]
    fn a_lag_is_found_to_the_sample_in_both_directions() {
        let source = speech(3);
        let late: Vec<f32> = std::iter::repeat_n(0.0, 1000).chain(source.iter().map(|value| value * 0.3)).collect();
        assert_eq!(milliseconds(&source, &late), Some(1000.0 / 48.0));
        assert_eq!(milliseconds(&source, &source[480..]), Some(-10.0));
        assert_eq!(milliseconds(&source, &source), Some(0.0));
    }

    #[test]
    fn other_sound_and_silence_have_no_lag() {
        let source = speech(1);
        assert_eq!(milliseconds(&source, &vec![0.0; RATE]), None);
        assert_eq!(milliseconds(&[], &source), None);
        let other: Vec<f32> = source.iter().rev().copied().collect();
        assert_eq!(milliseconds(&source, &other), None);
    }
}
