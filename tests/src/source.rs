//! Makes videos whose every frame carries its number and every half second of sound a click, in many shapes of file.
//! What it made it measures again with ffmpeg: a test knows its source by looking, not by hope.

pub mod barcode;
pub mod clicks;
mod encode;
pub mod gallery;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::reading::{self, Base, Picture};

/// What a source shall be.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Tells sources apart in messages; also the file's name.
    pub name: &'static str,
    /// How the file is laid out.
    pub container: Container,
    /// Width as displayed.
    pub width: usize,
    /// Height as displayed.
    pub height: usize,
    /// When frames are shown.
    pub pace: Pace,
    /// How many frames.
    pub frame_count: usize,
    /// Frames from key frame to key frame.
    pub group: usize,
    /// Frames predicted from both sides, in a row.
    pub b_frames: usize,
    /// Whether frames before a key frame may need those before it.
    pub open_groups: bool,
    /// The quarter turns clockwise a player must make.
    pub quarter_turns: usize,
    /// The sound, if there is any.
    pub sound: Option<Sound>,
    /// Hides this much of the beginning behind an edit list, milliseconds.
    pub hidden_head_ms: usize,
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// `.mp4`
    Mp4,
    /// `.mov`
    Mov,
    /// `.mkv`
    Mkv,
}

impl Container {
    /// The ending of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "mkv",
        }
    }
}

/// When frame n is shown, in ticks: `first + n·step + jitter·((7n² + 3n) mod 5) + gap·⌊n / 37⌋`.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Ticks per second.
    pub rate: i64,
    /// Ticks from frame to frame.
    pub step: i64,
    /// Ticks of unevenness; zero for a constant rate.
    pub jitter: i64,
    /// Ticks left out after every 37th frame.
    pub gap: i64,
    /// When the first frame is shown.
    pub first: i64,
}

impl Pace {
    /// A constant rate.
    #[must_use]
    pub const fn constant(rate: i64, step: i64) -> Pace {
        Pace { rate, step, jitter: 0, gap: 0, first: 0 }
    }

    /// When frame `number` is shown.
    #[must_use]
    pub fn instant(&self, number: usize) -> i64 {
        let n = i64::try_from(number).expect("frames of a test source");
        self.first + n * self.step + self.jitter * ((7 * n * n + 3 * n) % 5) + self.gap * (n / 37)
    }
}

/// The sound of a source.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    /// How it is coded.
    pub codec: SoundCodec,
    /// Samples per second.
    pub sample_rate: i64,
    /// 1 or 2.
    pub channels: usize,
    /// How much longer than the picture it is, milliseconds; negative for shorter.
    pub longer_ms: i64,
}

/// How sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundCodec {
    /// AAC-LC.
    Aac,
    /// 16 bit PCM.
    Pcm,
}

/// A made source.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it was to be.
    pub recipe: Recipe,
    /// The file.
    pub path: PathBuf,
    /// Its frames as ffmpeg sees them.
    pub picture: Picture,
    /// Middles of the clicks, in seconds of the source's own time.
    pub clicks: Vec<f64>,
}

impl Source {
    /// Makes the file in `folder` and measures it.
    pub fn make(recipe: Recipe, folder: &Path) -> Result<Source> {
        let path = folder.join(recipe.name).with_extension(recipe.container.extension());
        encode::encode(&recipe, &path)?;
        let picture = reading::picture(&path)?;
        let hidden = recipe.hidden_head_ms > 0;
        if !hidden {
            ensure_as_ordered(&recipe, &picture)?;
        }
        let clicks = match &recipe.sound {
            Some(_) => reading::sound(&path)?.clicks.iter().map(|click| click.seconds).collect(),
            None => Vec::new(),
        };
        if let (Some(sound), false) = (&recipe.sound, hidden) {
            ensure_clicks_as_ordered(&recipe, sound, &clicks)?;
        }
        Ok(Source { recipe, path, picture, clicks })
    }

    /// When the last frame stops being shown, on the picture's base. ffprobe does not say it for every container.
    #[must_use]
    pub fn end(&self) -> i64 {
        let (pace, base) = (&self.recipe.pace, self.picture.base);
        let ordered = Base { numerator: pace.rate, denominator: 1 };
        let last = pace.instant(self.recipe.frame_count) - pace.instant(self.recipe.frame_count - 1);
        let shown_last = self.picture.frames.last().map_or(0, |frame| frame.pts);
        shown_last + base.nearest(ordered.micros(last))
    }
}

/// The file must hold every frame once, in order, at its time to within what its container can say.
fn ensure_as_ordered(recipe: &Recipe, picture: &Picture) -> Result<()> {
    let name = recipe.name;
    ensure!(picture.frames.len() == recipe.frame_count, "{name}: {} frames were read", picture.frames.len());
    let ordered = Base { numerator: recipe.pace.rate, denominator: 1 };
    let first = picture.frames[0].pts;
    for (number, frame) in picture.frames.iter().enumerate() {
        ensure!(frame.number.map(usize::from) == Some(number), "{name}: frame {number} reads as {:?}", frame.number);
        let meant = ordered.seconds(recipe.pace.instant(number) - recipe.pace.instant(0));
        let is = picture.base.seconds(frame.pts - first);
        ensure!((meant - is).abs() <= 0.001, "{name}: frame {number} is at {is} s, not {meant} s");
    }
    Ok(())
}

/// The judge of sound must find what was drawn, or it could not judge anything.
fn ensure_clicks_as_ordered(recipe: &Recipe, sound: &Sound, found: &[f64]) -> Result<()> {
    let name = recipe.name;
    let drawn = clicks::schedule(encode::sample_count(recipe, sound), sound.sample_rate);
    ensure!(found.len() == drawn.len(), "{name}: {} of {} clicks were found", found.len(), drawn.len());
    let seconds = |sample: i64| Base { numerator: sound.sample_rate, denominator: 1 }.seconds(sample);
    // A container may begin both tracks late together; that is part of the source, so only distances are compared.
    let offset = found.first().zip(drawn.first()).map_or(0.0, |(found, drawn)| found - seconds(*drawn));
    for (found, drawn) in found.iter().zip(&drawn) {
        let off = (found - offset - seconds(*drawn)).abs();
        ensure!(off <= 0.000_1, "{name}: a click is {off} s from where it was drawn");
    }
    Ok(())
}
