//! Lets the segment of a picture track in an MP4 begin where its edit does, after a seek as before.
//! Reads no edit list and does not seek.

use std::sync::{Mutex, PoisonError};

use gstreamer as gst;
use gstreamer::prelude::*;

type Segment = gst::FormattedSegment<gst::ClockTime>;

/// What came by on the pad.
#[derive(Debug, Default)]
struct Passed {
    /// The segment of the first packet.
    first: Option<Segment>,
    /// Whether the first packet has come by, or somebody has sought before it could.
    has_begun: bool,
}

/// Keeps the pad's segments open towards the beginning. Call it before the pad is linked.
///
/// After a seek qtdemux lets the segment begin where the sound does that belongs to the place sought (1.22). A decoder clips the
/// frame that is on the screen just then, and hands it out at that time instead of its own: a frame that was taken for the next.
pub fn keep_open(pad: &gst::Pad) {
    let passed = Mutex::new(Passed::default());
    let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM | gst::PadProbeType::EVENT_FLUSH;
    pad.add_probe(mask, move |_, info| {
        let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
        match &info.data {
            Some(gst::PadProbeData::Buffer(_)) => passed.has_begun = true,
            Some(gst::PadProbeData::Event(event)) => match event.view() {
                gst::EventView::FlushStart(_) | gst::EventView::FlushStop(_) => passed.has_begun = true,
                gst::EventView::Segment(said) => {
                    let open = said.segment().downcast_ref::<gst::ClockTime>().and_then(|given| passed.open(given));
                    let event = open.map(|open| gst::event::Segment::builder(&open).seqnum(said.seqnum()).build());
                    if let Some(event) = event {
                        info.data = Some(gst::PadProbeData::Event(event));
                    }
                }
                _ => {}
            },
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

impl Passed {
    /// The segment from where its edit begins; `None` when it stays as it is. Segments are of one edit when they place the same
    /// media at the same time of the source.
    fn open(&mut self, given: &Segment) -> Option<Segment> {
        if !self.has_begun {
            self.first = Some(given.clone());
            return None;
        }
        let first = self.first.as_ref()?;
        let (edit_start, edit_time) = (first.start()?, first.time()?);
        let (start, time) = (given.start()?, given.time()?);
        let is_same_edit = start + edit_time == edit_start + time;
        (is_same_edit && edit_start < start).then(|| {
            let mut open = given.clone();
            open.set_start(edit_start);
            open.set_time(edit_time);
            open.set_position(edit_start);
            open
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start_ms: u64, time_ms: u64) -> Segment {
        let mut segment = Segment::new();
        segment.set_start(gst::ClockTime::from_mseconds(start_ms));
        segment.set_time(gst::ClockTime::from_mseconds(time_ms));
        segment
    }

    #[test]
    fn a_segment_after_a_seek_begins_with_its_edit() {
        gst::init().expect("the media library");
        let mut passed = Passed::default();
        assert_eq!(passed.open(&segment(520, 0)), None);
        passed.has_begun = true;
        let open = passed.open(&segment(820, 300)).expect("the same edit");
        assert_eq!((open.start(), open.time()), (segment(520, 0).start(), segment(520, 0).time()));
        assert_eq!(passed.open(&segment(520, 0)), None, "the beginning itself");
        assert_eq!(passed.open(&segment(5_000, 300)), None, "another edit");
    }
}
