//! Runs a source through its demuxer and notes every packet of the first playable picture and sound track.
//! Decodes nothing; what the packets mean, `frames` says.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gstreamer as gst;
use gstreamer::prelude::*;

use super::passage;
use super::visible::shown_frames;
use crate::render::child::codecs::{Codec, Kind};
use crate::render::child::colour;
use crate::render::child::matroska::pad::BlockTimes;
use crate::render::child::output::Output;
use crate::render::child::source::{Demuxing, Source, element};
use crate::render::child::track::LENGTH_ROUNDING_MAX_NS;
use crate::render::failure::RenderFailure;

/// Tracks of one file; more are an attack.
const TRACKS_MAX: usize = 64;
/// Packets of one track: twelve hours at 120 frames a second.
pub const PACKETS_MAX: usize = 5_200_000;

/// One packet of a track, times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Presentation in source time, edit lists applied; `None` when it is cut away or has no time.
    pub pts: Option<i64>,
    /// Decoding in source time, where the container knows it.
    pub dts: Option<i64>,
    /// End of presentation in source time, where the container knows it.
    pub end: Option<i64>,
    /// The container's own decode (else presentation) time, before edit lists.
    pub media_time: Option<i64>,
    /// Coded bytes.
    pub size_bytes: u32,
    /// Whether a decoder can begin here.
    pub key: bool,
    /// Frames it shows: 0 for hidden ones.
    pub shown: u8,
}

/// A track that was run through.
#[derive(Debug)]
pub struct TrackScan {
    /// Position among the tracks of its kind.
    pub ordinal: u32,
    /// Its codec.
    pub codec: &'static Codec,
    /// What the parser, or else the demuxer, says of it.
    pub caps: gst::Caps,
    /// What the demuxer says of its colour.
    pub container_colour: Option<String>,
    /// Tags of the track and of the file.
    pub tags: gst::TagList,
    /// Its packets in file order.
    pub packets: Vec<Packet>,
    /// Segments the demuxer cut it into: more than one is an edit list with several parts.
    pub segment_count: usize,
    /// Whether some packet had no presentation time at all.
    pub has_untimed_packets: bool,
    /// Whether frames that share a time were moved apart.
    pub moved_apart: bool,
}

/// A source that was run through.
#[derive(Debug)]
pub struct Scan {
    /// The first playable picture track.
    pub picture: Option<TrackScan>,
    /// The first playable sound track.
    pub sound: Option<TrackScan>,
    /// Caps of picture tracks that cannot be played.
    pub refused_pictures: Vec<gst::Caps>,
    /// Whether there are sound tracks, playable or not.
    pub has_sound: bool,
    /// Whether there is a playable track besides the first of its kind.
    pub has_spare: bool,
    /// What the container says it lasts, in nanoseconds.
    pub declared_ns: Option<i64>,
    /// The error that ended the scan, if it did not reach the end.
    pub broken_off: Option<RenderFailure>,
}

impl TrackScan {
    /// Forgets what is presented at `end_ns` or later.
    pub fn cut_at(&mut self, end_ns: i64) {
        for packet in &mut self.packets {
            packet.pts = packet.pts.filter(|pts| *pts < end_ns);
            packet.end = packet.end.map(|end| end.min(end_ns));
        }
    }

    /// Moves everything to an earlier time.
    pub fn advance(&mut self, by_ns: i64) {
        for packet in &mut self.packets {
            for time in [&mut packet.pts, &mut packet.dts, &mut packet.end] {
                *time = time.map(|time| time - by_ns);
            }
        }
    }

    /// Lets packets end on a tick: Matroska says how long they last more finely than its clock counts.
    pub fn end_on_ticks(&mut self, tick_ns: i64) {
        for packet in &mut self.packets {
            packet.end = packet.end.map(|end| (end + tick_ns / 2).div_euclid(tick_ns) * tick_ns);
        }
    }
}

/// A pad that appeared.
struct Found {
    kind: Kind,
    ordinal: u32,
    caps: gst::Caps,
    is_playable: bool,
    taken: Option<Taken>,
}

/// A pad that is being noted.
struct Taken {
    codec: &'static Codec,
    parsed: gst::Pad,
    notes: Arc<Mutex<Notes>>,
    /// Of a Matroska file.
    times: Option<BlockTimes>,
}

#[derive(Debug, Default)]
struct Notes {
    segment: gst::FormattedSegment<gst::ClockTime>,
    segment_count: usize,
    has_untimed_packets: bool,
    packets: Vec<Packet>,
    tags: gst::TagList,
}

