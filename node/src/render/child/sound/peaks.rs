//! How high sound rises between its samples, at four times the rate, as BS.1770-4 (annex 2) measures true peaks.
//! Changes nothing: the limiter looks ahead by it, and the meter of finished sound looks back.

use super::channels;
use super::gating::ROW_SAMPLES;
use super::sinc::Kernel;

/// Samples to either side that shape a value between two samples; BS.1770's own filter has 6.
pub const REACH: usize = 8;

/// Samples looked at together: enough for wide registers, and few enough that quiet ones stand alone.
pub const BLOCK: usize = 64;

const OVERSAMPLING: usize = 4;

/// Samples whose sums the innermost loop makes together: two of the narrowest registers.
const LANES: usize = 8;

/// Sums of rounded products may pass the bound of exact ones by a little.
const ROUNDING: f32 = 1.000_1;

/// Reads sound between its samples.
pub struct Peaks {
    /// What makes each of the values between two samples.
    taps: [[f32; 2 * REACH]; OVERSAMPLING - 1],
    /// The most that a value between samples can exceed all samples that shape it.
    rise: f32,
}

impl Peaks {
    /// The same reader always.
    pub fn new() -> Self {
        let kernel = Kernel::new(OVERSAMPLING, REACH, 1.0);
        let taps = std::array::from_fn(|between| std::array::from_fn(|tap| kernel.row(between + 1)[tap]));
        let sums = taps.iter().map(|taps: &[f32; 2 * REACH]| taps.iter().map(|tap| tap.abs()).sum::<f32>());
        let rise = sums.fold(1.0, f32::max) * ROUNDING;
        Self { taps, rise }
    }

    /// What no value in this window passes, found without looking between the samples.
    pub fn bound(&self, window: &[f32]) -> f32 {
        loudest(window) * self.rise
    }

    /// Raises each peak to the largest value from a sample until just before the next. `window` holds `REACH − 1` samples
    /// before the first one looked at, and `REACH` after the last; there are at most a block of them.
    pub fn raise(&self, window: &[f32], peaks: &mut [f32]) {
        for (peak, sample) in peaks.iter_mut().zip(&window[REACH - 1..]) {
            *peak = larger(*peak, sample.abs());
        }
        for (run, peaks) in peaks.chunks_mut(LANES).enumerate() {
            let window = &window[run * LANES..];
            let between = match window.first_chunk() {
                Some(window) => self.between(window),
                // What silence behind the window adds to lies past the last peak.
                None => self.between(&std::array::from_fn(|place| window.get(place).copied().unwrap_or(0.0))),
            };
            for (peak, value) in peaks.iter_mut().zip(between) {
                *peak = larger(*peak, value);
            }
        }
    }

    /// The largest of the values between each of the first samples and its successor, without their signs. The sums stay in
    /// registers while the taps go by.
    fn between(&self, window: &[f32; 2 * REACH - 1 + LANES]) -> [f32; LANES] {
        let mut sums = [[0.0_f32; LANES]; OVERSAMPLING - 1];
        for tap in 0..2 * REACH {
            let samples: &[f32; LANES] = window[tap..].first_chunk().expect("a window is as long as its samples need");
            for (sums, taps) in sums.iter_mut().zip(&self.taps) {
                for (sum, sample) in sums.iter_mut().zip(samples) {
                    *sum += taps[tap] * sample;
                }
            }
        }
        std::array::from_fn(|lane| sums.iter().fold(0.0, |peak, sums| larger(peak, sums[lane].abs())))
    }
}

/// The largest true peak of interleaved sound.
pub struct TruePeak {
    peaks: Peaks,
    /// One row per channel: what has not been looked at yet, and what shapes it from before. Silence goes first.
    rows: Vec<Vec<f32>>,
    largest: f32,
    /// The largest since it was asked for last.
    recent: f32,
}

/// Where all is so much lower than the largest that was asked for before, 18 dB, nobody looks between the samples.
const NEGLIGIBLE: f32 = 1.0 / 8.0;

impl TruePeak {
    /// Of so many channels.
    pub fn new(channels: usize) -> Self {
        Self { peaks: Peaks::new(), rows: vec![vec![0.0; REACH]; channels], largest: 0.0, recent: 0.0 }
    }

