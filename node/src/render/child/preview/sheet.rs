//! Thumbnails at even intervals, laid side by side as one JPEG, and the most telling of them as a poster.
//! Decodes nothing and keeps two frames.

use gstreamer as gst;
use gstreamer_video::prelude::*;
use gstreamer_video::{VideoFrameRef, VideoInfo};
use wire::v1::PreviewWork;

use super::frames::SmallFrame;
use crate::render::child::line::Line;
use crate::render::child::source::unbuildable;
use crate::render::child::still;
use crate::render::failure::RenderFailure;
use crate::render::recipe::preview::still_frames;

/// Black and colourless in the full range of a JPEG: luma, then chroma.
const BLANK: [u8; 3] = [0, 128, 128];

/// A sheet being filled.
pub struct Sheet<'a> {
    work: &'a PreviewWork,
    shrinking: Option<Line>,
    canvas: Option<Canvas>,
    /// Thumbnails on the canvas.
    count: u32,
    /// The frame on screen.
    current: Option<SmallFrame>,
    /// Its thumbnail, once one was made.
    thumbnail: Option<gst::Sample>,
    telling: Option<(u64, SmallFrame)>,
}

/// The finished pictures.
pub struct Stills {
    /// All thumbnails.
    pub sheet: Vec<u8>,
    /// One frame of the video.
    pub poster: Vec<u8>,
}

impl<'a> Sheet<'a> {
    /// An empty sheet.
    pub fn new(work: &'a PreviewWork) -> Sheet<'a> {
        Sheet { work, shrinking: None, canvas: None, count: 0, current: None, thumbnail: None, telling: None }
    }

    /// The next frame comes on screen: thumbnails that lie before it show the one it takes the place of, or, if there is
    /// none, the first that comes.
    pub fn show(&mut self, frame: &SmallFrame) -> Result<(), RenderFailure> {
        let shown_ns = frame.pixels.pts().map_or(0, gst::ClockTime::nseconds);
        if self.current.is_some() {
            self.place_until(shown_ns)?;
        }
        self.current = Some(frame.clone());
        self.thumbnail = None;
        Ok(())
    }

    /// The last frame stays until the end.
    pub fn finish(mut self) -> Result<Stills, RenderFailure> {
        self.place_until(u64::MAX)?;
        let (canvas, (_, telling)) =
            self.canvas.zip(self.telling).ok_or_else(|| RenderFailure::media("The video holds no frame."))?;
        let sheet = still::jpeg(canvas.pixels, &canvas.caps)?;
        let stages = still_frames(self.work.width, self.work.height);
        let poster = Line::start(&stages, &telling.caps, 1)?.only(telling.pixels)?;
        let (pixels, caps) = poster.buffer_owned().zip(poster.caps_owned()).ok_or_else(unbuildable)?;
        Ok(Stills { sheet, poster: still::jpeg(pixels, &caps)? })
    }

    fn place_until(&mut self, ns: u64) -> Result<(), RenderFailure> {
        let interval_ns = u64::try_from(self.work.sprite_interval_ns).map_err(|_| unbuildable())?;
        while self.count < self.work.sprite_count && u64::from(self.count).saturating_mul(interval_ns) < ns {
            self.place()?;
        }
        Ok(())
    }

    /// Puts the current frame at the next place.
    fn place(&mut self) -> Result<(), RenderFailure> {
        let current = self.current.clone().ok_or_else(unbuildable)?;
        let thumbnail = match self.thumbnail.take() {
            Some(thumbnail) => thumbnail,
            None => self.shrink(&current)?,
        };
        let info = info_of(&thumbnail)?;
        let buffer = thumbnail.buffer().ok_or_else(unbuildable)?;
        let pixels = VideoFrameRef::from_buffer_ref_readable(buffer, &info).map_err(|_| unbuildable())?;
        let variety = variety(&pixels);
        if self.telling.as_ref().is_none_or(|(most, _)| variety > *most) {
            self.telling = Some((variety, current));
        }
        let mut canvas = match self.canvas.take() {
            Some(canvas) => canvas,
            None => Canvas::blank(self.work, &info)?,
        };
        let (column, row) = (self.count % self.work.sprite_columns, self.count / self.work.sprite_columns);
        canvas.paste(&pixels, column as usize, row as usize)?;
        drop(pixels);
        self.canvas = Some(canvas);
        self.thumbnail = Some(thumbnail);
        self.count += 1;
        Ok(())
    }

    fn shrink(&mut self, frame: &SmallFrame) -> Result<gst::Sample, RenderFailure> {
        let line = match self.shrinking.take() {
            Some(line) => line,
            None => Line::start(&still_frames(self.work.sprite_width, self.work.sprite_height), &frame.caps, 1)?,
        };
        let thumbnail = line.through(frame.pixels.clone())?;
        self.shrinking = Some(line);
        Ok(thumbnail)
    }
}

/// The sheet's pixels.
struct Canvas {
    pixels: gst::Buffer,
    info: VideoInfo,
    caps: gst::Caps,
}

impl Canvas {
    /// Room for every thumbnail of the shape of `thumbnail`.
    fn blank(work: &PreviewWork, thumbnail: &VideoInfo) -> Result<Canvas, RenderFailure> {
        let columns = work.sprite_columns.max(1);
        let (width, height) = (thumbnail.width() * columns, thumbnail.height() * work.sprite_count.div_ceil(columns));
        let info = VideoInfo::builder(thumbnail.format(), width, height)
            .colorimetry(&thumbnail.colorimetry())
            .fps(thumbnail.fps())
            .build()
            .map_err(|error| unbuildable().because(error))?;
        let caps = info.to_caps().map_err(|error| unbuildable().because(error))?;
        let mut pixels = gst::Buffer::with_size(info.size()).map_err(|error| unbuildable().because(error))?;
        let mut frame = writable(&mut pixels, &info)?;
        for (plane, blank) in (0..).zip(BLANK) {
            frame.plane_data_mut(plane).map_err(|error| unbuildable().because(error))?.fill(blank);
        }
        drop(frame);
        Ok(Canvas { pixels, info, caps })
    }

