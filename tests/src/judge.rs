//! Holds a finished file against what it must be, by ffmpeg's reading of it, and says every difference in words.
//! Knows nothing of how the file was made.

use std::path::Path;

use anyhow::Result;

use crate::expectation::{Expected, ExpectedSound, Fitted};
use crate::media_tool;
use crate::reading::{self, Base, Picture, ReadSound};

/// A click may be this far from its place.
pub const CLICK_OFF_SECONDS_MAX: f64 = 0.001_5;
/// Differences of one kind told before the rest is only counted.
const TOLD_MAX: usize = 5;
/// All finished sound has this rate.
const SAMPLE_RATE: i64 = 48_000;
/// Samples in a packet of AAC-LC.
const PACKET_SAMPLES: i64 = 1024;

/// Every fault of `file`; none means it is exactly what it must be. `base` is what the expectation counts in.
pub fn faults(file: &Path, expected: &Expected, base: Base) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let picture = reading::picture(file)?;
    faults.extend(frame_faults(&picture, expected, base));
    faults.extend(size_fault(&picture, expected.fitted));
    let facts = reading::facts(file)?;
    let track = &facts.picture;
    if !base.same(expected.duration, track.base, track.duration) {
        let (should, is) = (base.seconds(expected.duration), track.base.seconds(track.duration));
        faults.push(format!("the picture track lasts {is} s, not {should} s"));
    }
    match (&expected.sound, &facts.sound) {
        (Some(sound), Some(track)) => {
            let duration_seconds = base.seconds(expected.duration);
            faults.extend(sound_length_fault(track.base.seconds(track.duration), duration_seconds));
            faults.extend(sound_faults(&reading::sound(file)?, sound, duration_seconds));
        }
        (Some(_), None) => faults.push("the sound is missing".to_owned()),
        (None, Some(_)) => faults.push("there is sound where the source has none".to_owned()),
        (None, None) => {}
    }
    if !reading::moov_is_first(file)? {
        faults.push("moov is not first".to_owned());
    }
    faults.extend(decode_complaint(file));
    Ok(faults)
}

/// What ffmpeg says when it decodes all of a file; a good file leaves it silent.
#[must_use]
pub fn decode_complaint(file: &Path) -> Option<String> {
    let mut command = media_tool::ffmpeg();
    // Times are passed through as they are: rounded to a nominal rate, frames of variable rate would meet.
    command.args(["-xerror", "-i"]).arg(file).args(["-map", "0", "-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    command.args(["-f", "null", "-"]);
    match media_tool::run(&mut command) {
        Ok(said) if said.trim().is_empty() => None,
        Ok(said) => Some(format!("ffmpeg complains: {said}")),
        Err(cause) => Some(format!("ffmpeg fails: {cause:#}")),
    }
}

fn frame_faults(picture: &Picture, expected: &Expected, base: Base) -> Vec<String> {
    let mut faults = Vec::new();
    let (is, should) = (picture.frames.len(), expected.frames.len());
    if is != should {
        faults.push(format!("{is} frames instead of {should}"));
    }
    let mut wrong_numbers = Vec::new();
    let mut wrong_times = Vec::new();
    for (place, (frame, meant)) in picture.frames.iter().zip(&expected.frames).enumerate() {
        match frame.number {
            Some(number) if number == meant.number => {}
            Some(number) => wrong_numbers.push(format!("frame {place} is source frame {number}, not {}", meant.number)),
            None => {
                wrong_numbers.push(format!("frame {place} cannot be read; it should be source frame {}", meant.number));
            }
        }
        if !picture.base.same(frame.pts, base, meant.pts) {
            let (is, should) = (picture.base.seconds(frame.pts), base.seconds(meant.pts));
            wrong_times.push(format!("frame {place} is at {is} s, not {should} s"));
        }
    }
    faults.extend(told(wrong_numbers));
    faults.extend(told(wrong_times));
    faults
}

/// Aspect kept, even sides, and one side that fills the box.
fn size_fault(picture: &Picture, fitted: Fitted) -> Option<String> {
    let long_side = fitted.short_side * 16 / 9;
    let (box_width, box_height) =
        if fitted.width >= fitted.height { (long_side, fitted.short_side) } else { (fitted.short_side, long_side) };
    let (width, height) = (picture.width, picture.height);
    let inside = width <= box_width && height <= box_height && (width == box_width || height == box_height);
    let even = width % 2 == 0 && height % 2 == 0;
    // Sides are rounded to even numbers, so the aspect may be off by what two pixels make.
    let stretch = (width * fitted.height).abs_diff(height * fitted.width);
    let kept = stretch <= 2 * fitted.width.max(fitted.height);
    let shape = || format!("{width}×{height} from {}×{} in {box_width}×{box_height}", fitted.width, fitted.height);
    (!(inside && even && kept)).then(|| format!("the picture has the wrong shape: {}", shape()))
}

/// The container must say the sound's length to the sample.
fn sound_length_fault(length_seconds: f64, duration_seconds: f64) -> Option<String> {
    let sample_seconds = Base { numerator: SAMPLE_RATE, denominator: 1 }.seconds(1);
    ((length_seconds - duration_seconds).abs() > sample_seconds)
        .then(|| format!("the sound track lasts {length_seconds} s under {duration_seconds} s of picture"))
}

fn sound_faults(sound: &ReadSound, expected: &ExpectedSound, duration_seconds: f64) -> Vec<String> {
    let mut faults = Vec::new();
    if sound.sample_rate != SAMPLE_RATE {
        faults.push(format!("the sound has {} samples a second", sound.sample_rate));
    }
    let base = Base { numerator: sound.sample_rate, denominator: 1 };
    let length = base.seconds(i64::try_from(sound.sample_count).expect("samples of a test file"));
    // ffmpeg hands out the last packet whole, whatever its duration says.
    if length < duration_seconds - base.seconds(1) || length > duration_seconds + base.seconds(1 + PACKET_SAMPLES) {
        faults.push(format!("{length} s of sound come out under {duration_seconds} s of picture"));
    }
    let near = |place: f64, other: f64| (place - other).abs() <= CLICK_OFF_SECONDS_MAX;
    let missing = expected.clicks.iter().filter(|&&meant| !sound.clicks.iter().any(|click| near(click.seconds, meant)));
    faults.extend(told(missing.map(|meant| missing_click(sound, *meant)).collect()));
    let stray = sound.clicks.iter().filter(|click| {
        let meant = expected.clicks.iter().any(|&meant| near(click.seconds, meant));
        !meant && !expected.tolerated.iter().any(|range| range.contains(&click.seconds))
    });
    faults
        .extend(told(stray.map(|click| format!("a click at {} s that should not be there", click.seconds)).collect()));
    faults
}

fn missing_click(sound: &ReadSound, meant: f64) -> String {
    let distance = |seconds: f64| (seconds - meant).abs();
    let nearest = sound.clicks.iter().map(|click| click.seconds).min_by(|a, b| distance(*a).total_cmp(&distance(*b)));
    match nearest {
        Some(nearest) => format!("no click at {meant} s; the nearest is {:.2} ms off", (nearest - meant) * 1000.0),
        None => format!("no click at {meant} s, nor anywhere"),
    }
}

/// The first few of many like faults, and how many more there are.
fn told(mut faults: Vec<String>) -> Vec<String> {
    let more = faults.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        faults.truncate(TOLD_MAX);
        faults.push(format!("and {more} more like it"));
    }
    faults
}
