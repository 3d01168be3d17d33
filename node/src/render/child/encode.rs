//! The second half of a picture task: frames in, access units out, through the chain a recipe names.
//! Neither decodes nor decides which frames there are.

use gstreamer as gst;
use wire::v1::{CodecConfig, PictureRecipe};

use super::chain::Chain;
use super::source::unbuildable;
use super::stream_config;
use crate::render::encoders::Standard;
use crate::render::failure::RenderFailure;
use crate::render::recipe;

/// A running encoder. Stopped when dropped.
#[derive(Debug)]
pub struct Encoding {
    chain: Chain,
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
    /// Starts an encoder for so many frames with these caps. `container_colour` fills in where the stream says nothing of colour.
    pub fn start(
        recipe: &PictureRecipe,
        frame_count: usize,
        frame_caps: &gst::Caps,
        container_colour: Option<&str>,
    ) -> Result<Encoding, RenderFailure> {
        let stages = |recipe: &PictureRecipe, colorimetry: &str| recipe::stages(recipe, frame_count, colorimetry);
        Chain::start(stages, recipe, frame_caps, container_colour).map(|chain| Encoding { chain })
    }

    /// Whether another frame may be pushed now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.chain.has_room()
    }

    /// Pushes a frame; its buffer already bears the time it is shown at, from the first frame of the part.
    pub fn push(&mut self, frame: gst::Buffer, caps: &gst::CapsRef) -> Result<(), RenderFailure> {
        self.chain.push(frame, caps)
    }

    /// No further frame will come.
    pub fn end(&self) -> Result<(), RenderFailure> {
        self.chain.end()
    }

    /// The next access unit if one comes within `wait`.
    pub fn next(&self, wait: gst::ClockTime) -> Result<Option<CodedUnit>, RenderFailure> {
        self.chain.pull(wait)?.map(coded_unit).transpose()
    }

    /// Whether everything pushed has come out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.chain.is_over()
    }

    /// Codec configuration, from what was really negotiated and from the first access unit.
    pub fn codec(
        &self,
        standard: Standard,
        recipe: &PictureRecipe,
        first_unit: &[u8],
    ) -> Result<CodecConfig, RenderFailure> {
        let caps = self.chain.out_caps().ok_or_else(unbuildable)?;
        let coded = caps.structure(0).ok_or_else(unbuildable)?;
        stream_config::config(standard, coded, first_unit, self.chain.colorimetry(), recipe)
    }
}

/// An access unit as an encoder gave it out.
pub(super) fn coded_unit(sample: gst::Sample) -> Result<CodedUnit, RenderFailure> {
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
