//! A look-ahead true-peak limiter: turns the sound down before a peak would pass the ceiling, and slowly up again.
//! Touches nothing while no peak does; does not know of loudness or gain.

use std::collections::VecDeque;

use super::channels;
use super::peaks::{BLOCK, Peaks, REACH};

/// How long before a peak the gain begins to fall: 5 ms at 48 kHz, slow enough not to crackle.
pub const LOOK_AHEAD: usize = 240;

/// How fast the gain comes back: a time constant of 100 ms at 48 kHz, slow enough that nobody hears it.
pub const RELEASE_SAMPLES: u16 = 4_800;

/// Gains are whole multiples of 2⁻³⁰, so that sums of them are exact and a gain of one is exactly one.
const UNITY: i64 = 1 << 30;

/// Aimed 0.15 dB below the ceiling: a gain that moves while a peak lasts lifts it a little between the samples, and
/// meters with another filter read a little differently. Measured with ebur128 over 20,000 noises and bursts of up
/// to +24 dBFS: 0.12 dB above the aim at the worst.
const MARGIN: f64 = 0.982_88;

/// What a limiter really holds peaks to that shall stay below `ceiling`.
pub fn aim(ceiling: f64) -> f64 {
    ceiling * MARGIN
}

/// What a limiter does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The true peak, linear, that it holds sound at or below.
    pub ceiling: f64,
    /// The time constant with which its gain comes back.
    pub release_samples: u16,
}

/// The limiter of one stretch of sound.
pub struct Limiter {
    channels: usize,
    ceiling: f32,
    peaks: Peaks,
    /// One row per channel: what has been pushed and not yet given out, after some frames of the past. It begins
    /// with silence, whose last frame is looked at too: what rises towards the first sample can be a peak.
    rows: Vec<Vec<f32>>,
    /// The next frame of `rows` to look at for peaks.
    next_look: usize,
    /// The next frame of `rows` to give out; those before it only shape the peaks after them.
    next_out: usize,
    /// Largest value between the frame last looked at and the one after it.
    peak_before: f32,
    gains: GainCurve,
    /// The frame of silence at the front has yet to come out, to be thrown away.
    leading: bool,
    frames_in: u64,
    frames_out: u64,
}

impl Limiter {
    /// For interleaved sound.
    pub fn new(channels: usize, Limit { ceiling, release_samples }: Limit) -> Self {
        Self {
            channels,
            ceiling: single(aim(ceiling)),
            peaks: Peaks::new(),
            rows: vec![vec![0.0; REACH]; channels],
            next_look: REACH - 1,
            next_out: REACH - 1,
            peak_before: 0.0,
            gains: GainCurve::new(release_samples),
            leading: true,
            frames_in: 0,
            frames_out: 0,
        }
    }

