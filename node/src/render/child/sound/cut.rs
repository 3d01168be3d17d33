//! Cuts placed sound to exactly the samples of a segment, with silence where the source has none.
//! Does not know where sound comes from; never holds more than a block.

/// Silence is given out in pieces of so many samples, so that an hour of it needs no more memory than a block.
const SILENCE_SAMPLES_MAX: i64 = 4_800;

/// The samples of a segment still to be given out.
pub struct Cut {
    channels: usize,
    next: i64,
    end: i64,
}

impl Cut {
    /// The samples `first..end` of the source at 48 kHz.
    pub fn new(channels: usize, first: i64, end: i64) -> Self {
        Self { channels, next: first, end }
    }

    /// Whether every sample has been given out.
    pub fn is_done(&self) -> bool {
        self.next >= self.end
    }

    /// Takes interleaved sound that begins at `first`; gives out what the segment needs of it, after silence for
    /// what is missing before it. Sound that overlaps what was given out already is dropped; sound past the end
    /// ends the segment.
    pub fn push<E>(
        &mut self,
        first: i64,
        samples: &[f32],
        emit: &mut dyn FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let count = i64::try_from(samples.len() / self.channels).expect("a buffer's length fits an i64");
        if first >= self.end {
            return self.finish(emit);
        }
        let from = first.max(self.next);
        let to = (first + count).min(self.end);
        if from >= to {
            return Ok(());
        }
        self.silence_until(from, emit)?;
        emit(&samples[self.offset(from - first)..self.offset(to - first)])?;
        self.next = to;
        Ok(())
    }

    /// Gives out silence for all that never came.
    pub fn finish<E>(&mut self, emit: &mut dyn FnMut(&[f32]) -> Result<(), E>) -> Result<(), E> {
        self.silence_until(self.end, emit)
    }

    fn silence_until<E>(&mut self, until: i64, emit: &mut dyn FnMut(&[f32]) -> Result<(), E>) -> Result<(), E> {
        while self.next < until {
            let count = (until - self.next).min(SILENCE_SAMPLES_MAX);
            emit(&vec![0.0; self.offset(count)])?;
            self.next += count;
        }
        Ok(())
    }

    fn offset(&self, samples: i64) -> usize {
        usize::try_from(samples).expect("offsets into a block are never negative") * self.channels
    }
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::float_cmp,
    reason = "test values are small whole numbers"
)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn cut(first: i64, end: i64, blocks: &[(i64, Vec<f32>)]) -> Vec<f32> {
        let mut cut = Cut::new(1, first, end);
        let mut out = Vec::new();
        let mut emit = |samples: &[f32]| -> Result<(), Infallible> {
            out.extend_from_slice(samples);
            Ok(())
        };
        for (at, samples) in blocks {
            let Ok(()) = cut.push(*at, samples, &mut emit);
        }
        let Ok(()) = cut.finish(&mut emit);
        out
    }

    proptest! {
        /// Every sample carries its own place: what comes out is that place or silence, and never too much or little.
        #[test]
        fn each_sample_is_at_its_place(
            first in 0_i64..500, count in 0_i64..20_000,
            blocks in prop::collection::vec((0_i64..9_000, 0_usize..3_000), 0..6),
        ) {
            let blocks: Vec<(i64, Vec<f32>)> =
                blocks.iter().map(|&(at, len)| (at, (0..len).map(|n| (at as f32) + n as f32 + 1.0).collect())).collect();
            let out = cut(first, first + count, &blocks);
            prop_assert_eq!(out.len() as i64, count);
            for (place, sample) in (first..).zip(out) {
                prop_assert!(sample == 0.0 || sample == place as f32 + 1.0);
            }
        }
    }

    #[test]
    fn silence_before_between_and_after() {
        let blocks = [(2, vec![1.0, 1.0]), (6, vec![1.0, 1.0])];
        assert_eq!(cut(0, 10, &blocks), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn sound_past_the_end_ends_it() {
        let mut cut = Cut::new(1, 0, 4);
        let mut out = Vec::new();
        let Ok(()) = cut.push(7, &[1.0], &mut |samples: &[f32]| -> Result<(), Infallible> {
            out.extend_from_slice(samples);
            Ok(())
        });
        assert!(cut.is_done());
        assert_eq!(out, [0.0; 4]);
    }

    #[test]
    fn overlapping_sound_is_dropped() {
        assert_eq!(cut(0, 4, &[(0, vec![1.0, 2.0, 3.0]), (1, vec![9.0, 9.0, 4.0])]), [1.0, 2.0, 3.0, 4.0]);
    }
}
