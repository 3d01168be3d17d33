//! Gives every decoded block its place in the source, in samples: anchors by time stamp, then counts.
//! Does not touch samples, and knows nothing of 48 kHz.

use std::collections::VecDeque;

/// How far a time stamp may stray from the count before it counts as a real discontinuity. Matroska's stamps are
/// rounded to 1 ms and recorders jitter by a few; the shortest packet worth noticing when lost is 20 ms (Opus).
const DISCONTINUITY_NS: i64 = 10_000_000;

/// How many blocks an anchor is drawn from: 12 AAC blocks pass through every phase of Matroska's rounding.
const ANCHOR_BLOCKS: usize = 12;

const NS_PER_SECOND: i128 = 1_000_000_000;

/// Decoded sound as it came out of the decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Source time of the first sample, edit lists applied; absent where the decoder gave none.
    pub start_ns: Option<i64>,
    /// Samples per second.
    pub rate: u32,
    /// Samples per channel.
    pub frame_count: usize,
    /// Interleaved samples.
    pub samples: Vec<f32>,
}

/// A block with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Index of the first sample at the block's own rate, from the source's time zero.
    pub first: i64,
    /// Whether the block does not continue the one before.
    pub begins_run: bool,
    /// The sound.
    pub block: Block,
}

/// Places the blocks of one pass over a stretch of source.
#[derive(Default)]
pub struct Placement {
    run: Option<Run>,
    /// Blocks whose anchor is still being drawn; never more than `ANCHOR_BLOCKS`.
    waiting: VecDeque<Block>,
}

/// Blocks that follow each other sample by sample.
#[derive(Clone, Copy)]
struct Run {
    rate: u32,
    next: i64,
}

impl Placement {
    /// Takes the next block; appends the blocks whose place is known now.
    pub fn push(&mut self, block: Block, placed: &mut Vec<Placed>) {
        if !self.waiting.is_empty() {
            if self.run.is_some_and(|run| run.ahead_by(self.waiting_count()).continued_by(&block)) {
                self.place_waiting(false, placed);
            } else if !self.continues_waiting(&block) {
                self.settle(placed);
            }
        }
        if self.waiting.is_empty() && self.run.is_some_and(|run| run.continued_by(&block)) {
            self.place(block, false, placed);
            return;
        }
        if self.waiting.is_empty() && block.start_ns.is_none() {
            // Nothing says where it belongs: sound without a place is left out, as a player would.
            return;
        }
        self.waiting.push_back(block);
        if self.waiting.len() == ANCHOR_BLOCKS {
            self.settle(placed);
        }
    }

    /// Places what is still waiting.
    pub fn finish(&mut self, placed: &mut Vec<Placed>) {
        self.settle(placed);
    }

    /// Whether a block fits behind those that wait, as far as its time stamp tells.
    fn continues_waiting(&self, block: &Block) -> bool {
        let Some(head) = self.waiting.front() else { return false };
        let (Some(head_ns), Some(block_ns)) = (head.start_ns, block.start_ns) else { return head.rate == block.rate };
        let expected_ns = head_ns + samples_to_ns(self.waiting_count(), head.rate);
        head.rate == block.rate && (block_ns - expected_ns).abs() <= DISCONTINUITY_NS
    }

    /// Draws the anchor from all that wait. Only if it, and not one stray stamp, is off the count does a run begin.
    fn settle(&mut self, placed: &mut Vec<Placed>) {
        let Some(rate) = self.waiting.front().map(|block| block.rate) else { return };
        let anchor = ns_to_samples(self.anchor_ns(rate), rate);
        let stray = ns_to_samples(DISCONTINUITY_NS, rate);
        let goes_on = self.run.is_some_and(|run| run.rate == rate && (anchor - run.next).abs() <= stray);
        if !goes_on {
            self.run = Some(Run { rate, next: anchor });
        }
        self.place_waiting(!goes_on, placed);
    }

    fn waiting_count(&self) -> i64 {
        self.waiting.iter().map(|block| as_index(block.frame_count)).sum()
    }

    fn place_waiting(&mut self, mut begins_run: bool, placed: &mut Vec<Placed>) {
        while let Some(block) = self.waiting.pop_front() {
            self.place(block, begins_run, placed);
            begins_run = false;
        }
    }

    /// When the first waiting block begins: midway between the earliest and the latest that its followers say.
    /// Rounded stamps err to both sides of the truth; exact ones all say the same.
    fn anchor_ns(&self, rate: u32) -> i64 {
        let mut counted = 0;
        let mut said = Vec::with_capacity(ANCHOR_BLOCKS);
        for block in &self.waiting {
            said.extend(block.start_ns.map(|start_ns| start_ns - samples_to_ns(counted, rate)));
            counted += as_index(block.frame_count);
        }
        let earliest = said.iter().min().expect("the first block that waits has a time stamp");
        let latest = said.iter().max().expect("the first block that waits has a time stamp");
        earliest.midpoint(*latest)
    }

