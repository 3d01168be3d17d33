//! Frames through a chain of stages: pushed in at one end, whatever comes of them taken at the other.
//! Neither decodes nor decides which frames there are, and does not know what its stages do.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};
use gstreamer_video::VideoInfo;
use wire::v1::PictureRecipe;

use super::bus::waiting_failure;
use super::colour;
use super::source::{element, unbuildable};
use crate::render::failure::RenderFailure;
use crate::render::recipe::{RecipeError, Stage, Value};

/// Frames waiting to enter the chain; the decoder waits when there are more. Stages hold their own besides.
const FRAMES_WAITING_MAX: u64 = 3;

/// A running chain. Stopped when dropped.
#[derive(Debug)]
pub struct Chain {
    pipeline: gst::Pipeline,
    bus: gst::Bus,
    frames: AppSrc,
    out: AppSink,
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

/// From a recipe and the frames' colorimetry to the stages of a chain.
pub type Stages = fn(&PictureRecipe, &str) -> Result<Vec<Stage>, RecipeError>;

impl Chain {
    /// Starts a chain for frames with these caps. `container_colour` fills in where the stream says nothing of colour.
    pub fn start(
        stages: Stages,
        recipe: &PictureRecipe,
        frame_caps: &gst::Caps,
        container_colour: Option<&str>,
    ) -> Result<Chain, RenderFailure> {
        let colorimetry = colorimetry(frame_caps, container_colour)?;
        let stages = stages(recipe, &colorimetry)
            .map_err(|error| RenderFailure::node("The node cannot follow this recipe.").because(error))?;
        let frame_rate = fraction(recipe.frame_rate_num, recipe.frame_rate_den)?;
        let shape = Shape { frame_rate, keeps_fields: recipe.deinterlace };

        let frames = AppSrc::builder().format(gst::Format::Time).block(false).max_bytes(0).max_buffers(0).build();
        frames.set_caps(Some(&shape.applied(frame_caps, &colorimetry)));
        let out = AppSink::builder().sync(false).async_(false).build();
        out.set_enable_last_sample(false);
        let pipeline = gst::Pipeline::new();
        let mut chain = vec![frames.clone().upcast()];
        for stage in &stages {
            chain.push(staged(stage)?);
        }
        chain.push(out.clone().upcast());
        pipeline.add_many(&chain).map_err(|error| unbuildable().because(error))?;
        gst::Element::link_many(&chain).map_err(|error| unbuildable().because(error))?;
        pipeline.set_state(gst::State::Playing).map_err(|error| unbuildable().because(error))?;
        let bus = pipeline.bus().expect("a pipeline always has a bus");
        Ok(Chain { pipeline, bus, frames, out, colorimetry, seen_caps: frame_caps.clone(), shape })
    }

    /// Whether another frame may be pushed now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.frames.current_level_buffers() < FRAMES_WAITING_MAX
    }

    /// Pushes a frame; its buffer already bears the time it is shown at.
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

    /// The next sample at the other end, if one comes within `wait`.
    pub fn pull(&self, wait: gst::ClockTime) -> Result<Option<gst::Sample>, RenderFailure> {
        match self.out.try_pull_sample(wait) {
            Some(sample) => Ok(Some(sample)),
            None => waiting_failure(&self.bus).map_or(Ok(None), Err),
        }
    }

    /// Whether everything pushed has come out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.out.is_eos()
    }

    /// Caps of what comes out, once it does.
    #[must_use]
    pub fn out_caps(&self) -> Option<gst::Caps> {
        self.out.static_pad("sink").and_then(|pad| pad.current_caps())
    }

    /// The colorimetry the frames were made to say.
    #[must_use]
    pub fn colorimetry(&self) -> &str {
        &self.colorimetry
    }

    fn failure(&self) -> RenderFailure {
        waiting_failure(&self.bus).unwrap_or_else(|| RenderFailure::node("The encoder on this node stopped."))
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // Nothing is left to be done about a chain that does not stop; the parent's watchdog sees to it.
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

fn fraction(num: u32, den: u32) -> Result<gst::Fraction, RenderFailure> {
    match (i32::try_from(num), i32::try_from(den)) {
        (Ok(num @ 1..), Ok(den @ 1..)) => Ok(gst::Fraction::new(num, den)),
        _ => Err(RenderFailure::node("The recipe's frame rate cannot be written into a stream.")),
    }
}
