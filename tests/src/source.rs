//! Makes videos whose every frame carries its number and every half second of sound a click, in many shapes of file.
//! What it made it measures again with ffmpeg: a test knows its source by looking, not by hope.

pub mod barcode;
pub mod clicks;
mod encode;
pub mod gallery;
mod recipe;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::reading::{self, Base, Picture};

pub use recipe::{Container, Layout, Pace, PictureCodec, Recipe, Sound, SoundCodec};

/// A made source.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it was to be.
    pub recipe: Recipe,
    /// The file.
    pub path: PathBuf,
    /// Its frames as ffmpeg sees them.
    pub picture: Picture,
    /// How long the last frame is shown, in ticks, where its file says so and the recipe does not decide it.
    pub last_length: Option<i64>,
    /// Middles of the clicks, in seconds of the source's own time.
    pub clicks: Vec<f64>,
}

impl Source {
    /// Makes the file in `folder` and measures it.
    pub fn make(recipe: Recipe, folder: &Path) -> Result<Source> {
        let path = folder.join(recipe.name).with_extension(recipe.container.extension());
        encode::encode(&recipe, &path)?;
        let mut picture = reading::picture(&path)?;
        let (wider, higher) = recipe.pixel_aspect;
        picture.width = picture.width * wider / higher;
        let hidden = recipe.hidden_head_ms > 0;
        if !hidden {
            ensure_as_ordered(&recipe, &picture)?;
        }
        if recipe.container.is_matroska() {
            move_apart(&mut picture);
        }
        let clicks = if recipe.sound.is_some() { clicks(&recipe, &path)? } else { Vec::new() };
        if let (Some(sound), false) = (&recipe.sound, hidden) {
            ensure_clicks_as_ordered(&recipe, sound, &clicks)?;
        }
        // Of a constant rate every muxer makes the same; of an uneven one each takes what it likes.
        let last_length = if recipe.pace.jitter == 0 { None } else { reading::last_length(&path)? };
        Ok(Source { recipe, path, picture, last_length, clicks })
    }

    /// When the last frame stops being shown, on the picture's base. ffprobe does not say it for every container.
    #[must_use]
    pub fn end(&self) -> i64 {
        let (pace, base) = (&self.recipe.pace, self.picture.base);
        let ordered = Base { numerator: pace.rate, denominator: 1 };
        let last = pace.instant(self.recipe.frame_count) - pace.instant(self.recipe.frame_count - 1);
        let shown_last = self.picture.frames.last().map_or(0, |frame| frame.pts);
        shown_last + self.last_length.unwrap_or_else(|| base.nearest(ordered.micros(last)))
    }
}

/// Of frames that share a time, each is shown a millisecond after the one before it (decision 0011).
fn move_apart(picture: &mut Picture) {
    for place in 1..picture.frames.len() {
        let earliest = picture.frames[place - 1].pts + picture.base.nearest(1_000);
        picture.frames[place].pts = picture.frames[place].pts.max(earliest);
    }
}

/// Where the clicks of a source belong.
fn clicks(recipe: &Recipe, path: &Path) -> Result<Vec<f64>> {
    // Sound is read from its first stamp on, and a clock of milliseconds says of it no more than the nearest of them; where it
    // belongs, all of its stamps say together. Whoever cuts out of the middle never meets the first.
    let lag_seconds = if recipe.container.is_matroska() { reading::sound_lag_seconds(path)? } else { 0.0 };
    Ok(reading::sound(path)?.clicks.iter().map(|click| click.seconds + lag_seconds).collect())
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
