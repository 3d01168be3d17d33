//! Holds a finished file against what it must be, by ffmpeg's reading of it, and says every difference in words.
//! Knows nothing of how the file was made.

use std::path::Path;

use anyhow::Result;

use crate::expectation::{Blend, Expected, ExpectedFrame, ExpectedSound, Fitted, Shown};
use crate::format::{Clock, Coding, Format};
use crate::media_tool;
use crate::reading::{self, Base, Facts, Picture, ReadFrame, ReadSound};

/// A click may be this far from its place.
pub const CLICK_OFF_SECONDS_MAX: f64 = 0.001;
/// What coding may make of the brightness of a cell of two frames laid over each other, of 255.
const BLEND_OFF_MAX: f64 = 16.0;
/// Differences of one kind told before the rest is only counted.
const TOLD_MAX: usize = 5;
/// All finished sound has this rate.
const SAMPLE_RATE: i64 = 48_000;

/// What was found in a file.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Every fault; none means it is exactly what it must be.
    pub faults: Vec<String>,
    /// Frames that were read and held against their number and time.
    pub frame_count: usize,
    /// Those of them that are two of the source laid over each other.
    pub blend_count: usize,
    /// How far the worst cell of them is from the brightness it must have, of 255.
    pub blend_off_max: f64,
    /// Clicks that were found within [`CLICK_OFF_SECONDS_MAX`] of their place.
    pub click_count: usize,
    /// How far the worst of them is off.
    pub click_off_seconds_max: f64,
}

/// Every fault of `file`; none means it is exactly what it must be. `base` is what the expectation counts in.
pub fn faults(file: &Path, expected: &Expected, base: Base) -> Result<Vec<String>> {
    Ok(verdict(file, expected, base)?.faults)
}

