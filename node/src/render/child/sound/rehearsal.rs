//! Sound goes through its codec for a rehearsal: where coding would leave it too quiet or lift a peak too high, the segment is
//! aimed anew. First an excerpt; more only where that shows a need. Does not encode what is kept.

use super::encoder::Manner;
use super::excerpt::Excerpt;
use super::leveller::Leveller;
use super::loudness::{CEILING_DBTP, Level, Meter, TARGET_LUFS, from_decibels};
use super::survey::{Surveyed, Target, Treatment};
use super::trial::Trial;
use super::{PIECE_VALUES, unmeasured};
use crate::render::failure::RenderFailure;

/// How far from the target coded sound may be left: meters differ by a tenth, and so do rehearsals from the performance.
const NEAR_LU: f64 = 0.2;

/// Room below the true peak that is promised: in a rehearsal an encoder is not in the state it will be in.
const PEAK_ROOM_DB: f64 = 0.2;

/// Times that a segment is aimed anew.
const ANEW_MAX: u32 = 5;

/// What is given to make up for coding, at the most, and what is taken from the ceiling.
const MAKE_UP_LU_MAX: f64 = 3.0;
const LOWERED_DB_MAX: f64 = 6.0;

/// A decibel of peaks that are too high against a LU of loudness.
const PEAKS_COUNT: f64 = 5.0;

/// Steps of what is made up, so that nodes whose decoders round otherwise come to the same.
const STEP_DB: f64 = 0.1;

/// What was heard of one rehearsal.
struct Heard {
    /// Before coding.
    levelled: Level,
    /// Behind it.
    coded: Level,
}

/// What is to be done to a segment so that it is right when it has been coded. `samples` is the whole segment where it is at hand;
/// `alive` is called now and then.
pub fn rehearse(
    manner: Manner,
    surveyed: &Surveyed,
    ceiling: f64,
    (excerpt, samples): (&Excerpt, Option<&[f32]>),
    alive: &mut dyn FnMut() -> Result<(), RenderFailure>,
) -> Result<Treatment, RenderFailure> {
    let mut target = Target { loudness_lufs: TARGET_LUFS, ceiling };
    let mut treatment = surveyed.treatment(target);
    if treatment.before == Level::Silence {
        return Ok(treatment);
    }
    let (excerpt, whole) = (excerpt.pieces(), samples.map(|samples| vec![samples]));
    let mut heard = manner.play(&excerpt, treatment, alive)?;
    if heard.correction(false).is_none() {
        return Ok(treatment);
    }
    let (pieces, is_whole) = whole.map_or((excerpt, false), |whole| (whole, true));
    if is_whole {
        heard = manner.play(&pieces, treatment, alive)?;
    }
    let mut best = (heard.badness(is_whole), treatment);
    for _ in 0..ANEW_MAX {
        let Some((louder_lu, higher_db)) = heard.correction(is_whole) else { break };
        let lowest = ceiling * from_decibels(-LOWERED_DB_MAX);
        target.loudness_lufs = (target.loudness_lufs + louder_lu).min(TARGET_LUFS + MAKE_UP_LU_MAX);
        target.ceiling = (target.ceiling * from_decibels(higher_db)).clamp(lowest, from_decibels(CEILING_DBTP));
        treatment = surveyed.treatment(target);
        heard = manner.play(&pieces, treatment, alive)?;
        if heard.badness(is_whole) < best.0 {
            best = (heard.badness(is_whole), treatment);
        }
    }
    Ok(best.1)
}

impl Manner {
    /// Levels pieces of a segment and sends them through the codec.
    fn play(
        self,
        pieces: &[&[f32]],
        treatment: Treatment,
        alive: &mut dyn FnMut() -> Result<(), RenderFailure>,
    ) -> Result<Heard, RenderFailure> {
        let mut meter = Meter::new(self.channels).map_err(unmeasured)?;
        let mut trial = Trial::start(self.coding, self.channels, self.bitrate_bps)?;
        let mut out = Vec::new();
        for piece in pieces {
            let mut leveller = Leveller::new(self.channels as usize, Some(treatment));
            for samples in piece.chunks(PIECE_VALUES) {
                leveller.push(samples, &mut out);
                meter.push(&out).map_err(unmeasured)?;
                trial.push(&out)?;
                out.clear();
                alive()?;
            }
            leveller.finish(&mut out);
            meter.push(&out).map_err(unmeasured)?;
            trial.push(&out)?;
            out.clear();
        }
        Ok(Heard { levelled: meter.finish(), coded: trial.finish()? })
    }
}

