//! The exact cut: which of the decoded frames are the promised ones, and where decoding must begin for them. Pure.
//! Never changes a time; a frame that is not promised is dropped, one that does not come is counted.

use timeline::{Rate, Rounding, Ticks};

use super::index::frames::ticks;

/// A tick on either side: after a seek the demuxer may round an edit's offset the other way.
const SLACK_TICKS: i64 = 1;

/// The frames an attempt has promised, in presentation order.
#[derive(Clone, Debug)]
pub struct Cut {
    rate: Rate,
    keep: Vec<i64>,
    end: i64,
    slack: i64,
    next: usize,
    found: usize,
}

/// What is to be done with a decoded frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is before or between the promised frames.
    Drop,
    /// It is promised frame so-and-so.
    Keep(usize),
    /// It comes after the last promised frame: no other will come.
    Past,
}

impl Cut {
    /// A cut that keeps the frames shown at `keep` (ascending, at least one) until `end`.
    #[must_use]
    pub fn new(rate: Rate, keep: Vec<i64>, end: i64) -> Option<Cut> {
        let gaps = keep.windows(2).map(|pair| pair[1] - pair[0]);
        let smallest = gaps.chain(keep.last().map(|last| end - last)).min()?;
        (smallest > 0).then(|| Cut { rate, keep, end, slack: (smallest / 3).min(SLACK_TICKS), next: 0, found: 0 })
    }

    /// Judges a frame shown at so many nanoseconds of source time. Frames must come in presentation order.
    pub fn judge(&mut self, stream_ns: i64) -> Verdict {
        let tick = ticks(self.rate, stream_ns);
        while self.keep.get(self.next).is_some_and(|wanted| wanted + self.slack < tick) {
            self.next += 1;
        }
        match self.keep.get(self.next) {
            None => Verdict::Past,
            Some(wanted) if tick + self.slack < *wanted => Verdict::Drop,
            Some(_) => {
                self.next += 1;
                self.found += 1;
                Verdict::Keep(self.next - 1)
            }
        }
    }

    /// Forgets everything that was judged: decoding begins anew.
    pub fn restart(&mut self) {
        self.next = 0;
        self.found = 0;
    }

    /// Whether the first promised frame has been passed by without having come.
    #[must_use]
    pub fn missed_first(&self) -> bool {
        self.next > 0 && self.found == 0
    }

    /// Whether the last promised frame has come or been passed by.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.next == self.keep.len()
    }

    /// Promised frames that came.
    #[must_use]
    pub fn found_count(&self) -> usize {
        self.found
    }

    /// Promised frames.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.keep.len()
    }

    /// Where to seek for the first promised frame: half a tick later, so that rounding cannot lead to the key frame before; 0
    /// means the beginning.
    #[must_use]
    pub fn seek_ns(&self) -> i64 {
        if self.keep[0] <= 0 {
            return 0;
        }
        let half_tick = 500_000_000 * i64::from(self.rate.den()) / i64::from(self.rate.num());
        self.nanoseconds(self.keep[0]) + half_tick
    }

    /// When promised frame `ordinal` is shown, in ticks from the first.
    #[must_use]
    pub fn pts(&self, ordinal: usize) -> i64 {
        self.keep[ordinal] - self.keep[0]
    }

    /// How long promised frame `ordinal` is shown, in ticks.
    #[must_use]
    pub fn duration(&self, ordinal: usize) -> i64 {
        self.keep.get(ordinal + 1).copied().unwrap_or(self.end) - self.keep[ordinal]
    }

    /// Ticks as nanoseconds.
    #[must_use]
    pub fn nanoseconds(&self, ticks: i64) -> i64 {
        self.rate.convert(Ticks(ticks), Rate::NANOSECONDS, Rounding::Nearest).0
    }

    /// The promised frame shown at so many nanoseconds after the first.
    #[must_use]
    pub fn ordinal_at(&self, part_ns: i64) -> Option<usize> {
        let tick = self.keep[0] + ticks(self.rate, part_ns);
        let place = self.keep.partition_point(|wanted| *wanted + self.slack < tick);
        self.keep.get(place).filter(|wanted| wanted.abs_diff(tick) <= self.slack.unsigned_abs()).map(|_| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use Verdict::{Drop, Keep, Past};

    const MILLISECOND: i64 = 1_000_000;

    fn cut(keep: &[i64], end: i64) -> Cut {
        Cut::new(Rate::FALLBACK, keep.to_vec(), end).unwrap()
    }

    #[test]
    fn promised_frames_are_kept_and_no_others() {
        let mut cut = cut(&[3600, 7200], 10_800);
        let verdicts: Vec<_> = [0, 40, 60, 80, 120].map(|ms| cut.judge(ms * MILLISECOND)).into();
        assert_eq!(verdicts, [Drop, Keep(0), Drop, Keep(1), Past]);
        assert!(cut.is_over());
        assert_eq!((cut.found_count(), cut.duration(0), cut.duration(1)), (2, 3600, 3600));
    }

    #[test]
    fn a_missing_frame_is_noticed() {
        let mut cut = cut(&[0, 3600, 7200], 10_800);
        assert_eq!(cut.judge(40 * MILLISECOND), Keep(1));
        assert!(!cut.missed_first(), "another one came");
        assert_eq!(cut.judge(80 * MILLISECOND), Keep(2));
        assert_eq!(cut.found_count(), 2);
        cut.restart();
        assert_eq!(cut.judge(200 * MILLISECOND), Past);
        assert!(cut.missed_first());
    }

    #[test]
    fn nothing_to_keep_or_no_time_to_show_it_is_no_cut() {
        assert!(Cut::new(Rate::FALLBACK, vec![], 9).is_none());
        assert!(Cut::new(Rate::FALLBACK, vec![5], 5).is_none());
        assert!(Cut::new(Rate::FALLBACK, vec![5, 5], 9).is_none());
    }

    proptest! {
        /// Whatever the rate, nanoseconds find their frame again.
        #[test]
        fn nanoseconds_lead_back(hz in 1_u32..1_000_000, first in 0_i64..1_000_000, gaps in prop::collection::vec(1_i64..5000, 1..50)) {
            let mut keep = vec![first];
            for gap in &gaps {
                keep.push(keep[keep.len() - 1] + gap);
            }
            let end = keep.pop().unwrap();
            let mut cut = Cut::new(Rate::hz(hz).unwrap(), keep.clone(), end).unwrap();
            for (ordinal, tick) in keep.iter().enumerate() {
                prop_assert_eq!(cut.judge(cut.nanoseconds(*tick)), Keep(ordinal));
                prop_assert_eq!(cut.ordinal_at(cut.nanoseconds(cut.pts(ordinal))), Some(ordinal));
            }
            prop_assert!(cut.is_over());
        }
    }
}
