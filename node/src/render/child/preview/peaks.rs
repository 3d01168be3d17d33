//! The waveform: how far the sound swings in every stretch of a fiftieth of a second or so.
//! Draws nothing.

use std::fmt::Write as _;

use crate::render::child::sound::OUTPUT_RATE;

/// The media type of the file.
pub const CONTENT_TYPE: &str = "application/json";
/// The form of the file.
const VERSION: u32 = 1;
/// A peak that swings as far as sound can.
const FULL_SCALE: f32 = 1_000.0;

/// Peaks so far.
#[derive(Debug)]
pub struct Peaks {
    channels: usize,
    per_second: u32,
    samples_each: u32,
    done: Vec<u16>,
    /// The largest sample of the stretch that is not over, and how many samples it has.
    open: (f32, u32),
}

impl Peaks {
    /// Of interleaved sound with so many channels; `per_second` divides the rate of finished sound.
    pub fn new(channels: usize, per_second: u32) -> Option<Peaks> {
        let divides = per_second > 0 && OUTPUT_RATE.is_multiple_of(per_second);
        (divides && channels > 0).then(|| Peaks {
            channels,
            per_second,
            samples_each: OUTPUT_RATE / per_second,
            done: Vec::new(),
            open: (0.0, 0),
        })
    }

    /// Listens on.
    pub fn hear(&mut self, samples: &[f32]) {
        for frame in samples.chunks_exact(self.channels) {
            let swing = frame.iter().fold(self.open.0, |most, sample| most.max(sample.abs()));
            self.open = (swing, self.open.1 + 1);
            if self.open.1 == self.samples_each {
                self.close();
            }
        }
    }

    /// No more will come.
    pub fn finish(&mut self) {
        if self.open.1 > 0 {
            self.close();
        }
    }

    /// The file: channels are heard as one, peaks are thousandths of full scale.
    pub fn to_json(&self) -> String {
        let per_second = self.per_second;
        let mut json = format!("{{\"version\":{VERSION},\"peaks_per_second\":{per_second},\"channels\":1,\"peaks\":[");
        for (place, peak) in self.done.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(json, "{comma}{peak}").expect("a string takes any text");
        }
        json.push_str("]}\n");
        json
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to four digits")]
    fn close(&mut self) {
        self.done.push((self.open.0 * FULL_SCALE).round().clamp(0.0, FULL_SCALE) as u16);
        self.open = (0.0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_swing_of_either_channel_counts() {
        let mut peaks = Peaks::new(2, 24_000).unwrap();
        peaks.hear(&[0.1, -0.25, 0.2, 0.0]);
        peaks.hear(&[0.0, 0.0]);
        peaks.hear(&[0.0, -1.7, 0.5, 0.5]);
        peaks.finish();
        assert_eq!(
            peaks.to_json(),
            "{\"version\":1,\"peaks_per_second\":24000,\"channels\":1,\"peaks\":[250,1000,500]}\n"
        );
    }

    #[test]
    fn a_rate_that_does_not_divide_is_refused() {
        assert!(Peaks::new(1, 0).is_none() && Peaks::new(1, 7).is_none() && Peaks::new(1, 50).is_some());
    }
}
