//! Reads a media file with ffmpeg: every frame with its number and time, every click, and the facts of its tracks.
//! Judges nothing.

mod boxes;
mod edits;
mod elements;
mod facts;
mod frames;
mod samples;
mod stamps;
pub mod thumbnails;
mod tiles;

use std::path::Path;

use anyhow::Result;

use crate::source::barcode::Cells;
use crate::source::clicks::Click;

pub use boxes::moov_is_first;
pub use elements::cues_are_first;
pub use facts::{Facts, facts};
pub use stamps::{last_length, sound_lag_seconds};
pub use tiles::{Tiling, tiles};

/// Ticks per second, as an exact ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Ticks in `denominator` seconds.
    pub numerator: i64,
    /// Seconds in which `numerator` ticks pass.
    pub denominator: i64,
}

impl Base {
    /// For people and for sound; never to decide about frames.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ticks of test files are far below 2⁵³")]
    pub fn seconds(self, ticks: i64) -> f64 {
        ticks as f64 * self.denominator as f64 / self.numerator as f64
    }

    /// Whether `ticks` of this base and `others` of `other` name the same instant, exactly.
    #[must_use]
    pub fn same(self, ticks: i64, other: Base, others: i64) -> bool {
        let product = |ticks: i64, own: Base, across: Base| {
            i128::from(ticks) * i128::from(own.denominator) * i128::from(across.numerator)
        };
        product(ticks, self, other) == product(others, other, self)
    }

    /// Whether `others` of `other` is as near to `ticks` of this base as any tick of `other` can be.
    #[must_use]
    pub fn rounds_to(self, ticks: i64, other: Base, others: i64) -> bool {
        let here = i128::from(ticks) * i128::from(self.denominator) * i128::from(other.numerator);
        let there = i128::from(others) * i128::from(other.denominator) * i128::from(self.numerator);
        2 * (here - there).abs() <= i128::from(other.denominator) * i128::from(self.numerator)
    }

    /// The tick nearest to a time in microseconds.
    #[must_use]
    pub fn nearest(self, micros: i64) -> i64 {
        let divisor = i128::from(self.denominator) * 1_000_000;
        let doubled = 2 * i128::from(micros) * i128::from(self.numerator) + divisor;
        i64::try_from(doubled.div_euclid(2 * divisor)).expect("times of a test file")
    }

    /// The microsecond nearest to a tick.
    #[must_use]
    pub fn micros(self, ticks: i64) -> i64 {
        let divisor = i128::from(self.numerator);
        let doubled = 2 * i128::from(ticks) * i128::from(self.denominator) * 1_000_000 + divisor;
        i64::try_from(doubled.div_euclid(2 * divisor)).expect("times of a test file")
    }
}

/// A frame as a decoder gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFrame {
    /// When it is shown.
    pub pts: i64,
    /// The number drawn in it; `None` when there is none to be read.
    pub number: Option<u16>,
    /// How bright its cells are: what two frames laid over each other are known by.
    pub cells: Cells,
}

/// The picture of a file.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What `pts` counts.
    pub base: Base,
    /// Width as displayed.
    pub width: usize,
    /// Height as displayed.
    pub height: usize,
    /// In the order a decoder gave them.
    pub frames: Vec<ReadFrame>,
}

/// The sound of a file, placed on the file's clock.
#[derive(Clone, Debug)]
pub struct ReadSound {
    /// Samples per second.
    pub sample_rate: i64,
    /// Samples from time zero to the end.
    pub sample_count: usize,
    /// The clicks in it, in order.
    pub clicks: Vec<Click>,
}

/// Decodes the picture of a file, turned as a player would.
pub fn picture(file: &Path) -> Result<Picture> {
    frames::read(file)
}

/// Decodes the first sound track of a file.
pub fn sound(file: &Path) -> Result<ReadSound> {
    samples::read(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_tick_is_told_from_its_neighbours() {
        let (film, milliseconds) =
            (Base { numerator: 30_000, denominator: 1 }, Base { numerator: 1000, denominator: 1 });
        // 1001 ticks are 33.366… ms, 15 are half a millisecond.
        for (ticks, millis, nearest) in
            [(1001, 33, true), (1001, 34, false), (1001, 32, false), (15, 0, true), (15, 1, true), (16, 0, false)]
        {
            assert_eq!(film.rounds_to(ticks, milliseconds, millis), nearest, "{ticks} as {millis} ms");
        }
        assert!(film.rounds_to(3_600 * 30_000 + 1001, milliseconds, 3_600_033));
    }
}
