//! Makes a pad of the Matroska demuxer give out what stands in the file: its times, from a key frame on.
//! Does not seek and does not read the file.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gstreamer as gst;
use gstreamer::prelude::*;

use crate::render::child::codecs::{Codec, Kind};
use crate::render::child::index::visible::shown_frames;

/// What happens on the pad, as far as it matters to whoever seeks on it.
#[derive(Clone, Debug, Default)]
pub struct BlockTimes {
    origin_ns: Arc<AtomicU64>,
    moved_apart: Arc<AtomicBool>,
}

impl BlockTimes {
    /// Sees to it that packets are given out at the times of their blocks, which count ticks of so many nanoseconds. Call it
    /// before the pad is linked.
    #[must_use]
    pub fn keep(pad: &gst::Pad, codec: &'static Codec, tick_ns: u64) -> BlockTimes {
        let times = BlockTimes::default();
        let origin_ns = Arc::clone(&times.origin_ns);
        pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
            if let Some(gst::PadProbeData::Event(event)) = &info.data {
                let said = match event.view() {
                    gst::EventView::Segment(segment) => opened(segment, &origin_ns),
                    gst::EventView::Caps(caps) => framed(caps),
                    _ => None,
                };
                info.data = said.map(gst::PadProbeData::Event).or(info.data.take());
            }
            gst::PadProbeReturn::Ok
        });
        if codec.kind == Kind::Picture {
            settle_frames(pad, codec, gst::ClockTime::from_nseconds(tick_ns), Arc::clone(&times.moved_apart));
        }
        times
    }

    /// Whether frames that share a time were moved apart.
    #[must_use]
    pub fn moved_apart(&self) -> bool {
        self.moved_apart.load(Ordering::Relaxed)
    }

    /// The demuxer's name for a time of the file.
    #[must_use]
    pub fn sought(&self, at: gst::ClockTime) -> gst::ClockTime {
        at.saturating_sub(gst::ClockTime::from_nseconds(self.origin_ns.load(Ordering::Relaxed)))
    }
}

/// A segment in which a packet's time is the file's own, and that clips nothing. The demuxer lets time begin with the earliest
/// block it has met so far: where the sound of a file begins 21 ms before its picture, the first frame came out 21 ms early and
/// no other, and after a seek, which meets no first block, all of them did (1.22).
fn opened(segment: &gst::event::Segment, origin_ns: &AtomicU64) -> Option<gst::Event> {
    let given = segment.segment().downcast_ref::<gst::ClockTime>()?;
    let origin = given.start().zip(given.time()).map_or(0, |(start, time)| start.saturating_sub(time).nseconds());
    origin_ns.store(origin, Ordering::Relaxed);
    let open = gst::FormattedSegment::<gst::ClockTime>::new();
    Some(gst::event::Segment::builder(&open).seqnum(segment.seqnum()).build())
}

/// The same caps, saying that every packet is a whole frame: true in Matroska, and what the FLAC decoder asks for. Its parser
/// would hold each frame back until it has seen the next one, and stamp it by that one's time.
fn framed(caps: &gst::event::Caps) -> Option<gst::Event> {
    let is_flac = caps.caps().structure(0)?.name() == "audio/x-flac";
    let mut caps = caps.caps_owned();
    caps.make_mut().set("framed", true);
    is_flac.then(|| gst::event::Caps::new(&caps))
}

/// What is known of the packets that came since the beginning or a seek.
#[derive(Debug, Default)]
struct Passed {
    /// Whether there was a key frame.
    has_begun: bool,
    /// When the latest frame is shown.
    latest: Option<gst::ClockTime>,
}

/// Drops what lies before the first key frame, at the beginning and after a seek: without cues the demuxer may land between key
/// frames, and some decoders give up over what they are fed there. Frames of one time are moved apart.
fn settle_frames(pad: &gst::Pad, codec: &'static Codec, tick: gst::ClockTime, moved_apart: Arc<AtomicBool>) {
    let passed = Mutex::new(Passed::default());
    let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_FLUSH;
    pad.add_probe(mask, move |_, info| {
        let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut info.data {
            Some(gst::PadProbeData::Event(_)) => *passed = Passed::default(),
            Some(gst::PadProbeData::Buffer(packet)) => {
                let is_key = !packet.flags().contains(gst::BufferFlags::DELTA_UNIT);
                if !passed.has_begun && !is_key {
                    return gst::PadProbeReturn::Drop;
                }
                passed.has_begun = true;
                if codec.is_in_order() && shown_frames(codec.name, packet) > 0 {
                    let said = packet.pts();
                    let shown = said.map(|said| passed.apart(said, is_key, tick));
                    if shown != said {
                        packet.make_mut().set_pts(shown);
                        moved_apart.store(true, Ordering::Relaxed);
                    }
                }
            }
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

impl Passed {
    /// When a frame is shown whose block says `said`: recorders stamp frames that came in a burst with one time, and each is shown
    /// a tick after the one before it. A key frame is always shown when its block says, so that decoding which begins with it
    /// finds the same times as decoding which came by (decision 0011).
    fn apart(&mut self, said: gst::ClockTime, is_key: bool, tick: gst::ClockTime) -> gst::ClockTime {
        let earliest = self.latest.filter(|_| !is_key).map_or(said, |latest| latest + tick);
        let shown = said.max(earliest);
        self.latest = Some(shown);
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_one_time_are_shown_a_tick_apart() {
        let mut passed = Passed::default();
        let millis = |count| gst::ClockTime::from_mseconds(count);
        let blocks = [(0, true), (293, false), (293, false), (293, false), (294, false), (300, false), (300, true)];
        let shown = blocks.map(|(said, is_key)| passed.apart(millis(said), is_key, millis(1)).mseconds());
        assert_eq!(shown, [0, 293, 294, 295, 296, 300, 300]);
        let mut begun_later = Passed::default();
        assert_eq!(begun_later.apart(millis(300), true, millis(1)), millis(300));
    }
}
