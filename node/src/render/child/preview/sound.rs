//! The sound of a preview: read once on a thread of its own, listened to for its waveform, coded for the proxy.
//! Runs no more than a few seconds ahead of whoever takes its packets.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use gstreamer as gst;
use wire::v1::{AacConfig, CodecConfig, PreviewSound, SoundSegment};

use super::peaks::Peaks;
use super::senseless;
use crate::render::child::line::PATIENCE;
use crate::render::child::sound::aac::{Aac, UNIT_SAMPLES};
use crate::render::child::sound::encoder::{Encoded, Encoder};
use crate::render::child::sound::track::SoundTrack;
use crate::render::child::source::{Source, unbuildable};
use crate::render::failure::RenderFailure;

/// Coded packets that may wait to be taken: five seconds, so that picture and sound read the source side by side.
const PACKETS_WAITING_MAX: usize = 240;
/// Packets' worth of samples that the encoder may be behind.
const BEHIND_MAX: u64 = 16;

/// Sound being listened to.
pub struct Sound<'scope> {
    packets: Receiver<Result<Vec<u8>, RenderFailure>>,
    listening: ScopedJoinHandle<'scope, Option<Heard>>,
    taken_count: u64,
}

/// Everything there was.
pub struct Heard {
    /// Its waveform.
    pub peaks: Peaks,
    /// How its packets are read.
    pub config: AacConfig,
}

impl<'scope> Sound<'scope> {
    /// Begins to listen to the first `sample_count` samples of a track, counted from the source's time zero.
    pub fn listen<'env>(
        scope: &'scope Scope<'scope, 'env>,
        source: &'env Source,
        wish: &'env PreviewSound,
        sample_count: u64,
    ) -> Result<Sound<'scope>, RenderFailure> {
        if !(1..=2).contains(&wish.channels) {
            return Err(senseless());
        }
        let (say, packets) = sync_channel(PACKETS_WAITING_MAX);
        let listening = thread::Builder::new().name("sound".to_owned()).spawn_scoped(scope, move || {
            let heard = hear(source, wish, sample_count, &say);
            // Nobody takes a failure any more only when the preview has failed already.
            heard.map_err(|failure| say.send(Err(failure))).ok()
        });
        let listening = listening.map_err(|error| unbuildable().because(error))?;
        Ok(Sound { packets, listening, taken_count: 0 })
    }

    /// The next packet if it begins before a sample, as soon as it is there.
    pub fn next_before(&mut self, sample: u64) -> Result<Option<Vec<u8>>, RenderFailure> {
        // What lies in front of the first sample that counts is at most a packet.
        if self.taken_count.saturating_sub(1) * UNIT_SAMPLES as u64 >= sample {
            return Ok(None);
        }
        let packet = self.packets.recv().ok().transpose()?;
        self.taken_count += u64::from(packet.is_some());
        Ok(packet)
    }

    /// What was heard, once all packets are taken.
    pub fn finish(self) -> Result<Heard, RenderFailure> {
        drop(self.packets);
        let heard = self.listening.join().ok().flatten();
        heard.ok_or_else(|| RenderFailure::node("The media process lost the sound of the video."))
    }
}

type Say = SyncSender<Result<Vec<u8>, RenderFailure>>;

fn hear(source: &Source, wish: &PreviewSound, sample_count: u64, say: &Say) -> Result<Heard, RenderFailure> {
    let channels = wish.channels as usize;
    let mut peaks = Peaks::new(channels, wish.peaks_per_second).ok_or_else(senseless)?;
    let mut coding = Coding::start(wish, say)?;
    let mut track = SoundTrack::open(source, &wish.track, channels)?;
    let all = SoundSegment { start_sample: 0, sample_count, overlap_samples: 0 };
    track.read(&all, &mut |samples| {
        peaks.hear(samples);
        coding.push(samples)
    })?;
    peaks.finish();
    let encoded = Encoded { channels: wish.channels, sample_count, bitrate_bps: wish.bitrate_bps };
    Ok(Heard { peaks, config: coding.finish(encoded)? })
}

/// The encoder at work. One for all of it: a proxy is not worth the relay that finished sound goes through.
struct Coding<'a> {
    encoder: Encoder,
    say: &'a Say,
    values_each: usize,
    /// Samples that do not yet fill a packet.
    partial: Vec<f32>,
    sent_count: u64,
    said_count: u64,
}

impl<'a> Coding<'a> {
    fn start(wish: &PreviewSound, say: &'a Say) -> Result<Coding<'a>, RenderFailure> {
        let encoder = Encoder::start(&Aac, wish.channels, wish.bitrate_bps)?;
        let values_each = UNIT_SAMPLES * wish.channels as usize;
        Ok(Coding { encoder, say, values_each, partial: Vec::new(), sent_count: 0, said_count: 0 })
    }

    fn push(&mut self, mut samples: &[f32]) -> Result<(), RenderFailure> {
        while !samples.is_empty() {
            let wanted = self.values_each - self.partial.len();
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.partial.extend_from_slice(taken);
            samples = rest;
            if self.partial.len() == self.values_each {
                self.send_packet()?;
            }
        }
        Ok(())
    }

    fn send_packet(&mut self) -> Result<(), RenderFailure> {
        self.encoder.send(&self.partial)?;
        self.partial.clear();
        self.sent_count += 1;
        while self.sent_count > self.said_count + BEHIND_MAX {
            self.hand_on(PATIENCE)?;
        }
        while self.hand_on(gst::ClockTime::ZERO)? {}
        Ok(())
    }

    /// Says a finished packet, if there is one.
    fn hand_on(&mut self, wait: gst::ClockTime) -> Result<bool, RenderFailure> {
        let Some(packet) = self.encoder.next(wait)? else { return Ok(false) };
        let taken = self.say.send(Ok(packet.to_vec()));
        taken.map_err(|_| RenderFailure::node("Nobody takes the sound any more."))?;
        self.said_count += 1;
        Ok(true)
    }

    /// Fills the last packet up with silence, says the rest, and gives what decoders must know.
    fn finish(mut self, encoded: Encoded) -> Result<AacConfig, RenderFailure> {
        if !self.partial.is_empty() {
            self.partial.resize(self.values_each, 0.0);
            self.send_packet()?;
        }
        self.encoder.end()?;
        while !self.encoder.is_over() {
            self.hand_on(PATIENCE)?;
        }
        let facts = self.encoder.facts(encoded)?;
        let expected = (encoded.sample_count + u64::from(facts.lead_samples)).div_ceil(UNIT_SAMPLES as u64);
        let CodecConfig::Aac(config) = facts.config else { return Err(unbuildable()) };
        if self.said_count != expected {
            let found = format!("{} packets instead of {expected}", self.said_count);
            return Err(RenderFailure::node("The sound encoder of this node lost sound.").because(found));
        }
        Ok(config)
    }
}
