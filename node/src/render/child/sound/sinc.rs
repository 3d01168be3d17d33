//! Windowed-sinc interpolation kernels, as tables of one row of taps per fraction of a sample.
//! Knows nothing of streams: the resampler and the limiter's peak meter bring the samples.

/// Kaiser window shape: stop band about 96 dB down (Kaiser's formula: β = 0.1102 (A − 8.7)).
const KAISER_BETA: f64 = 9.62;

/// Rows of taps that read a signal between its samples.
pub struct Kernel {
    reach: usize,
    taps: Vec<f32>,
}

impl Kernel {
    /// A kernel with a row for each `1/fractions` of a sample, looking `reach` samples to either side.
    /// `cutoff` is the pass band's edge as a share of the signal's Nyquist frequency, 1 for all of it.
    pub fn new(fractions: usize, reach: usize, cutoff: f64) -> Self {
        let taps = (0..fractions).flat_map(|fraction| row(real(fraction) / real(fractions), reach, cutoff)).collect();
        Self { reach, taps }
    }

    /// How many samples after the one at or before the point a row reads; before it, one less.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// The taps of a fraction.
    pub fn row(&self, fraction: usize) -> &[f32] {
        let width = 2 * self.reach;
        &self.taps[fraction * width..(fraction + 1) * width]
    }

    /// The value `fraction` steps after `window[reach - 1]`; `window` holds `2 × reach` samples.
    pub fn at(&self, fraction: usize, window: &[f32]) -> f32 {
        dot(self.row(fraction), &window[..2 * self.reach])
    }
}

/// One row, its taps scaled to sum to one so that every fraction has the same gain.
fn row(offset: f64, reach: usize, cutoff: f64) -> Vec<f32> {
    let raw: Vec<f64> = (0..2 * reach)
        .map(|tap| {
            let distance = real(tap) - real(reach - 1) - offset;
            sinc(cutoff * distance) * kaiser(distance / real(reach))
        })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|tap| single(tap / sum)).collect()
}

fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
}

/// The Kaiser window at `x` in −1..1; zero outside.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(KAISER_BETA * (1.0 - x * x).sqrt()) / bessel_i0(KAISER_BETA) }
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 1.0;
    let mut k = 1.0;
    // 32 terms reach f64's precision for x ≤ 10, the largest argument used here.
    while k <= 32.0 {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

/// A sum of products in eight lanes: the order of additions is fixed, and the compiler can use wide registers.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f32>() + rest
}

#[expect(clippy::cast_precision_loss, reason = "tap and fraction counts are far below 2^52")]
fn real(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "samples are single precision throughout")]
fn single(value: f64) -> f32 {
    value as f32
}