impl Heard {
    /// By how much louder, in LU, the next aim must be, and by how much higher its ceiling, in dB; nothing where this one was good.
    fn correction(&self, is_whole: bool) -> Option<(f64, f64)> {
        let (louder_lu, room_db) = self.missed(is_whole)?;
        // What is too quiet may use half of the room that coding leaves: the peaks change with the limiter. An excerpt does not
        // tell of all of them.
        let higher_db = if is_whole && louder_lu > NEAR_LU { room_db.min(room_db / 2.0) } else { room_db.min(0.0) };
        let is_good = louder_lu.abs() <= NEAR_LU && higher_db >= 0.0;
        (!is_good).then(|| ((louder_lu / STEP_DB).round() * STEP_DB, (higher_db / STEP_DB).floor() * STEP_DB))
    }

    /// How far it is from what is promised: peaks that are too high are worse than loudness that is missed.
    fn badness(&self, is_whole: bool) -> f64 {
        self.missed(is_whole).map_or(0.0, |(louder_lu, room_db)| louder_lu.abs() - PEAKS_COUNT * room_db.min(0.0))
    }

    /// What is missing to the target, in LU, and how much room peaks leave, in dB; nothing for silence. The whole segment is held
    /// against the target, an excerpt of it against what it was before coding.
    fn missed(&self, is_whole: bool) -> Option<(f64, f64)> {
        let Level::Measured { loudness_lufs: levelled_lufs, .. } = self.levelled else { return None };
        let Level::Measured { loudness_lufs, peak } = self.coded else { return None };
        let louder_lu = if is_whole { TARGET_LUFS } else { levelled_lufs } - loudness_lufs;
        Some((louder_lu, CEILING_DBTP - PEAK_ROOM_DB - 20.0 * peak.log10()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(levelled_lufs: f64, coded_lufs: f64, peak_dbtp: f64) -> Heard {
        let level = |loudness_lufs, peak_dbtp| Level::Measured { loudness_lufs, peak: from_decibels(peak_dbtp) };
        Heard { levelled: level(levelled_lufs, -4.6), coded: level(coded_lufs, peak_dbtp) }
    }

    fn tenths(correction: Option<(f64, f64)>) -> Option<(i32, i32)> {
        #[expect(clippy::cast_possible_truncation, reason = "a few decibels")]
        correction.map(|(louder, higher)| ((louder * 10.0).round() as i32, (higher * 10.0).round() as i32))
    }

    #[test]
    fn what_is_near_enough_is_left() {
        assert_eq!(tenths(heard(-14.0, -14.15, -2.0).correction(true)), None);
        // An excerpt is held against what it was: a quiet one of a segment that is right as a whole.
        assert_eq!(tenths(heard(-17.0, -17.1, -2.0).correction(false)), None);
    }

    #[test]
    fn what_coding_took_is_given_back() {
        assert_eq!(tenths(heard(-17.0, -17.6, -2.0).correction(false)), Some((6, 0)));
        // The whole segment may use half of the room below the ceiling.
        assert_eq!(tenths(heard(-14.0, -15.0, -3.3).correction(true)), Some((10, 10)));
    }

    #[test]
    fn peaks_that_are_too_high_lower_the_ceiling_and_count_for_more() {
        let (high, quiet) = (heard(-14.0, -14.1, -0.5), heard(-14.0, -14.9, -2.0));
        assert_eq!(tenths(high.correction(true)), Some((1, -7)));
        assert!(high.badness(true) > quiet.badness(true) && quiet.badness(true) > 0.0);
    }

    #[test]
    fn silence_is_right_as_it_is() {
        let silent = Heard { levelled: Level::Silence, coded: Level::Silence };
        assert!(silent.correction(true).is_none() && silent.badness(true).abs() < f64::EPSILON);
    }
}
