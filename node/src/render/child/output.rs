//! The pipe to the parent: framed messages, each sent at once.
//! Keeps nothing and judges nothing.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use wire::v1::{CodecConfig, Index, PartFrame, SegmentLevel};

use crate::render::failure::RenderFailure;
use crate::render::protocol::{self, ChildMessage, PartCodec, ProbedEncoder, Ready};

/// Writes messages to the parent.
#[derive(Debug)]
pub struct Output {
    pipe: File,
}

impl Output {
    /// An output into `pipe`.
    #[must_use]
    pub fn new(pipe: OwnedFd) -> Output {
        Output { pipe: File::from(pipe) }
    }

    /// First of all: what the child runs with.
    pub fn ready(&mut self, ready: Ready) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Ready(ready))
    }

    /// How far the work is: frames, or milliseconds of sound. Send it a few times a second; silence gets a child killed.
    pub fn progress(&mut self, done: u64) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Progress(done))
    }

    /// The codec configuration of the part, the ticks per second of its times and what levelling did, once, before `done`.
    pub fn codec(
        &mut self,
        codec: CodecConfig,
        (rate_num, rate_den): (u32, u32),
        levels: Vec<SegmentLevel>,
    ) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Codec(PartCodec { codec, rate_num, rate_den, levels }))
    }

    /// One access unit, in decode order. `frame.size_bytes` is not looked at; the payload's length counts.
    pub fn access_unit(&mut self, frame: &PartFrame, payload: &[u8]) -> Result<(), RenderFailure> {
        let head = protocol::access_unit_head_bytes(frame, payload.len());
        self.pipe.write_all(&head).and_then(|()| self.pipe.write_all(payload)).map_err(gone)
    }

    /// The finished index.
    pub fn index(&mut self, index: Index) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Index(Box::new(index)))
    }

    /// What the probe found.
    pub fn encoders(&mut self, encoders: Vec<ProbedEncoder>) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Encoders(encoders))
    }

    /// The last message of a good attempt; `child::main` sends it.
    pub fn done(&mut self) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Done)
    }

    /// The last message of a failed attempt; `child::main` sends it.
    pub fn failed(&mut self, failure: RenderFailure) -> Result<(), RenderFailure> {
        self.send(&ChildMessage::Failed(failure))
    }

    fn send(&mut self, message: &ChildMessage) -> Result<(), RenderFailure> {
        self.pipe.write_all(&protocol::write_message(message)).map_err(gone)
    }
}

fn gone(error: io::Error) -> RenderFailure {
    RenderFailure::node("The node stopped listening to its media process.").because(error)
}
