//! The sound task: one pass over the segments, each decoded, cut, levelled and faded, all encoded as one stream.
//! Never joins encoded sound, and never holds more of it than a few blocks.

mod aac;
mod cut;
mod downmix;
mod fade;
mod leveller;
mod limiter;
mod loudness;
mod placement;
mod progress;
mod resample;
mod sinc;
mod track;

use wire::v1::{SoundSegment, SoundWork};

use super::output::Output;
use super::source::Source;
use crate::render::failure::RenderFailure;
use aac::Encoder;
use fade::{Fade, Joints};
use leveller::Leveller;
use loudness::{Level, Meter};
use progress::Progress;
use track::SoundTrack;

/// Samples per second of all finished sound.
const OUTPUT_RATE: u32 = 48_000;

/// Renders the sound of one output.
pub fn run(source: &Source, work: &SoundWork, output: &mut Output) -> Result<(), RenderFailure> {
    let mut progress = Progress::new(work);
    render(source, work, output, &mut progress).map_err(|failure| progress.add_to(failure))
}

fn render(
    source: &Source,
    work: &SoundWork,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<(), RenderFailure> {
    if !(1..=2).contains(&work.channels) {
        return Err(RenderFailure::node(format!("The task asks for sound of {} channels.", work.channels)));
    }
    let channels = work.channels as usize;
    let mut track = SoundTrack::open(source, &work.track, channels)?;
    let mut encoder = Encoder::new(work.channels, work.bitrate_bps)?;
    for (index, segment) in work.segments.iter().enumerate() {
        let level = if work.normalize { Some(measure(&mut track, segment, work, output, progress)?) } else { None };
        let mut leveller = Leveller::new(channels, level);
        let mut fade = Fade::new(channels, segment.sample_count, joints(work, index));
        let mut finished = Vec::new();
        track.read(segment, &mut |samples| {
            finished.clear();
            leveller.push(samples, &mut finished);
            fade.apply(&mut finished);
            encoder.push(&finished, output)?;
            progress.advance(samples.len(), output)
        })?;
        finished.clear();
        leveller.finish(&mut finished);
        fade.apply(&mut finished);
        encoder.push(&finished, output)?;
    }
    if !track.has_sound()? {
        return Err(RenderFailure::media("The sound track of the video holds nothing that can be decoded."));
    }
    encoder.finish(output)
}

/// Listens to a segment once, to know what gain it needs.
fn measure(
    track: &mut SoundTrack,
    segment: &SoundSegment,
    work: &SoundWork,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<Level, RenderFailure> {
    let unmeasured = |error| RenderFailure::node("The loudness of the sound could not be measured.").because(error);
    let mut meter = Meter::new(work.channels).map_err(unmeasured)?;
    track.read(segment, &mut |samples| {
        meter.push(samples).map_err(unmeasured)?;
        progress.advance(samples.len(), output)
    })?;
    meter.finish().map_err(unmeasured)
}

/// Which ends of a segment are hard joints: those where the sound does not simply go on as in the source. A level
/// of its own for each segment breaks even sound that goes on.
fn joints(work: &SoundWork, index: usize) -> Joints {
    let goes_on = |before: &SoundSegment, after: &SoundSegment| {
        !work.normalize && before.start_sample.checked_add_unsigned(before.sample_count) == Some(after.start_sample)
    };
    let segment = &work.segments[index];
    let before = index.checked_sub(1).map(|before| &work.segments[before]);
    let after = work.segments.get(index + 1);
    Joints {
        before: before.is_some_and(|before| !goes_on(before, segment)),
        after: after.is_some_and(|after| !goes_on(segment, after)),
    }
}

#[cfg(test)]
mod tests {
    use wire::v1::{Container, Track};

    use super::*;

    fn work(normalize: bool, spans: &[(i64, u64)]) -> SoundWork {
        let segment = |&(start_sample, sample_count): &(i64, u64)| SoundSegment { start_sample, sample_count };
        SoundWork {
            track: Track { container: Container::IsoBmff, ordinal: 0, codec: "aac".into() },
            segments: spans.iter().map(segment).collect(),
            channels: 2,
            bitrate_bps: 128_000,
            normalize,
        }
    }

    #[test]
    fn the_ends_of_the_output_are_no_joints() {
        let work = work(true, &[(0, 100)]);
        assert_eq!(joints(&work, 0), Joints::default());
    }

    #[test]
    fn segments_that_go_on_fade_only_when_each_has_its_own_level() {
        let spans = [(0, 100), (100, 100), (500, 100)];
        let plain = work(false, &spans);
        assert_eq!(joints(&plain, 0), Joints { before: false, after: false });
        assert_eq!(joints(&plain, 1), Joints { before: false, after: true });
        assert_eq!(joints(&plain, 2), Joints { before: true, after: false });
        let levelled = work(true, &spans);
        assert_eq!(joints(&levelled, 0), Joints { before: false, after: true });
        assert_eq!(joints(&levelled, 1), Joints { before: true, after: true });
    }
}
