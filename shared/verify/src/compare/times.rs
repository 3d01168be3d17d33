//! When frames and packets should be shown, exactly, and when they are. Integers all the way; containers that round are
//! allowed half of their step.

use std::cmp::Ordering;

use report::{Output, Sound};

use crate::difference::{Difference, Kind, Seconds};
use crate::found::{Clock, Track};

/// Frames of one track that are named one by one.
const NAMED_MAX: usize = 8;
/// No file has more frames: ten days at 60 a second.
const FRAMES_MAX: u64 = 51_840_000;
const NANOSECONDS: i128 = 1_000_000_000;
const MICROSECONDS: i128 = 1_000_000;

/// When each frame of a track should be shown.
pub(super) struct Times {
    /// Ticks per second.
    time_scale: i128,
    /// In order of presentation.
    shown: Vec<i64>,
}

impl Times {
    /// By the runs of a report; says what is wrong with them when they are not the frames they should be.
    pub(super) fn of_picture(output: &Output) -> Result<Times, String> {
        let runs = &output.picture.frame_times;
        let frames = runs.iter().try_fold(0_u64, |sum, [frames, _]| sum.checked_add(*frames));
        if frames != Some(output.frame_count) || output.frame_count > FRAMES_MAX || output.time_scale == 0 {
            return Err("its frame times are not those of as many frames".to_owned());
        }
        let mut shown = Vec::with_capacity(usize::try_from(output.frame_count).unwrap_or(0));
        let mut at = 0_i64;
        for [frames, each] in runs {
            for _ in 0..*frames {
                shown.push(at);
                let next = i64::try_from(*each).ok().and_then(|each| at.checked_add(each));
                at = next.ok_or("its frame times do not end")?;
            }
        }
        if u64::try_from(at) != Ok(output.duration_ticks) {
            return Err("its frame times are not as long as the file".to_owned());
        }
        Ok(Times { time_scale: output.time_scale.into(), shown })
    }

    /// One packet after another, the first of them before time zero by the priming.
    pub(super) fn of_sound(sound: &Sound) -> Result<Times, String> {
        let count = sound.part.frame_count;
        let first = i64::try_from(sound.priming_samples).ok().filter(|&priming| priming < 1 << 32);
        let first = first.ok_or("its sound begins nowhere")?;
        if count > FRAMES_MAX || sound.sample_rate == 0 {
            return Err("its sound has no sensible packets".to_owned());
        }
        let shown = (0..count.cast_signed()).map(|packet| packet * i64::from(sound.packet_samples) - first);
        Ok(Times { time_scale: sound.sample_rate.into(), shown: shown.collect() })
    }

    /// Compares every time. Returns the frames that are not there, in order of presentation, if that is all that is wrong.
    pub(super) fn compare(&self, kind: Kind, track: &Track, differences: &mut Vec<Difference>) -> Vec<u64> {
        let mut found: Vec<i64> = track.samples.iter().map(|sample| sample.shown).collect();
        found.sort_unstable();
        if found.len() != self.shown.len() {
            let (expected, found) = (self.shown.len() as u64, found.len() as u64);
            differences.push(Difference::Count { kind, expected, found });
        } else if let Some(late) = self.shift(track.clock, &found) {
            if late != 0 {
                differences.push(Difference::Shifted { kind, late: self.seconds(late, track.clock) });
            }
            return Vec::new();
        }
        self.merge(kind, track.clock, &found, differences)
    }

    /// Names what is only on one side.
    fn merge(&self, kind: Kind, clock: Clock, found: &[i64], differences: &mut Vec<Difference>) -> Vec<u64> {
        let mut missing = Vec::new();
        let mut named = Vec::new();
        let (mut here, mut there) = (0, 0);
        while here < self.shown.len() || there < found.len() {
            let order = match (self.shown.get(here), found.get(there)) {
                (Some(&expected), Some(&found)) => self.order(clock, expected, found),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            if order != Ordering::Greater {
                if order == Ordering::Less {
                    missing.push(here as u64);
                    let at = micros(self.shown[here].into(), self.time_scale);
                    named.push(Difference::Missing { kind, frame: here as u64, at });
                }
                here += 1;
            }
            if order != Ordering::Less {
                if order == Ordering::Greater {
                    named.push(Difference::Extra { kind, at: micros(found[there].into(), scale(clock)) });
                }
                there += 1;
            }
        }
        if named.len() > NAMED_MAX {
            let count = named.len() - NAMED_MAX;
            named.truncate(NAMED_MAX);
            named.push(Difference::MoreTimes { kind, count });
        }
        differences.extend(named);
        // Where frames are elsewhere as well, nobody can say which of them are gone.
        if missing.len() + found.len() == self.shown.len() { missing } else { Vec::new() }
    }

    /// Compares when the last frame ends.
    pub(super) fn compare_end(&self, kind: Kind, track: &Track, ticks: u64, differences: &mut Vec<Difference>) {
        let (Some(found), Ok(expected)) = (track.end, i64::try_from(ticks)) else { return };
        if self.order(track.clock, expected, found) != Ordering::Equal {
            let expected = micros(expected.into(), self.time_scale);
            let found = micros(found.into(), scale(track.clock));
            differences.push(Difference::End { kind, expected, found });
        }
    }

    /// Where an expected time lies from one that was found; equal when a clock of that kind cannot tell them apart.
    fn order(&self, clock: Clock, expected: i64, found: i64) -> Ordering {
        let apart = self.apart(clock, expected, found);
        if apart.abs() * 2 <= self.tolerance(clock) { Ordering::Equal } else { 0.cmp(&apart) }
    }

    /// How much later `found` is than `expected`, in parts of a second that are fine enough for both.
    fn apart(&self, clock: Clock, expected: i64, found: i64) -> i128 {
        i128::from(found) * self.time_scale - i128::from(expected) * scale(clock)
    }

    fn tolerance(&self, clock: Clock) -> i128 {
        match clock {
            Clock::Exact(_) => 0,
            Clock::Rounded(step) => i128::from(step) * self.time_scale,
        }
    }

    /// By how much all times are late, if it is the same for all.
    fn shift(&self, clock: Clock, found: &[i64]) -> Option<i128> {
        let apart = || self.shown.iter().zip(found).map(|(&expected, &found)| self.apart(clock, expected, found));
        let first = apart().next().unwrap_or(0);
        let tolerance = self.tolerance(clock);
        let right = |apart: i128| apart.abs() * 2 <= tolerance;
        if apart().all(right) {
            return Some(0);
        }
        // Rounded times are each off by half a step at the most, so two of them by one.
        apart().all(|apart| !right(apart) && (apart - first).abs() <= tolerance).then_some(first)
    }

    fn seconds(&self, apart: i128, clock: Clock) -> Seconds {
        micros(apart, self.time_scale * scale(clock))
    }
}

fn scale(clock: Clock) -> i128 {
    match clock {
        Clock::Exact(time_scale) => time_scale.into(),
        Clock::Rounded(_) => NANOSECONDS,
    }
}

fn micros(ticks: i128, time_scale: i128) -> Seconds {
    let micros = (ticks * MICROSECONDS * 2 + time_scale).div_euclid(time_scale.max(1) * 2);
    Seconds { micros: i64::try_from(micros).unwrap_or(i64::MAX) }
}
