//! The picture task: exactly the promised frames, decoded, turned, scaled and encoded; short is a failure that says by how much.
//! Joins the cut, the decoder and the encoder, and holds none of their knowledge.

use gstreamer as gst;
use timeline::Rate;
use wire::v1::{PartFrame, PictureWork};

use super::check::Groups;
use super::codecs::Kind;
use super::cut::{Cut, Verdict};
use super::encode::{CodedUnit, Encoding};
use super::identity::identity;
use super::index::frames::ticks;
use super::output::Output;
use super::source::Source;
use super::track::{Decoded, Decoding, Wish};
use crate::render::encoders::{self, EncoderRow};
use crate::render::failure::RenderFailure;

/// Decoded frames that may wait to be looked at.
const DECODED_WAITING_MAX: u32 = 2;
/// Threads of the decoder: it is cheap against the encoder, and every thread holds frames.
const DECODER_THREADS_MAX: u32 = 2;
/// How long to wait for the encoder while its queue is full.
const ENCODER_WAIT: gst::ClockTime = gst::ClockTime::from_mseconds(5);
/// How much earlier to begin when the first frame did not come: its key frame may be shown after it.
const EARLIER_NS: [i64; 2] = [2_000_000_000, 12_000_000_000];
/// What GStreamer 1.22 says when a stream ended before a decoder made anything of it.
const NOTHING_DECODED: &str = "No valid frames decoded before end of stream";
/// Frames between two reports of progress.
const FRAMES_PER_PROGRESS: usize = 8;

/// Renders the frames of one part.
pub fn run(source: &Source, work: &PictureWork, output: &mut Output) -> Result<(), RenderFailure> {
    let rate = Rate::new(work.rate_num, work.rate_den).ok_or_else(senseless)?;
    let cut = Cut::new(rate, work.keep_pts.clone(), work.end).ok_or_else(senseless)?;
    let mut part = Part { work, rate, cut, encoding: None, groups: Groups::default(), sent: 0, output };
    let mut decoding = open(source, work)?;
    part.begin(&mut decoding)?;
    part.keep_promised(&mut decoding)?;
    drop(decoding);
    part.finish()
}

/// A part in the making.
struct Part<'a> {
    work: &'a PictureWork,
    rate: Rate,
    cut: Cut,
    encoding: Option<Encoding>,
    groups: Groups,
    sent: usize,
    output: &'a mut Output,
}

fn open(source: &Source, work: &PictureWork) -> Result<Decoding, RenderFailure> {
    let threads = work.recipe.threads.clamp(1, DECODER_THREADS_MAX);
    let queue_max = DECODED_WAITING_MAX;
    let wish = Wish { track: &work.track, kind: Kind::Picture, threads, converters: Vec::new(), caps: None, queue_max };
    Decoding::open(source, wish)
}

