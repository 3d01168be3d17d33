//! Colour in the library's words and by the code points of ISO/IEC 23091-2.
//! Converts names, never pixels.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_video::{VideoColorRange, VideoColorimetry};
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
