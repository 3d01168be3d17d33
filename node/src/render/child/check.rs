//! A last look at a finished part: its first and its last group begin to be decoded, and the frames are counted.
//! Judges counts, not pictures.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};

use super::bus::waiting_failure;
use super::codecs::Codec;
use super::encode::CodedUnit;
use super::source::{element, unbuildable};
use crate::render::failure::RenderFailure;

/// Access units decoded of each group (decision 0010): what an encoder gets wrong shows where it begins anew. Units are in decode
/// order, so those of any beginning decode by themselves.
const GROUP_UNITS_MAX: usize = 8;

/// How often the wait looks for failures.
const POLL: gst::ClockTime = gst::ClockTime::from_mseconds(50);

/// The first access units of the first and the last group, gathered while the part is being made.
#[derive(Debug, Default)]
pub struct Groups {
    first: Vec<gst::Sample>,
    last: Vec<gst::Sample>,
    key_count: usize,
}

impl Groups {
    /// Remembers a unit as far as it belongs to either group.
    pub fn note(&mut self, unit: &CodedUnit) {
        if unit.key {
            self.key_count += 1;
            self.last.clear();
        }
        let group = if self.key_count <= 1 { &mut self.first } else { &mut self.last };
        if group.len() < GROUP_UNITS_MAX {
            group.push(unit.sample.clone());
        }
    }

    /// Decodes what was remembered; an error unless exactly as many frames come out as went in.
    pub fn check(self) -> Result<(), RenderFailure> {
        let expected = self.first.len() + self.last.len();
        let decoded = decoded_count(self.first.into_iter().chain(self.last))?;
        if decoded == expected {
            return Ok(());
        }
        Err(RenderFailure::node("The encoder on this node yields frames that cannot be decoded.")
            .because(format!("{decoded} of {expected} frames of the first and the last group decode")))
    }
}

fn decoded_count(units: impl Iterator<Item = gst::Sample>) -> Result<usize, RenderFailure> {
    let mut units = units.peekable();
    let caps = units.peek().and_then(|unit| unit.caps_owned());
    let row = caps.as_ref().and_then(|caps| Codec::of_caps(caps)).ok_or_else(unbuildable)?;
    let coded = AppSrc::builder().format(gst::Format::Time).max_bytes(0).max_buffers(0).build();
    coded.set_caps(caps.as_ref());
    let decoder = element(row.decoder().unwrap_or(row.name))?;
    if decoder.has_property("max-threads") {
        decoder.set_property("max-threads", 1_i32);
    }
    if decoder.has_property("output-corrupt") {
        decoder.set_property("output-corrupt", false);
    }
    let frames = AppSink::builder().sync(false).async_(false).max_buffers(4).build();
    let pipeline = gst::Pipeline::new();
    let chain = [coded.upcast_ref(), &decoder, frames.upcast_ref()];
    pipeline.add_many(chain).map_err(|error| unbuildable().because(error))?;
    gst::Element::link_many(chain).map_err(|error| unbuildable().because(error))?;
    pipeline.set_state(gst::State::Playing).map_err(|error| unbuildable().because(error))?;
    for unit in units {
        let buffer = unit.buffer_owned().ok_or_else(unbuildable)?;
        coded.push_buffer(buffer).map_err(|error| unbuildable().because(error))?;
    }
    coded.end_of_stream().map_err(|error| unbuildable().because(error))?;
    let counted = count(&frames, &pipeline.bus().expect("a pipeline always has a bus"));
    pipeline.set_state(gst::State::Null).map_err(|error| unbuildable().because(error))?;
    counted
}

fn count(frames: &AppSink, bus: &gst::Bus) -> Result<usize, RenderFailure> {
    let mut counted = 0;
    loop {
        if frames.try_pull_sample(POLL).is_some() {
            counted += 1;
        } else if frames.is_eos() {
            return Ok(counted);
        } else if let Some(failure) = waiting_failure(bus) {
            return Err(failure);
        }
    }
}
