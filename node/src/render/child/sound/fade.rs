//! Short fades inside a segment at hard joints, so that nothing clicks.
//! Does not decide which ends are joints.

/// 5 ms at 48 kHz.
const FADE_SAMPLES: u64 = 240;

/// Which ends of a segment meet another segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Joints {
    /// It follows another segment.
    pub before: bool,
    /// Another segment follows.
    pub after: bool,
}

/// Fades one segment, block by block.
pub struct Fade {
    channels: usize,
    joints: Joints,
    sample_count: u64,
    length: u64,
    position: u64,
}

impl Fade {
    /// For a segment of `sample_count` samples per channel. One too short for two fades gets shorter ones.
    pub fn new(channels: usize, sample_count: u64, joints: Joints) -> Self {
        Self { channels, joints, sample_count, length: FADE_SAMPLES.min(sample_count / 2), position: 0 }
    }

    /// Fades the segment's next interleaved samples in place.
    pub fn apply(&mut self, samples: &mut [f32]) {
        for frame in samples.chunks_exact_mut(self.channels) {
            let from_end = self.sample_count.saturating_sub(self.position + 1);
            if self.joints.before && self.position < self.length {
                let gain = self.gain(self.position);
                scale(frame, gain);
            }
            if self.joints.after && from_end < self.length {
                let gain = self.gain(from_end);
                scale(frame, gain);
            }
            self.position += 1;
        }
    }

    /// Half a raised cosine: level and slope are both zero at the joint, so that not even the slope jumps.
    fn gain(&self, distance: u64) -> f32 {
        let (distance, length) = (u16::try_from(distance), u16::try_from(self.length));
        let (Ok(distance), Ok(length)) = (distance, length) else { return 1.0 };
        let share = (f32::from(distance) + 0.5) / f32::from(length);
        0.5 - 0.5 * (std::f32::consts::PI * share).cos()
    }
}

fn scale(frame: &mut [f32], gain: f32) {
    for sample in frame {
        *sample *= gain;
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "untouched means equal")]
mod tests {
    use super::*;

    fn faded(count: u64, joints: Joints, piece: usize) -> Vec<f32> {
        let mut samples = vec![1.0; usize::try_from(count).unwrap()];
        let mut fade = Fade::new(1, count, joints);
        samples.chunks_mut(piece).for_each(|piece| fade.apply(piece));
        samples
    }

    #[test]
    fn only_joints_fade() {
        assert_eq!(faded(5_000, Joints::default(), 777), vec![1.0; 5_000]);
        let after = faded(5_000, Joints { before: false, after: true }, 777);
        assert!(after[..4_760].iter().all(|&sample| sample == 1.0));
        assert!(after[4_999] < 1e-4);
    }

    #[test]
    fn fades_rise_and_fall_the_same_way() {
        let both = faded(1_000, Joints { before: true, after: true }, 64);
        let mut mirrored = both.clone();
        mirrored.reverse();
        assert_eq!(both, mirrored);
        assert!(both[..240].is_sorted() && both[0] < 1e-4);
        assert!(both[240..760].iter().all(|&sample| sample == 1.0));
    }

    #[test]
    fn a_segment_shorter_than_its_fades_still_reaches_its_middle() {
        let short = faded(3, Joints { before: true, after: true }, 1);
        assert!(short[1] > 0.0 && short.len() == 3);
        assert_eq!(faded(1, Joints { before: true, after: true }, 1), [1.0]);
    }
}
