//! Waits while a source runs through its demuxer, and tells the parent how many packets have come.
//! Does not look at them.

use gstreamer as gst;
use gstreamer::prelude::*;

use crate::render::child::bus::{failure_of, waiting_failure};
use crate::render::child::output::Output;
use crate::render::child::source::Demuxing;
use crate::render::failure::RenderFailure;

/// How often packets are counted.
const COUNT_EVERY: gst::ClockTime = gst::ClockTime::from_mseconds(250);

/// Waits for the end; an error that comes before is handed back, not raised: what came before it may be enough. The parent hears
/// of packets only when there are more than before: a demuxer that spins gives no sign of life.
pub fn to_end(demuxing: &Demuxing, output: &mut Output) -> Result<Option<RenderFailure>, RenderFailure> {
    let mut told = 0;
    loop {
        let ends = [gst::MessageType::Eos, gst::MessageType::Error];
        if let Some(message) = demuxing.bus.timed_pop_filtered(COUNT_EVERY, &ends) {
            return Ok(match message.view() {
                gst::MessageView::Error(error) => Some(failure_of(error)),
                _ => waiting_failure(&demuxing.bus),
            });
        }
        let count = packet_count(&demuxing.pipeline);
        if count > told {
            output.progress(count)?;
            told = count;
        }
    }
}

/// Packets that have reached the sinks of all tracks.
fn packet_count(pipeline: &gst::Pipeline) -> u64 {
    let sinks = pipeline.iterate_sinks().into_iter().flatten();
    let rendered = |sink: gst::Element| sink.property::<gst::Structure>("stats").get::<u64>("rendered").ok();
    sinks.filter_map(rendered).sum()
}