    fn place(&mut self, block: Block, begins_run: bool, placed: &mut Vec<Placed>) {
        let run = self.run.as_mut().expect("a block is placed in a run");
        let first = run.next;
        run.next += as_index(block.frame_count);
        placed.push(Placed { first, begins_run, block });
    }
}

impl Run {
    fn ahead_by(self, samples: i64) -> Self {
        Self { next: self.next + samples, ..self }
    }

    fn continued_by(self, block: &Block) -> bool {
        let expected_ns = samples_to_ns(self.next, self.rate);
        self.rate == block.rate && block.start_ns.is_none_or(|ns| (ns - expected_ns).abs() <= DISCONTINUITY_NS)
    }
}

/// The sample nearest to a time.
pub fn ns_to_samples(ns: i64, rate: u32) -> i64 {
    let doubled = i128::from(ns) * i128::from(rate) * 2 + NS_PER_SECOND;
    narrow(doubled.div_euclid(2 * NS_PER_SECOND))
}

/// When a sample sounds, to the nanosecond below.
pub fn samples_to_ns(samples: i64, rate: u32) -> i64 {
    narrow((i128::from(samples) * NS_PER_SECOND).div_euclid(i128::from(rate)))
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).expect("source times stay far inside an i64 of nanoseconds")
}

fn as_index(count: usize) -> i64 {
    i64::try_from(count).expect("a block's length fits an i64")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(start_ns: Option<i64>, rate: u32, frame_count: usize) -> Block {
        Block { start_ns, rate, frame_count, samples: vec![0.0; frame_count] }
    }

    fn place_all(blocks: impl IntoIterator<Item = Block>) -> Vec<(i64, bool)> {
        let mut placement = Placement::default();
        let mut placed = Vec::new();
        for block in blocks {
            placement.push(block, &mut placed);
        }
        placement.finish(&mut placed);
        placed.iter().map(|placed| (placed.first, placed.begins_run)).collect()
    }

    /// Blocks of 1024 from sample `first` on, stamped in whole milliseconds as Matroska does.
    fn matroska_stamped(first: i64, rate: u32, count: i64) -> Vec<Block> {
        (0..count)
            .map(|n| {
                let exact_ns = samples_to_ns(first + n * 1024, rate);
                block(Some((exact_ns + 500_000).div_euclid(1_000_000) * 1_000_000), rate, 1024)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn exact_stamps_give_exact_places(first in -100_000_i64..10_000_000, rate in prop::sample::select(vec![44_100_u32, 48_000, 96_000])) {
            let blocks = (0..30).map(|n| block(Some(samples_to_ns(first + n * 1024, rate)), rate, 1024));
            for (n, (placed, begins_run)) in (0..).zip(place_all(blocks)) {
                prop_assert_eq!((placed, begins_run), (first + n * 1024, n == 0));
            }
        }

        #[test]
        fn millisecond_stamps_neither_jitter_nor_shift(first in 0_i64..10_000_000, rate in prop::sample::select(vec![44_100_u32, 48_000])) {
            let places = place_all(matroska_stamped(first, rate, 300));
            // A quarter of a millisecond: what 12 rounded stamps leave open at the worst.
            prop_assert!((places[0].0 - first).abs() <= i64::from(rate) / 4_000, "{} for {first}", places[0].0);
            for pair in places.windows(2) {
                prop_assert_eq!(pair[1], (pair[0].0 + 1024, false));
            }
        }
    }

    #[test]
    fn a_lost_packet_begins_a_run_at_its_true_place() {
        let mut blocks = matroska_stamped(0, 48_000, 60);
        blocks.remove(30);
        let places = place_all(blocks);
        assert_eq!(places.iter().filter(|place| place.1).count(), 2);
        assert_eq!(places[30], (31 * 1024, true));
    }

    #[test]
    fn a_stray_stamp_is_not_a_discontinuity() {
        let mut blocks = matroska_stamped(0, 48_000, 60);
        blocks[30].start_ns = blocks[30].start_ns.map(|ns| ns + 15_000_000);
        assert_eq!(place_all(blocks).iter().filter(|place| place.1).count(), 1);
    }

    #[test]
    fn blocks_without_stamps_follow_on() {
        let blocks = [block(Some(1_000_000_000), 48_000, 480), block(None, 48_000, 480), block(None, 48_000, 480)];
        assert_eq!(place_all(blocks), [(48_000, true), (48_480, false), (48_960, false)]);
    }

    #[test]
    fn another_rate_begins_a_run() {
        let blocks = [block(Some(0), 24_000, 24_000), block(Some(1_000_000_000), 48_000, 480)];
        assert_eq!(place_all(blocks), [(0, true), (48_000, true)]);
    }
}