    /// Takes the next samples. Where they are too low to rise above what was seen already, nobody looks between them.
    pub fn push(&mut self, samples: &[f32]) {
        channels::part(samples, &mut self.rows);
        for row in &mut self.rows {
            let mut from = 0;
            while row.len() - from >= 2 * REACH {
                let count = BLOCK.min(row.len() - from + 1 - 2 * REACH);
                let window = &row[from..from + count + 2 * REACH - 1];
                let bound = self.peaks.bound(window);
                if bound > larger(self.recent, self.largest * NEGLIGIBLE) {
                    let mut found = [0.0; BLOCK];
                    self.peaks.raise(window, &mut found[..count]);
                    self.recent = found.into_iter().fold(self.recent, larger);
                } else {
                    self.recent = larger(self.recent, bound / self.peaks.rise);
                }
                from += count;
            }
            row.drain(..from);
        }
    }

    /// The largest since this was asked last, linear; where it is negligible, the largest sample.
    pub fn since(&mut self) -> f32 {
        self.largest = larger(self.largest, self.recent);
        std::mem::take(&mut self.recent)
    }

    /// The largest of all, linear.
    pub fn finish(mut self) -> f32 {
        self.push(&vec![0.0; 2 * REACH * self.rows.len()]);
        larger(self.largest, self.recent)
    }
}

/// The largest true peak of every millisecond of a segment.
pub struct PeakRows {
    true_peak: TruePeak,
    channels: usize,
    /// Samples per channel of the row that has begun.
    in_row: usize,
    rows: Vec<f32>,
}

impl PeakRows {
    /// For interleaved samples at 48 kHz.
    pub fn new(channels: usize) -> Self {
        Self { true_peak: TruePeak::new(channels), channels, in_row: 0, rows: Vec::new() }
    }

    /// Takes the segment's next samples.
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let wanted = (ROW_SAMPLES - self.in_row) * self.channels;
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.true_peak.push(taken);
            self.in_row += taken.len() / self.channels;
            if self.in_row == ROW_SAMPLES {
                self.rows.push(self.true_peak.since());
                self.in_row = 0;
            }
            samples = rest;
        }
    }

    /// One for each whole millisecond, linear, and the largest of all. Where one is negligible it is the largest sample.
    pub fn finish(self) -> (Vec<f32>, f32) {
        (self.rows, self.true_peak.finish())
    }
}

/// The largest sample, without its sign; in lanes, so that the compiler can use wide registers.
pub fn loudest(samples: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (blocks, rest) = samples.as_chunks::<8>();
    for block in blocks {
        for (lane, sample) in lanes.iter_mut().zip(block) {
            *lane = larger(*lane, sample.abs());
        }
    }
    lanes.into_iter().chain(rest.iter().map(|sample| sample.abs())).fold(0.0, larger)
}

fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[cfg(test)]
mod tests {
    use ebur128::{EbuR128, Mode};
    use proptest::prelude::*;

    use super::*;

    fn true_peak(samples: &[f32], piece: usize) -> f32 {
        let mut meter = TruePeak::new(1);
        samples.chunks(piece).for_each(|piece| meter.push(piece));
        meter.finish()
    }

    #[test]
    fn a_tone_between_its_samples_is_found() {
        // Samples at 45°, 135°, 225°, …: all at 0.707, the tone itself reaches 1.
        let tone: Vec<f32> = (0_u16..480).map(|n| (std::f32::consts::FRAC_PI_2 * (f32::from(n) + 0.5)).sin()).collect();
        assert!((loudest(&tone) - 0.707).abs() < 1e-3);
        assert!((true_peak(&tone, 100) - 1.0).abs() < 0.1);
        assert!((true_peak(&tone[100..380], 1) - 1.0).abs() < 0.1);
    }

    proptest! {
        /// The judge is another implementation of the meter, with a shorter filter.
        #[test]
        fn another_meter_reads_the_same(samples in prop::collection::vec(-0.2_f32..0.2, 1..2_000), piece in 1_usize..300) {
            // Noise below 8 kHz: filters of different lengths differ in what they make of the highest frequencies.
            let smooth: Vec<f32> = samples.windows(6).map(|window| window.iter().sum()).collect();
            let mut judge = EbuR128::new(1, 48_000, Mode::TRUE_PEAK).unwrap();
            judge.add_frames_f32(&smooth).unwrap();
            judge.add_frames_f32(&[0.0; 64]).unwrap();
            let (found, judged) = (f64::from(true_peak(&smooth, piece)), judge.true_peak(0).unwrap());
            prop_assert!((found - judged).abs() <= 0.02 * judged.max(0.05), "{} against {}", found, judged);
        }

        #[test]
        fn nothing_passes_the_bound(samples in prop::collection::vec(-1.0_f32..1.0, 2 * REACH..2 * REACH + BLOCK)) {
            let peaks = Peaks::new();
            let mut found = vec![0.0; samples.len() + 1 - 2 * REACH];
            peaks.raise(&samples, &mut found);
            prop_assert!(loudest(&found) <= peaks.bound(&samples));
        }
    }
}
