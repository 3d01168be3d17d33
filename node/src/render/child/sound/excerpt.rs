//! An excerpt of a segment: some seconds here and there, spread evenly, or all of a short one.
//! Does not listen to it.

use std::ops::Range;

use super::OUTPUT_RATE;

/// Three seconds each, so many of them: encoding them takes a fifth of a second.
const PIECE_SAMPLES: u64 = 3 * OUTPUT_RATE as u64;
const PIECES: u64 = 5;

/// The samples of an excerpt.
pub struct Excerpt {
    channels: u64,
    /// Where its pieces lie in the segment, in samples per channel.
    places: Vec<Range<u64>>,
    /// What has come of each.
    pieces: Vec<Vec<f32>>,
    /// Samples per channel that have come of the segment.
    heard: u64,
}

impl Excerpt {
    /// Of a segment of so many samples per channel.
    pub fn new(channels: u32, sample_count: u64) -> Self {
        let (count, length) =
            if sample_count <= PIECES * PIECE_SAMPLES { (1, sample_count) } else { (PIECES, PIECE_SAMPLES) };
        // As much before the first piece as between two and behind the last.
        let gap = (sample_count - count * length) / (count + 1);
        let begins = (0..count).map(|piece| gap + piece * (gap + length));
        let places: Vec<_> = begins.map(|from| from..from + length).collect();
        let pieces = vec![Vec::new(); places.len()];
        Self { channels: channels.into(), places, pieces, heard: 0 }
    }

    /// Takes the segment's next samples, interleaved.
    pub fn push(&mut self, samples: &[f32]) {
        let come = self.heard..self.heard + samples.len() as u64 / self.channels;
        for (place, piece) in self.places.iter().zip(&mut self.pieces) {
            let from = place.start.max(come.start);
            let to = place.end.min(come.end);
            if from < to {
                let value =
                    |sample: u64| usize::try_from((sample - come.start) * self.channels).expect("inside the slice");
                piece.extend_from_slice(&samples[value(from)..value(to)]);
            }
        }
        self.heard = come.end;
    }

    /// Its pieces, in order.
    pub fn pieces(&self) -> Vec<&[f32]> {
        self.pieces.iter().map(Vec::as_slice).collect()
    }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "test values are small whole numbers")]
mod tests {
    use super::*;

    fn excerpt(sample_count: u64) -> Excerpt {
        let samples: Vec<f32> = (0..sample_count).flat_map(|sample| [sample as f32, -(sample as f32)]).collect();
        let mut excerpt = Excerpt::new(2, sample_count);
        samples.chunks(2 * 777).for_each(|piece| excerpt.push(piece));
        excerpt
    }

    #[test]
    fn of_a_short_segment_it_is_all() {
        for count in [0, 1, 1_000, 720_000] {
            let excerpt = excerpt(count);
            let [piece] = excerpt.pieces()[..] else { panic!("one piece") };
            assert_eq!(piece.len() as u64, 2 * count);
            assert!(piece.as_chunks::<2>().0.iter().zip(0_u64..).all(|(frame, n)| *frame == [n as f32, -(n as f32)]));
        }
    }

    #[test]
    fn of_a_long_segment_it_is_some_seconds_here_and_there() {
        let excerpt = excerpt(1_080_000);
        let pieces = excerpt.pieces();
        assert!(pieces.iter().all(|piece| piece.len() == 288_000));
        let begins: Vec<f32> = pieces.iter().map(|piece| piece[0]).collect();
        assert_eq!(begins, [60_000.0, 264_000.0, 468_000.0, 672_000.0, 876_000.0]);
        assert!(pieces.iter().all(|piece| piece[287_998] == piece[0] + 143_999.0));
    }
}
