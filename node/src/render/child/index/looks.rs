//! What a track looks and sounds like: from the first decoded frame, the parser's caps and the tags.
//! Turns the library's terms into those of the wire.

use gstreamer as gst;
use gstreamer_video::{VideoColorimetry, VideoInfo, VideoInterlaceMode};
use wire::v1::{Colour, Orientation, SoundIndex};

use super::frames::DecodedAt;
use super::packets::TrackScan;
use crate::render::child::colour;
use crate::render::child::track::Decoded;

/// Transfer characteristics of PQ and HLG (ISO/IEC 23091-2).
const HDR_TRANSFERS: [u8; 2] = [16, 18];

/// What a picture track looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    /// Width in coded pixels.
    pub width: u32,
    /// Height in coded pixels.
    pub height: u32,
    /// Pixel aspect ratio.
    pub pixel_aspect: (u32, u32),
    /// Whether frames are two fields.
    pub interlaced: bool,
    /// Bits per sample.
    pub bit_depth: u32,
    /// Colour as the stream says.
    pub colour: Colour,
}

/// Looks at a frame of the track.
#[must_use]
pub fn picture(frame: &Decoded, scan: &TrackScan) -> Option<Looks> {
    let info = VideoInfo::from_caps(frame.sample.caps()?).ok()?;
    let aspect = info.par();
    let parsed = scan.caps.structure(0)?;
    let said_progressive = parsed.get::<&str>("interlace-mode").is_ok_and(|mode| mode == "progressive");
    let interlaced = info.interlace_mode() != VideoInterlaceMode::Progressive;
    Some(Looks {
        width: info.width(),
        height: info.height(),
        pixel_aspect: (u32::try_from(aspect.numer()).ok()?.max(1), u32::try_from(aspect.denom()).ok()?.max(1)),
        interlaced: interlaced && !said_progressive,
        bit_depth: info.comp_depth(0),
        colour: said_colour(scan, &info),
    })
}

/// Colour by the stream's own words, or else the container's; what a decoder merely assumes is left out, but for the range.
fn said_colour(scan: &TrackScan, info: &VideoInfo) -> Colour {
    let words = colour::said(&scan.caps).or_else(|| scan.container_colour.clone());
    let said = words.and_then(|words| words.parse::<VideoColorimetry>().ok());
    let assumed = Colour { full_range: colour::of(&info.colorimetry()).full_range, ..colour::UNSPECIFIED };
    said.map_or(assumed, |said| colour::of(&said))
}

/// Whether the transfer function is one of high dynamic range.
#[must_use]
pub fn is_hdr(colour: &Colour) -> bool {
    HDR_TRANSFERS.contains(&colour.transfer)
}

/// When a decoded frame is shown.
#[must_use]
pub fn shown(frame: &Decoded) -> DecodedAt {
    let duration = frame.buffer().duration().and_then(|duration| i64::try_from(duration.nseconds()).ok());
    DecodedAt {
        pts: frame.stream_ns,
        end: duration.filter(|duration| *duration > 0).map(|duration| frame.stream_ns + duration),
    }
}

/// The turn that makes the picture upright.
#[must_use]
pub fn orientation(tags: &gst::TagListRef) -> Orientation {
    let tag = tags.get::<gst::tags::ImageOrientation>();
    match tag.as_ref().map(gst::tags::TagValue::get) {
        Some("rotate-90") => Orientation::Clockwise90,
        Some("rotate-180") => Orientation::Rotate180,
        Some("rotate-270") => Orientation::Clockwise270,
        Some("flip-rotate-0") => Orientation::MirrorHorizontal,
        Some("flip-rotate-90") => Orientation::Transpose,
        Some("flip-rotate-180") => Orientation::MirrorVertical,
        Some("flip-rotate-270") => Orientation::Antitranspose,
        _ => Orientation::Upright,
    }
}

/// The source's own creation time, in seconds since 1970.
#[must_use]
pub fn created_at(tags: &gst::TagListRef) -> Option<i64> {
    let tag = tags.get::<gst::tags::DateTime>()?;
    let utc = tag.get().to_g_date_time().ok()?;
    Some(utc.to_unix()).filter(|seconds| *seconds > 0)
}

/// A sound track, if it can be said what it is and when it sounds.
#[must_use]
pub fn sound(scan: &TrackScan) -> Option<SoundIndex> {
    let said = scan.caps.structure(0)?;
    let number =
        |field| said.get::<i32>(field).ok().and_then(|value| u32::try_from(value).ok()).filter(|value| *value > 0);
    let first = scan.packets.iter().filter_map(|packet| packet.pts).min()?;
    let end = scan.packets.iter().filter_map(|packet| packet.end.or(packet.pts)).max()?;
    Some(SoundIndex {
        ordinal: scan.ordinal,
        codec: scan.codec.name.to_owned(),
        channels: number("channels")?,
        sample_rate: number("rate")?,
        start_ns: first,
        end_ns: end.max(first),
    })
}
