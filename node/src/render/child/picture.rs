//! The picture task: exactly the promised frames, decoded, turned, scaled and encoded; short is a failure that says by how much.
//! Joins the cut, the decoder and the encoder, and holds none of their knowledge.

mod blend;
mod fade;
mod promised;
mod stamped;

use gstreamer as gst;
use timeline::Rate;
use wire::v1::{PartFrame, PictureRecipe, PictureWork};

use super::check::Groups;
use super::cut::Cut;
use super::encode::{CodedUnit, Encoding};
use super::identity::identity;
use super::index::frames::ticks;
use super::output::Output;
use super::source::Source;
use crate::render::encoders::{self, EncoderRow};
use crate::render::failure::RenderFailure;
use crate::render::recipe;
use promised::Promised;
use stamped::stamped;

/// How long to wait for the encoder while its queue is full.
const ENCODER_WAIT: gst::ClockTime = gst::ClockTime::from_mseconds(5);
/// Frames between two reports of progress.
const FRAMES_PER_PROGRESS: usize = 8;

/// Renders the frames of one part.
pub fn run(source: &Source, work: &PictureWork, output: &mut Output) -> Result<(), RenderFailure> {
    let rate = Rate::new(work.rate_num, work.rate_den).ok_or_else(senseless)?;
    let cut = Cut::new(rate, work.keep_pts.clone(), work.end).ok_or_else(senseless)?;
    let recipe = if work.fade.is_some() { recipe::of_shaped(&work.recipe) } else { work.recipe.clone() };
    let mut part = Part { work, rate, cut, recipe, encoding: None, groups: Groups::default(), sent: 0, output };
    match &work.fade {
        None => render(source, work, &mut part)?,
        Some(fade) => fade::render(source, work, fade, &mut part)?,
    }
    part.finish()
}

/// Encodes every promised frame as it is.
fn render(source: &Source, work: &PictureWork, part: &mut Part) -> Result<(), RenderFailure> {
    let mut promised = Promised::open(source, work, part.cut.clone())?;
    let container_colour = promised.container_colour();
    while let Some((ordinal, frame)) = promised.take()? {
        let caps = frame.sample.caps_owned().ok_or_else(senseless)?;
        part.encode(ordinal, frame.into_buffer(), &caps, container_colour.as_deref())?;
    }
    promised.check_whole()
}

/// A part in the making.
struct Part<'a> {
    work: &'a PictureWork,
    rate: Rate,
    /// The times of the promised frames.
    cut: Cut,
    /// How the frames are to be encoded that this part is given.
    recipe: PictureRecipe,
    encoding: Option<Encoding>,
    groups: Groups,
    sent: usize,
    output: &'a mut Output,
}

impl Part<'_> {
    /// Encodes promised frame `ordinal`. `container_colour` fills in where the stream says nothing of colour.
    fn encode(
        &mut self,
        ordinal: usize,
        frame: gst::Buffer,
        caps: &gst::Caps,
        container_colour: Option<&str>,
    ) -> Result<(), RenderFailure> {
        let mut encoding = match self.encoding.take() {
            Some(encoding) => encoding,
            None => Encoding::start(&self.recipe, self.cut.frame_count(), caps, container_colour)?,
        };
        while !encoding.has_room() {
            if let Some(unit) = encoding.next(ENCODER_WAIT)? {
                self.send(&unit, &encoding)?;
            }
        }
        encoding.push(stamped(frame, &self.cut, ordinal)?, caps)?;
        // A frame that went in is work done: a slow encoder looks far ahead before the first unit comes out.
        self.output.progress(self.sent as u64)?;
        while let Some(unit) = encoding.next(gst::ClockTime::ZERO)? {
            self.send(&unit, &encoding)?;
        }
        self.encoding = Some(encoding);
        Ok(())
    }

    fn send(&mut self, unit: &CodedUnit, encoding: &Encoding) -> Result<(), RenderFailure> {
        let bytes = unit.bytes()?;
        if self.sent == 0 {
            let row = encoders::row(&self.work.recipe.encoder_family).ok_or_else(senseless)?;
            check_encoder(self.work, row, &bytes)?;
            let codec = encoding.codec(row.standard, &self.work.recipe, &bytes)?;
            self.output.codec(codec, (self.rate.num(), self.rate.den()), Vec::new())?;
        }
        let ordinal = self.cut.ordinal_at(unit.pts_ns).ok_or_else(|| {
            RenderFailure::node("The encoder on this node changed the time of a frame.").because(unit.pts_ns)
        })?;
        let frame = PartFrame {
            pts: self.cut.pts(ordinal),
            dts: ticks(self.rate, unit.dts_ns),
            duration: u32::try_from(self.cut.duration(ordinal)).map_err(|error| senseless().because(error))?,
            size_bytes: u32::try_from(bytes.len()).map_err(|error| senseless().because(error))?,
            key: unit.key,
        };
        self.output.access_unit(&frame, &bytes)?;
        self.groups.note(unit);
        self.sent += 1;
        if self.sent.is_multiple_of(FRAMES_PER_PROGRESS) {
            self.output.progress(self.sent as u64)?;
        }
        Ok(())
    }

    /// Drains the encoder and holds it to the part's promise.
    fn finish(mut self) -> Result<(), RenderFailure> {
        let promised = self.cut.frame_count();
        if let Some(encoding) = self.encoding.take() {
            encoding.end()?;
            while !encoding.is_over() {
                if let Some(unit) = encoding.next(ENCODER_WAIT)? {
                    self.send(&unit, &encoding)?;
                }
            }
        }
        if self.sent != promised {
            let sent = self.sent;
            return Err(RenderFailure::node(format!("The encoder on this node made {sent} frames of {promised}.")));
        }
        self.output.progress(self.sent as u64)?;
        self.groups.check()
    }
}

/// A part by another encoder, or another version of it, would not join its neighbours.
fn check_encoder(work: &PictureWork, row: &EncoderRow, first_unit: &[u8]) -> Result<(), RenderFailure> {
    let planned = &work.recipe.encoder_identity;
    let here = identity(row, first_unit);
    if here.as_ref() == Some(planned) {
        return Ok(());
    }
    Err(RenderFailure::node("This node's encoder is not the one the export was planned for.")
        .because(format!("planned {planned}, here {}", here.unwrap_or_default())))
}

fn senseless() -> RenderFailure {
    RenderFailure::node("The task makes no sense to this node.")
}
