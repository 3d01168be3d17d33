//! One track, decoded: `demuxer ! parser ! decoder ! …` built from the allow-list, exact seeks, samples with stream time.
//! Keeps every sample the decoder yields; which of them count is the caller's business.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::AppSink;
use wire::v1::{Container, Track};

use super::bus::waiting_failure;
use super::codecs::{Codec, Kind};
use super::colour;
use super::edit;
use super::matroska::pad::BlockTimes;
use super::source::{Demuxing, Source, element, unbuildable};
use crate::render::failure::RenderFailure;

/// How often a wait looks at the bus; only failures wait that long.
const POLL: Duration = Duration::from_millis(50);

/// How much longer than it is a frame may be said to be: its time and its length are rounded each for itself.
pub const LENGTH_ROUNDING_MAX_NS: u64 = 2;

/// What a demuxer says while one track is opened; more is not listened to.
const OPENINGS_MAX: usize = 8;

/// How a track shall be decoded.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The track, as the index names it.
    pub track: &'a Track,
    /// Picture or sound.
    pub kind: Kind,
    /// Threads of the decoder; 0 leaves it to the decoder.
    pub threads: u32,
    /// Elements between decoder and sink (converters), in order.
    pub converters: Vec<gst::Element>,
    /// What shall come out; `None` takes what the decoder gives.
    pub caps: Option<gst::Caps>,
    /// Samples that may wait to be taken; more make the decoder wait.
    pub queue_max: u32,
}

/// A track that is being decoded. Opened, it stands still at its first packet until [`Decoding::start`] or [`Decoding::seek`].
#[derive(Debug)]
pub struct Decoding {
    demuxing: Demuxing,
    sink: AppSink,
    pad: gst::Pad,
    times: Option<BlockTimes>,
    gate: Option<gst::PadProbeId>,
    /// An error that was heard of; what was decoded before it is still handed out.
    broken_off: Option<RenderFailure>,
}

/// A decoded sample: a frame, or a stretch of sound.
#[derive(Debug)]
pub struct Decoded {
    /// Buffer, caps and segment.
    pub sample: gst::Sample,
    /// When it is shown or heard: nanoseconds of source time, edit lists applied.
    pub stream_ns: i64,
}

impl Decoded {
    /// The samples themselves.
    #[must_use]
    pub fn buffer(&self) -> &gst::BufferRef {
        self.sample.buffer().expect("`next` hands out no sample without a buffer")
    }

    /// The samples themselves, to keep.
    #[must_use]
    pub fn into_buffer(self) -> gst::Buffer {
        self.sample.buffer_owned().expect("`next` hands out no sample without a buffer")
    }
}

/// What the demuxer says while a track is being opened.
enum Opening {
    AtFirstPacket(Held),
    WrongCodec(gst::Caps),
    NoMorePads,
}

/// The track's pad, held at its first packet.
#[derive(Debug)]
struct Held {
    pad: gst::Pad,
    times: Option<BlockTimes>,
    gate: gst::PadProbeId,
}

/// The pad that is waited for, and what is done with it.
struct Wanted {
    name: String,
    /// A tick of its clock in nanoseconds, where it is Matroska.
    tick_ns: Option<u64>,
    codec: &'static Codec,
    head: gst::Pad,
}

impl Decoding {
    /// Builds the chain and waits until the track's first packet is there, or it is clear that it never will be.
    pub fn open(source: &Source, wish: Wish<'_>) -> Result<Decoding, RenderFailure> {
        let codec = Codec::of_name(wish.kind, &wish.track.codec)
            .ok_or_else(|| RenderFailure::node(format!("This node does not know the codec `{}`.", wish.track.codec)))?;
        let demuxing = source.demuxing()?;
        let sink = AppSink::builder().sync(false).async_(false).max_buffers(wish.queue_max.max(1)).build();
        sink.set_enable_last_sample(false);
        sink.set_caps(wish.caps.as_ref());
        let mut chain = decoding_elements(codec, source.container(), wish.threads)?;
        chain.extend(wish.converters);
        chain.push(sink.clone().upcast());
        demuxing.add_chain(&chain)?;

        let head = chain[0].static_pad("sink").ok_or_else(unbuildable)?;
        let name = format!("{}{}", wish.kind.pad_prefix(), wish.track.ordinal);
        let tick_ns = source.matroska().map(|facts| facts.tick_ns);
        let wanted = Wanted { name, tick_ns, codec, head: head.clone() };
        let openings = listen(&demuxing.demuxer, wanted);
        demuxing.play()?;
        let Held { pad, times, gate } = wait_for_first_packet(&demuxing.bus, &openings, &head, &sink)?;
        Ok(Decoding { demuxing, sink, pad, times, gate: Some(gate), broken_off: None })
    }

    /// Begins at the beginning.
    pub fn start(&mut self) {
        if let Some(gate) = self.gate.take() {
            self.pad.remove_probe(gate);
        }
    }

    /// Begins anew at the last key frame at or before `at` (source time), with no end: the caller stops by itself.
    pub fn seek(&mut self, at: gst::ClockTime) -> Result<(), RenderFailure> {
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_BEFORE;
        let at = self.times.as_ref().map_or(at, |times| times.sought(at));
        let stop = gst::ClockTime::NONE;
        let seek = gst::event::Seek::new(1.0, flags, gst::SeekType::Set, at, gst::SeekType::None, stop);
        let sent = self.pad.send_event(seek);
        self.start();
        match (sent, waiting_failure(&self.demuxing.bus)) {
            (true, None) => Ok(()),
            (_, Some(failure)) => Err(failure),
            (false, None) => {
                Err(RenderFailure::media("The video file is damaged: no place in it can be found by time."))
            }
        }
    }

