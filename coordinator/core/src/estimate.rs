//! What an export will take, learnt from what was rendered before: size, time and cost, each as a range. Where nothing was learnt,
//! nothing is claimed but the size, which the encoder's own limits bound. Reads no ledger.

use crate::work::{PictureWork, SoundWork, Work};

/// Fewer parts of a recipe teach nothing.
pub const SAMPLES_MIN: usize = 5;
/// Older parts than the newest so many are forgotten: encoders and machines change.
pub const SAMPLES_MAX: usize = 200;
/// Of all parts, this share in a thousand is quicker or smaller than a range's lower end, and slower or larger than its upper.
const OUTSIDE_PERMILLE: usize = 100;
/// A picture that hardly moves takes a small share of what it may.
const SMALLEST_PERMILLE: u64 = 20;
/// What a container adds.
const CONTAINER_PERMILLE: u64 = 10;

/// What decides how long a task takes and how large its part gets; tasks with equal ones can be compared by their amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Encoder, quality and speed.
    pub recipe: String,
    /// Pixels encoded; milliseconds of sound; 0 where neither is.
    pub amount: u64,
}

/// How a task is measured.
#[must_use]
pub fn measure(work: &Work) -> Measure {
    match work {
        Work::Picture(PictureWork { keep_pts, recipe, .. }) => {
            let pixels = u64::from(recipe.width) * u64::from(recipe.height) * keep_pts.len() as u64;
            let recipe = format!("{} {} {}", recipe.encoder.family, recipe.crf, recipe.speed);
            Measure { recipe, amount: pixels }
        }
        Work::Sound(sound) => Measure { recipe: format!("sound {}", sound.bitrate_bps), amount: milliseconds(sound) },
        Work::Index | Work::Preview(_) | Work::Poster(_) => Measure { recipe: String::new(), amount: 0 },
    }
}

fn milliseconds(sound: &SoundWork) -> u64 {
    sound.sample_count() / 48
}

/// A part that was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// As measured.
    pub amount: u64,
    /// How long it took one slot.
    pub render_ms: u64,
    /// How large it got.
    pub size_bytes: u64,
}

/// From about this to about that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// Seldom less.
    pub low: f64,
    /// Seldom more.
    pub high: f64,
}

impl Range {
    /// Both ends added.
    #[must_use]
    pub fn plus(self, other: Range) -> Range {
        Range { low: self.low + other.low, high: self.high + other.high }
    }

    /// Both ends times `factor`.
    #[must_use]
    pub fn times(self, factor: f64) -> Range {
        Range { low: self.low * factor, high: self.high * factor }
    }
}

/// What is known of a recipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learnt {
    /// Milliseconds of one slot for a unit of amount.
    pub ms: Range,
    /// Bytes for a unit of amount.
    pub bytes: Range,
}

/// Learns from parts of one recipe; `None` from too few.
#[must_use]
pub fn learn(samples: &[Sample]) -> Option<Learnt> {
    let usable: Vec<&Sample> = samples.iter().filter(|sample| sample.amount > 0).collect();
    if usable.len() < SAMPLES_MIN {
        return None;
    }
    let per_unit = |value: fn(&Sample) -> u64| {
        let mut rates: Vec<f64> = usable.iter().map(|sample| as_f64(value(sample)) / as_f64(sample.amount)).collect();
        rates.sort_by(f64::total_cmp);
        let outside = rates.len() * OUTSIDE_PERMILLE / 1000;
        Range { low: rates[outside], high: rates[rates.len() - 1 - outside] }
    };
    Some(Learnt { ms: per_unit(|sample| sample.render_ms), bytes: per_unit(|sample| sample.size_bytes) })
}

/// A task of the export to be estimated.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// How it is measured.
    pub measure: Measure,
    /// What is known of its recipe.
    pub learnt: Option<Learnt>,
    /// Bytes its encoder may make at the most.
    pub bytes_max: u64,
    /// Its part is there already.
    pub present: bool,
}

/// What else there is to do, and who does it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Farm {
    /// Slots of the nodes that take tasks.
    pub slot_count: u32,
    /// Milliseconds of one slot that everything before it in the line still takes.
    pub backlog_ms: Range,
}

/// What an export will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Bytes of all its files.
    pub size_bytes: Range,
    /// Seconds from the first node's beginning to the last part; `None` while that was not learnt, or nobody renders.
    pub render_seconds: Option<Range>,
    /// Seconds until a node begins; `None` while that cannot be said.
    pub queue_seconds: Option<Range>,
    /// Minutes of one slot; `None` while that was not learnt.
    pub cost: Option<Range>,
}

/// What an export of `tasks` will take on `farm`.
#[must_use]
pub fn estimate(tasks: &[Asked], farm: Farm) -> Estimate {
    let mut size = Range::default();
    let mut work = Some(Range::default());
    let mut longest = Range::default();
    for task in tasks {
        size = size.plus(task_bytes(task));
        if task.present || task.measure.amount == 0 {
            continue;
        }
        let ms = task.learnt.map(|learnt| learnt.ms.times(as_f64(task.measure.amount)));
        work = work.zip(ms).map(|(sum, ms)| sum.plus(ms));
        if let Some(ms) = ms {
            longest = Range { low: longest.low.max(ms.low), high: longest.high.max(ms.high) };
        }
    }
    let slots = f64::from(farm.slot_count);
    // Spread over the slots, but no sooner than the longest task ends.
    let spread = |work: Range| {
        let spread = work.times(1.0 / slots);
        Range { low: spread.low.max(longest.low), high: spread.high.max(longest.high) }.times(0.001)
    };
    let rendering = farm.slot_count > 0;
    Estimate {
        size_bytes: size.times(1.0 + as_f64(CONTAINER_PERMILLE) / 1000.0),
        render_seconds: work.filter(|_| rendering).map(spread),
        queue_seconds: rendering.then(|| farm.backlog_ms.times(0.001 / slots)),
        cost: work.map(|work| work.times(1.0 / 60_000.0)),
    }
}

