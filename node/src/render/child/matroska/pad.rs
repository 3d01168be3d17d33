//! Makes a pad of the Matroska demuxer give out what stands in the file: its times, from a key frame on.
//! Does not seek and does not read the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gstreamer as gst;
use gstreamer::prelude::*;

use crate::render::child::codecs::Kind;

/// What happens on the pad, as far as it matters to whoever seeks on it.
#[derive(Clone, Debug, Default)]
pub struct BlockTimes {
    origin_ns: Arc<AtomicU64>,
}

impl BlockTimes {
    /// Sees to it that packets are given out at the times of their blocks. Call it before the pad is linked.
    #[must_use]
    pub fn keep(pad: &gst::Pad, kind: Kind) -> BlockTimes {
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
        if kind == Kind::Picture {
            begin_with_keys(pad);
        }
        times
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

/// Drops what lies before the first key frame, at the beginning and after a seek: without cues the demuxer may land between key
/// frames, and some decoders give up over what they are fed there.
fn begin_with_keys(pad: &gst::Pad) {
    let has_begun = AtomicBool::new(false);
    let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_FLUSH;
    pad.add_probe(mask, move |_, info| match &info.data {
        Some(gst::PadProbeData::Event(_)) => {
            has_begun.store(false, Ordering::Relaxed);
            gst::PadProbeReturn::Ok
        }
        Some(gst::PadProbeData::Buffer(packet)) => {
            let is_key = !packet.flags().contains(gst::BufferFlags::DELTA_UNIT);
            if has_begun.fetch_or(is_key, Ordering::Relaxed) || is_key {
                gst::PadProbeReturn::Ok
            } else {
                gst::PadProbeReturn::Drop
            }
        }
        _ => gst::PadProbeReturn::Ok,
    });
}