    /// The next sample in presentation order; `None` at the end of the track. Samples cut away by an edit list are left out.
    #[expect(
        clippy::should_implement_trait,
        reason = "a failure ends the track, so an iterator would be the wrong shape"
    )]
    pub fn next(&mut self) -> Result<Option<Decoded>, RenderFailure> {
        let poll = gst::ClockTime::try_from(POLL).expect("a poll is far below 584 years");
        loop {
            if let Some(sample) = self.sink.try_pull_sample(poll) {
                if let Some(stream_ns) = stream_ns(&sample) {
                    return Ok(Some(Decoded { sample, stream_ns }));
                }
            } else if self.sink.is_eos() {
                return self.broken_off.take().or_else(|| waiting_failure(&self.demuxing.bus)).map_or(Ok(None), Err);
            } else if let Some(failure) = self.broken_off.take() {
                return Err(failure);
            } else {
                self.broken_off = waiting_failure(&self.demuxing.bus);
            }
        }
    }

    /// Whether it still stands at its first packet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.gate.is_some()
    }

    /// What the container says of the colour, which is hidden from the parser.
    #[must_use]
    pub fn container_colour(&self) -> Option<String> {
        self.pad.current_caps().and_then(|caps| colour::said(&caps))
    }
}

/// Parser and decoder of a codec.
fn decoding_elements(codec: &Codec, container: &Container, threads: u32) -> Result<Vec<gst::Element>, RenderFailure> {
    let mut chain = Vec::new();
    // A parser that is not installed is left out: it only cuts what the demuxer has cut already.
    if let Some(parser) = codec.parser_in(container).filter(|name| gst::ElementFactory::find(name).is_some()) {
        chain.push(element(parser)?);
    }
    if let Some(&first) = codec.decoders.first() {
        let decoder = element(codec.decoder().unwrap_or(first))?;
        if threads > 0 && decoder.has_property("max-threads") {
            decoder.set_property("max-threads", i32::try_from(threads).unwrap_or(0));
        }
        // Left to itself a decoder of sound passes over what it cannot decode, however much, and says nothing.
        if codec.kind == Kind::Sound && decoder.has_property("max-errors") {
            decoder.set_property("max-errors", 0);
        }
        // Frames without their references would pass as good ones and break the promise of the index.
        if decoder.has_property("output-corrupt") {
            decoder.set_property("output-corrupt", false);
        }
        chain.push(decoder);
    }
    Ok(chain)
}

/// Links the wanted pad when it appears and holds it at its first packet.
fn listen(demuxer: &gst::Element, wanted: Wanted) -> Receiver<Opening> {
    let (say, openings) = sync_channel(OPENINGS_MAX);
    let said = say.clone();
    demuxer.connect_pad_added(move |_, pad| {
        if pad.name() == wanted.name {
            // Nobody listens any more once the track is open; then there is nothing to say either.
            let _heard = link_and_hold(pad, &wanted, &said);
        }
    });
    demuxer.connect_no_more_pads(move |_| {
        let _heard = say.try_send(Opening::NoMorePads);
    });
    openings
}

fn link_and_hold(pad: &gst::Pad, wanted: &Wanted, said: &SyncSender<Opening>) -> Option<()> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let times = wanted.tick_ns.map(|tick_ns| BlockTimes::keep(pad, wanted.codec, tick_ns));
    if wanted.codec.kind == Kind::Picture {
        if times.is_none() {
            edit::keep_open(pad);
        }
        colour::hide_from_parser(pad);
    }
    if !wanted.codec.accepts(&caps) || pad.link(&wanted.head).is_err() {
        return said.try_send(Opening::WrongCodec(caps)).ok();
    }
    let reached = said.clone();
    pad.add_probe(gst::PadProbeType::BLOCK | gst::PadProbeType::BUFFER, move |pad, info| {
        if let Some(id) = info.id.take() {
            let _heard =
                reached.try_send(Opening::AtFirstPacket(Held { pad: pad.clone(), times: times.clone(), gate: id }));
        }
        gst::PadProbeReturn::Ok
    });
    Some(())
}

fn wait_for_first_packet(
    bus: &gst::Bus,
    openings: &Receiver<Opening>,
    head: &gst::Pad,
    sink: &AppSink,
) -> Result<Held, RenderFailure> {
    loop {
        match openings.recv_timeout(POLL) {
            Ok(Opening::AtFirstPacket(reached)) => return Ok(reached),
            Ok(Opening::WrongCodec(caps)) => {
                let failure = RenderFailure::media("The video is not what it was when it was indexed.");
                return Err(failure.because(format!("the track's caps are {caps}")));
            }
            Ok(Opening::NoMorePads) if !head.is_linked() => {
                return Err(RenderFailure::media("The video file no longer has the track its index names."));
            }
            Ok(Opening::NoMorePads) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        if let Some(failure) = waiting_failure(bus) {
            return Err(failure);
        }
        if sink.is_eos() {
            return Err(RenderFailure::media("The track holds nothing that could be decoded."));
        }
    }
}

/// The sample's place in source time; `None` outside of what is presented.
fn stream_ns(sample: &gst::Sample) -> Option<i64> {
    let buffer = sample.buffer()?;
    let pts = buffer.pts()?;
    let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
    // A frame that ends where the segment begins, but for what its length was rounded up by, is clipped by a decoder to so much
    // and handed out at the time of the next one.
    let length_ns = buffer.duration().map_or(0, gst::ClockTime::nseconds);
    let is_remnant = segment.start() == Some(pts) && (1..=LENGTH_ROUNDING_MAX_NS).contains(&length_ns);
    let presented = segment.to_stream_time(pts).filter(|_| !is_remnant)?;
    i64::try_from(presented.nseconds()).ok()
}
