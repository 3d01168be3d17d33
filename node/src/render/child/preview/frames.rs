//! Every frame of the picture track in the order it is shown, small, upright and at its own time.
//! Encodes nothing.

use gstreamer as gst;
use wire::v1::PreviewWork;

use super::{Clock, senseless};
use crate::render::child::chain::{self, Shape};
use crate::render::child::codecs::Kind;
use crate::render::child::line::{Line, PATIENCE};
use crate::render::child::source::{Source, unbuildable};
use crate::render::child::track::{Decoded, Decoding, Wish};
use crate::render::failure::RenderFailure;
use crate::render::recipe::preview::{Look, small_frames};

/// Decoded frames that may wait: at 8K each is 50 MB.
const DECODED_WAITING_MAX: u32 = 2;
/// Decoding is most of the work of a preview, and how many threads do it shows nowhere.
const DECODER_THREADS: u32 = 2;
/// What the first frame's time may be off after rounding: Matroska's times are whole milliseconds.
const SLACK_MILLISECONDS: i64 = 1;

/// A frame made small.
#[derive(Clone, Debug)]
pub struct SmallFrame {
    /// Its pixels, stamped with its time.
    pub pixels: gst::Buffer,
    /// What they are.
    pub caps: gst::Caps,
    /// When it is shown, on the source's clock.
    pub tick: i64,
}

/// The frames of a track, on their way.
pub struct SmallFrames<'a> {
    work: &'a PreviewWork,
    clock: Clock,
    decoding: Decoding,
    shape: Shape,
    shrinking: Option<Shrinking>,
    last_tick: Option<i64>,
    found_count: u64,
    all_decoded: bool,
}

/// What makes frames small.
struct Shrinking {
    line: Line,
    colorimetry: String,
    /// Caps of the last frame as the decoder gave them, to notice a change.
    seen_caps: gst::Caps,
}

impl<'a> SmallFrames<'a> {
    /// Begins at the beginning.
    pub fn open(source: &Source, work: &'a PreviewWork, clock: Clock) -> Result<SmallFrames<'a>, RenderFailure> {
        let wish = Wish {
            track: &work.picture,
            kind: Kind::Picture,
            threads: DECODER_THREADS,
            converters: Vec::new(),
            caps: None,
            queue_max: DECODED_WAITING_MAX,
        };
        let mut decoding = Decoding::open(source, wish)?;
        decoding.start();
        let frame_rate = chain::fraction(work.frame_rate_num, work.frame_rate_den)?;
        let shape = Shape { frame_rate, keeps_fields: work.deinterlace };
        Ok(SmallFrames {
            work,
            clock,
            decoding,
            shape,
            shrinking: None,
            last_tick: None,
            found_count: 0,
            all_decoded: false,
        })
    }

    /// The next frame; `None` after the last.
    pub fn next(&mut self) -> Result<Option<SmallFrame>, RenderFailure> {
        loop {
            if let Some(shrinking) = &self.shrinking {
                let patiently = self.all_decoded || !shrinking.line.has_room();
                let wait = if patiently { PATIENCE } else { gst::ClockTime::ZERO };
                if let Some(sample) = shrinking.line.next(wait)? {
                    return self.small(&sample).map(Some);
                }
                if self.all_decoded && shrinking.line.is_over() {
                    return Ok(None);
                }
                if patiently {
                    continue;
                }
            } else if self.all_decoded {
                return Ok(None);
            }
            self.decode_one()?;
        }
    }

    /// A picture with fewer frames than its index counted would pass for the whole.
    pub fn hold_to_promise(&self) -> Result<(), RenderFailure> {
        let (found, promised) = (self.found_count, self.work.frame_count);
        if found >= promised {
            return Ok(());
        }
        Err(RenderFailure::media(format!("The video holds only {found} of the {promised} frames it promised.")))
    }

    fn decode_one(&mut self) -> Result<(), RenderFailure> {
        let Some(frame) = self.decoding.next()? else { return self.end() };
        let tick = self.clock.tick(frame.stream_ns);
        if tick >= self.work.end {
            return self.end();
        }
        let slack = self.clock.rate.milliseconds(SLACK_MILLISECONDS).0;
        let is_early = tick + slack < self.work.start;
        if is_early || self.last_tick.is_some_and(|last| tick <= last) {
            return Ok(());
        }
        self.last_tick = Some(tick);
        self.found_count += 1;
        self.shrink(&frame, tick)
    }

    fn shrink(&mut self, frame: &Decoded, tick: i64) -> Result<(), RenderFailure> {
        let caps = frame.sample.caps_owned().ok_or_else(senseless)?;
        let mut shrinking = match self.shrinking.take() {
            Some(shrinking) => shrinking,
            None => self.begin(caps.clone())?,
        };
        if shrinking.seen_caps != caps {
            shrinking.line.set_caps(&self.shape.applied(&caps, &shrinking.colorimetry));
            shrinking.seen_caps = caps;
        }
        let mut pixels = frame.buffer().copy();
        let stamped = pixels.make_mut();
        stamped.set_pts(gst::ClockTime::from_nseconds(self.clock.ns(tick).unsigned_abs()));
        stamped.set_dts(None);
        stamped.set_duration(None);
        shrinking.line.push(pixels)?;
        self.shrinking = Some(shrinking);
        Ok(())
    }

    fn begin(&self, caps: gst::Caps) -> Result<Shrinking, RenderFailure> {
        let colorimetry = chain::colorimetry(&caps, self.decoding.container_colour().as_deref())?;
        let look = Look {
            orientation: self.work.orientation.clone(),
            deinterlace: self.work.deinterlace,
            width: self.work.width,
            height: self.work.height,
        };
        let stages = small_frames(&look, &colorimetry).map_err(|error| senseless().because(error))?;
        let line = Line::start(&stages, &self.shape.applied(&caps, &colorimetry), DECODED_WAITING_MAX.into())?;
        Ok(Shrinking { line, colorimetry, seen_caps: caps })
    }

    fn end(&mut self) -> Result<(), RenderFailure> {
        self.all_decoded = true;
        self.shrinking.as_ref().map_or(Ok(()), |shrinking| shrinking.line.end())
    }

    fn small(&self, sample: &gst::Sample) -> Result<SmallFrame, RenderFailure> {
        let pixels = sample.buffer_owned().ok_or_else(unbuildable)?;
        let caps = sample.caps_owned().ok_or_else(unbuildable)?;
        let shown = pixels.pts().ok_or_else(unbuildable)?;
        let ns = i64::try_from(shown.nseconds()).map_err(|error| unbuildable().because(error))?;
        Ok(SmallFrame { pixels, caps, tick: self.clock.tick(ns) })
    }
}
