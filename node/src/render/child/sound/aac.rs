//! Encodes one stretch of sound to AAC-LC, access unit by access unit.
//! Encodes what it is given: cutting, levels and fades are done before.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};
use wire::v1::{AacConfig, CodecConfig, PartFrame, SegmentLevel};

use super::OUTPUT_RATE;
use crate::render::child::output::Output;
use crate::render::failure::RenderFailure;

/// Samples per channel in an access unit of AAC-LC.
const FRAME_SAMPLES: usize = 1_024;

/// What `avenc_aac` puts in front of the first sample: one frame, the reach of its transform. Measured with ffmpeg's
/// decoder as the judge: a click at sample n comes out at n + 1024, at every bit rate and for one and two channels.
const PRIMING_SAMPLES: u32 = 1_024;

/// How much sound may wait for the encoder: 2¾ s of stereo.
const WAITING_BYTES_MAX: u64 = 1 << 20;

/// How long one look for a finished access unit waits before errors are looked for.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_mseconds(100);

/// An encoder at work.
pub struct Encoder {
    pipeline: gst::Pipeline,
    source: AppSrc,
    sink: AppSink,
    channels: usize,
    bitrate_bps: u32,
    /// Samples that do not yet fill a frame.
    partial: Vec<f32>,
    samples_in: u64,
    units_out: u64,
}

impl Encoder {
    /// For interleaved samples at 48 kHz.
    pub fn new(channels: u32, bitrate_bps: u32) -> Result<Self, RenderFailure> {
        // Left on, `aac-ms` forces M/S in every band, as its boolean cannot say ffmpeg's "auto". Measured with 1.22.0: a
        // tone on the left alone then comes out on both sides, each 6 dB down.
        let encoder = gst::ElementFactory::make("avenc_aac")
            .property("aac-ms", false)
            .property("bitrate", i32::try_from(bitrate_bps).map_err(refused)?)
            .build()
            .map_err(refused)?;
        let source = AppSrc::builder().caps(&raw_caps(channels)).format(gst::Format::Time).build();
        let finished = gst::Caps::builder("audio/mpeg").field("mpegversion", 4).field("stream-format", "raw").build();
        let sink = AppSink::builder().caps(&finished).sync(false).build();
        let pipeline = gst::Pipeline::new();
        pipeline.add_many([source.upcast_ref(), &encoder, sink.upcast_ref()]).map_err(refused)?;
        gst::Element::link_many([source.upcast_ref(), &encoder, sink.upcast_ref()]).map_err(refused)?;
        pipeline.set_state(gst::State::Playing).map_err(refused)?;
        let partial = Vec::with_capacity(FRAME_SAMPLES * channels as usize);
        Ok(Self {
            pipeline,
            source,
            sink,
            channels: channels as usize,
            bitrate_bps,
            partial,
            samples_in: 0,
            units_out: 0,
        })
    }

    /// Takes the next samples; hands on what has been encoded meanwhile.
    pub fn push(&mut self, mut samples: &[f32], output: &mut Output) -> Result<(), RenderFailure> {
        self.samples_in += (samples.len() / self.channels) as u64;
        while !samples.is_empty() {
            let wanted = FRAME_SAMPLES * self.channels - self.partial.len();
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.partial.extend_from_slice(taken);
            samples = rest;
            if self.partial.len() == FRAME_SAMPLES * self.channels {
                self.send_frame(output)?;
            }
        }
        Ok(())
    }

    /// Ends the stream: the last frame is filled up with silence, the rest comes out, then the track's facts.
    pub fn finish(mut self, levels: Vec<SegmentLevel>, output: &mut Output) -> Result<(), RenderFailure> {
        if !self.partial.is_empty() {
            self.partial.resize(FRAME_SAMPLES * self.channels, 0.0);
            self.send_frame(output)?;
        }
        self.source.end_of_stream().map_err(refused)?;
        while !self.sink.is_eos() {
            self.hand_on(PATIENCE, output)?;
        }
        let expected = (self.samples_in + u64::from(PRIMING_SAMPLES)).div_ceil(FRAME_SAMPLES as u64);
        if self.units_out != expected {
            let found = format!("{} access units instead of {expected}", self.units_out);
            return Err(RenderFailure::node("The sound encoder of this node lost sound.").because(found));
        }
        let config = AacConfig {
            specific_config: self.specific_config()?,
            channels: u32::try_from(self.channels).expect("there are one or two channels"),
            sample_rate: OUTPUT_RATE,
            priming_samples: PRIMING_SAMPLES,
            sample_count: self.samples_in,
            bitrate_bps: self.bitrate_bps,
        };
        output.codec(CodecConfig::Aac(config), (OUTPUT_RATE, 1), levels)
    }

    /// Sends the full frame to the encoder, and waits for it while it is behind.
    fn send_frame(&mut self, output: &mut Output) -> Result<(), RenderFailure> {
        let bytes: Vec<u8> = self.partial.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.partial.clear();
        self.source.push_buffer(gst::Buffer::from_slice(bytes)).map_err(|flow| self.failure(flow))?;
        self.hand_on(gst::ClockTime::ZERO, output)?;
        while self.source.current_level_bytes() > WAITING_BYTES_MAX {
            self.hand_on(PATIENCE, output)?;
        }
        Ok(())
    }

    /// Writes all finished access units to the output, waiting up to `patience` for each.
    fn hand_on(&mut self, patience: gst::ClockTime, output: &mut Output) -> Result<(), RenderFailure> {
        while let Some(sample) = self.sink.try_pull_sample(patience) {
            let payload = sample.buffer().and_then(|buffer| buffer.map_readable().ok());
            let payload = payload.ok_or_else(|| refused("an access unit without bytes"))?;
            let pts = i64::try_from(self.units_out * FRAME_SAMPLES as u64).expect("no output lasts six million years");
            let duration = u32::try_from(FRAME_SAMPLES).expect("a frame has 1024 samples");
            let size_bytes = u32::try_from(payload.len()).expect("an access unit of sound has a few hundred bytes");
            output.access_unit(&PartFrame { pts, dts: pts, duration, size_bytes, key: true }, &payload)?;
            self.units_out += 1;
        }
        match self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error])) {
            Some(message) => Err(refused(format!("{:?}", message.view()))),
            None => Ok(()),
        }
    }

    fn specific_config(&self) -> Result<Vec<u8>, RenderFailure> {
        let caps = self.sink.static_pad("sink").and_then(|pad| pad.current_caps());
        let config = caps.as_ref().and_then(|caps| caps.structure(0)?.get::<gst::Buffer>("codec_data").ok());
        let bytes = config.as_ref().and_then(|buffer| buffer.map_readable().ok());
        bytes.map(|bytes| bytes.to_vec()).ok_or_else(|| refused("the encoder named no codec_data"))
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

fn raw_caps(channels: u32) -> gst::Caps {
    gst::Caps::builder("audio/x-raw")
        .field("format", "F32LE")
        .field("layout", "interleaved")
        .field("rate", i32::try_from(OUTPUT_RATE).expect("48 000 fits"))
        .field("channels", i32::try_from(channels).expect("one or two fit"))
        .field("channel-mask", gst::Bitmask::new(if channels == 1 { 0 } else { 3 }))
        .build()
}

fn refused(cause: impl std::fmt::Display) -> RenderFailure {
    RenderFailure::node("The sound encoder of this node does not work.").because(cause)
}
