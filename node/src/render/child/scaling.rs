//! Frames scaled by our own scaler where nothing but their size has to change: 8 bits, 4:2:0, planar, upright, whole.
//! Everything else is left to the media library's converter, which finds nothing to do where this has done it.

use gstreamer as gst;
use gstreamer_video::{VideoFormat, VideoFrameRef, VideoInfo};
use wire::v1::{Orientation, PictureRecipe};

use super::plane;
use super::source::unbuildable;
use crate::render::failure::RenderFailure;
use scale::{Plane, PlaneScaler};

/// Scales frames of one shape.
#[derive(Debug)]
pub struct Scaling {
    from: VideoInfo,
    to: VideoInfo,
    caps: gst::Caps,
    planes: Vec<PlaneScaler>,
}

impl Scaling {
    /// How frames with these caps become as large as the recipe says; `None` if that is not all that has to happen to them.
    pub fn of(recipe: &PictureRecipe, caps: &gst::Caps) -> Result<Option<Scaling>, RenderFailure> {
        let from = VideoInfo::from_caps(caps).map_err(|error| unbuildable().because(error))?;
        let is_scaling_all = from.format() == VideoFormat::I420
            && !recipe.deinterlace
            && recipe.orientation == Orientation::Upright
            && (from.width(), from.height()) != (recipe.width, recipe.height);
        if !is_scaling_all {
            return Ok(None);
        }
        let caps = sized(caps, recipe)?;
        let to = VideoInfo::from_caps(&caps).map_err(|error| unbuildable().because(error))?;
        let size =
            |info: &VideoInfo, plane| Some((dimension(info.comp_width(plane))?, dimension(info.comp_height(plane))?));
        let planes = (0..3).map(|plane| PlaneScaler::new(size(&from, plane)?, size(&to, plane)?));
        Ok(planes.collect::<Option<Vec<_>>>().map(|planes| Scaling { from, to, caps, planes }))
    }

    /// What scaled frames are.
    #[must_use]
    pub fn caps(&self) -> &gst::Caps {
        &self.caps
    }

    /// The frame in its new size, shown at the same time.
    pub fn scale(&mut self, frame: &gst::Buffer) -> Result<gst::Buffer, RenderFailure> {
        let mut scaled = gst::Buffer::with_size(self.to.size()).map_err(|error| unbuildable().because(error))?;
        let out = scaled.get_mut().ok_or_else(unbuildable)?;
        frame
            .copy_into(out, gst::BufferCopyFlags::FLAGS | gst::BufferCopyFlags::TIMESTAMPS, ..)
            .map_err(|error| unbuildable().because(error))?;
        let frame = VideoFrameRef::from_buffer_ref_readable(frame, &self.from);
        let frame = frame.map_err(|error| unbuildable().because(error))?;
        let out = VideoFrameRef::from_buffer_ref_writable(out, &self.to);
        let mut out = out.map_err(|error| unbuildable().because(error))?;
        for (number, scaler) in (0..).zip(&mut self.planes) {
            let stride = plane::stride(&frame, number).ok_or_else(backwards)?;
            let samples = frame.plane_data(number).map_err(|error| unbuildable().because(error))?;
            let out_stride = plane::stride(&out, number).ok_or_else(backwards)?;
            let out = out.plane_data_mut(number).map_err(|error| unbuildable().because(error))?;
            scaler
                .scale(Plane { samples, stride }, out, out_stride)
                .ok_or_else(|| unbuildable().because("a plane is short"))?;
        }
        drop(out);
        Ok(scaled)
    }
}

/// The caps of frames as large as the recipe says, in square pixels.
fn sized(caps: &gst::Caps, recipe: &PictureRecipe) -> Result<gst::Caps, RenderFailure> {
    let side = |pixels: u32| i32::try_from(pixels).map_err(|error| unbuildable().because(error));
    let (width, height) = (side(recipe.width)?, side(recipe.height)?);
    let mut caps = caps.clone();
    for structure in caps.make_mut().iter_mut() {
        structure.set("width", width);
        structure.set("height", height);
        structure.set("pixel-aspect-ratio", gst::Fraction::new(1, 1));
    }
    Ok(caps)
}

fn dimension(samples: u32) -> Option<usize> {
    usize::try_from(samples).ok()
}

fn backwards() -> RenderFailure {
    unbuildable().because("rows run backwards")
}
