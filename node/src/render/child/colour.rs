//! Colour in the library's words and by the code points of ISO/IEC 23091-2.
//! Converts names, never pixels.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_video::{
    VideoColorMatrix, VideoColorPrimaries, VideoColorRange, VideoColorimetry, VideoTransferFunction,
};
use wire::v1::Colour;

/// Nothing is said.
pub const UNSPECIFIED: Colour = Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false };

/// The code points of a colorimetry.
#[must_use]
pub fn of(colorimetry: &VideoColorimetry) -> Colour {
    let code = |iso: u32| u8::try_from(iso).unwrap_or(2);
    Colour {
        primaries: code(colorimetry.primaries().to_iso()),
        transfer: code(colorimetry.transfer().to_iso()),
        matrix: code(colorimetry.matrix().to_iso()),
        full_range: colorimetry.range() == VideoColorRange::Range0_255,
    }
}

/// The colorimetry that caps name, if they do.
#[must_use]
pub fn said(caps: &gst::CapsRef) -> Option<String> {
    caps.structure(0)?.get::<String>("colorimetry").ok()
}

/// What is said, and of what it leaves open what is assumed.
#[must_use]
pub fn completed(said: &VideoColorimetry, assumed: &VideoColorimetry) -> VideoColorimetry {
    let range = if said.range() == VideoColorRange::Unknown { assumed.range() } else { said.range() };
    let matrix = if said.matrix() == VideoColorMatrix::Unknown { assumed.matrix() } else { said.matrix() };
    let transfer = if said.transfer() == VideoTransferFunction::Unknown { assumed.transfer() } else { said.transfer() };
    let primaries =
        if said.primaries() == VideoColorPrimaries::Unknown { assumed.primaries() } else { said.primaries() };
    VideoColorimetry::new(range, matrix, transfer, primaries)
}

/// Keeps the container's colour from the parser: a MOV `colr` knows no range, and the parser would prefer it to the stream's
/// own words, so that full range became studio range. Whoever finds the stream silent asks the container again.
pub fn hide_from_parser(pad: &gst::Pad) {
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, |_, info| {
        if let Some(gst::PadProbeData::Event(event)) = &info.data
            && let gst::EventView::Caps(caps) = event.view()
            && said(caps.caps()).is_some()
        {
            let mut silent = caps.caps_owned();
            silent.make_mut().iter_mut().for_each(|structure| structure.remove_field("colorimetry"));
            info.data = Some(gst::PadProbeData::Event(gst::event::Caps::new(&silent)));
        }
        gst::PadProbeReturn::Ok
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_kept_where_nothing_else_is_said() {
        gst::init().expect("the media library");
        let parsed = |words: &str| words.parse::<VideoColorimetry>().expect("a colorimetry");
        assert_eq!(completed(&parsed("1:0:0:0"), &parsed("bt601")).to_string(), "1:4:16:4");
        assert_eq!(completed(&parsed("2:0:0:0"), &parsed("bt709")).to_string(), "bt709");
    }
}