/// What is found in `file`. `base` is what the expectation counts in.
pub fn verdict(file: &Path, expected: &Expected, base: Base) -> Result<Verdict> {
    let facts = reading::facts(file)?;
    let picture = reading::picture(file)?;
    let mut verdict = Verdict { frame_count: picture.frames.len(), ..Verdict::default() };
    hold_frames(&mut verdict, &picture, expected, base);
    verdict.faults.extend(size_fault(&picture, expected.fitted));
    verdict.faults.extend(coding_faults(&facts, expected));
    verdict.faults.extend(length_faults(&facts, expected, base));
    match (&expected.sound, &facts.sound) {
        (Some(meant), Some(_)) => {
            let sound = reading::sound(file)?;
            verdict.faults.extend(sample_faults(&sound, expected.format, base.seconds(expected.duration)));
            hold_clicks(&mut verdict, &sound, meant);
        }
        (Some(_), None) => verdict.faults.push("the sound is missing".to_owned()),
        (None, Some(_)) => verdict.faults.push("there is sound where the source has none".to_owned()),
        (None, None) => {}
    }
    verdict.faults.extend(order_fault(file, expected.format)?);
    verdict.faults.extend(decode_complaint(file));
    Ok(verdict)
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

/// As many frames as must be, each showing what it must when it must.
fn hold_frames(verdict: &mut Verdict, picture: &Picture, expected: &Expected, base: Base) {
    let (is, should) = (picture.frames.len(), expected.frames.len());
    if is != should {
        verdict.faults.push(format!("{is} frames instead of {should}"));
    }
    let mut wrong_numbers = Vec::new();
    let mut wrong_times = Vec::new();
    for (place, (frame, meant)) in picture.frames.iter().zip(&expected.frames).enumerate() {
        let wrong = match meant.shown {
            Shown::Frame(number) => wrong_number(frame, number),
            Shown::Blend(blend) => {
                let off = frame.cells.off_blend(&blend.outgoing.1, &blend.incoming.1, blend.share);
                verdict.blend_count += 1;
                verdict.blend_off_max = verdict.blend_off_max.max(off);
                wrong_blend(&blend, off)
            }
        };
        wrong_numbers.extend(wrong.map(|wrong| format!("frame {place} {wrong}")));
        if !in_time(picture, frame, meant, expected.format, base) {
            let (is, should) = (picture.base.seconds(frame.pts), base.seconds(meant.pts));
            wrong_times.push(format!("frame {place} is at {is} s, not {should} s"));
        }
    }
    verdict.faults.extend(told(wrong_numbers));
    verdict.faults.extend(told(wrong_times));
}

fn wrong_number(frame: &ReadFrame, meant: u16) -> Option<String> {
    match frame.number {
        Some(number) if number == meant => None,
        Some(number) => Some(format!("is source frame {number}, not {meant}")),
        None => Some(format!("cannot be read; it should be source frame {meant}")),
    }
}

fn wrong_blend(blend: &Blend, off: f64) -> Option<String> {
    let Blend { outgoing: (outgoing, _), incoming: (incoming, _), share } = blend;
    let off = (off > BLEND_OFF_MAX).then_some(off)?;
    Some(format!("is up to {off:.0} of 255 off a blend of source frames {outgoing} and {incoming} ({share:.3})"))
}

fn in_time(picture: &Picture, frame: &ReadFrame, meant: &ExpectedFrame, format: Format, base: Base) -> bool {
    match format.clock() {
        Clock::Source => picture.base.same(frame.pts, base, meant.pts),
        Clock::Own(clock) => picture.base == clock && base.rounds_to(meant.pts, clock, frame.pts),
    }
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

fn coding_faults(facts: &Facts, expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    let format = expected.format;
    let tracks = [(Some(&facts.picture), format.picture()), (facts.sound.as_ref(), format.sound())];
    for (track, meant) in tracks.into_iter().filter_map(|(track, meant)| Some((track?, meant))) {
        let Coding { codec, profile } = meant;
        if (track.codec.as_str(), track.profile.as_str()) != (codec, profile) {
            faults.push(format!("a track is {} {}, not {codec} {profile}", track.codec, track.profile));
        }
    }
    // ffmpeg's name for the same pixels of full range, which a source of full range keeps.
    let pixels = facts.picture.pixel_format.as_str();
    let is_meant = pixels == "yuv420p" || expected.full_range && pixels == "yuvj420p";
    faults.extend((!is_meant).then(|| format!("the pixels are {pixels}")));
    faults
}

/// The container must say how long its tracks are: the picture exactly, the sound to the sample; or itself, as finely
/// as its clock can.
fn length_faults(facts: &Facts, expected: &Expected, base: Base) -> Vec<String> {
    let mut faults = Vec::new();
    let duration_seconds = base.seconds(expected.duration);
    match expected.format.clock() {
        Clock::Source => {
            let track = &facts.picture;
            if !base.same(expected.duration, track.base, track.duration) {
                let is = track.base.seconds(track.duration);
                faults.push(format!("the picture track lasts {is} s, not {duration_seconds} s"));
            }
            let sound_seconds = facts.sound.as_ref().map(|track| track.base.seconds(track.duration));
            let off = sound_seconds.filter(|length| (length - duration_seconds).abs() > sample_seconds(1));
            faults.extend(off.map(|is| format!("the sound track lasts {is} s under {duration_seconds} s of picture")));
        }
        Clock::Own(clock) => {
            let longer_micros = facts.duration_micros - base.micros(expected.duration);
            let priming = Base { numerator: SAMPLE_RATE, denominator: 1 }.micros(expected.format.priming_samples());
            if longer_micros < -clock.micros(1) || longer_micros > priming + clock.micros(1) {
                let is = facts.duration_micros;
                faults.push(format!("the file says it lasts {is} µs, not {duration_seconds} s"));
            }
        }
    }
    faults
}

/// As many samples as the picture is long, and at the one rate.
fn sample_faults(sound: &ReadSound, format: Format, duration_seconds: f64) -> Vec<String> {
    let mut faults = Vec::new();
    if sound.sample_rate != SAMPLE_RATE {
        faults.push(format!("the sound has {} samples a second", sound.sample_rate));
    }
    // Where times are rounded, so is the first sample's, and what lies before zero is not handed out.
    let rounded = rounding_seconds(format);
    let length = sample_seconds(i64::try_from(sound.sample_count).expect("samples of a test file"));
    let shortest = duration_seconds - sample_seconds(1) - rounded;
    let longest = duration_seconds + sample_seconds(1 + format.tail_samples_max()) + rounded;
    if length < shortest || length > longest {
        faults.push(format!("{length} s of sound come out under {duration_seconds} s of picture"));
    }
    faults
}

/// What a container's clock may be off by rounding: half a tick where it has one of its own.
fn rounding_seconds(format: Format) -> f64 {
    match format.clock() {
        Clock::Source => 0.0,
        Clock::Own(clock) => clock.seconds(1) / 2.0,
    }
}

fn sample_seconds(count: i64) -> f64 {
    Base { numerator: SAMPLE_RATE, denominator: 1 }.seconds(count)
}

/// Every click that must be there is at its place, and no other is anywhere.
fn hold_clicks(verdict: &mut Verdict, sound: &ReadSound, expected: &ExpectedSound) {
    let mut missing = Vec::new();
    for &meant in &expected.clicks {
        match nearest(sound, meant) {
            Some(off) if off.abs() <= CLICK_OFF_SECONDS_MAX => {
                verdict.click_count += 1;
                verdict.click_off_seconds_max = verdict.click_off_seconds_max.max(off.abs());
            }
            Some(off) => missing.push(format!("no click at {meant} s; the nearest is {:.2} ms off", off * 1000.0)),
            None => missing.push(format!("no click at {meant} s, nor anywhere")),
        }
    }
    let stray = sound.clicks.iter().map(|click| click.seconds).filter(|seconds| {
        let meant = expected.clicks.iter().any(|meant| (seconds - meant).abs() <= CLICK_OFF_SECONDS_MAX);
        !meant && !expected.tolerated.iter().any(|range| range.contains(seconds))
    });
    let stray = stray.map(|seconds| format!("a click at {seconds} s that should not be there")).collect();
    verdict.faults.extend(told(missing));
    verdict.faults.extend(told(stray));
}

/// How far the nearest click is from a place; negative before it.
fn nearest(sound: &ReadSound, meant: f64) -> Option<f64> {
    let offs = sound.clicks.iter().map(|click| click.seconds - meant);
    offs.min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// What a player needs in order to begin and to seek must come before the media.
fn order_fault(file: &Path, format: Format) -> Result<Option<String>> {
    let (first, name) = if format.has_boxes() {
        (reading::moov_is_first(file)?, "moov is not first")
    } else {
        (reading::cues_are_first(file)?, "the cues are not first")
    };
    Ok((!first).then(|| name.to_owned()))
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
