//! Brings a run of samples from the source's rate to 48 kHz, on a grid fixed in the source's time.
//! Does not decide where a run begins: the same source samples give the same output wherever decoding began.

use super::sinc::Kernel;
use super::{OUTPUT_RATE, channels};

/// Samples to either side of a point that shape it, at rates up to 48 kHz. With the window's 96 dB this leaves
/// a transition band of 4.1 kHz at 44.1 kHz: flat to 20 kHz, images gone above 24.1 kHz.
const REACH: usize = 36;

/// Converts one run after another; each run is surrounded by silence.
pub struct Resampler {
    channels: usize,
    /// Output samples per `down` source samples, in lowest terms.
    up: i64,
    down: i64,
    /// Absent where the source is at 48 kHz already: samples pass untouched.
    kernel: Option<Kernel>,
    /// One row per channel, from source sample `held_from` on.
    held: Vec<Vec<f32>>,
    held_from: i64,
    /// The next output sample, counted at 48 kHz from the source's time zero.
    next: i64,
    /// The source sample after the last one pushed.
    source_end: i64,
}

impl Resampler {
    /// A run of interleaved samples at `rate` that begins at source sample `first`.
    pub fn new(channels: usize, rate: u32, first: i64) -> Self {
        let common = greatest_common_divisor(rate, OUTPUT_RATE);
        let (up, down) = (OUTPUT_RATE / common, rate / common);
        let kernel = (up != down).then(|| kernel(up, rate));
        let reach = kernel.as_ref().map_or(0, Kernel::reach);
        let (up, down) = (i64::from(up), i64::from(down));
        Self {
            channels,
            up,
            down,
            held: vec![vec![0.0; reach]; channels],
            held_from: first - signed(reach),
            kernel,
            next: div_ceil(first * up, down),
            source_end: first,
        }
    }

    /// Takes the run's next samples; returns where the output begins and appends it, interleaved.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> i64 {
        let first = self.next;
        self.source_end += signed(samples.len() / self.channels);
        if self.kernel.is_none() {
            out.extend_from_slice(samples);
            self.next = self.source_end;
            return first;
        }
        channels::part(samples, &mut self.held);
        self.convert(out);
        first
    }

    /// Ends the run: appends what the last samples still shape.
    pub fn finish(&mut self, out: &mut Vec<f32>) -> i64 {
        let first = self.next;
        if let Some(kernel) = &self.kernel {
            for held in &mut self.held {
                held.resize(held.len() + kernel.reach(), 0.0);
            }
            self.convert(out);
        }
        first
    }

    /// Makes every output sample whose window is complete, then lets go of what no later one reads.
    fn convert(&mut self, out: &mut Vec<f32>) {
        let Some(kernel) = &self.kernel else { return };
        let reach = signed(kernel.reach());
        let held_end = self.held_from + signed(self.held[0].len());
        let end = div_ceil(self.source_end * self.up, self.down);
        while self.next < end {
            let point = self.next * self.down;
            let before = point.div_euclid(self.up);
            if before + reach >= held_end {
                break;
            }
            let fraction = unsigned(point.rem_euclid(self.up));
            let window = unsigned(before + 1 - reach - self.held_from);
            out.extend(self.held.iter().map(|held| kernel.at(fraction, &held[window..])));
            self.next += 1;
        }
        let needed_from = (self.next * self.down).div_euclid(self.up) + 1 - reach;
        let spent = unsigned((needed_from - self.held_from).max(0)).min(self.held[0].len());
        for held in &mut self.held {
            held.drain(..spent);
        }
        self.held_from += signed(spent);
    }
}

/// Above 48 kHz the kernel is stretched so that it also keeps out what 48 kHz cannot carry.
fn kernel(fractions: u32, rate: u32) -> Kernel {
    let stretch = rate.div_ceil(OUTPUT_RATE).max(1) as usize;
    let cutoff = (f64::from(OUTPUT_RATE) / f64::from(rate)).min(1.0);
    Kernel::new(fractions as usize, REACH * stretch, cutoff)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn div_ceil(numerator: i64, denominator: i64) -> i64 {
    -(-numerator).div_euclid(denominator)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).expect("a buffer's length fits an i64")
}

fn unsigned(index: i64) -> usize {
    usize::try_from(index).expect("held samples begin before every window")
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "test values are small")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resample(rate: u32, first: i64, samples: &[f32], piece: usize) -> (i64, Vec<f32>) {
        let mut resampler = Resampler::new(1, rate, first);
        let mut out = Vec::new();
        let begin = resampler.next;
        for piece in samples.chunks(piece) {
            let expected = begin + signed(out.len());
            assert_eq!(resampler.push(piece, &mut out), expected);
        }
        resampler.finish(&mut out);
        (begin, out)
    }

    fn tone(rate: u32, count: usize, hertz: f64) -> Vec<f32> {
        (0..count).map(|n| (std::f64::consts::TAU * hertz * n as f64 / f64::from(rate)).sin() as f32).collect()
    }

    #[test]
    fn a_tone_keeps_its_phase_and_level() {
        for rate in [8_000, 11_025, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000] {
            let (begin, out) = resample(rate, 0, &tone(rate, rate as usize, 997.0), 1024);
            assert_eq!((begin, out.len()), (0, 48_000), "{rate} Hz");
            let expected = tone(OUTPUT_RATE, out.len(), 997.0);
            let margin = 500;
            let error = (margin..out.len() - margin).map(|n| (out[n] - expected[n]).abs()).fold(0.0, f32::max);
            assert!(error < 5e-5, "{rate} Hz is off by {error}");
        }
    }

    #[test]
    fn what_48_khz_cannot_carry_does_not_fold_back() {
        let (_, out) = resample(96_000, 0, &tone(96_000, 48_000, 30_000.0), 999);
        let loudest = out[500..out.len() - 500].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!(loudest < 1e-4, "30 kHz is still there at {loudest}");
    }

    #[test]
    fn sound_at_48_khz_passes_untouched() {
        let samples = tone(48_000, 5_000, 5_000.0);
        assert_eq!(resample(48_000, -77, &samples, 333), (-77, samples));
    }

    proptest! {
        /// Where decoding began and how it was cut into buffers must not show.
        #[test]
        fn output_depends_on_the_source_alone(skip in 0_usize..3_000, piece in 1_usize..2_000, origin in -50_000_i64..50_000) {
            let samples = tone(44_100, 6_000, 440.0);
            let (whole_begin, whole) = resample(44_100, origin, &samples, 1_024);
            let (begin, out) = resample(44_100, origin + signed(skip), &samples[skip..], piece);
            // Past the kernel's reach both see the same samples.
            let settled = 80;
            let offset = unsigned(begin - whole_begin);
            prop_assert_eq!(&out[settled..], &whole[offset + settled..]);
        }
    }
}
