//! The proxy: small frames coded with a key frame almost every second, sound beside them, one MP4 written as it grows.
//! Its head comes last in the part and first in the file, so nothing but the head's tables is ever held.

use gstreamer as gst;
use gstreamer_video::UpstreamForceKeyUnitEvent;
use wire::v1::UnitRun;

use super::entries::PictureEntry;
use super::frames::SmallFrame;
use super::movie::{Kind, Movie};
use super::sound::{Heard, Sound};
use super::{Clock, senseless};
use crate::render::child::encode::{CodedUnit, coded_unit};
use crate::render::child::line::{Line, PATIENCE};
use crate::render::child::output::Output;
use crate::render::child::source::unbuildable;
use crate::render::child::still::Files;
use crate::render::failure::RenderFailure;
use crate::render::recipe::preview::proxy_picture;

/// Frames that may wait for the encoder.
const FRAMES_WAITING_MAX: u64 = 4;
/// A key frame is due so long after the last one: at ten frames a second and more no group is longer than a second.
const KEY_EVERY_MILLISECONDS: i64 = 900;
/// Picture and sound alternate about every second, so that a player that reads on has both.
const PIECE_SECONDS: i64 = 1;
/// A piece is not larger, however still the picture stands and however long.
const PIECE_BYTES_MAX: usize = 4 << 20;
/// The head is sent in pieces of this size: of a long video it is larger than an access unit may be.
const HEAD_PIECE_BYTES: usize = 16 << 20;
/// The media type of the file.
const CONTENT_TYPE: &str = "video/mp4";

/// A proxy in the making.
pub struct Proxy<'a> {
    clock: Clock,
    sound: Option<Sound<'a>>,
    encoder: Option<Line>,
    /// When a key frame is due, once there was one.
    next_key: Option<i64>,
    movie: Movie,
    piece: Piece,
    body_units: u32,
}

/// Frames that lie together.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    frame_count: u32,
    begins: i64,
}

impl<'a> Proxy<'a> {
    /// An empty one.
    pub fn new(clock: Clock, sound: Option<Sound<'a>>) -> Proxy<'a> {
        let movie = Movie::new(clock.rate);
        Proxy { clock, sound, encoder: None, next_key: None, movie, piece: Piece::default(), body_units: 0 }
    }

    /// Takes the next frame.
    pub fn show(&mut self, frame: &SmallFrame, files: &mut Files, output: &mut Output) -> Result<(), RenderFailure> {
        let encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => Line::start(&proxy_picture(), &frame.caps, FRAMES_WAITING_MAX)?,
        };
        while !encoder.has_room() {
            self.take_unit(&encoder, PATIENCE, files, output)?;
        }
        if self.next_key.is_none_or(|due| frame.tick >= due) {
            // Asked for at the first frame, which is a key frame anyway, it would be the only one: GStreamer 1.22.0 notes it a
            // thousand hours late and takes every later wish for too soon.
            if self.next_key.is_some() {
                let at = gst::ClockTime::from_nseconds(self.clock.ns(frame.tick).unsigned_abs());
                encoder.send_back(UpstreamForceKeyUnitEvent::builder().running_time(at).all_headers(false).build())?;
            }
            self.next_key = Some(frame.tick + self.clock.rate.milliseconds(KEY_EVERY_MILLISECONDS).0);
        }
        encoder.push(frame.pixels.clone())?;
        while self.take_unit(&encoder, gst::ClockTime::ZERO, files, output)? {}
        self.encoder = Some(encoder);
        Ok(())
    }

    /// Ends it: the last frame is shown until `end`. Gives what was heard on the way.
    pub fn finish(mut self, end: i64, files: &mut Files, output: &mut Output) -> Result<Option<Heard>, RenderFailure> {
        let encoder = self.encoder.take().ok_or_else(|| RenderFailure::media("The video holds no frame."))?;
        encoder.end()?;
        while !encoder.is_over() {
            self.take_unit(&encoder, PATIENCE, files, output)?;
        }
        self.send_picture(files, output)?;
        self.send_sound(u64::MAX / 2, files, output)?;
        let heard = self.sound.take().map(Sound::finish).transpose()?;
        let front = self.movie.head(end, &entry(&encoder)?, heard.as_ref().map(|heard| &heard.config));
        let first = self.body_units;
        for piece in front.chunks(HEAD_PIECE_BYTES) {
            files.send(piece, output)?;
        }
        let head_units = u32::try_from(front.len().div_ceil(HEAD_PIECE_BYTES)).map_err(|_| senseless())?;
        let runs = vec![UnitRun { first, count: head_units }, UnitRun { first: 0, count: self.body_units }];
        files.name("proxy", CONTENT_TYPE, runs);
        Ok(heard)
    }

