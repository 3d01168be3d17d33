//! The poster task: one frame, exactly the asked one, upright and small, as a JPEG.
//! Knows nothing of the file it stands for.

use gstreamer as gst;
use timeline::Rate;
use wire::v1::PosterWork;

use super::chain::{Shape, colorimetry};
use super::codecs::Kind;
use super::cut::{Cut, Verdict};
use super::line::Line;
use super::output::Output;
use super::source::Source;
use super::still::{self, Files, JPEG};
use super::track::{Decoded, Decoding, Wish};
use crate::render::failure::RenderFailure;
use crate::render::recipe::preview::{Look, small_still};

/// Threads of the decoder: a poster is one of many tasks side by side.
const DECODER_THREADS: u32 = 1;
/// How much earlier to begin when the frame did not come: its key frame may be shown after it.
const EARLIER_NS: [i64; 2] = [2_000_000_000, 12_000_000_000];
/// What GStreamer 1.22 says when a stream ended before a decoder made anything of it.
const NOTHING_DECODED: &str = "No valid frames decoded before end of stream";
/// Frames passed by between two signs of life.
const FRAMES_PER_SIGN: u32 = 8;

/// Makes the poster.
pub fn run(source: &Source, work: &PosterWork, output: &mut Output) -> Result<(), RenderFailure> {
    let rate = Rate::new(work.rate_num, work.rate_den).ok_or_else(senseless)?;
    let mut cut = Cut::new(rate, vec![work.pts], work.end).ok_or_else(senseless)?;
    let wish = Wish {
        track: &work.track,
        kind: Kind::Picture,
        threads: DECODER_THREADS,
        converters: Vec::new(),
        caps: None,
        queue_max: 1,
    };
    let mut decoding = Decoding::open(source, wish)?;
    let frame = find(&mut decoding, &mut cut, output)?;
    let jpeg = jpeg(&frame, work, decoding.container_colour().as_deref())?;
    drop(decoding);
    let mut files = Files::default();
    files.send_whole("poster", JPEG, &jpeg, output)?;
    files.finish(output)?;
    output.progress(1)
}

/// Decodes up to the frame, from farther back when it does not come.
fn find(decoding: &mut Decoding, cut: &mut Cut, output: &mut Output) -> Result<Decoded, RenderFailure> {
    let at = cut.seek_ns();
    for earlier in [0].into_iter().chain(EARLIER_NS).chain([at]) {
        match u64::try_from(at - earlier) {
            Ok(ns @ 1..) => decoding.seek(gst::ClockTime::from_nseconds(ns))?,
            // From the very beginning, for which the first time no seek is needed.
            _ if decoding.is_waiting() => decoding.start(),
            _ => decoding.seek(gst::ClockTime::ZERO)?,
        }
        if let Some(frame) = reach(decoding, cut, output)? {
            return Ok(frame);
        }
        cut.restart();
    }
    Err(RenderFailure::media("The video does not hold the frame it promised for this poster."))
}

/// The frame, unless it is passed by.
fn reach(decoding: &mut Decoding, cut: &mut Cut, output: &mut Output) -> Result<Option<Decoded>, RenderFailure> {
    let mut passed = 0_u32;
    while !cut.missed_first() {
        let frame = match decoding.next() {
            Err(failure) if failure.detail.contains(NOTHING_DECODED) => return Ok(None),
            decoded => decoded?,
        };
        let Some(frame) = frame else { return Ok(None) };
        if let Verdict::Keep(_) = cut.judge(frame.stream_ns) {
            return Ok(Some(frame));
        }
        passed += 1;
        if passed.is_multiple_of(FRAMES_PER_SIGN) {
            output.progress(0)?;
        }
    }
    Ok(None)
}

fn jpeg(frame: &Decoded, work: &PosterWork, container_colour: Option<&str>) -> Result<Vec<u8>, RenderFailure> {
    let look = Look {
        orientation: work.orientation.clone(),
        deinterlace: work.deinterlace,
        width: work.width,
        height: work.height,
    };
    let stages = small_still(&look).map_err(|error| senseless().because(error))?;
    let caps = frame.sample.caps_owned().ok_or_else(senseless)?;
    let shape = Shape { frame_rate: gst::Fraction::new(0, 1), keeps_fields: work.deinterlace };
    let caps = shape.applied(&caps, &colorimetry(&caps, container_colour)?);
    let mut pixels = frame.buffer().copy();
    let stamped = pixels.make_mut();
    stamped.set_pts(gst::ClockTime::ZERO);
    stamped.set_dts(None);
    still::bytes(&Line::start(&stages, &caps, 1)?.only(pixels)?)
}

fn senseless() -> RenderFailure {
    RenderFailure::node("The task makes no sense to this node.")
}