    fn paste(
        &mut self,
        thumbnail: &VideoFrameRef<&gst::BufferRef>,
        column: usize,
        row: usize,
    ) -> Result<(), RenderFailure> {
        let mut canvas = writable(&mut self.pixels, &self.info)?;
        for plane in 0..thumbnail.n_planes() {
            let (width, height) = side_lengths(thumbnail, plane);
            let stride = stride(canvas.plane_stride(), plane);
            let at = row * height * stride + column * width;
            let rows = rows(thumbnail, plane)?;
            let data = canvas.plane_data_mut(plane).map_err(|error| unbuildable().because(error))?;
            for (line, pixels) in rows.enumerate() {
                data[at + line * stride..][..width].copy_from_slice(pixels);
            }
        }
        Ok(())
    }
}

fn writable<'a>(
    pixels: &'a mut gst::Buffer,
    info: &VideoInfo,
) -> Result<VideoFrameRef<&'a mut gst::BufferRef>, RenderFailure> {
    let pixels = pixels.get_mut().ok_or_else(unbuildable)?;
    VideoFrameRef::from_buffer_ref_writable(pixels, info).map_err(|_| unbuildable())
}

fn info_of(sample: &gst::Sample) -> Result<VideoInfo, RenderFailure> {
    let caps = sample.caps().ok_or_else(unbuildable)?;
    VideoInfo::from_caps(caps).map_err(|error| unbuildable().because(error))
}

/// Width and height of a plane.
fn side_lengths(frame: &VideoFrameRef<&gst::BufferRef>, plane: u32) -> (usize, usize) {
    (frame.comp_width(plane) as usize, frame.comp_height(plane) as usize)
}

fn stride(strides: &[i32], plane: u32) -> usize {
    usize::try_from(strides[plane as usize]).expect("raw frames have no negative strides")
}

/// The rows of a plane, without what lies between them.
fn rows<'a>(
    frame: &'a VideoFrameRef<&gst::BufferRef>,
    plane: u32,
) -> Result<impl Iterator<Item = &'a [u8]>, RenderFailure> {
    let (width, height) = side_lengths(frame, plane);
    let data = frame.plane_data(plane).map_err(|error| unbuildable().because(error))?;
    Ok(data.chunks(stride(frame.plane_stride(), plane)).take(height).map(move |row| &row[..width]))
}

/// How much the brightness of a picture varies: next to nothing where it is black, white or blurred.
fn variety(frame: &VideoFrameRef<&gst::BufferRef>) -> u64 {
    let Ok(rows) = rows(frame, 0) else { return 0 };
    let (mut count, mut sum, mut squares) = (0_u64, 0_u64, 0_u64);
    for value in rows.flatten() {
        let value = u64::from(*value);
        count += 1;
        sum += value;
        squares += value * value;
    }
    count * squares - sum * sum
}
