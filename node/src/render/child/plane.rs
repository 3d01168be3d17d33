//! How a plane of a mapped frame lies in memory.
//! Reads no samples.

use gstreamer_video::VideoFrameExt;

/// Bytes from one row of a plane to the next; `None` where rows run backwards.
#[must_use]
pub fn stride(frame: &impl VideoFrameExt, plane: u32) -> Option<usize> {
    usize::try_from(frame.plane_stride()[plane as usize]).ok().filter(|stride| *stride > 0)
}
