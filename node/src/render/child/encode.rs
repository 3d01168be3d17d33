//! The second half of a picture task: frames in, access units out, through the chain a recipe names.
//! Neither decodes nor decides which frames there are.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};
use gstreamer_video::VideoInfo;
use wire::v1::{CodecConfig, PictureRecipe};

use super::bus::waiting_failure;
use super::colour;
use super::source::{element, unbuildable};
use super::stream_config;
use crate::render::encoders::Standard;
use crate::render::failure::RenderFailure;
use crate::render::recipe::{self, Stage, Value};

/// Frames waiting to be encoded; the decoder waits when there are more. Encoders hold a look-ahead of their own besides.
const FRAMES_WAITING_MAX: u64 = 3;

/// A running encoder. Stopped when dropped.
#[derive(Debug)]
pub struct Encoding {
    pipeline: gst::Pipeline,
    bus: gst::Bus,
    frames: AppSrc,
    units: AppSink,
    colorimetry: String,
    /// Caps of the last frame as the decoder gave them, to notice a change.
    seen_caps: gst::Caps,
    shape: Shape,
}

/// What frames are made to say before they go into the chain.
#[derive(Clone, Copy, Debug)]
struct Shape {
    frame_rate: gst::Fraction,
    keeps_fields: bool,
}

/// One access unit.
#[derive(Debug)]
pub struct CodedUnit {
    /// What a decoder takes at once, and the caps that say how to decode it.
    pub sample: gst::Sample,
    /// When it is shown, in nanoseconds from the first frame pushed at 0.
    pub pts_ns: i64,
    /// When it is decoded; may be before 0.
    pub dts_ns: i64,
    /// Whether a decoder can begin here.
    pub key: bool,
}

impl CodedUnit {
    /// The coded bytes.
    pub fn bytes(&self) -> Result<gst::buffer::BufferMap<'_, gst::buffer::Readable>, RenderFailure> {
        let buffer = self.sample.buffer().ok_or_else(unbuildable)?;
        buffer.map_readable().map_err(|error| unbuildable().because(error))
    }
}

impl Encoding {
    /// Starts an encoder for frames with these caps. `container_colour` fills in where the stream says nothing of colour.
    pub fn start(
        recipe: &PictureRecipe,
        frame_caps: &gst::Caps,
        container_colour: Option<&str>,
    ) -> Result<Encoding, RenderFailure> {
        let colorimetry = colorimetry(frame_caps, container_colour)?;
        let stages = recipe::stages(recipe, &colorimetry)
            .map_err(|error| RenderFailure::node("The node cannot follow this recipe.").because(error))?;
        let frame_rate = fraction(recipe.frame_rate_num, recipe.frame_rate_den)?;
        let shape = Shape { frame_rate, keeps_fields: recipe.deinterlace };

        let frames = AppSrc::builder().format(gst::Format::Time).block(false).max_bytes(0).max_buffers(0).build();
        frames.set_caps(Some(&shape.applied(frame_caps, &colorimetry)));
        let units = AppSink::builder().sync(false).async_(false).build();
        units.set_enable_last_sample(false);
        let pipeline = gst::Pipeline::new();
        let mut chain = vec![frames.clone().upcast()];
        for stage in &stages {
            chain.push(staged(stage)?);
        }
        chain.push(units.clone().upcast());
        pipeline.add_many(&chain).map_err(|error| unbuildable().because(error))?;
        gst::Element::link_many(&chain).map_err(|error| unbuildable().because(error))?;
        pipeline.set_state(gst::State::Playing).map_err(|error| unbuildable().because(error))?;
        let bus = pipeline.bus().expect("a pipeline always has a bus");
        Ok(Encoding { pipeline, bus, frames, units, colorimetry, seen_caps: frame_caps.clone(), shape })
    }

