//! Keeps decoded sound at the time of the packet it came out of.
//! Needed for GStreamer's libav decoders only; knows nothing of samples.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gstreamer as gst;
use gstreamer::prelude::*;

/// Time stamps rounded by a nanosecond or so are left as they are.
const SLACK_NS: u64 = 1_000_000;

/// The wrappers whose decoders answer every packet at once, with its sound or with none.
const WRAPPED: &str = "avdec_";

/// Corrects the stamps behind the decoder that feeds `pad`, if it is one that needs it. A packet without sound, as some
/// AAC encoders put in front, leaves the wrapper one packet behind for good: measured with 1.22.0, sound 23 ms early.
pub fn keep(pad: &gst::Pad) {
    let Some(sound) = pad.peer() else { return };
    let Some(decoder) = sound.parent_element() else { return };
    let is_wrapped = decoder.factory().is_some_and(|factory| factory.name().starts_with(WRAPPED));
    let Some(packets) = decoder.static_pad("sink").filter(|_| is_wrapped) else { return };

    let decoding_ns = Arc::new(AtomicU64::new(0));
    let heard_ns = Arc::clone(&decoding_ns);
    packets.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(pts) = info.buffer().and_then(|packet| packet.pts()) {
            decoding_ns.store(pts.nseconds(), Ordering::Relaxed);
        }
        gst::PadProbeReturn::Ok
    });
    sound.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        let packet_ns = heard_ns.load(Ordering::Relaxed);
        if let Some(buffer) = info.buffer_mut()
            && buffer.pts().is_some_and(|pts| pts.nseconds() + SLACK_NS < packet_ns)
        {
            buffer.make_mut().set_pts(gst::ClockTime::from_nseconds(packet_ns));
        }
        gst::PadProbeReturn::Ok
    });
}
