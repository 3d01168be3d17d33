//! Brings any layout of channels down to one or two.
//! Does not know how sound is decoded; positions are GStreamer's names for loudspeakers.

use gstreamer_audio::AudioChannelPosition as Position;

/// 1/√2: what the standard downmix (ITU-R BS.775) gives the centre and the surrounds.
const MINUS_3_DB: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// How much of each input channel goes into each output channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Downmix {
    /// One row per output channel. Absent where channels pass untouched.
    rows: Option<Vec<Vec<f32>>>,
}

impl Downmix {
    /// From the given layout to `channels` (1 or 2). Rows are scaled together so that the fullest sums to one:
    /// nothing can clip, and left, right and centre keep their balance.
    pub fn new(positions: &[Position], channels: usize) -> Self {
        if positions.len() == channels {
            return Self { rows: None };
        }
        let pairs: Vec<[f32; 2]> = match positions.len() {
            1 => vec![[1.0, 1.0]],
            2 => vec![[1.0, 0.0], [0.0, 1.0]],
            _ => positions.iter().enumerate().map(|(index, position)| share(*position, index)).collect(),
        };
        let mut rows: Vec<Vec<f32>> = match channels {
            1 => vec![pairs.iter().map(|[left, right]| left + right).collect()],
            _ => (0..2).map(|side| pairs.iter().map(|pair| pair[side]).collect()).collect(),
        };
        let fullest = rows.iter().map(|row| row.iter().sum()).fold(0.0_f32, f32::max);
        if fullest > 0.0 {
            rows.iter_mut().flatten().for_each(|share| *share /= fullest);
        }
        Self { rows: Some(rows) }
    }

    /// Mixes interleaved samples.
    pub fn apply(&self, samples: Vec<f32>) -> Vec<f32> {
        let Some(rows) = &self.rows else { return samples };
        let mut out = Vec::with_capacity(samples.len() / rows[0].len() * rows.len());
        for frame in samples.chunks_exact(rows[0].len()) {
            out.extend(rows.iter().map(|row| row.iter().zip(frame).map(|(share, sample)| share * sample).sum::<f32>()));
        }
        out
    }
}

/// How much of a loudspeaker goes left and right.
fn share(position: Position, index: usize) -> [f32; 2] {
    match position {
        Position::FrontLeft | Position::FrontLeftOfCenter | Position::WideLeft => [1.0, 0.0],
        Position::FrontRight | Position::FrontRightOfCenter | Position::WideRight => [0.0, 1.0],
        Position::FrontCenter | Position::Mono => [MINUS_3_DB, MINUS_3_DB],
        Position::Lfe1 | Position::Lfe2 => [0.0, 0.0],
        Position::RearCenter | Position::TopCenter | Position::TopFrontCenter | Position::TopRearCenter => [0.5, 0.5],
        Position::RearLeft
        | Position::SideLeft
        | Position::SurroundLeft
        | Position::TopFrontLeft
        | Position::TopRearLeft
        | Position::TopSideLeft => [MINUS_3_DB, 0.0],
        Position::RearRight
        | Position::SideRight
        | Position::SurroundRight
        | Position::TopFrontRight
        | Position::TopRearRight
        | Position::TopSideRight => [0.0, MINUS_3_DB],
        // No place is known: in pairs, left first, as unnamed tracks are laid out.
        _ if index.is_multiple_of(2) => [1.0, 0.0],
        _ => [0.0, 1.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE_ONE: [Position; 6] = [
        Position::FrontLeft,
        Position::FrontRight,
        Position::FrontCenter,
        Position::Lfe1,
        Position::RearLeft,
        Position::RearRight,
    ];

    #[test]
    fn mono_and_stereo_pass_untouched() {
        let samples = vec![0.1, -0.7, 1.4, 0.3];
        assert_eq!(Downmix::new(&[Position::Mono], 1).apply(samples.clone()), samples);
        assert_eq!(Downmix::new(&[Position::FrontLeft, Position::FrontRight], 2).apply(samples.clone()), samples);
    }

    #[test]
    fn surround_gets_the_standard_shares_and_cannot_clip() {
        let downmix = Downmix::new(&FIVE_ONE, 2);
        let full = downmix.apply(vec![1.0; 6]);
        assert!(full.iter().all(|sample| (sample - 1.0).abs() < 1e-6), "{full:?}");
        let whole = 1.0 + 2.0 * MINUS_3_DB;
        for (input, left, right) in
            [(0, 1.0, 0.0), (1, 0.0, 1.0), (2, MINUS_3_DB, MINUS_3_DB), (3, 0.0, 0.0), (4, MINUS_3_DB, 0.0)]
        {
            let mut frame = vec![0.0; 6];
            frame[input] = 1.0;
            assert_eq!(downmix.apply(frame), [left / whole, right / whole], "channel {input}");
        }
    }

    #[test]
    fn one_becomes_two_and_two_become_one() {
        assert_eq!(Downmix::new(&[Position::Mono], 2).apply(vec![0.5, -0.5]), [0.5, 0.5, -0.5, -0.5]);
        assert_eq!(Downmix::new(&[Position::FrontLeft, Position::FrontRight], 1).apply(vec![1.0, 0.0]), [0.5]);
    }
}
