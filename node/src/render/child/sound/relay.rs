//! Encodes one stretch of sound by encoders in turns, two at work at a time: encoding is most of the work of a sound task, and
//! no encoder of sound uses more than one processor (decision 0007). Where turns change depends on the sound alone.
//! Encodes what it is given: cutting, levels and fades are done before.

use std::collections::VecDeque;

use gstreamer as gst;
use wire::v1::{PartFrame, SegmentLevel, SoundCodec};

use super::OUTPUT_RATE;
use super::aac::Aac;
use super::encoder::{Coding, Encoded, Encoder, Manner, Turns, Unit};
use super::opus::Opus;
use crate::render::child::output::Output;
use crate::render::failure::RenderFailure;

/// Encoders at work at a time; each holds up to one turn's samples.
const AT_WORK_MAX: usize = 2;

/// The last access units of a turn are made with an eye on the silence after it, and are never joined at.
const TRAILING: usize = 3;

/// Access units whose samples are handed over together: each handing over wakes the encoder's thread.
const TOGETHER: usize = 16;

/// How long one look for a finished access unit waits before errors are looked for.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_mseconds(100);

/// The coding of a codec.
pub fn coding(codec: &SoundCodec) -> &'static dyn Coding {
    match codec {
        SoundCodec::Aac => &Aac,
        SoundCodec::Opus => &Opus,
    }
}

/// The encoders of one stretch of sound.
pub struct Relay {
    coding: &'static dyn Coding,
    encoded: Encoded,
    /// How many access units make a turn.
    turn_units: usize,
    /// Samples that do not yet fill an access unit.
    partial: Vec<f32>,
    /// The samples of the last access units, as many as the next encoder shall begin with.
    recent: VecDeque<Vec<f32>>,
    /// The front hands on its access units, the back takes samples.
    at_work: VecDeque<Turn>,
    units_in: usize,
    units_out: usize,
}

/// One encoder's turn.
struct Turn {
    encoder: Encoder,
    /// Samples it is to be given together with the next ones.
    waiting: Vec<f32>,
    /// Access units it was given samples of, with those that wait.
    given: usize,
    /// Access units it made.
    yielded: usize,
    /// How many it may hand on before the joint with the next one is looked for.
    alone: usize,
    /// Made, and not handed on yet.
    made: VecDeque<Unit>,
}

impl Relay {
    /// For interleaved samples at 48 kHz, about `sample_count` of each channel.
    pub fn new(Manner { coding, channels, bitrate_bps }: Manner, sample_count: u64) -> Result<Self, RenderFailure> {
        let encoded = Encoded { channels, sample_count: 0, bitrate_bps };
        let units = usize::try_from(sample_count.div_ceil(coding.unit_samples() as u64)).unwrap_or(usize::MAX);
        let turns @ Turns { overlap, settling, .. } = coding.turns();
        let turn_units = turns.length(units);
        let first = Turn::start(coding, encoded, turn_units - overlap + settling)?;
        Ok(Self {
            coding,
            encoded,
            turn_units,
            partial: Vec::with_capacity(coding.unit_samples() * channels as usize),
            recent: VecDeque::with_capacity(overlap),
            at_work: VecDeque::from([first]),
            units_in: 0,
            units_out: 0,
        })
    }

    /// Takes the next samples; hands on what has been encoded meanwhile.
    pub fn push(&mut self, mut samples: &[f32], output: &mut Output) -> Result<(), RenderFailure> {
        self.encoded.sample_count += samples.len() as u64 / u64::from(self.encoded.channels);
        while !samples.is_empty() {
            let wanted = self.unit_values() - self.partial.len();
            let (taken, rest) = samples.split_at(wanted.min(samples.len()));
            self.partial.extend_from_slice(taken);
            samples = rest;
            if self.partial.len() == self.unit_values() {
                self.send_unit(output)?;
            }
        }
        Ok(())
    }

    /// Ends the stretch: the last access unit is filled up with silence, the rest comes out, then the track's facts.
    pub fn finish(mut self, levels: Vec<SegmentLevel>, output: &mut Output) -> Result<(), RenderFailure> {
        if !self.partial.is_empty() {
            self.partial.resize(self.unit_values(), 0.0);
            self.send_unit(output)?;
        }
        self.back().end()?;
        while self.at_work.len() > 1 || !self.at_work[0].encoder.is_over() {
            self.hand_on(PATIENCE, output)?;
        }
        let last = self.at_work.pop_front().expect("the last encoder is never relieved");
        let facts = last.encoder.facts(self.encoded)?;
        last.check(self.coding, facts.lead_samples)?;
        let counted = self.encoded.sample_count + u64::from(facts.lead_samples);
        let expected = usize::try_from(counted.div_ceil(self.coding.unit_samples() as u64)).unwrap_or(usize::MAX);
        self.write(last.made.into_iter().take(expected.saturating_sub(self.units_out)), output)?;
        if self.units_out != expected {
            return Err(lost(self.units_out, expected));
        }
        output.codec(facts.config, (OUTPUT_RATE, 1), levels)
    }

    fn unit_values(&self) -> usize {
        self.coding.unit_samples() * self.encoded.channels as usize
    }

    fn back(&mut self) -> &mut Turn {
        self.at_work.back_mut().expect("somebody is always at work")
    }

