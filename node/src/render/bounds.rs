//! What one media child may use: time, silence, memory and access units, scaled to its task and never beyond the node's limits.
//! Pure: measures nothing and ends nothing.

use std::time::Duration;

use wire::v1::{PreviewWork, SoundWork, Work};

use super::RenderLimits;
use super::failure::RenderFailure;
use super::protocol::{ChildTask, RenderTask};

/// An index task decodes at most a frame at a time between two signs of life: what is silent for so long hangs. Two attempts of
/// it are over within half a minute, the longest that anybody shall wait to hear that a file is broken.
const INDEX_STALL_MAX: Duration = Duration::from_secs(12);
/// What any child gets: start, probe, tables, on a machine that is busy with others.
const BASE: Duration = Duration::from_secs(30);
/// What the probe gets, which opens every encoder there is and may have to list every plugin first.
const PROBE: Duration = Duration::from_mins(2);
/// For each MiB of source: read slowly, or decoded once (a MiB is some 100 frames of ordinary video).
const PER_SOURCE_MIB: Duration = Duration::from_secs(1);
/// For each frame to be encoded: 4k by the slowest encoder on one processor that is busy with others.
const PER_FRAME: Duration = Duration::from_secs(3);
/// For each second of sound: a hundredth of it is what decoding, levelling and encoding take alone.
const PER_SOUND_SECOND: Duration = Duration::from_millis(250);
/// For each frame of a preview, all of which are decoded and encoded small.
const PER_PREVIEW_FRAME: Duration = Duration::from_millis(100);
/// Samples per second of all finished sound.
const SOUND_RATE: u64 = 48_000;
/// Pieces of the files of a preview besides its coded frames and packets: heads, sprite sheet, peaks, poster.
const FILE_PIECES_MAX: u64 = 1 << 16;
/// No packet of sound holds fewer samples, and an encoder adds a few packets for its delay.
const PACKET_SAMPLES_MIN: u64 = 480;
const PACKETS_ADDED_MAX: u64 = 16;

/// The bounds of one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may be silent.
    pub stall: Duration,
    /// How long it may take.
    pub wall_clock: Duration,
    /// What it may hold in memory.
    pub memory_bytes: u64,
    /// How much its part may hold.
    pub units: Units,
}

/// How many access units a part may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    least: usize,
    most: usize,
}

impl Bounds {
    /// The bounds of a child with this task.
    #[must_use]
    pub fn of(task: &ChildTask, limits: &RenderLimits) -> Bounds {
        let memory_bytes = limits.memory_bytes;
        let ChildTask::Render(task) = task else {
            let wall_clock = limits.wall_clock.min(PROBE);
            return Bounds { stall: limits.stall, wall_clock, memory_bytes, units: Units::NONE };
        };
        let RenderTask { work, source_bytes, .. } = task.as_ref();
        let stall = if *work == Work::Index { limits.stall.min(INDEX_STALL_MAX) } else { limits.stall };
        let reading = times(PER_SOURCE_MIB, source_bytes >> 20);
        let wall_clock = BASE.saturating_add(reading).saturating_add(labour(work)).min(limits.wall_clock);
        Bounds { stall, wall_clock, memory_bytes, units: Units::of(work) }
    }
}

impl Units {
    /// Of a task that yields no part.
    const NONE: Units = Units { least: 0, most: 0 };

    fn of(work: &Work) -> Units {
        match work {
            Work::Index => Units::NONE,
            Work::Picture(picture) => Units { least: picture.keep_pts.len(), most: picture.keep_pts.len() },
            Work::Sound(sound) => {
                let most = sample_count(sound) / PACKET_SAMPLES_MIN + PACKETS_ADDED_MAX;
                Units { least: 1, most: usize::try_from(most).unwrap_or(usize::MAX) }
            }
            Work::Preview(preview) => {
                let samples = preview_seconds(preview).saturating_mul(SOUND_RATE);
                let packets = samples / PACKET_SAMPLES_MIN + PACKETS_ADDED_MAX;
                let most = preview.frame_count.saturating_add(packets).saturating_add(FILE_PIECES_MAX);
                Units { least: 1, most: usize::try_from(most).unwrap_or(usize::MAX) }
            }
            Work::Poster(_) => Units { least: 1, most: 1 },
        }
    }

    /// Fails when a part of `count` units is longer than it may become.
    pub fn check_most(self, count: usize) -> Result<(), RenderFailure> {
        if count <= self.most {
            return Ok(());
        }
        Err(RenderFailure::node("The media process made more than it was asked for.")
            .because(format!("{count} access units, {} at the most", self.most)))
    }

