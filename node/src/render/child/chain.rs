//! Frames of one recipe through a line of stages: as the decoder gives them in, whatever comes of them out.
//! Neither decodes nor decides which frames there are, and does not know what its stages do.

use gstreamer as gst;
use gstreamer_video::{VideoColorMatrix, VideoColorimetry, VideoInfo};
use wire::v1::PictureRecipe;

use super::colour;
use super::line::Line;
use super::scaling::Scaling;
use super::source::unbuildable;
use crate::render::failure::RenderFailure;
use crate::render::recipe::{RecipeError, Stage};

/// Frames waiting to enter the chain; the decoder waits when there are more. Stages hold their own besides.
const FRAMES_WAITING_MAX: u64 = 3;

/// A running chain.
#[derive(Debug)]
pub struct Chain {
    line: Line,
    colorimetry: String,
    /// Caps of the last frame as the decoder gave them, to notice a change.
    seen_caps: gst::Caps,
    shape: Shape,
    recipe: PictureRecipe,
    /// Scales frames before they go in, if that is all the recipe wants of them.
    scaling: Option<Scaling>,
}

/// What frames are made to say before they go into the chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) frame_rate: gst::Fraction,
    pub(super) keeps_fields: bool,
}

impl Chain {
    /// Starts a chain for frames with these caps, of the stages for a recipe and their colorimetry. `container_colour` fills in where the stream says nothing of colour.
    pub fn start(
        stages: impl FnOnce(&PictureRecipe, &str) -> Result<Vec<Stage>, RecipeError>,
        recipe: &PictureRecipe,
        frame_caps: &gst::Caps,
        container_colour: Option<&str>,
    ) -> Result<Chain, RenderFailure> {
        let colorimetry = colorimetry(frame_caps, container_colour)?;
        let stages = stages(recipe, &colorimetry)
            .map_err(|error| RenderFailure::node("The node cannot follow this recipe.").because(error))?;
        let frame_rate = fraction(recipe.frame_rate_num, recipe.frame_rate_den)?;
        let shape = Shape { frame_rate, keeps_fields: recipe.deinterlace };
        let shaped = shape.applied(frame_caps, &colorimetry);
        let scaling = Scaling::of(recipe, &shaped)?;
        let line = Line::start(&stages, scaling.as_ref().map_or(&shaped, Scaling::caps), FRAMES_WAITING_MAX)?;
        Ok(Chain { line, colorimetry, seen_caps: frame_caps.clone(), shape, recipe: recipe.clone(), scaling })
    }

    /// Whether another frame may be pushed now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.line.has_room()
    }

    /// Pushes a frame; its buffer already bears the time it is shown at.
    pub fn push(&mut self, frame: gst::Buffer, caps: &gst::CapsRef) -> Result<(), RenderFailure> {
        if *self.seen_caps != *caps {
            self.seen_caps = caps.to_owned();
            let shaped = self.shape.applied(&self.seen_caps, &self.colorimetry);
            self.scaling = Scaling::of(&self.recipe, &shaped)?;
            self.line.set_caps(self.scaling.as_ref().map_or(&shaped, Scaling::caps));
        }
        match &mut self.scaling {
            Some(scaling) => self.line.push(scaling.scale(&frame)?),
            None => self.line.push(frame),
        }
    }

    /// No further frame will come.
    pub fn end(&self) -> Result<(), RenderFailure> {
        self.line.end()
    }

    /// The next sample at the other end, if one comes within `wait`.
    pub fn pull(&self, wait: gst::ClockTime) -> Result<Option<gst::Sample>, RenderFailure> {
        self.line.next(wait)
    }

    /// Whether everything pushed has come out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.line.is_over()
    }

    /// Caps of what comes out, once it does.
    #[must_use]
    pub fn out_caps(&self) -> Option<gst::Caps> {
        self.line.exit_caps()
    }

    /// The colorimetry the frames were made to say.
    #[must_use]
    pub fn colorimetry(&self) -> &str {
        &self.colorimetry
    }
}

impl Shape {
    /// The decoder's caps with the pinned frame rate, an explicit colorimetry, and fields only where they will be woven.
    pub(super) fn applied(self, caps: &gst::Caps, colorimetry: &str) -> gst::Caps {
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

/// The frames' own colorimetry, else the container's, else what the library assumes for their size. A stream may name a range and
/// nothing else; the library takes such words for none at all, and full range would become studio range, so they are completed.
pub(super) fn colorimetry(caps: &gst::Caps, container_colour: Option<&str>) -> Result<String, RenderFailure> {
    let said = colour::said(caps).or_else(|| container_colour.map(str::to_owned));
    let known = said.as_ref().and_then(|said| said.parse::<VideoColorimetry>().ok());
    match (said, known) {
        (Some(_), Some(known)) if known.matrix() == VideoColorMatrix::Unknown => {
            Ok(colour::completed(&known, &assumed(caps)?).to_string())
        }
        (Some(said), _) => Ok(said),
        (None, _) => Ok(assumed(caps)?.to_string()),
    }
}

/// What the library assumes of frames that say nothing.
fn assumed(caps: &gst::Caps) -> Result<VideoColorimetry, RenderFailure> {
    let mut silent = caps.clone();
    silent.make_mut().iter_mut().for_each(|structure| structure.remove_field("colorimetry"));
    let info = VideoInfo::from_caps(&silent).map_err(|error| unbuildable().because(error))?;
    Ok(info.colorimetry())
}

/// A rate in the media library's words.
pub(super) fn fraction(num: u32, den: u32) -> Result<gst::Fraction, RenderFailure> {
    match (i32::try_from(num), i32::try_from(den)) {
        (Ok(num @ 1..), Ok(den @ 1..)) => Ok(gst::Fraction::new(num, den)),
        _ => Err(RenderFailure::node("The recipe's frame rate cannot be written into a stream.")),
    }
}
