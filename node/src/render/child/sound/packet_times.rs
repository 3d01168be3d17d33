//! Keeps decoded sound at the time of the packet it came out of.
//! Knows nothing of samples.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gstreamer as gst;
use gstreamer::prelude::*;
use wire::v1::Container;

/// Time stamps rounded by a nanosecond or so are left as they are.
const SLACK_NS: u64 = 1_000_000;

/// The wrappers whose decoders answer every packet at once, with its sound or with none.
const WRAPPED: &str = "avdec_";

/// Corrects the stamps behind the decoder that feeds `pad`.
///
/// Everywhere, if it is one that needs it: a packet without sound, as some AAC encoders put in front, leaves the wrapper of
/// libav's decoders one packet behind for good (measured with 1.22.0: sound 23 ms early).
///
/// In Matroska, always: decoders count on from the first stamp they see, which is rounded to a millisecond. The place of a
/// stretch is drawn from many of them, so each packet's own is handed on.
pub fn keep(pad: &gst::Pad, container: &Container) {
    let is_rounded = *container == Container::Matroska;
    let Some(sound) = pad.peer() else { return };
    let Some(decoder) = sound.parent_element() else { return };
    let Some(factory) = decoder.factory().filter(|factory| factory.has_type(gst::ElementFactoryType::DECODER)) else {
        return;
    };
    let needs_it = is_rounded || factory.name().starts_with(WRAPPED);
    let Some(packets) = decoder.static_pad("sink").filter(|_| needs_it) else { return };

    let latest = Arc::new(Latest::default());
    let heard = Arc::clone(&latest);
    packets.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(packet) = info.buffer() {
            latest.take(packet);
        }
        gst::PadProbeReturn::Ok
    });
    sound.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(buffer) = info.buffer_mut()
            && let Some(pts) = buffer.pts()
            && let Some(time) = if is_rounded { heard.first_answer() } else { heard.overtaking(pts) }
        {
            buffer.make_mut().set_pts(time);
        }
        gst::PadProbeReturn::Ok
    });
}

/// The packet that is being decoded.
#[derive(Debug, Default)]
struct Latest {
    ns: AtomicU64,
    /// Whether it has a time, and nothing came out of it yet.
    is_unanswered: AtomicBool,
}

impl Latest {
    fn take(&self, packet: &gst::BufferRef) {
        if let Some(pts) = packet.pts() {
            self.ns.store(pts.nseconds(), Ordering::Relaxed);
        }
        self.is_unanswered.store(packet.pts().is_some(), Ordering::Relaxed);
    }

    /// The packet's time, for the first sound that comes out of it.
    fn first_answer(&self) -> Option<gst::ClockTime> {
        let time = gst::ClockTime::from_nseconds(self.ns.load(Ordering::Relaxed));
        self.is_unanswered.swap(false, Ordering::Relaxed).then_some(time)
    }

    /// The packet's time, if it is after that of its sound.
    fn overtaking(&self, pts: gst::ClockTime) -> Option<gst::ClockTime> {
        let ns = self.ns.load(Ordering::Relaxed);
        (pts.nseconds() + SLACK_NS < ns).then(|| gst::ClockTime::from_nseconds(ns))
    }
}
