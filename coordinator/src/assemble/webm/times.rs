//! When each frame is shown, in the whole milliseconds this container counts. Decides no order.

use timeline::{Rate, Rounding, Ticks};

use super::super::LayoutError;
use super::Picture;

/// Frames nearer to one another than a millisecond are moved apart, this far at the most: half a frame of film.
const MOVED_MS_MAX: u64 = 20;

/// The milliseconds of all frames, each later than the one before: the nearest to its time, or the next that is free.
/// Moving happens only between frames less than a millisecond apart; every other time is at most half of one off.
pub(super) fn of(picture: &Picture) -> Result<Vec<u64>, LayoutError> {
    if picture.delay > 0 {
        return Err(LayoutError::Unrepresentable { what: "frames decoded in another order than shown" });
    }
    let mut times = Vec::with_capacity(picture.turns.len());
    let mut free = 0;
    for &turn in &picture.turns {
        let nearest = picture.rate.convert(Ticks(turn), Rate::MILLISECONDS, Rounding::Nearest).0;
        let nearest = u64::try_from(nearest).expect("places are counted from the file's beginning");
        let time = nearest.max(free);
        if time - nearest > MOVED_MS_MAX {
            return Err(LayoutError::Unrepresentable { what: "more than a thousand frames in a second" });
        }
        times.push(time);
        free = time + 1;
    }
    Ok(times)
}