    /// Takes the next samples and appends those whose gain is known now, in order and with no delay between what
    /// goes in and what comes out: the first sample out is the first in.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.frames_in += (samples.len() / self.channels) as u64;
        self.take(samples, out);
    }

    /// Appends all that is left: as many samples have come out in total as went in.
    pub fn finish(mut self, out: &mut Vec<f32>) {
        let silence = vec![0.0; (LOOK_AHEAD + REACH) * self.channels];
        self.take(&silence, out);
        assert_eq!(self.frames_in, self.frames_out, "the limiter gives back what it was given");
    }

    fn take(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        channels::part(samples, &mut self.rows);
        while self.next_look + REACH < self.rows[0].len() {
            let count = BLOCK.min(self.rows[0].len() - REACH - self.next_look);
            self.look(count, out);
        }
        self.forget();
    }

    /// Looks at the next frames, at most a block of them, and gives out those whose gain is known by it.
    fn look(&mut self, count: usize, out: &mut Vec<f32>) {
        let window = self.next_look + 1 - REACH..self.next_look + count + REACH;
        let mut after = [0.0; BLOCK];
        for row in &self.rows {
            let window = &row[window.clone()];
            // Most blocks are too quiet to rise above the ceiling, whatever is between their samples.
            if self.peaks.bound(window) > self.ceiling {
                self.peaks.raise(window, &mut after[..count]);
            }
        }
        self.next_look += count;
        let mut gains = ([0.0; BLOCK], 0);
        for after in &after[..count] {
            // The largest value from just after the previous frame to just before the next, in any channel.
            let around = after.max(self.peak_before);
            self.peak_before = *after;
            if let Some(gain) = self.gains.push(gain_for(around, self.ceiling)) {
                gains.0[gains.1] = gain;
                gains.1 += 1;
            }
        }
        self.give_out(&gains.0[..gains.1], out);
    }

    /// Gives out the next frames with their gains, but for the leading one and what follows the last that came in.
    fn give_out(&mut self, gains: &[f32], out: &mut Vec<f32>) {
        let leading = usize::from(self.leading).min(gains.len());
        self.leading &= gains.is_empty();
        let from = self.next_out + leading;
        self.next_out += gains.len();
        let owed = usize::try_from(self.frames_in - self.frames_out).unwrap_or(usize::MAX);
        let gains = &gains[leading..];
        let gains = &gains[..owed.min(gains.len())];
        self.frames_out += gains.len() as u64;
        match &self.rows[..] {
            [left, right] => {
                let frames = left[from..].iter().zip(&right[from..]).zip(gains);
                out.extend(frames.flat_map(|((left, right), gain)| [left * gain, right * gain]));
            }
            rows => {
                let frames = gains.iter().enumerate();
                out.extend(frames.flat_map(|(frame, gain)| rows.iter().map(move |row| row[from + frame] * gain)));
            }
        }
    }

    /// Drops what has been given out, save what still shapes the peaks after it.
    fn forget(&mut self) {
        let unneeded = self.next_out.saturating_sub(REACH);
        for row in &mut self.rows {
            row.drain(..unneeded);
        }
        self.next_look -= unneeded;
        self.next_out -= unneeded;
    }
}

/// The gain that keeps a peak at the ceiling, rounded down.
fn gain_for(peak: f32, ceiling: f32) -> i64 {
    if peak <= ceiling { UNITY } else { fixed(f64::from(ceiling) / f64::from(peak)) }
}

/// From the gain each frame asks for to a smooth one that never exceeds what any frame asked for.
struct GainCurve {
    release_samples: i64,
    /// Frames seen so far.
    position: u64,
    /// Candidates for the smallest gain asked for within the look-ahead, with their positions; rising.
    lowest: VecDeque<(u64, i64)>,
    /// Follows the smallest at once when it falls, slowly when it rises.
    envelope: i64,
    /// The last `LOOK_AHEAD` envelopes and their sum: their mean falls in a straight line to a peak's gain.
    recent: VecDeque<i64>,
    sum: i64,
    /// How many of the last envelopes, counted on from the newest, were one.
    resting: usize,
}

impl GainCurve {
    fn new(release_samples: u16) -> Self {
        Self {
            release_samples: release_samples.into(),
            position: 0,
            lowest: VecDeque::with_capacity(LOOK_AHEAD + 1),
            envelope: UNITY,
            recent: VecDeque::with_capacity(LOOK_AHEAD + 1),
            sum: 0,
            resting: 0,
        }
    }

    /// Whether all of the look-ahead asks for nothing and nothing is left of what was asked before.
    fn is_at_rest(&self) -> bool {
        let nothing_asked = self.lowest.len() == 1 && self.lowest[0] == (self.position.wrapping_sub(1), UNITY);
        nothing_asked && self.resting >= LOOK_AHEAD
    }

