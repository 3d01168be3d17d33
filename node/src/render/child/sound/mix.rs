//! Joins levelled and faded segments in output order; where two overlap, mixes them with equal power.
//! Reads nothing and encodes nothing; holds no more than one overlap.

use wire::v1::SoundSegment;

use super::limiter::{Limit, Limiter, RELEASE_SAMPLES};
use crate::render::failure::RenderFailure;

/// The output's sound in the making.
pub struct Mix {
    channels: usize,
    /// The end of the segment before, for as long as the segment being joined overlaps it.
    before: Vec<f32>,
    /// The end of the segment being joined, as far as the next one overlaps it.
    ending: Vec<f32>,
    /// Two levelled segments may meet in one peak; `None` where nothing is levelled or nothing overlaps.
    limiter: Option<Limiter>,
    mixed: Vec<f32>,
    finished: Vec<f32>,
}

/// Where a segment overlaps its neighbours, in samples per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Length of the segment.
    sample_count: u64,
    /// What it overlaps of the segment before.
    before: u64,
    /// What the segment after overlaps of it.
    after: u64,
    /// The sample that comes next.
    next: u64,
}

impl Place {
    /// The places of segments in an output. Overlaps of a segment may meet but not mix, and the first has none before it.
    pub fn all(segments: &[SoundSegment]) -> Result<Vec<Place>, RenderFailure> {
        let after = segments.iter().skip(1).map(|segment| segment.overlap_samples).chain([0]);
        let place = |(segment, after): (&SoundSegment, u64)| Place {
            sample_count: segment.sample_count,
            before: segment.overlap_samples,
            after,
            next: 0,
        };
        let places: Vec<Place> = segments.iter().zip(after).map(place).collect();
        let fits = |place: &Place| place.before.saturating_add(place.after) <= place.sample_count;
        if places.iter().all(fits) && places.first().is_none_or(|first| first.before == 0) {
            return Ok(places);
        }
        Err(RenderFailure::node("The task asks for sound that overlaps more than there is of it."))
    }

    /// Whether it follows another segment without overlap.
    pub fn is_hard_before(&self, index: usize) -> bool {
        index > 0 && self.before == 0
    }

    /// Whether another segment follows without overlap.
    pub fn is_hard_after(&self, is_last: bool) -> bool {
        !is_last && self.after == 0
    }
}

impl Mix {
    /// For an output of these segments; where they are held below a true peak, so is their mixture.
    pub fn new(channels: usize, places: &[Place], ceiling: Option<f64>) -> Mix {
        let overlapping = places.iter().any(|place| place.after > 0);
        let limiter = ceiling
            .filter(|_| overlapping)
            .map(|ceiling| Limiter::new(channels, Limit { ceiling, release_samples: RELEASE_SAMPLES }));
        Mix { channels, before: Vec::new(), ending: Vec::new(), limiter, mixed: Vec::new(), finished: Vec::new() }
    }

    /// Takes the next interleaved samples of the segment at `place`; gives out what is finished of the output.
    pub fn push(&mut self, place: &mut Place, samples: &[f32]) -> &[f32] {
        self.mixed.clear();
        for frame in samples.chunks_exact(self.channels) {
            if place.next < place.before {
                self.lay_over(place, frame);
            } else if place.next < place.sample_count - place.after {
                self.mixed.extend_from_slice(frame);
            } else {
                self.ending.extend_from_slice(frame);
            }
            place.next += 1;
        }
        let Some(limiter) = &mut self.limiter else { return &self.mixed };
        self.finished.clear();
        limiter.push(&self.mixed, &mut self.finished);
        &self.finished
    }

    /// The segment at `place` has come whole: what is left of it waits for the next one.
    pub fn end_segment(&mut self, place: &Place) {
        assert_eq!(place.next, place.sample_count, "a segment gives out as many samples as it has");
        self.before.clear();
        std::mem::swap(&mut self.before, &mut self.ending);
    }

    /// What the limiter held back.
    pub fn finish(mut self) -> Vec<f32> {
        self.finished.clear();
        if let Some(limiter) = self.limiter.take() {
            limiter.finish(&mut self.finished);
        }
        self.finished
    }

    fn lay_over(&mut self, place: &Place, frame: &[f32]) {
        let (out, into) = equal_power(place.next, place.before);
        let from = self.offset(place.next);
        let before = &self.before[from..from + self.channels];
        self.mixed.extend(before.iter().zip(frame).map(|(before, sample)| before * out + sample * into));
    }