/// Runs through the whole source.
pub fn scan(source: &Source, output: &mut Output) -> Result<Scan, RenderFailure> {
    let demuxing = source.demuxing()?;
    let found = listen(&demuxing, source.matroska().map(|facts| facts.tick_ns));
    demuxing.play()?;
    let broken_off = passage::to_end(&demuxing, output)?;
    let declared_ns = match source.matroska() {
        Some(facts) => facts.declared_ns(),
        None => nanoseconds(demuxing.pipeline.query_duration::<gst::ClockTime>()),
    };
    let mut scan = Scan {
        picture: None,
        sound: None,
        refused_pictures: Vec::new(),
        has_sound: false,
        has_spare: false,
        declared_ns,
        broken_off,
    };
    // Pads forget their caps when the pipeline stops: everything is taken off them before that.
    for found in found.try_iter() {
        scan.note(found);
    }
    drop(demuxing);
    Ok(scan)
}

impl Scan {
    fn note(&mut self, found: Found) {
        self.has_sound |= found.kind == Kind::Sound;
        match (found.kind, found.taken) {
            (Kind::Picture, Some(taken)) => self.picture = Some(taken.scan(found.ordinal, found.caps)),
            (Kind::Sound, Some(taken)) => self.sound = Some(taken.scan(found.ordinal, found.caps)),
            (_, None) if found.is_playable => self.has_spare = true,
            (Kind::Picture, None) => self.refused_pictures.push(found.caps),
            (Kind::Sound, None) => {}
        }
    }
}

impl Taken {
    fn scan(self, ordinal: u32, announced: gst::Caps) -> TrackScan {
        let notes = std::mem::take(&mut *locked(&self.notes));
        TrackScan {
            ordinal,
            codec: self.codec,
            container_colour: colour::said(&announced),
            caps: self.parsed.current_caps().unwrap_or(announced),
            tags: notes.tags,
            packets: notes.packets,
            segment_count: notes.segment_count,
            has_untimed_packets: notes.has_untimed_packets,
            moved_apart: self.times.is_some_and(|times| times.moved_apart()),
        }
    }
}

/// Takes the first playable pad of each kind as it appears.
fn listen(demuxing: &Demuxing, tick_ns: Option<u64>) -> Receiver<Found> {
    let (say, heard) = sync_channel(TRACKS_MAX);
    let pipeline = demuxing.pipeline.downgrade();
    let taken = Mutex::new(Vec::<Kind>::new());
    let pad_count = Mutex::new(0_usize);
    demuxing.demuxer.connect_pad_added(move |_, pad| {
        let mut pad_count = locked(&pad_count);
        *pad_count += 1;
        if *pad_count > TRACKS_MAX {
            return;
        }
        let (Some((kind, ordinal)), Some(pipeline)) = (kind_and_ordinal(&pad.name()), pipeline.upgrade()) else {
            return;
        };
        let mut taken = locked(&taken);
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let codec = Codec::of_caps(&caps).filter(|codec| codec.kind == kind && codec.is_decodable());
        let wanted = codec.filter(|_| !taken.contains(&kind));
        let noted = wanted.and_then(|codec| take(&pipeline, pad, codec, tick_ns).ok());
        if noted.is_some() {
            taken.push(kind);
        }
        // A playable track that could not be taken is neither spare nor refused.
        if noted.is_some() || wanted.is_none() {
            say_found(&say, Found { kind, ordinal, caps, is_playable: codec.is_some(), taken: noted });
        }
    });
    heard
}

fn say_found(say: &SyncSender<Found>, found: Found) {
    // There is room for every track that is counted, and the receiver outlives the pipeline.
    let _heard = say.try_send(found);
}

/// `pad ! parser ! fakesink`, every packet noted on its way.
fn take(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    codec: &'static Codec,
    tick_ns: Option<u64>,
) -> Result<Taken, RenderFailure> {
    let sink = element("fakesink")?;
    sink.set_property("sync", false);
    sink.set_property("async", false);
    let mut chain = Vec::new();
    if let Some(parser) = codec.parser.filter(|name| gst::ElementFactory::find(name).is_some()) {
        chain.push(element(parser)?);
    }
    chain.push(sink.clone());
    let unlinkable = |error: gst::glib::BoolError| RenderFailure::node("A track could not be read.").because(error);
    pipeline.add_many(&chain).map_err(unlinkable)?;
    gst::Element::link_many(&chain).map_err(unlinkable)?;
    for element in &chain {
        element.sync_state_with_parent().map_err(unlinkable)?;
    }
    let notes = Arc::new(Mutex::new(Notes::default()));
    let times = tick_ns.map(|tick_ns| BlockTimes::keep(pad, codec, tick_ns));
    if codec.kind == Kind::Picture {
        colour::hide_from_parser(pad);
    }
    note_packets(pad, codec, &notes);
    let head = chain[0].static_pad("sink").expect("parsers and sinks have a sink pad");
    pad.link(&head).map_err(|error| RenderFailure::node("A track could not be read.").because(error))?;
    let parsed = sink.static_pad("sink").expect("a sink has a sink pad");
    Ok(Taken { codec, parsed, notes, times })
}