    /// Takes what the next frame asks for; gives the gain of the frame `LOOK_AHEAD − 1` before it. A frame's own
    /// wish bounds all envelopes of its window, so their mean keeps it too.
    fn push(&mut self, asked: i64) -> Option<f32> {
        if asked == UNITY && self.is_at_rest() {
            // Nothing but positions would change.
            self.position += 1;
            self.lowest[0].0 += 1;
            return Some(1.0);
        }
        while self.lowest.back().is_some_and(|&(_, gain)| gain >= asked) {
            self.lowest.pop_back();
        }
        self.lowest.push_back((self.position, asked));
        if self.lowest.front().is_some_and(|&(position, _)| position + LOOK_AHEAD as u64 <= self.position) {
            self.lowest.pop_front();
        }
        self.position += 1;
        let lowest = self.lowest.front().map_or(UNITY, |&(_, gain)| gain);
        let rise = (lowest - self.envelope).max(0);
        self.envelope = lowest.min(self.envelope + (rise / self.release_samples).max(1));
        self.resting = if self.envelope == UNITY { self.resting + 1 } else { 0 };
        self.recent.push_back(self.envelope);
        self.sum += self.envelope;
        if self.recent.len() > LOOK_AHEAD {
            self.sum -= self.recent.pop_front().expect("the ring holds more than one look-ahead");
        }
        (self.recent.len() == LOOK_AHEAD).then(|| linear(self.sum))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the gain lies in 0..1; the cast rounds down as wanted")]
fn fixed(gain: f64) -> i64 {
    (gain * 1_073_741_824.0) as i64
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a gain needs no more than 24 bits")]
fn linear(sum: i64) -> f32 {
    (sum as f64 / (UNITY as f64 * LOOK_AHEAD as f64)) as f32
}

#[expect(clippy::cast_possible_truncation, reason = "samples are single precision throughout")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "test values are small")]
mod tests {
    use ebur128::{EbuR128, Mode};
    use proptest::prelude::*;

    use super::*;

    const CEILING: f64 = 0.891_25;

    fn limited(channels: usize, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut limiter = Limiter::new(channels, Limit { ceiling: CEILING, release_samples: RELEASE_SAMPLES });
        let mut out = Vec::new();
        samples.chunks(piece * channels).for_each(|piece| limiter.push(piece, &mut out));
        limiter.finish(&mut out);
        out
    }

    /// The judge is another implementation of the meter.
    fn true_peak(channels: usize, samples: &[f32]) -> f64 {
        let mut meter = EbuR128::new(channels as u32, 48_000, Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f32(samples).unwrap();
        // What the meter's filter still holds back.
        meter.add_frames_f32(&vec![0.0; 64 * channels]).unwrap();
        (0..channels as u32).map(|channel| meter.true_peak(channel).unwrap()).fold(0.0, f64::max)
    }

    fn loud_sound() -> impl Strategy<Value = Vec<f32>> {
        let noise = prop::collection::vec(-8.0_f32..8.0, 0..4_000);
        let bursts = (10.0_f32..23_000.0, 0.1_f32..12.0, 1_usize..2_000, 0.0_f32..6.3).prop_map(
            |(hertz, level, every, phase)| {
                (0..4_000)
                    .map(|n| {
                        let on = (n / every) % 2 == 0;
                        let sample = level * (std::f32::consts::TAU * hertz * n as f32 / 48_000.0 + phase).sin();
                        if on { sample } else { sample * 0.05 }
                    })
                    .collect()
            },
        );
        prop_oneof![noise, bursts]
    }

    proptest! {
        #[test]
        fn nothing_passes_the_ceiling(samples in loud_sound(), channels in 1_usize..=2, piece in 1_usize..700) {
            let samples = &samples[..samples.len() / channels * channels];
            let out = limited(channels, samples, piece);
            prop_assert_eq!(out.len(), samples.len());
            prop_assert!(out.iter().all(|sample| f64::from(sample.abs()) <= CEILING));
            let peak = true_peak(channels, &out);
            prop_assert!(peak <= CEILING, "{} dB above", 20.0 * (peak / CEILING).log10());
        }

        #[test]
        fn quiet_sound_passes_untouched(samples in prop::collection::vec(-0.3_f32..0.3, 0..3_000), piece in 1_usize..700) {
            prop_assert_eq!(limited(1, &samples, piece), samples);
        }

        #[test]
        fn how_it_is_cut_into_buffers_does_not_show(samples in loud_sound(), piece in 1_usize..700) {
            prop_assert_eq!(limited(1, &samples, piece), limited(1, &samples, 4_000));
        }
    }

    #[test]
    fn a_peak_stays_at_its_sample_and_the_rest_comes_back_untouched() {
        let mut samples: Vec<f32> = (0..96_000).map(|n| 0.1 * (n as f32 * 0.13).sin()).collect();
        samples[20_000] = 4.0;
        let out = limited(1, &samples, 1_024);
        let loudest = (0..out.len()).max_by(|&a, &b| out[a].abs().total_cmp(&out[b].abs())).unwrap();
        assert_eq!(loudest, 20_000);
        assert!(out[20_000] > 0.8);
        assert_eq!(out[..20_000 - LOOK_AHEAD - REACH], samples[..20_000 - LOOK_AHEAD - REACH]);
        assert_eq!(out[90_000..], samples[90_000..]);
    }
}