impl Part<'_> {
    /// Seeks so that the first promised frame is the first one kept, farther back when it does not come.
    fn begin(&mut self, decoding: &mut Decoding) -> Result<(), RenderFailure> {
        let at = self.cut.seek_ns();
        for earlier in [0].into_iter().chain(EARLIER_NS).chain([at]) {
            match u64::try_from(at - earlier) {
                Ok(ns @ 1..) => decoding.seek(gst::ClockTime::from_nseconds(ns))?,
                // From the very beginning; the first time nothing has been decoded yet and no seek is needed.
                _ if decoding.is_waiting() => decoding.start(),
                _ => decoding.seek(gst::ClockTime::ZERO)?,
            }
            if self.reach_first(decoding)? {
                return Ok(());
            }
            self.cut.restart();
        }
        // Not from anywhere: the rest is counted, and the failure says how many frames there are.
        decoding.seek(gst::ClockTime::ZERO)
    }

    /// Decodes up to and with the first promised frame; false when it was passed by.
    fn reach_first(&mut self, decoding: &mut Decoding) -> Result<bool, RenderFailure> {
        while !self.cut.missed_first() {
            let frame = match decoding.next() {
                // In the last group of an open-GOP file: from its key frame on nothing can be decoded, from farther back all.
                Err(failure) if failure.detail.contains(NOTHING_DECODED) => return Ok(false),
                decoded => decoded?,
            };
            let Some(frame) = frame else { return Ok(false) };
            if let Verdict::Keep(ordinal) = self.cut.judge(frame.stream_ns) {
                if ordinal > 0 {
                    return Ok(false);
                }
                self.encode(ordinal, &frame, decoding)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Encodes every further promised frame and stops as soon as the last one came.
    fn keep_promised(&mut self, decoding: &mut Decoding) -> Result<(), RenderFailure> {
        while !self.cut.is_over() {
            let Some(frame) = decoding.next()? else { break };
            if let Verdict::Keep(ordinal) = self.cut.judge(frame.stream_ns) {
                self.encode(ordinal, &frame, decoding)?;
            }
        }
        Ok(())
    }

    fn encode(&mut self, ordinal: usize, frame: &Decoded, decoding: &Decoding) -> Result<(), RenderFailure> {
        let caps = frame.sample.caps_owned().ok_or_else(senseless)?;
        let mut encoding = match self.encoding.take() {
            Some(encoding) => encoding,
            None => Encoding::start(&self.work.recipe, &caps, decoding.container_colour().as_deref())?,
        };
        while !encoding.has_room() {
            if let Some(unit) = encoding.next(ENCODER_WAIT)? {
                self.send(&unit, &encoding)?;
            }
        }
        encoding.push(self.timed(ordinal, frame.buffer()), &caps)?;
        while let Some(unit) = encoding.next(gst::ClockTime::ZERO)? {
            self.send(&unit, &encoding)?;
        }
        self.encoding = Some(encoding);
        Ok(())
    }

    /// The same pixels, shown at their place in the part.
    fn timed(&self, ordinal: usize, pixels: &gst::BufferRef) -> gst::Buffer {
        let time = |ticks| gst::ClockTime::from_nseconds(self.cut.nanoseconds(ticks).unsigned_abs());
        let mut buffer = pixels.copy();
        let stamped = buffer.make_mut();
        stamped.set_pts(time(self.cut.pts(ordinal)));
        stamped.set_dts(None);
        stamped.set_duration(time(self.cut.duration(ordinal)));
        buffer
    }

    fn send(&mut self, unit: &CodedUnit, encoding: &Encoding) -> Result<(), RenderFailure> {
        let bytes = unit.bytes()?;
        if self.sent == 0 {
            let row = encoders::row(&self.work.recipe.encoder_family).ok_or_else(senseless)?;
            check_encoder(self.work, row, &bytes)?;
            let codec = encoding.codec(row.standard, &self.work.recipe, &bytes)?;
            self.output.codec(codec, (self.rate.num(), self.rate.den()), Vec::new())?;
        }
        let ordinal = self.cut.ordinal_at(unit.pts_ns).ok_or_else(|| {
            RenderFailure::node("The encoder on this node changed the time of a frame.").because(unit.pts_ns)
        })?;
        let frame = PartFrame {
            pts: self.cut.pts(ordinal),
            dts: ticks(self.rate, unit.dts_ns),
            duration: u32::try_from(self.cut.duration(ordinal)).map_err(|error| senseless().because(error))?,
            size_bytes: u32::try_from(bytes.len()).map_err(|error| senseless().because(error))?,
            key: unit.key,
        };
        self.output.access_unit(&frame, &bytes)?;
        self.groups.note(unit);
        self.sent += 1;
        if self.sent.is_multiple_of(FRAMES_PER_PROGRESS) {
            self.output.progress(self.sent as u64)?;
        }
        Ok(())
    }

    /// Drains the encoder and holds the part to its promise.
    fn finish(mut self) -> Result<(), RenderFailure> {
        let (found, promised) = (self.cut.found_count(), self.cut.frame_count());
        if found < promised {
            return Err(RenderFailure::media(format!(
                "The video holds only {found} of the {promised} frames it promised for this stretch."
            )));
        }
        if let Some(encoding) = self.encoding.take() {
            encoding.end()?;
            while !encoding.is_over() {
                if let Some(unit) = encoding.next(ENCODER_WAIT)? {
                    self.send(&unit, &encoding)?;
                }
            }
        }
        if self.sent != promised {
            let sent = self.sent;
            return Err(RenderFailure::node(format!("The encoder on this node made {sent} frames of {promised}.")));
        }
        self.output.progress(self.sent as u64)?;
        self.groups.check()
    }
}

/// A part by another encoder, or another version of it, would not join its neighbours.
fn check_encoder(work: &PictureWork, row: &EncoderRow, first_unit: &[u8]) -> Result<(), RenderFailure> {
    let planned = &work.recipe.encoder_identity;
    let here = identity(row, first_unit);
    if here.as_ref() == Some(planned) {
        return Ok(());
    }
    Err(RenderFailure::node("This node's encoder is not the one the export was planned for.")
        .because(format!("planned {planned}, here {}", here.unwrap_or_default())))
}

fn senseless() -> RenderFailure {
    RenderFailure::node("The task makes no sense to this node.")
}