fn task_bytes(task: &Asked) -> Range {
    let most = as_f64(task.bytes_max);
    match task.learnt {
        Some(learnt) => {
            let bytes = learnt.bytes.times(as_f64(task.measure.amount));
            Range { low: bytes.low.min(most), high: bytes.high.min(most) }
        }
        None => Range { low: most * as_f64(SMALLEST_PERMILLE) / 1000.0, high: most },
    }
}

/// Bytes the encoder of a task may make at the most, by its own limits. `seconds` is how long the part plays.
#[must_use]
pub fn bytes_max(work: &Work, seconds: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "megabits of days, far below 2⁶³")]
    let of = |bits_per_second: f64| (bits_per_second * seconds.max(0.0) / 8.0).ceil() as u64;
    match work {
        // The buffer may be emptied once over the whole part.
        Work::Picture(PictureWork { recipe, .. }) => {
            of(f64::from(recipe.max_bitrate_kbps) * 1000.0)
                + u64::from(recipe.max_bitrate_kbps) * u64::from(recipe.vbv_ms) / 8
        }
        Work::Sound(sound) => of(f64::from(sound.bitrate_bps)),
        Work::Index | Work::Preview(_) | Work::Poster(_) => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels and bytes of hours stay below 2⁵³")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(amount: u64, render_ms: u64) -> Sample {
        Sample { amount, render_ms, size_bytes: render_ms * 10 }
    }

    fn asked(amount: u64, learnt: Option<Learnt>) -> Asked {
        Asked { measure: Measure { recipe: "x".to_owned(), amount }, learnt, bytes_max: 1_000_000, present: false }
    }

    const IDLE: Farm = Farm { slot_count: 2, backlog_ms: Range { low: 0.0, high: 0.0 } };

    #[test]
    fn what_was_rendered_before_tells_what_comes() {
        assert_eq!(learn(&[sample(1, 1); 4]), None, "four are too few");
        // Nine in ten take 2 ms a unit; one took a hundred times that and is left out.
        let mut samples = vec![sample(1000, 2000); 19];
        samples.push(sample(1000, 200_000));
        let learnt = learn(&samples).unwrap();
        assert_eq!(learnt.ms, Range { low: 2.0, high: 2.0 });
        let estimate = estimate(&[asked(1000, Some(learnt)), asked(3000, Some(learnt))], IDLE);
        assert_eq!(estimate.cost, Some(Range { low: 8000.0, high: 8000.0 }.times(1.0 / 60_000.0)));
        assert_eq!(estimate.render_seconds, Some(Range { low: 6.0, high: 6.0 }), "no sooner than the longest ends");
        let many: Vec<Asked> = (0..8).map(|_| asked(1000, Some(learnt))).collect();
        assert_eq!(super::estimate(&many, IDLE).render_seconds, Some(Range { low: 8.0, high: 8.0 }), "on two slots");
    }

    #[test]
    fn what_is_not_known_is_not_claimed() {
        let known = learn(&[sample(10, 10); 5]);
        let tasks = [asked(10, known), asked(10, None)];
        let unknown = estimate(&tasks, IDLE);
        assert_eq!((unknown.render_seconds, unknown.cost), (None, None));
        assert!(unknown.size_bytes.high > 1_000_000.0, "{unknown:?}");
        let there = [asked(10, known), Asked { present: true, ..asked(10, None) }];
        assert!(estimate(&there, IDLE).cost.is_some(), "what is there is not rendered");
        let nobody = estimate(&there, Farm { slot_count: 0, ..IDLE });
        assert_eq!((nobody.render_seconds, nobody.queue_seconds), (None, None));
        let busy = Farm { backlog_ms: Range { low: 4000.0, high: 6000.0 }, ..IDLE };
        assert_eq!(estimate(&there, busy).queue_seconds, Some(Range { low: 2.0, high: 3.0 }));
    }

    proptest! {
        #[test]
        fn ranges_hold_what_they_were_learnt_from(
            samples in prop::collection::vec((1_u64..100_000, 0_u64..100_000), 0..60),
            amounts in prop::collection::vec(0_u64..1_000_000, 0..20),
            slot_count in 0_u32..9,
        ) {
            let samples: Vec<Sample> = samples.into_iter().map(|(amount, ms)| sample(amount, ms)).collect();
            let learnt = learn(&samples);
            prop_assert_eq!(learnt.is_some(), samples.len() >= SAMPLES_MIN);
            if let Some(Learnt { ms, .. }) = learnt {
                let inside = samples.iter().filter(|sample| {
                    let rate = as_f64(sample.render_ms) / as_f64(sample.amount);
                    rate >= ms.low && rate <= ms.high
                });
                prop_assert!(inside.count() * 10 >= samples.len() * 8);
            }
            let tasks: Vec<Asked> = amounts.into_iter().map(|amount| asked(amount, learnt)).collect();
            let estimate = estimate(&tasks, Farm { slot_count, ..IDLE });
            let ranges = [Some(estimate.size_bytes), estimate.render_seconds, estimate.queue_seconds, estimate.cost];
            for range in ranges.into_iter().flatten() {
                prop_assert!(0.0 <= range.low && range.low <= range.high && range.high.is_finite(), "{range:?}");
            }
        }
    }
}
