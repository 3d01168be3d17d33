//! The way of a segment's samples from the track to the mixture: level, then fades.
//! Does not listen beforehand and does not join segments.

use wire::v1::{SegmentLevel, SoundSegment};

use super::fade::{Fade, Joints};
use super::leveller::Leveller;
use super::loudness::Meter;
use super::survey::Treatment;
use super::unmeasured;
use crate::render::failure::RenderFailure;

/// Finishes one segment.
pub struct Finishing {
    leveller: Leveller,
    fade: Fade,
    /// What is done to the segment, and a meter of what becomes of it; `None` where nothing is levelled.
    metered: Option<(Treatment, Meter)>,
    finished: Vec<f32>,
}

impl Finishing {
    /// For a segment with these joints; levelled by `treatment`, if there is one.
    pub fn new(
        channels: u32,
        segment: &SoundSegment,
        joints: Joints,
        treatment: Option<Treatment>,
    ) -> Result<Self, RenderFailure> {
        let leveller = Leveller::new(channels as usize, treatment);
        let fade = Fade::new(channels as usize, segment.sample_count, joints);
        let metered =
            treatment.map(|treatment| Ok((treatment, Meter::new(channels).map_err(unmeasured)?))).transpose()?;
        Ok(Self { leveller, fade, metered, finished: Vec::new() })
    }

    /// Takes the segment's next samples; gives out those that are finished.
    pub fn push(&mut self, samples: &[f32]) -> Result<&[f32], RenderFailure> {
        self.finished.clear();
        self.leveller.push(samples, &mut self.finished);
        self.meter_and_fade()
    }

    /// What the look-ahead held back.
    pub fn finish(&mut self) -> Result<&[f32], RenderFailure> {
        self.finished.clear();
        self.leveller.finish(&mut self.finished);
        self.meter_and_fade()
    }

    fn meter_and_fade(&mut self) -> Result<&[f32], RenderFailure> {
        if let Some((_, meter)) = &mut self.metered {
            meter.push(&self.finished).map_err(unmeasured)?;
        }
        self.fade.apply(&mut self.finished);
        Ok(&self.finished)
    }

    /// What levelling did to the segment, where it was levelled.
    pub fn level(self) -> Option<SegmentLevel> {
        self.metered.map(|(treatment, meter)| treatment.became(meter.finish()))
    }
}