    /// Whether another frame may be pushed now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.frames.current_level_buffers() < FRAMES_WAITING_MAX
    }

    /// Pushes a frame; its buffer already bears the time it is shown at, from the first frame of the part.
    pub fn push(&mut self, frame: gst::Buffer, caps: &gst::CapsRef) -> Result<(), RenderFailure> {
        if *self.seen_caps != *caps {
            self.seen_caps = caps.to_owned();
            self.frames.set_caps(Some(&self.shape.applied(&self.seen_caps, &self.colorimetry)));
        }
        self.frames.push_buffer(frame).map(|_| ()).map_err(|error| self.failure().because(error))
    }

    /// No further frame will come.
    pub fn end(&self) -> Result<(), RenderFailure> {
        self.frames.end_of_stream().map(|_| ()).map_err(|error| self.failure().because(error))
    }

    /// The next access unit if one comes within `wait`.
    pub fn next(&self, wait: gst::ClockTime) -> Result<Option<CodedUnit>, RenderFailure> {
        match self.units.try_pull_sample(wait) {
            Some(sample) => coded_unit(sample).map(Some),
            None => waiting_failure(&self.bus).map_or(Ok(None), Err),
        }
    }

    /// Whether everything pushed has come out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.units.is_eos()
    }

    /// Codec configuration, from what was really negotiated and from the first access unit.
    pub fn codec(
        &self,
        standard: Standard,
        recipe: &PictureRecipe,
        first_unit: &[u8],
    ) -> Result<CodecConfig, RenderFailure> {
        let caps = self.units.static_pad("sink").and_then(|pad| pad.current_caps()).ok_or_else(unbuildable)?;
        let coded = caps.structure(0).ok_or_else(unbuildable)?;
        stream_config::config(standard, coded, first_unit, &self.colorimetry, recipe)
    }

    fn failure(&self) -> RenderFailure {
        waiting_failure(&self.bus).unwrap_or_else(|| RenderFailure::node("The encoder on this node stopped."))
    }
}

impl Drop for Encoding {
    fn drop(&mut self) {
        // Nothing is left to be done about an encoder that does not stop; the parent's watchdog sees to it.
        let _stopped = self.pipeline.set_state(gst::State::Null);
    }
}

impl Shape {
    /// The decoder's caps with the pinned frame rate, an explicit colorimetry, and fields only where they will be woven.
    fn applied(self, caps: &gst::Caps, colorimetry: &str) -> gst::Caps {
        let mut caps = caps.clone();
        for structure in caps.make_mut().iter_mut() {
            structure.set("framerate", self.frame_rate);
            structure.set("colorimetry", colorimetry);
            if !self.keeps_fields {
                structure.set("interlace-mode", "progressive");
                structure.remove_field("field-order");
            }
        }
        caps
    }
}

/// The frames' own colorimetry, else the container's, else what the library assumes for their size.
fn colorimetry(caps: &gst::Caps, container_colour: Option<&str>) -> Result<String, RenderFailure> {
    if let Some(said) = colour::said(caps).or_else(|| container_colour.map(str::to_owned)) {
        return Ok(said);
    }
    let info = VideoInfo::from_caps(caps).map_err(|error| unbuildable().because(error))?;
    Ok(info.colorimetry().to_string())
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

fn coded_unit(sample: gst::Sample) -> Result<CodedUnit, RenderFailure> {
    let untimed = || RenderFailure::node("The encoder on this node lost the time of a frame.");
    let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>()).ok_or_else(untimed)?;
    let buffer = sample.buffer().ok_or_else(untimed)?;
    let running = |time| signed_ns(segment.to_running_time_full(time)?);
    let pts_ns = buffer.pts().and_then(running).ok_or_else(untimed)?;
    let dts_ns = buffer.dts().and_then(running).unwrap_or(pts_ns);
    let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
    Ok(CodedUnit { sample, pts_ns, dts_ns, key })
}

fn signed_ns(time: gst::Signed<gst::ClockTime>) -> Option<i64> {
    let magnitude = i64::try_from(time.abs().nseconds()).ok()?;
    Some(if time.is_negative() { -magnitude } else { magnitude })
}

fn fraction(num: u32, den: u32) -> Result<gst::Fraction, RenderFailure> {
    match (i32::try_from(num), i32::try_from(den)) {
        (Ok(num @ 1..), Ok(den @ 1..)) => Ok(gst::Fraction::new(num, den)),
        _ => Err(RenderFailure::node("The recipe's frame rate cannot be written into a stream.")),
    }
}
