//! One frame laid over another by weight, exactly: integers, each sample rounded to nearest.
//! Knows no time and no segment. (GStreamer's compositor is off by up to 2.6 of 255, measured.)

use gstreamer as gst;
use gstreamer_video::{VideoFrameRef, VideoInfo};

use crate::render::child::plane::stride;
use crate::render::child::source::unbuildable;
use crate::render::failure::RenderFailure;

/// What a picture that covers the other one whole weighs.
const WHOLE: u32 = u16::MAX as u32;

/// A frame of which `weight` 65,535ths are `incoming` and the rest is `outgoing`. Both are 8-bit planes of one size, as shaping
/// makes them.
pub fn blend(outgoing: &gst::Sample, incoming: &gst::Sample, weight: u16) -> Result<gst::Buffer, RenderFailure> {
    let info = info(outgoing)?;
    if self::info(incoming)? != info {
        return Err(unequal());
    }
    let mut blended = gst::Buffer::with_size(info.size()).map_err(|error| unbuildable().because(error))?;
    let out = blended.get_mut().ok_or_else(unbuildable)?;
    let mut out = VideoFrameRef::from_buffer_ref_writable(out, &info).map_err(|error| unbuildable().because(error))?;
    let (outgoing, incoming) = (readable(outgoing, &info)?, readable(incoming, &info)?);
    for plane in 0..info.n_planes() {
        let outgoing_rows = rows(&outgoing, plane)?;
        let incoming_rows = rows(&incoming, plane)?;
        let (stride, width) = (stride(&out, plane).ok_or_else(unequal)?, width(&info, plane)?);
        let rows = out.plane_data_mut(plane).map_err(|error| unbuildable().because(error))?.chunks_mut(stride);
        for ((row, outgoing), incoming) in rows.zip(outgoing_rows).zip(incoming_rows) {
            // Rows may be padded, and the last one may be no longer than the picture is wide.
            blend_row(&outgoing[..width], &incoming[..width], weight, &mut row[..width]);
        }
    }
    drop(out);
    Ok(blended)
}

/// Blends samples one by one.
fn blend_row(outgoing: &[u8], incoming: &[u8], weight: u16, out: &mut [u8]) {
    let weight = u32::from(weight);
    for ((outgoing, incoming), out) in outgoing.iter().zip(incoming).zip(out) {
        let sum = u32::from(*outgoing) * (WHOLE - weight) + u32::from(*incoming) * weight;
        *out = u8::try_from((sum + WHOLE / 2) / WHOLE).unwrap_or(u8::MAX);
    }
}

fn info(sample: &gst::Sample) -> Result<VideoInfo, RenderFailure> {
    let caps = sample.caps().ok_or_else(unequal)?;
    VideoInfo::from_caps(caps).map_err(|error| unbuildable().because(error))
}

fn readable<'a>(sample: &'a gst::Sample, info: &VideoInfo) -> Result<VideoFrameRef<&'a gst::BufferRef>, RenderFailure> {
    let buffer = sample.buffer().ok_or_else(unequal)?;
    VideoFrameRef::from_buffer_ref_readable(buffer, info).map_err(|error| unbuildable().because(error))
}

fn rows<'a>(
    frame: &'a VideoFrameRef<&gst::BufferRef>,
    plane: u32,
) -> Result<std::slice::Chunks<'a, u8>, RenderFailure> {
    let stride = stride(frame, plane).ok_or_else(unequal)?;
    Ok(frame.plane_data(plane).map_err(|error| unbuildable().because(error))?.chunks(stride))
}

/// Samples in a row of a plane; I420 keeps one component in each.
fn width(info: &VideoInfo, plane: u32) -> Result<usize, RenderFailure> {
    let component = u8::try_from(plane).map_err(|error| unbuildable().because(error))?;
    usize::try_from(info.comp_width(component)).map_err(|error| unbuildable().because(error))
}

fn unequal() -> RenderFailure {
    RenderFailure::node("The two pictures of a crossfade came out in different shapes.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blended(outgoing: u8, incoming: u8, weight: u16) -> u8 {
        let mut out = [0];
        blend_row(&[outgoing], &[incoming], weight, &mut out);
        out[0]
    }

    #[test]
    fn the_ends_are_the_pictures_themselves() {
        for (outgoing, incoming) in [(0, 255), (16, 235), (200, 200)] {
            assert_eq!(blended(outgoing, incoming, 0), outgoing);
            assert_eq!(blended(outgoing, incoming, u16::MAX), incoming);
        }
    }

    proptest! {
        #[test]
        fn every_sample_is_the_nearest(outgoing in any::<u8>(), incoming in any::<u8>(), weight in any::<u16>()) {
            let share = f64::from(weight) / 65_535.0;
            let ideal = f64::from(outgoing) * (1.0 - share) + f64::from(incoming) * share;
            prop_assert!((f64::from(blended(outgoing, incoming, weight)) - ideal).abs() <= 0.5 + 1e-9);
        }
    }

    /// A frame of I420 with padded rows, every sample of a plane the same.
    fn flat(levels: [u8; 3], width: u32) -> gst::Sample {
        let info = VideoInfo::builder(gstreamer_video::VideoFormat::I420, width, 6).build().unwrap();
        let mut buffer = gst::Buffer::with_size(info.size()).unwrap();
        let mut frame = VideoFrameRef::from_buffer_ref_writable(buffer.get_mut().unwrap(), &info).unwrap();
        for (plane, level) in (0..).zip(levels) {
            frame.plane_data_mut(plane).unwrap().fill(level);
        }
        drop(frame);
        gst::Sample::builder().buffer(&buffer).caps(&info.to_caps().unwrap()).build()
    }

    #[test]
    fn every_plane_is_blended_row_by_row() {
        gst::init().unwrap();
        let (outgoing, incoming) = (flat([20, 120, 220], 10), flat([120, 20, 220], 10));
        let half = blend(&outgoing, &incoming, 32_768).unwrap();
        let info = info(&outgoing).unwrap();
        let frame = VideoFrameRef::from_buffer_ref_readable(half.as_ref(), &info).unwrap();
        for (plane, level) in (0..).zip([70, 70, 220]) {
            let width = width(&info, plane).unwrap();
            let rows: Vec<&[u8]> = rows(&frame, plane).unwrap().collect();
            assert!(
                rows.len() == [6, 3, 3][plane as usize]
                    && rows.iter().all(|row| row[..width].iter().all(|sample| *sample == level))
            );
        }
        assert!(blend(&outgoing, &flat([0; 3], 12), 1).is_err());
    }
}
