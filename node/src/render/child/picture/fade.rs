//! The picture of a crossfade: both stretches are decoded and shaped side by side, and each pair of frames becomes one.
//! Shapes frames as an ordinary part does, and leaves times and encoding to the part.

use gstreamer as gst;
use wire::v1::{FadeWork, PictureRecipe, PictureWork};

use super::blend::blend;
use super::promised::Promised;
use super::stamped::stamped;
use super::{Part, senseless};
use crate::render::child::chain::Chain;
use crate::render::child::cut::Cut;
use crate::render::child::source::Source;
use crate::render::failure::RenderFailure;
use crate::render::recipe;

/// How long to wait for a frame that is being shaped.
const SHAPING_WAIT: gst::ClockTime = gst::ClockTime::from_mseconds(5);

/// Renders the blended frames of a part.
pub fn render(source: &Source, work: &PictureWork, fade: &FadeWork, part: &mut Part) -> Result<(), RenderFailure> {
    let frame_count = work.keep_pts.len();
    if fade.incoming_pts.len() != frame_count || fade.weights.len() != frame_count {
        return Err(senseless());
    }
    let (distinct, places) = places(&fade.incoming_pts);
    let incoming = Cut::new(part.rate, distinct, fade.incoming_end).ok_or_else(senseless)?;
    let mut outgoing = Side::open(source, work, part.cut.clone())?;
    let mut incoming = Side::open(source, work, incoming)?;
    let mut over: Option<Shaped> = None;
    while let Some(under) = outgoing.next()? {
        let wanted = places[under.ordinal];
        while over.as_ref().is_none_or(|over| over.ordinal < wanted) {
            let Some(next) = incoming.next()? else { break };
            over = Some(next);
        }
        let Some(over) = over.as_ref().filter(|over| over.ordinal == wanted) else { break };
        let blended = blend(&under.sample, &over.sample, fade.weights[under.ordinal])?;
        part.encode(under.ordinal, blended, &under.sample.caps_owned().ok_or_else(senseless)?, None)?;
    }
    outgoing.promised.check_whole()?;
    incoming.promised.check_whole()
}

/// The distinct ones of times that never fall, and where among them each is.
fn places(times: &[i64]) -> (Vec<i64>, Vec<usize>) {
    let mut distinct: Vec<i64> = Vec::new();
    let mut places = Vec::with_capacity(times.len());
    for time in times {
        if distinct.last() != Some(time) {
            distinct.push(*time);
        }
        places.push(distinct.len() - 1);
    }
    (distinct, places)
}

/// A frame as it would go into the encoder of an ordinary part.
struct Shaped {
    /// Its place among the promised frames of its side.
    ordinal: usize,
    sample: gst::Sample,
}

/// One of the two stretches.
struct Side<'a> {
    recipe: &'a PictureRecipe,
    promised: Promised,
    /// The times of the promised frames.
    times: Cut,
    shaping: Option<Chain>,
    /// Every frame that comes has gone into the chain.
    ended: bool,
}

impl<'a> Side<'a> {
    fn open(source: &Source, work: &'a PictureWork, cut: Cut) -> Result<Side<'a>, RenderFailure> {
        let promised = Promised::open(source, work, cut.clone())?;
        Ok(Side { recipe: &work.recipe, promised, times: cut, shaping: None, ended: false })
    }

    /// The next shaped frame. No more are decoded than it takes to get it.
    fn next(&mut self) -> Result<Option<Shaped>, RenderFailure> {
        loop {
            if let Some(chain) = &self.shaping {
                let wait = if self.ended || !chain.has_room() { SHAPING_WAIT } else { gst::ClockTime::ZERO };
                if let Some(sample) = chain.pull(wait)? {
                    return self.placed(sample).map(Some);
                }
                if chain.is_over() {
                    return Ok(None);
                }
            }
            if !self.ended && self.shaping.as_ref().is_none_or(Chain::has_room) {
                self.feed()?;
            }
            if self.ended && self.shaping.is_none() {
                return Ok(None);
            }
        }
    }

    /// Puts the next promised frame into the chain, or the end of them.
    fn feed(&mut self) -> Result<(), RenderFailure> {
        let Some((ordinal, frame)) = self.promised.take()? else {
            self.ended = true;
            return self.shaping.as_ref().map_or(Ok(()), Chain::end);
        };
        let caps = frame.sample.caps_owned().ok_or_else(senseless)?;
        let start = || {
            let colour = self.promised.container_colour();
            Chain::start(recipe::shaping, self.recipe, &caps, colour.as_deref())
        };
        let mut chain = self.shaping.take().map_or_else(start, Ok)?;
        chain.push(stamped(frame.into_buffer(), &self.times, ordinal)?, &caps)?;
        self.shaping = Some(chain);
        Ok(())
    }

    fn placed(&self, sample: gst::Sample) -> Result<Shaped, RenderFailure> {
        let shown = sample.buffer().and_then(gst::BufferRef::pts).and_then(|pts| i64::try_from(pts.nseconds()).ok());
        let ordinal = shown.and_then(|shown| self.times.ordinal_at(shown));
        let ordinal =
            ordinal.ok_or_else(|| RenderFailure::node("Shaping changed the time of a frame on this node."))?;
        Ok(Shaped { ordinal, sample })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_shown_longer_are_decoded_once() {
        assert_eq!(places(&[50, 50, 90, 170, 170]), (vec![50, 90, 170], vec![0, 0, 1, 2, 2]));
    }
}
