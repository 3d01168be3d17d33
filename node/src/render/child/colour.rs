//! Colour in the library's words and by the code points of ISO/IEC 23091-2.
//! Converts names, never pixels.

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