    /// Takes a coded frame, if there is one.
    fn take_unit(
        &mut self,
        encoder: &Line,
        wait: gst::ClockTime,
        files: &mut Files,
        output: &mut Output,
    ) -> Result<bool, RenderFailure> {
        let Some(sample) = encoder.next(wait)? else { return Ok(false) };
        let unit = coded_unit(sample)?;
        let tick = self.clock.tick(unit.pts_ns);
        let longest = self.clock.rate.seconds(PIECE_SECONDS).0;
        let is_full = self.piece.bytes.len() >= PIECE_BYTES_MAX || tick - self.piece.begins >= longest;
        if self.piece.frame_count > 0 && is_full {
            self.send_picture(files, output)?;
            self.send_sound(self.clock.samples(tick), files, output)?;
        }
        self.add(&unit, tick)?;
        Ok(true)
    }

    fn add(&mut self, unit: &CodedUnit, tick: i64) -> Result<(), RenderFailure> {
        if self.piece.frame_count == 0 {
            self.piece.begins = tick;
        }
        let bytes = unit.bytes()?;
        self.movie.add_frame(tick, bytes.len(), unit.key).ok_or_else(|| {
            RenderFailure::node("The encoder on this node changed the order of frames.").because(unit.pts_ns)
        })?;
        self.piece.bytes.extend_from_slice(&bytes);
        self.piece.frame_count += 1;
        Ok(())
    }

    fn send_picture(&mut self, files: &mut Files, output: &mut Output) -> Result<(), RenderFailure> {
        let piece = std::mem::take(&mut self.piece);
        self.send(Kind::Picture, &piece.bytes, piece.frame_count, files, output)
    }

    /// All sound before a sample, a second at a time.
    fn send_sound(&mut self, until: u64, files: &mut Files, output: &mut Output) -> Result<(), RenderFailure> {
        /// A second of 1024 samples each.
        const PACKETS_EACH: u32 = 47;
        let Some(mut sound) = self.sound.take() else { return Ok(()) };
        loop {
            let mut bytes = Vec::new();
            let mut packet_count = 0;
            while packet_count < PACKETS_EACH
                && let Some(packet) = sound.next_before(until)?
            {
                self.movie.add_packet(packet.len());
                bytes.extend_from_slice(&packet);
                packet_count += 1;
            }
            if packet_count == 0 {
                self.sound = Some(sound);
                return Ok(());
            }
            self.send(Kind::Sound, &bytes, packet_count, files, output)?;
        }
    }

    fn send(
        &mut self,
        kind: Kind,
        bytes: &[u8],
        count: u32,
        files: &mut Files,
        output: &mut Output,
    ) -> Result<(), RenderFailure> {
        if count > 0 {
            files.send(bytes, output)?;
            self.movie.add_piece(kind, count, bytes.len());
            self.body_units += 1;
        }
        Ok(())
    }
}

/// How the picture is decoded, from what was really negotiated.
fn entry(encoder: &Line) -> Result<PictureEntry, RenderFailure> {
    let caps = encoder.exit_caps().ok_or_else(unbuildable)?;
    let coded = caps.structure(0).ok_or_else(unbuildable)?;
    let avcc = coded.get::<gst::Buffer>("codec_data").map_err(|error| unbuildable().because(error))?;
    let avcc = avcc.map_readable().map_err(|error| unbuildable().because(error))?.to_vec();
    let side = |field| coded.get::<i32>(field).ok().and_then(|pixels| u16::try_from(pixels).ok());
    let (width, height) = side("width").zip(side("height")).ok_or_else(unbuildable)?;
    Ok(PictureEntry { avcc, width, height })
}
