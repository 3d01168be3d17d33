//! A trial of a codec: sound goes through encoder and decoder, and is measured behind them. Nothing of it is kept.
//! Does not draw conclusions.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSrc};

use super::encoder::{Coding, raw_caps, refused};
use super::loudness::{Level, Meter};
use super::unmeasured;
use crate::render::child::source::element;
use crate::render::failure::RenderFailure;

/// Sound on its way to the encoder at most, in bytes: half a second of stereo.
const WAITING_BYTES_MAX: u64 = 1 << 18;

/// How long one look for decoded sound waits before errors are looked for.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_mseconds(100);

/// Sound on its way through a codec.
pub struct Trial {
    playing: Playing,
    source: AppSrc,
    sink: AppSink,
    coding: &'static dyn Coding,
    meter: Meter,
}

/// A pipeline that stops when it is dropped.
struct Playing(gst::Pipeline);

impl Trial {
    /// For interleaved samples at 48 kHz.
    pub fn start(coding: &'static dyn Coding, channels: u32, bitrate_bps: u32) -> Result<Self, RenderFailure> {
        let caps = raw_caps(coding.sample_format(), channels);
        let source = AppSrc::builder().caps(&caps).format(gst::Format::Time).max_bytes(WAITING_BYTES_MAX).block(true);
        let source = source.build();
        let sink = AppSink::builder().caps(&raw_caps("F32LE", channels)).sync(false).async_(false).build();
        sink.set_enable_last_sample(false);
        let encoder = coding.element(i32::try_from(bitrate_bps).map_err(refused)?).map_err(refused)?;
        let (decoder, convert) = (element(coding.decoder())?, element("audioconvert")?);
        let chain = [source.upcast_ref(), &encoder, &decoder, &convert, sink.upcast_ref()];
        let pipeline = gst::Pipeline::new();
        pipeline.add_many(chain).map_err(refused)?;
        gst::Element::link_many(chain).map_err(refused)?;
        let meter = Meter::new(channels).map_err(unmeasured)?;
        let playing = Playing(pipeline);
        playing.0.set_state(gst::State::Playing).map_err(refused)?;
        Ok(Self { playing, source, sink, coding, meter })
    }

    /// Takes the next samples; waits while the encoder has enough.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), RenderFailure> {
        let buffer = gst::Buffer::from_slice(self.coding.sample_bytes(samples));
        self.source.push_buffer(buffer).map_err(|flow| self.failure(flow))?;
        while self.listen(gst::ClockTime::ZERO)? {}
        Ok(())
    }

    /// What became of all of it.
    pub fn finish(mut self) -> Result<Level, RenderFailure> {
        self.source.end_of_stream().map_err(|flow| self.failure(flow))?;
        while !self.sink.is_eos() {
            self.listen(PATIENCE)?;
        }
        Ok(self.meter.finish())
    }

    /// Measures what has been decoded, if anything has within `patience`.
    fn listen(&mut self, patience: gst::ClockTime) -> Result<bool, RenderFailure> {
        let Some(sample) = self.sink.try_pull_sample(patience) else {
            return match self.playing.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error])) {
                Some(message) => Err(refused(format!("{:?}", message.view()))),
                None => Ok(false),
            };
        };
        let buffer = sample.buffer().ok_or_else(|| refused("decoded sound without samples"))?;
        let bytes = buffer.map_readable().map_err(refused)?;
        let samples: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        self.meter.push(&samples).map_err(unmeasured)?;
        Ok(true)
    }

    /// The error on the bus says more than the flow of the buffer that met it.
    fn failure(&self, flow: gst::FlowError) -> RenderFailure {
        let said = self.playing.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        said.map_or_else(|| refused(flow), |message| refused(format!("{:?}", message.view())))
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // Nothing is lost when this fails: the process ends after its one task.
        let _ = self.0.set_state(gst::State::Null);
    }
}
