//! A line of 16-bit samples made longer or shorter, into 8-bit samples.
//! Does not know where the line comes from.

use super::rows::LINE_BITS;
use super::taps::{Taps, WHOLE_BITS};

const SHIFT: u32 = WHOLE_BITS + LINE_BITS;
const HALF: i32 = 1 << (SHIFT - 1);
/// Products made at a time.
const BLOCK: usize = 8;

/// The taps along a line, in blocks: what a new sample has no taps for weighs nothing.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Where in the line the first tap of each new sample lies.
    places: Vec<usize>,
    weights: Vec<[i16; BLOCK]>,
    blocks: usize,
    before: usize,
}

impl Columns {
    /// Lays out taps.
    #[must_use]
    pub fn new(taps: &Taps) -> Columns {
        let (before, blocks) = (taps.length(), taps.length().div_ceil(BLOCK));
        let mut columns = Columns { places: Vec::new(), weights: Vec::new(), blocks, before };
        for (first, weights) in taps.iter() {
            columns.places.push(first.saturating_add_unsigned(before).unsigned_abs());
            let mut filled = weights.to_vec();
            filled.resize(blocks * BLOCK, 0);
            columns.weights.extend(filled.as_chunks::<BLOCK>().0);
        }
        columns
    }

    /// How many samples are made of a line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Samples of a line in front of its first own one.
    #[must_use]
    pub fn before(&self) -> usize {
        self.before
    }

    /// How long a line of so many samples is, with what is repeated at its edges.
    #[must_use]
    pub fn line_length(&self, width: usize) -> usize {
        self.before + width + self.blocks * BLOCK
    }

    /// Repeats the first and the last of a line's own `width` samples outwards.
    pub fn repeat_edges(&self, line: &mut [i16], width: usize) {
        let own = self.before..self.before + width;
        let (first, last) = (line[own.start], line[own.end - 1]);
        line[..own.start].fill(first);
        line[own.end..].fill(last);
    }

    /// Makes all samples of a line.
    pub fn scale(&self, line: &[i16], out: &mut [u8]) {
        let done = match self.blocks {
            1 => self.fours::<1>(line, out),
            2 => self.fours::<2>(line, out),
            3 => self.fours::<3>(line, out),
            _ => 0,
        };
        self.one_by_one(line, out, done);
    }

    /// The samples from `start` on.
    fn one_by_one(&self, line: &[i16], out: &mut [u8], start: usize) {
        for (number, out) in out.iter_mut().enumerate().skip(start) {
            let weights = self.weights[number * self.blocks..][..self.blocks].as_flattened();
            let products = line[self.places[number]..].iter().zip(weights);
            let sum: i32 = products.map(|(sample, weight)| i32::from(*sample) * i32::from(*weight)).sum();
            *out = u8::try_from(((sum + HALF) >> SHIFT).max(0)).unwrap_or(u8::MAX);
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn fours<const BLOCKS: usize>(&self, _line: &[i16], _out: &mut [u8]) -> usize {
        0
    }

    /// Four samples at a time, with what every x86-64 processor can do; how many samples are done.
    #[cfg(target_arch = "x86_64")]
    fn fours<const BLOCKS: usize>(&self, line: &[i16], out: &mut [u8]) -> usize {
        use safe_arch::{
            add_i32_m128i, get_i32_from_m128i_s, m128i, mul_i16_horizontal_add_m128i, pack_i16_to_u8_m128i,
            pack_i32_to_i16_m128i, set_splat_i32_m128i, shr_imm_i32_m128i, unpack_high_i32_m128i,
            unpack_high_i64_m128i, unpack_low_i32_m128i, unpack_low_i64_m128i, zeroed_m128i,
        };

        let half = set_splat_i32_m128i(HALF);
        let (fours, _) = out.as_chunks_mut::<4>();
        let weights = self.weights.as_chunks::<BLOCKS>().0.as_chunks::<4>().0;
        for ((out, places), weights) in fours.iter_mut().zip(self.places.as_chunks::<4>().0).zip(weights) {
            let sum = |which: usize| {
                let samples = line[places[which]..][..BLOCKS * BLOCK].as_chunks::<BLOCK>().0;
                let products = samples.iter().zip(&weights[which]).map(|(samples, weights)| {
                    mul_i16_horizontal_add_m128i(m128i::from(*samples), m128i::from(*weights))
                });
                products.fold(zeroed_m128i(), add_i32_m128i)
            };
            let (a, b, c, d) = (sum(0), sum(1), sum(2), sum(3));
            let left = add_i32_m128i(unpack_low_i32_m128i(a, b), unpack_high_i32_m128i(a, b));
            let right = add_i32_m128i(unpack_low_i32_m128i(c, d), unpack_high_i32_m128i(c, d));
            let four = add_i32_m128i(unpack_low_i64_m128i(left, right), unpack_high_i64_m128i(left, right));
            let four = shr_imm_i32_m128i::<{ SHIFT.cast_signed() }>(add_i32_m128i(four, half));
            let words = pack_i32_to_i16_m128i(four, four);
            *out = get_i32_from_m128i_s(pack_i16_to_u8_m128i(words, words)).to_le_bytes();
        }
        fours.len() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_a_time_are_what_they_are_one_by_one() {
        let mut seen = Vec::new();
        // One, two, three and five blocks of taps; ends of one to three samples.
        for (width, to_width) in [(90, 61), (61, 90), (97, 31), (200, 43), (300, 30)] {
            let columns = Columns::new(&Taps::new(width, to_width).unwrap());
            let mut line = vec![0; columns.line_length(width)];
            for (place, sample) in line.iter_mut().enumerate() {
                *sample = [0, 16_320, 64, 16_256, 8_192, -900, 18_000][(place * place) % 7];
            }
            columns.repeat_edges(&mut line, width);
            let (mut many, mut single) = (vec![0; to_width], vec![0; to_width]);
            columns.scale(&line, &mut many);
            columns.one_by_one(&line, &mut single, 0);
            assert_eq!(many, single, "{width} to {to_width}");
            seen.extend(many);
        }
        assert!(seen.contains(&0) && seen.contains(&255), "both ends of the range are reached");
    }
}
