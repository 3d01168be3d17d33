//! Five hundred hard joints of a tone, as they are before they are encoded: what the fades make of them, sample by sample.
//! What coding adds to that, the tests of finished sound tell.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests compute with small numbers"
)]

use wire::v1::SoundSegment;

use super::fade::Joints;
use super::finishing::Finishing;
use super::mix::{Mix, Place};

const JOINTS: i64 = 500;
/// 5 ms.
const FADE: usize = 240;

/// 997 Hz at half of full scale, at a sample of the source.
fn tone(sample: i64) -> f32 {
    (0.5 * (std::f64::consts::TAU * 997.0 * sample as f64 / 48_000.0).sin()) as f32
}

/// Each segment begins at another phase of the tone and has another length.
fn segments() -> Vec<SoundSegment> {
    let segment = |place: i64| SoundSegment {
        start_sample: place * 7_919 * 331 % 2_800_000,
        sample_count: 14_400 + (place * 37 % 101) as u64,
        overlap_samples: 0,
    };
    (0..=JOINTS).map(segment).collect()
}

/// What the encoder is given, and where the joints are in it.
fn joined(segments: &[SoundSegment]) -> (Vec<f32>, Vec<usize>) {
    let mut places = Place::all(segments).unwrap();
    let mut mix = Mix::new(1, &places, None);
    let (mut out, mut joints) = (Vec::new(), Vec::new());
    for (index, (segment, place)) in segments.iter().zip(&mut places).enumerate() {
        let end = segment.start_sample + segment.sample_count as i64;
        let samples: Vec<f32> = (segment.start_sample..end).map(tone).collect();
        let is_last = index + 1 == segments.len();
        let ends = Joints { before: place.is_hard_before(index), after: place.is_hard_after(is_last) };
        let mut finishing = Finishing::new(1, segment, ends, None).unwrap();
        for piece in samples.chunks(1_000) {
            out.extend_from_slice(mix.push(place, finishing.push(piece).unwrap()));
        }
        out.extend_from_slice(mix.push(place, finishing.finish().unwrap()));
        mix.end_segment(place);
        joints.push(out.len());
    }
    out.extend(mix.finish());
    joints.pop();
    (out, joints)
}

/// No sample at a joint steps farther than 99.9 % of those between the joints do. Of a tone's own steps the largest are a millionth
/// above that.
#[test]
fn at_five_hundred_joints_no_sample_steps_farther_than_between_them() {
    let (sound, joints) = joined(&segments());
    assert_eq!(joints.len() as i64, JOINTS);
    let mut joint = joints.iter().peekable();
    let (mut interior, mut fades) = (Vec::new(), Vec::new());
    for (at, pair) in (1..).zip(sound.windows(2)) {
        // Fades do not meet: the next joint is the nearest as soon as the one before is far enough.
        joint.next_if(|joint| at > **joint + FADE);
        let is_faded = joint.peek().is_some_and(|joint| joint.abs_diff(at) <= FADE);
        (if is_faded { &mut fades } else { &mut interior }).push((pair[1] - pair[0]).abs());
    }
    assert_eq!(fades.len() as i64, JOINTS * (2 * FADE as i64 + 1));
    interior.sort_by(f32::total_cmp);
    let usual = interior[interior.len() * 999 / 1_000];
    let (at_joints, largest) = (fades.into_iter().fold(0.0, f32::max), interior[interior.len() - 1]);
    println!("steps of at most {at_joints} at joints; between them {usual} (p99.9), {largest} at most");
    assert!(at_joints <= usual, "a step of {at_joints} at a joint, {usual} between them");
    assert!(largest <= usual * 1.000_01, "a step of {largest} beside a joint, {usual} between them");
}
