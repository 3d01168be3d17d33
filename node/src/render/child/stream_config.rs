//! How a coded stream is to be read: the configuration of each standard, from what was negotiated and from the stream itself.
//! Encodes nothing.

use gstreamer as gst;
use wire::v1::{CodecConfig, Colour, H264Config, PictureRecipe, Vp9Config};

use super::colour;
use super::vp9::{self, KeyFrame, Load};
use crate::render::encoders::Standard;
use crate::render::failure::RenderFailure;

/// WebM's word for 4:2:0 whose chroma lies between the lines, as in MPEG-2.
const CHROMA_420_VERTICAL: u8 = 0;
/// The same for chroma that lies on samples of luma.
const CHROMA_420_COLOCATED: u8 = 1;
/// WebM's words for 4:2:2 and 4:4:4.
const CHROMA_422: u8 = 2;
const CHROMA_444: u8 = 3;

/// The configuration of a stream of which this is the first access unit. `colorimetry` is that of the frames that went in, and
/// stands where the coded caps do not name one.
pub fn config(
    standard: Standard,
    coded: &gst::StructureRef,
    first_unit: &[u8],
    colorimetry: &str,
    recipe: &PictureRecipe,
) -> Result<CodecConfig, RenderFailure> {
    let colorimetry = coded.get::<&str>("colorimetry").unwrap_or(colorimetry);
    let colour = colour::of(&colorimetry.parse().map_err(|error| unsaid().because(error))?);
    match standard {
        Standard::H264 => h264(coded, colour).map(CodecConfig::H264),
        Standard::Vp9 => vp9(coded, first_unit, colour, recipe).map(CodecConfig::Vp9),
    }
}

fn h264(coded: &gst::StructureRef, colour: Colour) -> Result<H264Config, RenderFailure> {
    let avcc = coded.get::<gst::Buffer>("codec_data").map_err(|error| unsaid().because(error))?;
    let avcc = avcc.map_readable().map_err(|error| unsaid().because(error))?.to_vec();
    let size = |field| coded.get::<i32>(field).ok().and_then(|pixels| u32::try_from(pixels).ok()).ok_or_else(unsaid);
    Ok(H264Config { avcc, width: size("width")?, height: size("height")?, colour })
}

fn vp9(
    coded: &gst::StructureRef,
    first_unit: &[u8],
    colour: Colour,
    recipe: &PictureRecipe,
) -> Result<Vp9Config, RenderFailure> {
    let key_frame = KeyFrame::read(first_unit).ok_or_else(unsaid)?;
    let chroma_subsampling = match (key_frame.subsampled, coded.get::<&str>("chroma-site")) {
        ((true, true), Ok("cosited")) => CHROMA_420_COLOCATED,
        ((true, true), _) => CHROMA_420_VERTICAL,
        ((true, false), _) => CHROMA_422,
        ((false, false), _) => CHROMA_444,
        ((false, true), _) => return Err(unsaid().because("WebM has no word for chroma of half the height")),
    };
    let KeyFrame { profile, bit_depth, width, height, .. } = key_frame;
    let PictureRecipe { frame_rate_num, frame_rate_den, max_bitrate_kbps: bitrate_kbps, .. } = *recipe;
    let level = vp9::level(Load { width, height, frame_rate_num, frame_rate_den, bitrate_kbps });
    Ok(Vp9Config { width, height, profile, level, bit_depth, chroma_subsampling, colour })
}

fn unsaid() -> RenderFailure {
    RenderFailure::node("The encoder on this node does not say how its stream is to be read.")
}