    fn offset(&self, samples: u64) -> usize {
        usize::try_from(samples).expect("what is held fits into memory") * self.channels
    }
}

/// Gains of the outgoing and the incoming sound at one sample of an overlap: their squares add up to one, so that sounds that have
/// nothing to do with each other are as loud together as each is alone.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "samples are single precision throughout"
)]
fn equal_power(sample: u64, count: u64) -> (f32, f32) {
    let share = (sample as f64 + 0.5) / count as f64;
    let (into, out) = (std::f64::consts::FRAC_PI_2 * share).sin_cos();
    (out as f32, into as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(counts: &[(u64, u64)]) -> Vec<SoundSegment> {
        let segment = |&(sample_count, overlap_samples): &(u64, u64)| SoundSegment {
            start_sample: 0,
            sample_count,
            overlap_samples,
        };
        counts.iter().map(segment).collect()
    }

    /// Joins segments of constant samples, pushed in pieces.
    fn mixed(counts: &[(u64, u64)], levels: &[f32], piece: usize, ceiling: Option<f64>) -> Vec<f32> {
        let mut places = Place::all(&segments(counts)).unwrap();
        let mut mix = Mix::new(1, &places, ceiling);
        let mut out = Vec::new();
        for (place, level) in places.iter_mut().zip(levels) {
            let samples = vec![*level; usize::try_from(place.sample_count).unwrap()];
            samples.chunks(piece).for_each(|piece| out.extend_from_slice(mix.push(place, piece)));
            mix.end_segment(place);
        }
        out.extend(mix.finish());
        out
    }

    #[test]
    fn segments_overlap_by_so_many_samples_and_no_others_are_touched() {
        let out = mixed(&[(1_000, 0), (2_000, 300), (500, 0)], &[0.25, 0.5, 0.125], 77, None);
        assert_eq!(out.len(), 1_000 + 2_000 - 300 + 500);
        assert_eq!(out[..700], vec![0.25; 700]);
        assert_eq!(out[1_000..2_700], vec![0.5; 1_700]);
        assert_eq!(out[2_700..], vec![0.125; 500]);
        let share =
            |place: usize| std::f32::consts::FRAC_PI_2 * (f32::from(u16::try_from(place).unwrap()) + 0.5) / 300.0;
        for (place, sample) in out[700..1_000].iter().enumerate() {
            assert!((sample - 0.25 * share(place).cos() - 0.5 * share(place).sin()).abs() < 1e-5, "{place}");
        }
    }

    #[test]
    fn overlaps_may_meet() {
        let out = mixed(&[(500, 0), (600, 200), (700, 400)], &[0.0, 1.0, 0.0], 50, None);
        assert_eq!(out.len(), 500 + 600 + 700 - 200 - 400);
        assert!(out[300..500].is_sorted() && out[500..900].iter().rev().is_sorted());
        assert!(out[499] > 0.999 && out[500] > 0.999 && out[300] < 0.01 && out[899] < 0.01);
    }

    #[test]
    fn powers_add_up_to_one() {
        for sample in 0..480 {
            let (out, into) = equal_power(sample, 480);
            assert!((out * out + into * into - 1.0).abs() < 1e-6);
            let (into_back, out_back) = equal_power(479 - sample, 480);
            assert!((out - out_back).abs() < 1e-6 && (into - into_back).abs() < 1e-6);
        }
    }

    #[test]
    fn levelled_segments_keep_their_ceiling_where_they_are_mixed() {
        // Far enough below the ceiling that the step from nothing to this level has no peak above it.
        let levels = [0.65; 2];
        let counts = [(48_000, 0), (48_000, 24_000)];
        let highest = |out: &[f32]| out.iter().fold(0.0_f32, |highest, sample| highest.max(*sample));
        let limited = mixed(&counts, &levels, 1_000, Some(0.776));
        assert_eq!(limited.len(), 72_000);
        assert!(f64::from(highest(&limited)) <= 0.776);
        assert!(highest(&mixed(&counts, &levels, 1_000, None)) > 0.9);
        assert_eq!(limited[..20_000], vec![levels[0]; 20_000], "far from the overlap nothing is turned down");
    }

    #[test]
    fn overlaps_longer_than_their_segments_are_refused() {
        for counts in [&[(100, 1)][..], &[(100, 0), (50, 51)], &[(100, 0), (50, 20), (50, 31)], &[(10, 0), (50, 11)]] {
            assert!(Place::all(&segments(counts)).is_err(), "{counts:?}");
        }
        assert!(Place::all(&segments(&[(100, 0), (50, 20), (50, 30)])).is_ok());
    }
}