    /// Fails when a part that is said to be whole has only `count` units.
    pub fn check_least(self, count: usize) -> Result<(), RenderFailure> {
        if count >= self.least {
            return Ok(());
        }
        Err(RenderFailure::node(format!("The media process made only {count} of {} frames.", self.least)))
    }
}

/// The time that the work itself may take.
fn labour(work: &Work) -> Duration {
    match work {
        Work::Index | Work::Poster(_) => Duration::ZERO,
        Work::Picture(picture) => times(PER_FRAME, picture.keep_pts.len() as u64),
        Work::Sound(sound) => times(PER_SOUND_SECOND, sample_count(sound) / SOUND_RATE),
        Work::Preview(preview) => times(PER_PREVIEW_FRAME, preview.frame_count),
    }
}

fn sample_count(sound: &SoundWork) -> u64 {
    sound.segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.sample_count))
}

/// How long a preview lasts, rounded up.
fn preview_seconds(preview: &PreviewWork) -> u64 {
    let ticks = u64::try_from(preview.end.saturating_sub(preview.start)).unwrap_or(0);
    ticks.saturating_mul(u64::from(preview.rate_den)).div_ceil(u64::from(preview.rate_num.max(1)))
}

fn times(each: Duration, count: u64) -> Duration {
    each.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use wire::v1::{Container, Orientation, PictureRecipe, PictureWork, SoundCodec, SoundSegment, Track};

    use super::*;

    fn track() -> Track {
        Track { container: Container::IsoBmff, ordinal: 0, codec: "h264".to_owned() }
    }

    fn picture(frame_count: i64) -> Work {
        let recipe = PictureRecipe {
            orientation: Orientation::Upright,
            deinterlace: false,
            width: 1280,
            height: 720,
            frame_rate_num: 25,
            frame_rate_den: 1,
            encoder_family: "x264".to_owned(),
            encoder_identity: String::new(),
            crf: 23,
            speed: "fast".to_owned(),
            max_bitrate_kbps: 4000,
            vbv_ms: 2000,
            key_interval_frames: 50,
            threads: 1,
        };
        let keep_pts = (0..frame_count).collect();
        Work::Picture(PictureWork {
            track: track(),
            rate_num: 25,
            rate_den: 1,
            keep_pts,
            end: frame_count,
            fade: None,
            recipe,
        })
    }

    fn sound(seconds: u64) -> Work {
        let segments = vec![SoundSegment { start_sample: 0, sample_count: seconds * SOUND_RATE, overlap_samples: 0 }];
        let codec = SoundCodec::Aac;
        Work::Sound(SoundWork { track: track(), segments, codec, channels: 2, bitrate_bps: 128_000, normalize: true })
    }

    fn bounds(work: Work, source_bytes: u64) -> Bounds {
        let limits = RenderLimits::default();
        let memory_bytes = limits.memory_bytes;
        Bounds::of(&ChildTask::Render(Box::new(RenderTask { work, source_bytes, memory_bytes })), &limits)
    }

    #[test]
    fn time_grows_with_the_work_and_has_an_end() {
        let seconds = |work, source_bytes| bounds(work, source_bytes).wall_clock.as_secs();
        assert_eq!(seconds(Work::Index, 1000), 30);
        assert_eq!(seconds(Work::Index, 100 << 20), 130);
        assert_eq!(seconds(picture(240), 100 << 20), 850);
        assert_eq!(seconds(sound(600), 100 << 20), 280);
        for endless in [seconds(Work::Index, u64::MAX), seconds(picture(1_000_000), 0), seconds(sound(1 << 40), 0)] {
            assert_eq!(endless, RenderLimits::default().wall_clock.as_secs());
        }
    }

    #[test]
    fn whoever_waits_for_an_index_hears_of_a_hanging_file_within_half_a_minute() {
        assert!(2 * bounds(Work::Index, 1000).stall < Duration::from_secs(30));
        assert_eq!(bounds(picture(1), 1000).stall, RenderLimits::default().stall);
    }

    #[test]
    fn a_part_has_exactly_the_promised_frames() {
        let units = bounds(picture(3), 0).units;
        assert!(units.check_most(3).is_ok() && units.check_least(3).is_ok());
        assert!(units.check_most(4).unwrap_err().message.contains("more than it was asked for"));
        assert!(units.check_least(2).unwrap_err().message.contains("only 2 of 3 frames"));
        assert!(bounds(Work::Index, 0).units.check_most(1).is_err());
    }

    #[test]
    fn sound_has_room_for_its_packets_and_no_more() {
        let units = bounds(sound(10), 0).units;
        assert!(units.check_most(10 * 48_000 / 1024 + 3).is_ok());
        assert!(units.check_most(2000).is_err());
        assert!(units.check_least(0).is_err());
    }
}
