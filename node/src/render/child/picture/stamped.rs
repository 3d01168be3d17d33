//! A frame at the time that it has among others: the same pixels, never copied.
//! Knows neither why it has that time nor what becomes of it.

use gstreamer as gst;
use gstreamer_video::VideoMeta;

use super::senseless;
use crate::render::child::cut::Cut;
use crate::render::failure::RenderFailure;

/// The frame, shown at the time of frame `ordinal` of these.
pub(super) fn stamped(frame: gst::Buffer, times: &Cut, ordinal: usize) -> Result<gst::Buffer, RenderFailure> {
    let time = |ticks| gst::ClockTime::from_nseconds(times.nanoseconds(ticks).unsigned_abs());
    let mut shown = if frame.is_writable() { frame } else { lent(frame)? };
    let stamps = shown.make_mut();
    stamps.set_pts(time(times.pts(ordinal)));
    stamps.set_dts(None);
    stamps.set_duration(time(times.duration(ordinal)));
    Ok(shown)
}

/// A buffer of one's own around the pixels of another. Copying the other would copy its pixels as well: a decoder that will
/// still look at a frame holds its memory for writing, and the library shares no memory that is held so. (Each frame of 1080p
/// was 3 MB of fresh memory, 4 % of the processor time of an export.)
fn lent(frame: gst::Buffer) -> Result<gst::Buffer, RenderFailure> {
    let original = frame.clone();
    let pixels = frame.into_mapped_buffer_readable().map_err(|_| senseless())?;
    let mut lent = gst::Buffer::from_slice(pixels);
    let own = lent.make_mut();
    let besides = gst::BufferCopyFlags::FLAGS | gst::BufferCopyFlags::META;
    original.copy_into(own, besides, ..).map_err(|error| senseless().because(error))?;
    // Where the planes lie belongs to the memory and is not copied without it.
    if let Some(planes) = original.meta::<VideoMeta>()
        && own.meta::<VideoMeta>().is_none()
    {
        let (flags, format) = (planes.video_frame_flags(), planes.format());
        VideoMeta::add_full(own, flags, format, planes.width(), planes.height(), planes.offset(), planes.stride())
            .map_err(|error| senseless().because(error))?;
    }
    Ok(lent)
}