    /// Sends a full access unit's samples to the encoder whose turn it is.
    fn send_unit(&mut self, output: &mut Output) -> Result<(), RenderFailure> {
        if self.units_in > 0 && self.units_in.is_multiple_of(self.turn_units) {
            self.relieve(output)?;
        }
        let overlap = self.coding.turns().overlap;
        let oldest = if self.recent.len() == overlap { self.recent.pop_front() } else { None };
        let samples = std::mem::replace(&mut self.partial, oldest.unwrap_or_default());
        self.partial.clear();
        self.back().take(&samples)?;
        self.recent.push_back(samples);
        self.units_in += 1;
        if self.units_in.is_multiple_of(TOGETHER) { self.hand_on(gst::ClockTime::ZERO, output) } else { Ok(()) }
    }

    /// Ends a turn. The next encoder begins a little before its own, once one of those at work has nothing left to do.
    fn relieve(&mut self, output: &mut Output) -> Result<(), RenderFailure> {
        self.back().end()?;
        while self.at_work.len() == AT_WORK_MAX {
            self.hand_on(PATIENCE, output)?;
        }
        let mut next = Turn::start(self.coding, self.encoded, 0)?;
        self.recent.iter().try_for_each(|samples| next.take(samples))?;
        next.give()?;
        self.at_work.push_back(next);
        Ok(())
    }

    /// Writes the finished access units of the front encoder, waiting up to `patience` for each; those near the end of its
    /// turn only when it is over and can be joined to the next one.
    fn hand_on(&mut self, patience: gst::ClockTime, output: &mut Output) -> Result<(), RenderFailure> {
        let front = &mut self.at_work[0];
        front.collect(patience)?;
        // The newest may turn out to be one in which nothing counts any more.
        let count = front.alone.min(front.made.len().saturating_sub(1));
        front.alone -= count;
        let is_over = front.encoder.is_over();
        let certain: Vec<Unit> = front.made.drain(..count).collect();
        self.write(certain, output)?;
        if is_over && self.at_work.len() > 1 { self.join(output) } else { Ok(()) }
    }

    /// Goes over from the front encoder to the next one, where what both made of the same sound fits together.
    fn join(&mut self, output: &mut Output) -> Result<(), RenderFailure> {
        let Turns { overlap, settling, .. } = self.coding.turns();
        let mut front = self.at_work.pop_front().expect("joined only when there are two");
        front.check(self.coding, front.encoder.facts(self.encoded)?.lead_samples)?;
        let next = self.at_work.front_mut().expect("joined only when there are two");
        // No more than these: to wait for all that it makes would be to wait for the end of its turn.
        while next.made.len() < overlap - TRAILING {
            if !next.collect_one(PATIENCE)? && next.encoder.is_over() {
                return Err(lost(next.made.len(), overlap));
            }
        }
        let both = overlap - settling - TRAILING;
        let after = &next.made.make_contiguous()[settling..settling + both];
        let joint = self.coding.joint(&front.made.make_contiguous()[..both], after);
        next.made.drain(..settling + joint);
        next.alone = self.turn_units - joint;
        self.write(front.made.into_iter().take(joint), output)
    }

    /// Writes access units to the output. Their time is their place: encoders stamp theirs each in a way of its own.
    fn write(&mut self, units: impl IntoIterator<Item = Unit>, output: &mut Output) -> Result<(), RenderFailure> {
        let unit_samples = self.coding.unit_samples();
        let duration = u32::try_from(unit_samples).expect("an access unit has about a thousand samples");
        for unit in units {
            let pts = i64::try_from(self.units_out * unit_samples).expect("no output lasts six million years");
            let size_bytes = u32::try_from(unit.len()).expect("an access unit of sound has a few hundred bytes");
            output.access_unit(&PartFrame { pts, dts: pts, duration, size_bytes, key: true }, &unit)?;
            self.units_out += 1;
        }
        Ok(())
    }
}

impl Turn {
    fn start(coding: &'static dyn Coding, sound: Encoded, alone: usize) -> Result<Self, RenderFailure> {
        let encoder = Encoder::start(coding, sound.channels, sound.bitrate_bps)?;
        Ok(Self { encoder, waiting: Vec::new(), given: 0, yielded: 0, alone, made: VecDeque::new() })
    }

    fn take(&mut self, samples: &[f32]) -> Result<(), RenderFailure> {
        self.given += 1;
        self.waiting.extend_from_slice(samples);
        if self.given.is_multiple_of(TOGETHER) { self.give() } else { Ok(()) }
    }

    /// Hands over what waits.
    fn give(&mut self) -> Result<(), RenderFailure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.encoder.send(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }

    /// No further samples will come.
    fn end(&mut self) -> Result<(), RenderFailure> {
        self.give()?;
        self.encoder.end()
    }

    /// Takes what has been made, waiting up to `patience` for each access unit.
    fn collect(&mut self, patience: gst::ClockTime) -> Result<(), RenderFailure> {
        while self.collect_one(patience)? {}
        Ok(())
    }

    /// Takes an access unit, if one is made within `patience`.
    fn collect_one(&mut self, patience: gst::ClockTime) -> Result<bool, RenderFailure> {
        let unit = self.encoder.next(patience)?;
        let is_one = unit.is_some();
        self.yielded += usize::from(is_one);
        self.made.extend(unit);
        Ok(is_one)
    }

    /// Holds an encoder that is over to having made all it was given, and what its lead pushes out at the end.
    fn check(&self, coding: &dyn Coding, lead_samples: u32) -> Result<(), RenderFailure> {
        let expected = self.given + (lead_samples as usize).div_ceil(coding.unit_samples());
        if self.yielded == expected { Ok(()) } else { Err(lost(self.yielded, expected)) }
    }
}

fn lost(found: usize, expected: usize) -> RenderFailure {
    RenderFailure::node("The sound encoder of this node lost sound.")
        .because(format!("{found} access units instead of {expected}"))
}
