//! The sound task: one pass over the segments, each decoded, cut, levelled and faded, all encoded as one stream.
//! Never joins encoded sound, and never holds more of it than a short segment or an overlap.

pub(super) mod aac;
mod boxes;
mod channels;
mod cut;
mod downmix;
pub(super) mod encoder;
mod excerpt;
mod fade;
mod feed;
mod finishing;
mod gating;
#[cfg(test)]
mod joints;
mod leveller;
mod limiter;
mod listener;
mod loudness;
mod mix;
mod opus;
mod outline;
mod packet_times;
mod pcm;
mod pcm_format;
mod pcm_table;
mod peaks;
mod placement;
mod progress;
mod rehearsal;
mod relay;
mod resample;
mod sinc;
mod survey;
pub(super) mod track;
mod trial;

use wire::v1::{SoundSegment, SoundWork};

use super::output::Output;
use super::source::Source;
use crate::render::failure::RenderFailure;
use encoder::Manner;
use excerpt::Excerpt;
use fade::Joints;
use finishing::Finishing;
use mix::{Mix, Place};
use progress::Progress;
use relay::Relay;
use survey::{Survey, Treatment};
use track::SoundTrack;

/// Samples per second of all finished sound.
pub(super) const OUTPUT_RATE: u32 = 48_000;

/// A measured segment of up to a minute of stereo is kept (23 MB) instead of being read and decoded again.
const HELD_VALUES_MAX: u64 = 60 * 2 * OUTPUT_RATE as u64;

/// Kept sound goes on in pieces of this many values.
const PIECE_VALUES: usize = 8_192;

/// Renders the sound of one output.
pub fn run(source: &Source, work: &SoundWork, output: &mut Output) -> Result<(), RenderFailure> {
    let mut progress = Progress::new(work);
    let has_sound = render(source, work, output, &mut progress).map_err(|failure| progress.add_to(failure))?;
    if has_sound {
        return Ok(());
    }
    Err(RenderFailure::media("The sound track of the video holds nothing that can be decoded."))
}

