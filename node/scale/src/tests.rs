//! Planes against the same cubic in fractions, and against what cannot be in them.
#![expect(clippy::cast_precision_loss, reason = "test values are small")]

use super::{Plane, PlaneScaler};

/// The cubic in fractions, sample by sample: slow and plain.
fn expected(plane: &[u8], (width, height): (usize, usize), (to_width, to_height): (usize, usize)) -> Vec<f64> {
    let cubic = |d: f64| match d.abs() {
        d if d < 1.0 => 1.5 * d.powi(3) - 2.5 * d.powi(2) + 1.0,
        d if d < 2.0 => -0.5 * d.powi(3) + 2.5 * d.powi(2) - 4.0 * d + 2.0,
        _ => 0.0,
    };
    let weights = |number: usize, from: usize, to: usize| -> Vec<f64> {
        let step = from as f64 / to as f64;
        let centre = (number as f64 + 0.5) * step - 0.5;
        let mut weights = vec![0.0; from];
        for place in -300..from.cast_signed() + 300 {
            weights[place.max(0).unsigned_abs().min(from - 1)] += cubic((place as f64 - centre) / step.max(1.0));
        }
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    };
    let columns: Vec<Vec<f64>> = (0..to_width).map(|number| weights(number, width, to_width)).collect();
    let mut out = Vec::new();
    for number in 0..to_height {
        let rows = weights(number, height, to_height);
        let line: Vec<f64> =
            (0..width).map(|x| (0..height).map(|y| rows[y] * f64::from(plane[y * width + x])).sum()).collect();
        out.extend(
            columns.iter().map(|column| column.iter().zip(&line).map(|(weight, sample)| weight * sample).sum::<f64>()),
        );
    }
    out
}

fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn every_sample_is_the_cubics_to_within_six_tenths() {
    for (from, to) in
        [((96, 54), (64, 36)), ((64, 36), (96, 54)), ((97, 55), (31, 17)), ((33, 20), (33, 47)), ((5, 3), (40, 2))]
    {
        let plane = noise(from.0 * from.1);
        let mut out = vec![0; to.0 * to.1];
        PlaneScaler::new(from, to).unwrap().scale(Plane { samples: &plane, stride: from.0 }, &mut out, to.0).unwrap();
        for (out, expected) in out.iter().zip(expected(&plane, from, to)) {
            let expected = expected.clamp(0.0, 255.0);
            assert!((f64::from(*out) - expected).abs() < 0.6, "{from:?} to {to:?}: {out} for {expected}");
        }
    }
}

#[test]
fn one_colour_stays_what_it_is() {
    for colour in [0, 1, 16, 128, 235, 255] {
        let mut out = vec![7; 40 * 23];
        let plane = Plane { samples: &[colour; 61 * 35], stride: 61 };
        PlaneScaler::new((61, 35), (40, 23)).unwrap().scale(plane, &mut out, 40).unwrap();
        assert!(out.iter().all(|sample| *sample == colour));
    }
}

#[test]
fn rows_may_be_padded_and_the_padding_is_neither_read_nor_written() {
    let (tight, mut padded) = (noise(48 * 27), vec![99; 64 * 27]);
    for (row, padded) in tight.chunks(48).zip(padded.chunks_mut(64)) {
        padded[..48].copy_from_slice(row);
    }
    let mut scaler = PlaneScaler::new((48, 27), (32, 18)).unwrap();
    let (mut plain, mut wide) = (vec![0; 32 * 18], vec![77; 40 * 17 + 32]);
    scaler.scale(Plane { samples: &tight, stride: 48 }, &mut plain, 32).unwrap();
    scaler.scale(Plane { samples: &padded[..64 * 26 + 48], stride: 64 }, &mut wide, 40).unwrap();
    for (plain, wide) in plain.chunks(32).zip(wide.chunks(40)) {
        assert_eq!(plain, &wide[..32]);
        assert!(wide[32..].iter().all(|sample| *sample == 77));
    }
}

#[test]
fn a_plane_that_is_too_small_is_noticed() {
    let mut scaler = PlaneScaler::new((48, 27), (32, 18)).unwrap();
    let plane = Plane { samples: &[0; 48 * 27 - 1], stride: 48 };
    assert!(scaler.scale(plane, &mut [0; 32 * 18], 32).is_none());
    let plane = Plane { samples: &[0; 48 * 27], stride: 48 };
    assert!(scaler.scale(plane, &mut [0; 32 * 18 - 1], 32).is_none());
}
