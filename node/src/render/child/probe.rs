//! The probe: which rows of the encoder table really encode on this node, found by encoding a second of test picture.
//! The presence of an element or of a GPU proves nothing.

use gstreamer as gst;
use gstreamer::prelude::*;
use wire::v1::{EncoderFact, Orientation, PictureRecipe};

use super::encode::Encoding;
use super::identity::{identity, installed};
use super::output::Output;
use super::source::{element, unbuildable};
use crate::render::encoders::{ENCODERS, EncoderRow};
use crate::render::failure::RenderFailure;
use crate::render::protocol::ProbedEncoder;

/// Frames of the trial: one second.
const TRIAL_FRAMES: u64 = 25;
const TRIAL_WIDTH: u32 = 320;
const TRIAL_HEIGHT: u32 = 240;
/// How long to wait for the encoder at a time.
const WAIT: gst::ClockTime = gst::ClockTime::from_mseconds(20);

/// Tries every row and sends what became of it.
pub fn run(output: &mut Output) -> Result<(), RenderFailure> {
    let mut probed = Vec::new();
    for row in ENCODERS {
        probed.push(match trial(row) {
            Ok(identity) => ProbedEncoder { fact: fact(row, identity), refusal: String::new() },
            Err(failure) => ProbedEncoder { fact: fact(row, String::new()), refusal: refusal(row, &failure) },
        });
        output.progress(probed.len() as u64)?;
    }
    output.encoders(probed)
}

fn fact(row: &EncoderRow, identity: String) -> EncoderFact {
    EncoderFact { family: row.family.to_owned(), identity }
}

fn refusal(row: &EncoderRow, failure: &RenderFailure) -> String {
    let EncoderRow { family, needs, .. } = row;
    let why = if failure.detail.is_empty() { &failure.message } else { &failure.detail };
    format!("{family} needs {needs}: {why}")
}

fn trial(row: &EncoderRow) -> Result<String, RenderFailure> {
    let Some(element_name) = installed(row) else {
        return Err(
            RenderFailure::node("none of its elements is there").because(format!("no {}", row.elements.join(", no ")))
        );
    };
    let Some(usage) = row.usage else {
        return Err(RenderFailure::node(format!("{element_name} is there, but this build makes no recipe for it")));
    };
    let units = encode_test_picture(&trial_recipe(row.family, usage.trial_speed))?;
    let first = units.first().ok_or_else(|| RenderFailure::node("it yields nothing"))?;
    if units.len() as u64 != TRIAL_FRAMES {
        return Err(RenderFailure::node(format!("it yields {} frames of {TRIAL_FRAMES}", units.len())));
    }
    identity(row, first).ok_or_else(|| RenderFailure::node("it does not say its version"))
}

fn encode_test_picture(recipe: &PictureRecipe) -> Result<Vec<Vec<u8>>, RenderFailure> {
    let frames = test_picture()?;
    let caps = frames.first().and_then(|frame| frame.caps_owned()).ok_or_else(unbuildable)?;
    let mut encoding = Encoding::start(recipe, frames.len(), &caps, None)?;
    let mut units = Vec::new();
    for frame in &frames {
        while !encoding.has_room() {
            units.extend(encoding.next(WAIT)?.map(|unit| unit.bytes().map(|bytes| bytes.to_vec())).transpose()?);
        }
        encoding.push(frame.buffer_owned().ok_or_else(unbuildable)?, &caps)?;
    }
    encoding.end()?;
    while !encoding.is_over() {
        units.extend(encoding.next(WAIT)?.map(|unit| unit.bytes().map(|bytes| bytes.to_vec())).transpose()?);
    }
    Ok(units)
}

/// A second of moving test picture.
fn test_picture() -> Result<Vec<gst::Sample>, RenderFailure> {
    let pipeline = gst::Pipeline::new();
    let picture = element("videotestsrc")?;
    picture.set_property_from_str("num-buffers", &TRIAL_FRAMES.to_string());
    picture.set_property_from_str("pattern", "ball");
    let caps = format!("video/x-raw, format=I420, width={TRIAL_WIDTH}, height={TRIAL_HEIGHT}, framerate=25/1");
    let caps: gst::Caps = caps.parse().map_err(|error| unbuildable().because(error))?;
    let frames = gstreamer_app::AppSink::builder().sync(false).caps(&caps).build();
    pipeline.add_many([&picture, frames.upcast_ref()]).map_err(|error| unbuildable().because(error))?;
    picture.link(&frames).map_err(|error| unbuildable().because(error))?;
    pipeline.set_state(gst::State::Playing).map_err(|error| unbuildable().because(error))?;
    let mut samples = Vec::new();
    while let Ok(sample) = frames.pull_sample() {
        samples.push(sample);
    }
    pipeline.set_state(gst::State::Null).map_err(|error| unbuildable().because(error))?;
    Ok(samples)
}

fn trial_recipe(family: &str, speed: &str) -> PictureRecipe {
    PictureRecipe {
        orientation: Orientation::Upright,
        deinterlace: false,
        width: TRIAL_WIDTH,
        height: TRIAL_HEIGHT,
        frame_rate_num: 25,
        frame_rate_den: 1,
        encoder_family: family.to_owned(),
        encoder_identity: String::new(),
        crf: 23,
        speed: speed.to_owned(),
        max_bitrate_kbps: 2000,
        vbv_ms: 2000,
        key_interval_frames: 50,
        threads: 1,
    }
}