/// Returns whether the track holds any sound at all; a track without is a broken promise of the index.
fn render(
    source: &Source,
    work: &SoundWork,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<bool, RenderFailure> {
    if !(1..=2).contains(&work.channels) {
        return Err(RenderFailure::node(format!("The task asks for sound of {} channels.", work.channels)));
    }
    let mut track = SoundTrack::open(source, &work.track, work.channels as usize)?;
    let manner = Manner { coding: relay::coding(&work.codec), channels: work.channels, bitrate_bps: work.bitrate_bps };
    let stretches = stretches(work);
    let mut encoder = Relay::new(manner, sample_count(&stretches))?;
    let mut places = Place::all(&stretches)?;
    let ceiling = work.normalize.then(|| loudness::ceiling(&work.codec));
    let mut mix = Mix::new(work.channels as usize, &places, ceiling);
    let mut levels = Vec::new();
    for (index, (stretch, place)) in stretches.iter().zip(&mut places).enumerate() {
        let heard =
            ceiling.map(|ceiling| measure(&mut track, stretch, (manner, ceiling), output, progress)).transpose()?;
        let is_last = index + 1 == stretches.len();
        let joints = Joints { before: place.is_hard_before(index), after: place.is_hard_after(is_last) };
        let treatment = heard.as_ref().map(|heard| heard.treatment);
        let mut finishing = Finishing::new(work.channels, stretch, joints, treatment)?;
        let mut emit = |samples: &[f32]| {
            encoder.push(mix.push(place, finishing.push(samples)?), output)?;
            progress.advance(samples.len(), output)
        };
        match heard.and_then(|heard| heard.samples) {
            Some(samples) => samples.chunks(PIECE_VALUES).try_for_each(&mut emit)?,
            None => track.read(stretch, &mut emit)?,
        }
        encoder.push(mix.push(place, finishing.finish()?), output)?;
        mix.end_segment(place);
        levels.extend(finishing.level());
    }
    encoder.push(&mix.finish(), output)?;
    encoder.finish(levels, output)?;
    track.has_sound()
}

/// Samples of each channel in all: where segments overlap, two lie at one time.
fn sample_count(segments: &[SoundSegment]) -> u64 {
    let own = |segment: &SoundSegment| segment.sample_count.saturating_sub(segment.overlap_samples);
    segments.iter().map(own).fold(0, u64::saturating_add)
}

/// The segments, those joined that go on as in the source: no joint is to be heard there. A level of its own for
/// each segment is a joint even then, and so is an overlap.
fn stretches(work: &SoundWork) -> Vec<SoundSegment> {
    let mut stretches: Vec<SoundSegment> = Vec::with_capacity(work.segments.len());
    for segment in &work.segments {
        match stretches.last_mut() {
            Some(last) if !work.normalize && goes_on(last, segment) => {
                last.sample_count = last.sample_count.saturating_add(segment.sample_count);
            }
            _ => stretches.push(segment.clone()),
        }
    }
    stretches
}

fn goes_on(last: &SoundSegment, segment: &SoundSegment) -> bool {
    let end = last.start_sample.checked_add_unsigned(last.sample_count);
    end == Some(segment.start_sample) && segment.overlap_samples == 0
}

/// What was heard of a segment when it was listened to.
struct Heard {
    treatment: Treatment,
    /// All of it, if it is not too long to be kept: it need not be read twice then.
    samples: Option<Vec<f32>>,
}

/// Listens to a segment, and tries what its codec will make of it, to know what is to be done to it.
fn measure(
    track: &mut SoundTrack,
    segment: &SoundSegment,
    (manner, ceiling): (Manner, f64),
    output: &mut Output,
    progress: &mut Progress,
) -> Result<Heard, RenderFailure> {
    let mut survey = Survey::start(manner.channels)?;
    let mut excerpt = Excerpt::new(manner.channels, segment.sample_count);
    let fits = segment.sample_count.saturating_mul(u64::from(manner.channels)) <= HELD_VALUES_MAX;
    let mut samples = fits.then(Vec::new);
    track.read(segment, &mut |piece| {
        survey.push(piece);
        excerpt.push(piece);
        if let Some(samples) = &mut samples {
            samples.extend_from_slice(piece);
        }
        progress.advance(piece.len(), output)
    })?;
    let mut alive = || progress.advance(0, output);
    let parts = (&excerpt, samples.as_deref());
    let treatment = rehearsal::rehearse(manner, &survey.finish()?, ceiling, parts, &mut alive)?;
    Ok(Heard { treatment, samples })
}

fn unmeasured(error: impl std::fmt::Display) -> RenderFailure {
    RenderFailure::node("The loudness of the sound could not be measured.").because(error)
}

#[cfg(test)]
mod tests {
    use wire::v1::{Container, SoundCodec, Track};

    use super::*;

    fn work(normalize: bool, spans: &[(i64, u64)]) -> SoundWork {
        let segment = |&(start_sample, sample_count): &(i64, u64)| SoundSegment {
            start_sample,
            sample_count,
            overlap_samples: 0,
        };
        SoundWork {
            track: Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".into() },
            segments: spans.iter().map(segment).collect(),
            codec: SoundCodec::Aac,
            channels: 2,
            bitrate_bps: 128_000,
            normalize,
        }
    }

    #[test]
    fn segments_that_go_on_are_one_stretch_unless_each_has_its_own_level() {
        let spans = [(0, 100), (100, 100), (500, 100), (200, 50)];
        assert_eq!(stretches(&work(true, &spans)), work(true, &spans).segments);
        assert_eq!(stretches(&work(false, &spans)), work(false, &[(0, 200), (500, 100), (200, 50)]).segments);
        let mut overlapping = work(false, &spans);
        overlapping.segments[1].overlap_samples = 10;
        assert_eq!(stretches(&overlapping), overlapping.segments);
    }
}
