//! The preview task: one pass over the picture and one over the sound yield a proxy, a sprite sheet, a waveform and a poster.
//! Holds back no more than a few seconds of either; decides nothing of how any of them looks.

mod boxes;
mod entries;
mod frames;
mod movie;
mod peaks;
mod proxy;
mod sheet;
mod sound;

use std::thread;

use timeline::{Rate, Rounding, Ticks};
use wire::v1::PreviewWork;

use super::output::Output;
use super::source::Source;
use super::still::{Files, JPEG};
use crate::render::failure::RenderFailure;
use frames::SmallFrames;
use proxy::Proxy;
use sheet::Sheet;
use sound::Sound;

/// Source time between two reports of progress.
const PROGRESS_EVERY_MS: u64 = 500;

/// Makes the files.
pub fn run(source: &Source, work: &PreviewWork, output: &mut Output) -> Result<(), RenderFailure> {
    let rate = Rate::new(work.rate_num, work.rate_den).ok_or_else(senseless)?;
    let clock = Clock { rate };
    thread::scope(|scope| {
        let listen = |wish| Sound::listen(scope, source, wish, clock.samples(work.end));
        let sound = work.sound.as_ref().map(listen).transpose()?;
        make(source, work, clock, sound, output)
    })
}

fn make(
    source: &Source,
    work: &PreviewWork,
    clock: Clock,
    sound: Option<Sound<'_>>,
    output: &mut Output,
) -> Result<(), RenderFailure> {
    let mut files = Files::default();
    let mut frames = SmallFrames::open(source, work, clock)?;
    let mut sheet = Sheet::new(work);
    let mut proxy = Proxy::new(clock, sound);
    let mut told_ms = 0;
    while let Some(frame) = frames.next()? {
        let done_ms = clock.millis(frame.tick);
        sheet.show(&frame)?;
        proxy.show(&frame, &mut files, output)?;
        if done_ms >= told_ms + PROGRESS_EVERY_MS {
            told_ms = done_ms;
            output.progress(done_ms)?;
        }
    }
    frames.hold_to_promise()?;
    drop(frames);
    let heard = proxy.finish(work.end, &mut files, output)?;
    let stills = sheet.finish()?;
    files.send_whole("sprite", JPEG, &stills.sheet, output)?;
    files.send_whole("poster", JPEG, &stills.poster, output)?;
    if let Some(heard) = heard {
        files.send_whole("peaks", peaks::CONTENT_TYPE, heard.peaks.to_json().as_bytes(), output)?;
    }
    output.progress(clock.millis(work.end))?;
    files.finish(output)
}

/// The source's own clock, and what its ticks are on others.
#[derive(Clone, Copy, Debug)]
struct Clock {
    rate: Rate,
}

impl Clock {
    /// The tick nearest to a time.
    fn tick(self, ns: i64) -> i64 {
        super::index::frames::ticks(self.rate, ns)
    }

    fn ns(self, tick: i64) -> i64 {
        self.rate.convert(Ticks(tick), Rate::NANOSECONDS, Rounding::Nearest).0
    }

    /// Samples of finished sound before a tick.
    fn samples(self, tick: i64) -> u64 {
        u64::try_from(self.rate.convert(Ticks(tick), Rate::SOUND, Rounding::Nearest).0).unwrap_or(0)
    }

    fn millis(self, tick: i64) -> u64 {
        u64::try_from(self.rate.convert(Ticks(tick), Rate::MILLISECONDS, Rounding::Floor).0).unwrap_or(0)
    }
}

fn senseless() -> RenderFailure {
    RenderFailure::node("The task makes no sense to this node.")
}
