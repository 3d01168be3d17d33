//! Several rows of samples added up by weight, into 16-bit samples with six bits behind the point.
//! Does not know where the rows come from.

use super::taps::WHOLE_BITS;

/// Bits behind the point of a sample of a line. The cubic overshoots by less than a half, so that 255 still fits.
pub const LINE_BITS: u32 = 6;
const SHIFT: u32 = WHOLE_BITS - LINE_BITS;
const HALF: i32 = 1 << (SHIFT - 1);

/// Adds up `rows`, an even number of them, by `weights`. All rows are as long as `line`.
pub fn add_up(rows: &[&[u8]], weights: &[i16], line: &mut [i16]) {
    let done = blocks(rows, weights, line);
    one_by_one(rows, weights, line, done);
}

/// The samples from `start` on.
fn one_by_one(rows: &[&[u8]], weights: &[i16], line: &mut [i16], start: usize) {
    for (place, out) in line.iter_mut().enumerate().skip(start) {
        let products = rows.iter().zip(weights).map(|(row, weight)| i32::from(row[place]) * i32::from(*weight));
        *out = i16::try_from((products.sum::<i32>() + HALF) >> SHIFT).unwrap_or(i16::MAX);
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn blocks(_rows: &[&[u8]], _weights: &[i16], _line: &mut [i16]) -> usize {
    0
}

/// Sixteen samples at a time, with what every x86-64 processor can do; how many samples are done.
#[cfg(target_arch = "x86_64")]
fn blocks(rows: &[&[u8]], weights: &[i16], line: &mut [i16]) -> usize {
    use safe_arch::{
        add_i32_m128i, m128i, mul_i16_horizontal_add_m128i, pack_i32_to_i16_m128i, set_splat_i32_m128i,
        shr_imm_i32_m128i, unpack_high_i8_m128i, unpack_low_i8_m128i, zeroed_m128i,
    };

    let zero = zeroed_m128i();
    let pairs = rows.as_chunks::<2>().0.iter().zip(weights.as_chunks::<2>().0);
    let pairs = pairs.map(|([upper, lower], [above, below])| {
        let both = i32::from(*below) << 16 | i32::from(above.cast_unsigned());
        (upper.as_chunks::<16>().0, lower.as_chunks::<16>().0, set_splat_i32_m128i(both))
    });
    let pairs: Vec<_> = pairs.collect();
    let (blocks, _) = line.as_chunks_mut::<16>();
    for (number, out) in blocks.iter_mut().enumerate() {
        let mut sums = [set_splat_i32_m128i(HALF); 4];
        for (upper, lower, weights) in &pairs {
            let (upper, lower) = (m128i::from(upper[number]), m128i::from(lower[number]));
            let (left, right) = (unpack_low_i8_m128i(upper, lower), unpack_high_i8_m128i(upper, lower));
            let quarters = [
                unpack_low_i8_m128i(left, zero),
                unpack_high_i8_m128i(left, zero),
                unpack_low_i8_m128i(right, zero),
                unpack_high_i8_m128i(right, zero),
            ];
            for (sum, quarter) in sums.iter_mut().zip(quarters) {
                *sum = add_i32_m128i(*sum, mul_i16_horizontal_add_m128i(quarter, *weights));
            }
        }
        let [a, b, c, d] = sums.map(shr_imm_i32_m128i::<{ SHIFT.cast_signed() }>);
        let halves: [[i16; 8]; 2] = [pack_i32_to_i16_m128i(a, b).into(), pack_i32_to_i16_m128i(c, d).into()];
        out.copy_from_slice(halves.as_flattened());
    }
    blocks.len() * 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_a_time_are_what_they_are_one_by_one() {
        let sample = |row: usize, place: usize| [0, 255, 1, 254, 128][(row * 7 + place * place) % 5];
        let rows: Vec<Vec<u8>> = (0..6).map(|row| (0..53).map(|place| sample(row, place)).collect()).collect();
        let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
        for weights in
            [[-311, 403, 8_100, 8_100, 403, -311], [0, -1_200, 9_392, 9_392, -1_200, 0], [16_384, 0, 0, 0, 0, 0]]
        {
            let (mut many, mut single) = ([0; 53], [0; 53]);
            add_up(&rows, &weights, &mut many);
            one_by_one(&rows, &weights, &mut single, 0);
            assert_eq!(many, single);
            assert_ne!(many, [0; 53]);
        }
    }
}
