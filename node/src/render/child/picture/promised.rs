//! The promised frames of one stretch, decoded one after the other: begins where the first will come, and counts.
//! Neither shapes nor encodes them.

use gstreamer as gst;
use wire::v1::{FailureClass, PictureWork};

use crate::render::child::codecs::Kind;
use crate::render::child::cut::{Cut, Verdict};
use crate::render::child::source::Source;
use crate::render::child::track::{Decoded, Decoding, Wish};
use crate::render::failure::RenderFailure;

/// Decoded frames that may wait to be looked at.
const DECODED_WAITING_MAX: u32 = 2;
/// Threads of the decoder: it is cheap against the encoder, and every thread holds frames.
const DECODER_THREADS_MAX: u32 = 2;
/// How much earlier to begin when the first frame did not come: its key frame may be shown after it.
const EARLIER_NS: [i64; 2] = [2_000_000_000, 12_000_000_000];
/// What GStreamer 1.22 says when a stream ended before a decoder made anything of it.
const NOTHING_DECODED: &str = "No valid frames decoded before end of stream";

/// A stretch that is being decoded.
#[derive(Debug)]
pub struct Promised {
    decoding: Decoding,
    cut: Cut,
    /// The first promised frame, until it is taken.
    first: Option<Decoded>,
}

impl Promised {
    /// Opens the track and decodes up to the first frame of the cut.
    pub fn open(source: &Source, work: &PictureWork, cut: Cut) -> Result<Promised, RenderFailure> {
        let threads = work.recipe.threads.clamp(1, DECODER_THREADS_MAX);
        let wish = Wish {
            track: &work.track,
            kind: Kind::Picture,
            threads,
            converters: Vec::new(),
            caps: None,
            queue_max: DECODED_WAITING_MAX,
        };
        let mut promised = Promised { decoding: Decoding::open(source, wish)?, cut, first: None };
        promised.begin().map_err(|failure| promised.short_by(failure))?;
        Ok(promised)
    }

    /// The next promised frame and its ordinal among them; `None` after the last one that comes.
    pub fn take(&mut self) -> Result<Option<(usize, Decoded)>, RenderFailure> {
        if let Some(first) = self.first.take() {
            return Ok(Some((0, first)));
        }
        while !self.cut.is_over() {
            let decoded = self.decoding.next().map_err(|failure| self.short_by(failure))?;
            let Some(frame) = decoded else { break };
            if let Verdict::Keep(ordinal) = self.cut.judge(frame.stream_ns) {
                return Ok(Some((ordinal, frame)));
            }
        }
        Ok(None)
    }

    /// Decodes what has not been taken; a failure that says how much was there unless every promised frame came.
    pub fn check_whole(mut self) -> Result<(), RenderFailure> {
        while self.take()?.is_some() {}
        if self.cut.found_count() == self.cut.frame_count() { Ok(()) } else { Err(self.short()) }
    }

    fn short(&self) -> RenderFailure {
        let (found, promised) = (self.cut.found_count(), self.cut.frame_count());
        RenderFailure::media(format!(
            "The video holds only {found} of the {promised} frames it promised for this stretch."
        ))
    }

    /// A source that broke off, with how much of it was there.
    fn short_by(&self, broken_off: RenderFailure) -> RenderFailure {
        match broken_off.class {
            FailureClass::Media => self.short().because(format!("{broken_off} {}", broken_off.detail)),
            _ => broken_off,
        }
    }

    /// What the container says of the colour.
    #[must_use]
    pub fn container_colour(&self) -> Option<String> {
        self.decoding.container_colour()
    }

    /// Seeks so that the first promised frame is the first one kept, farther back when it does not come.
    fn begin(&mut self) -> Result<(), RenderFailure> {
        let at = self.cut.seek_ns();
        for earlier in [0].into_iter().chain(EARLIER_NS).chain([at]) {
            match u64::try_from(at - earlier) {
                Ok(ns @ 1..) => self.decoding.seek(gst::ClockTime::from_nseconds(ns))?,
                // From the very beginning; the first time nothing has been decoded yet and no seek is needed.
                _ if self.decoding.is_waiting() => self.decoding.start(),
                _ => self.decoding.seek(gst::ClockTime::ZERO)?,
            }
            self.first = self.reach_first()?;
            if self.first.is_some() {
                return Ok(());
            }
            self.cut.restart();
        }
        // Not from anywhere: the rest is counted, and the failure says how many frames there are.
        self.decoding.seek(gst::ClockTime::ZERO)
    }

    /// Decodes up to and with the first promised frame; `None` when it was passed by.
    fn reach_first(&mut self) -> Result<Option<Decoded>, RenderFailure> {
        while !self.cut.missed_first() {
            let frame = match self.decoding.next() {
                // In the last group of an open-GOP file: from its key frame on nothing can be decoded, from farther back all.
                Err(failure) if failure.detail.contains(NOTHING_DECODED) => return Ok(None),
                decoded => decoded?,
            };
            let Some(frame) = frame else { return Ok(None) };
            if let Verdict::Keep(ordinal) = self.cut.judge(frame.stream_ns) {
                return Ok((ordinal == 0).then_some(frame));
            }
        }
        Ok(None)
    }
}
