//! A line of elements: buffers in at one end, buffers out at the other.
//! Knows not what goes through it.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};

use super::bus::waiting_failure;
use super::source::{element, unbuildable};
use crate::render::failure::RenderFailure;
use crate::render::recipe::{Stage, Value};

/// How long to wait for a buffer before failures are looked for.
pub const PATIENCE: gst::ClockTime = gst::ClockTime::from_mseconds(20);

/// Running elements. Stopped when dropped.
#[derive(Debug)]
pub struct Line {
    pipeline: gst::Pipeline,
    bus: gst::Bus,
    entry: AppSrc,
    exit: AppSink,
    waiting_max: u64,
}

impl Line {
    /// Starts the stages on buffers of these caps. `waiting_max` of them may wait before the first stage.
    pub fn start(stages: &[Stage], caps: &gst::Caps, waiting_max: u64) -> Result<Line, RenderFailure> {
        let entry = AppSrc::builder().format(gst::Format::Time).block(false).max_bytes(0).max_buffers(0).build();
        entry.set_caps(Some(caps));
        let exit = AppSink::builder().sync(false).async_(false).build();
        exit.set_enable_last_sample(false);
        let mut chain = vec![entry.clone().upcast()];
        for stage in stages {
            chain.push(staged(stage)?);
        }
        chain.push(exit.clone().upcast());
        let pipeline = gst::Pipeline::new();
        pipeline.add_many(&chain).map_err(|error| unbuildable().because(error))?;
        gst::Element::link_many(&chain).map_err(|error| unbuildable().because(error))?;
        pipeline.set_state(gst::State::Playing).map_err(|error| unbuildable().because(error))?;
        let bus = pipeline.bus().expect("a pipeline always has a bus");
        Ok(Line { pipeline, bus, entry, exit, waiting_max })
    }

    /// Whether another buffer may be pushed now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.entry.current_level_buffers() < self.waiting_max
    }

    /// What is pushed from here on has these caps.
    pub fn set_caps(&self, caps: &gst::Caps) {
        self.entry.set_caps(Some(caps));
    }

    /// Pushes a buffer.
    pub fn push(&self, buffer: gst::Buffer) -> Result<(), RenderFailure> {
        self.entry.push_buffer(buffer).map(|_| ()).map_err(|flow| self.failure().because(flow))
    }

    /// Sends an event from the exit towards the entry; it overtakes what is on its way.
    pub fn send_back(&self, event: gst::Event) -> Result<(), RenderFailure> {
        let exit = self.exit.static_pad("sink");
        if exit.is_some_and(|exit| exit.push_event(event)) { Ok(()) } else { Err(self.failure()) }
    }

    /// No further buffer will come.
    pub fn end(&self) -> Result<(), RenderFailure> {
        self.entry.end_of_stream().map(|_| ()).map_err(|flow| self.failure().because(flow))
    }

    /// The next buffer that comes out, if one does within `wait`.
    pub fn next(&self, wait: gst::ClockTime) -> Result<Option<gst::Sample>, RenderFailure> {
        match self.exit.try_pull_sample(wait) {
            Some(sample) => Ok(Some(sample)),
            None => waiting_failure(&self.bus).map_or(Ok(None), Err),
        }
    }

    /// Whether everything pushed has come out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.exit.is_eos()
    }

    /// One buffer in, one out: only for stages that keep none back.
    pub fn through(&self, buffer: gst::Buffer) -> Result<gst::Sample, RenderFailure> {
        self.push(buffer)?;
        self.wait()
    }

    /// The only buffer that comes out of the only one that goes in.
    pub fn only(&self, buffer: gst::Buffer) -> Result<gst::Sample, RenderFailure> {
        self.push(buffer)?;
        self.end()?;
        self.wait()
    }

    /// The caps of what comes out, once something has.
    #[must_use]
    pub fn exit_caps(&self) -> Option<gst::Caps> {
        self.exit.static_pad("sink")?.current_caps()
    }

    fn wait(&self) -> Result<gst::Sample, RenderFailure> {
        while !self.is_over() {
            if let Some(sample) = self.next(PATIENCE)? {
                return Ok(sample);
            }
        }
        Err(self.failure().because("it came to its end without a buffer"))
    }

    fn failure(&self) -> RenderFailure {
        waiting_failure(&self.bus).unwrap_or_else(|| RenderFailure::node("The encoder on this node stopped."))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Nothing is left to be done about elements that do not stop; the parent's watchdog sees to it.
        let _stopped = self.pipeline.set_state(gst::State::Null);
    }
}

fn staged(stage: &Stage) -> Result<gst::Element, RenderFailure> {
    let made = element(stage.element)?;
    for (name, value) in &stage.properties {
        match value {
            Value::Word(word) => made.set_property_from_str(name, word),
            Value::Caps(caps) => {
                let caps: gst::Caps = caps.parse().map_err(|error| unbuildable().because(error))?;
                made.set_property(name, caps);
            }
        }
    }
    Ok(made)
}
