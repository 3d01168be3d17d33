//! One encoder of sound at work: samples in, access units out, in a thread of its own.
//! Does not know which samples they are, nor who encodes before and after it. What tells codecs apart is with each of them.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};
use wire::v1::CodecConfig;

use super::OUTPUT_RATE;
use crate::render::failure::RenderFailure;

/// The coded bytes of an access unit.
pub type Unit = gst::MappedBuffer<gst::buffer::Readable>;

/// What tells one codec of sound from another.
pub trait Coding: Sync {
    /// The element that encodes.
    fn element(&self, bitrate_bps: i32) -> Result<gst::Element, gst::glib::BoolError>;

    /// The samples it takes, in the media library's words.
    fn sample_format(&self) -> &'static str;

    /// Samples in that format.
    fn sample_bytes(&self, samples: &[f32]) -> Vec<u8>;

    /// What it yields.
    fn coded_caps(&self) -> gst::Caps;

    /// The element that decodes what that one encodes.
    fn decoder(&self) -> &'static str;

    /// Samples per channel in an access unit.
    fn unit_samples(&self) -> usize;

    /// How encoders relieve each other.
    fn turns(&self) -> Turns;

    /// The access unit, of the same stretch of sound by two encoders, from which on the second may go on for the first.
    /// Never the very first.
    fn joint(&self, before: &[Unit], after: &[Unit]) -> usize;

    /// Track-level facts, from what was really negotiated.
    fn facts(&self, caps: &gst::StructureRef, encoded: Encoded) -> Option<Facts>;
}

/// How sound is going to be encoded.
#[derive(Clone, Copy)]
pub struct Manner {
    /// By which codec.
    pub coding: &'static dyn Coding,
    /// 1 or 2.
    pub channels: u32,
    /// Asked of the encoder.
    pub bitrate_bps: u32,
}

/// How encoders relieve each other, in access units.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// How many one encoder makes before the next one's turn comes, at the most.
    pub longest: usize,
    /// Sound of so many is encoded in one turn.
    pub alone: usize,
    /// How many the next one encodes, too, before its turn.
    pub overlap: usize,
    /// How many of those the next one needs to find its feet.
    pub settling: usize,
}

impl Turns {
    /// The length of all turns of a stretch of so many access units. They are of one length and even in number, so that two
    /// encoders at work at a time end together.
    pub fn length(self, units: usize) -> usize {
        if units <= self.alone {
            return self.alone;
        }
        let pairs = units.div_ceil(2 * self.longest);
        units.div_ceil(2 * pairs)
    }
}

/// What has been encoded.
#[derive(Clone, Copy, Debug)]
pub struct Encoded {
    /// 1 or 2.
    pub channels: u32,
    /// Samples per channel that went in.
    pub sample_count: u64,
    /// Asked of the encoder.
    pub bitrate_bps: u32,
}

/// What is to be known of a finished track.
#[derive(Debug)]
pub struct Facts {
    /// Samples that the encoder put in front of the first one that counts.
    pub lead_samples: u32,
    /// For the part's header.
    pub config: CodecConfig,
}

/// An encoder at work.
pub struct Encoder {
    pipeline: gst::Pipeline,
    source: AppSrc,
    sink: AppSink,
    coding: &'static dyn Coding,
}

impl Encoder {
    /// For interleaved samples at 48 kHz.
    pub fn start(coding: &'static dyn Coding, channels: u32, bitrate_bps: u32) -> Result<Self, RenderFailure> {
        let encoder = coding.element(i32::try_from(bitrate_bps).map_err(refused)?).map_err(refused)?;
        let caps = raw_caps(coding.sample_format(), channels);
        let source = AppSrc::builder().caps(&caps).format(gst::Format::Time).max_bytes(0).build();
        let sink = AppSink::builder().caps(&coding.coded_caps()).sync(false).async_(false).build();
        sink.set_enable_last_sample(false);
        let pipeline = gst::Pipeline::new();
        pipeline.add_many([source.upcast_ref(), &encoder, sink.upcast_ref()]).map_err(refused)?;
        gst::Element::link_many([source.upcast_ref(), &encoder, sink.upcast_ref()]).map_err(refused)?;
        pipeline.set_state(gst::State::Playing).map_err(refused)?;
        Ok(Self { pipeline, source, sink, coding })
    }

    /// Gives it the samples of some access units; it never waits.
    pub fn send(&self, samples: &[f32]) -> Result<(), RenderFailure> {
        let buffer = gst::Buffer::from_slice(self.coding.sample_bytes(samples));
        self.source.push_buffer(buffer).map(drop).map_err(|flow| self.failure(flow))
    }

    /// No further samples will come.
    pub fn end(&self) -> Result<(), RenderFailure> {
        self.source.end_of_stream().map(drop).map_err(|flow| self.failure(flow))
    }

    /// The next access unit, if one comes within `patience`.
    pub fn next(&self, patience: gst::ClockTime) -> Result<Option<Unit>, RenderFailure> {
        if let Some(sample) = self.sink.try_pull_sample(patience) {
            let buffer = sample.buffer_owned().ok_or_else(|| refused("an access unit without bytes"))?;
            return buffer.into_mapped_buffer_readable().map(Some).map_err(|_| refused("an access unit without bytes"));
        }
        match self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error])) {
            Some(message) => Err(refused(format!("{:?}", message.view()))),
            None => Ok(None),
        }
    }

    /// Whether everything has come out.
    pub fn is_over(&self) -> bool {
        self.sink.is_eos()
    }

    /// Track-level facts; known once an access unit has come out.
    pub fn facts(&self, encoded: Encoded) -> Result<Facts, RenderFailure> {
        let caps = self.sink.static_pad("sink").and_then(|pad| pad.current_caps());
        let facts = caps.as_ref().and_then(|caps| self.coding.facts(caps.structure(0)?, encoded));
        facts.ok_or_else(|| refused("the encoder did not say how its stream is to be read"))
    }

    /// The error on the bus says more than the flow of the buffer that met it.
    fn failure(&self, flow: gst::FlowError) -> RenderFailure {
        let said = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        said.map_or_else(|| refused(flow), |message| refused(format!("{:?}", message.view())))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // Nothing is lost when this fails: the process ends after its one task.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

/// Interleaved samples at 48 kHz, in the media library's words.
pub fn raw_caps(format: &str, channels: u32) -> gst::Caps {
    gst::Caps::builder("audio/x-raw")
        .field("format", format)
        .field("layout", "interleaved")
        .field("rate", i32::try_from(OUTPUT_RATE).expect("48 000 fits"))
        .field("channels", i32::try_from(channels).expect("one or two fit"))
        .field("channel-mask", gst::Bitmask::new(if channels == 1 { 0 } else { 3 }))
        .build()
}

/// The encoder is not to be had, or stopped.
pub fn refused(cause: impl std::fmt::Display) -> RenderFailure {
    RenderFailure::node("The sound encoder of this node does not work.").because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_alike_and_even_in_number() {
        let turns = Turns { longest: 3_600, alone: 940, overlap: 24, settling: 10 };
        for units in [941, 3_600, 7_199, 7_200, 7_201, 87_188, 1_000_000] {
            let length = turns.length(units);
            let count = units.div_ceil(length);
            assert!(length <= turns.longest && length >= turns.alone / 2, "{units} in turns of {length}");
            assert!(count.is_multiple_of(2), "{units} in {count} turns of {length}");
            assert!(count * length - units < count, "the last turn of {units} is shorter by less than one for each");
        }
        assert_eq!(turns.length(940), 940);
        assert_eq!(turns.length(0), 940);
    }
}