fn note_packets(pad: &gst::Pad, codec: &'static Codec, notes: &Arc<Mutex<Notes>>) {
    let notes = Arc::clone(notes);
    let mask = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
    pad.add_probe(mask, move |_, info| {
        let mut notes = locked(&notes);
        match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => {
                if notes.packets.len() >= PACKETS_MAX {
                    return gst::PadProbeReturn::Drop;
                }
                notes.note_packet(buffer, codec);
            }
            Some(gst::PadProbeData::Event(event)) => notes.note_event(event),
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

impl Notes {
    fn note_event(&mut self, event: &gst::EventRef) {
        match event.view() {
            gst::EventView::Segment(segment) => {
                if let Some(segment) = segment.segment().downcast_ref::<gst::ClockTime>() {
                    self.segment_count += usize::from(self.segment_count == 0 || self.segment != *segment);
                    self.segment = segment.clone();
                }
            }
            gst::EventView::Tag(tag) => {
                self.tags = self.tags.merge(tag.tag(), gst::TagMergeMode::Prepend);
            }
            _ => {}
        }
    }

    fn note_packet(&mut self, buffer: &gst::BufferRef, codec: &Codec) {
        let mut packet = packet(buffer, &self.segment);
        packet.shown = shown_frames(codec.name, buffer);
        self.has_untimed_packets |= buffer.pts().is_none();
        self.packets.push(packet);
    }
}

/// A packet's times mapped into source time.
fn packet(buffer: &gst::BufferRef, segment: &gst::FormattedSegment<gst::ClockTime>) -> Packet {
    let pts = buffer.pts().and_then(|pts| presented(pts, buffer.duration(), segment));
    let shown_at = pts.and_then(|pts| nanoseconds(segment.to_stream_time(pts)));
    let decode_lead =
        buffer.pts().zip(buffer.dts()).and_then(|(pts, dts)| Some(nanoseconds(Some(pts))? - nanoseconds(Some(dts))?));
    let end = pts.and(buffer.pts()).zip(buffer.duration()).map(|(pts, duration)| {
        let end = pts + duration;
        segment.stop().map_or(end, |stop| end.min(stop))
    });
    Packet {
        pts: shown_at,
        dts: shown_at.zip(decode_lead).map(|(pts, lead)| pts - lead),
        end: end.and_then(|end| nanoseconds(segment.to_stream_time(end))),
        media_time: nanoseconds(buffer.dts().or(buffer.pts())),
        size_bytes: u32::try_from(buffer.size()).unwrap_or(u32::MAX),
        key: !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT),
        shown: 1,
    }
}

/// When a packet is presented in its segment, as decoders clip it: one on the screen as the segment begins is shown from there.
fn presented(
    pts: gst::ClockTime,
    duration: Option<gst::ClockTime>,
    segment: &gst::FormattedSegment<gst::ClockTime>,
) -> Option<gst::ClockTime> {
    if segment.stop().is_some_and(|stop| stop <= pts) {
        return None;
    }
    match segment.start() {
        Some(start) if pts < start => {
            let rounding = gst::ClockTime::from_nseconds(LENGTH_ROUNDING_MAX_NS);
            duration.filter(|duration| pts + *duration > start + rounding).map(|_| start)
        }
        _ => Some(pts),
    }
}

fn nanoseconds(time: Option<gst::ClockTime>) -> Option<i64> {
    i64::try_from(time?.nseconds()).ok()
}

/// `video_3` is picture track 3.
fn kind_and_ordinal(pad_name: &str) -> Option<(Kind, u32)> {
    [Kind::Picture, Kind::Sound]
        .into_iter()
        .find_map(|kind| Some((kind, pad_name.strip_prefix(kind.pad_prefix())?.parse().ok()?)))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
