//! Encodes a source by ffmpeg from our own raw frames and samples. Chooses nothing: the recipe says everything.

mod coders;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::barcode::Barcode;
use super::{Layout, Recipe, Sound, clicks};
use crate::media_tool;

/// Makes the file at `path`.
pub(super) fn encode(recipe: &Recipe, path: &Path) -> Result<()> {
    let sound_file = path.with_extension("sound.f32");
    if let Some(sound) = &recipe.sound {
        write_samples(recipe, sound, &sound_file)?;
    }
    let plain = path.with_extension(format!("plain.{}", recipe.container.extension()));
    let mut command = media_tool::ffmpeg();
    picture_input(&mut command, recipe);
    if let Some(sound) = &recipe.sound {
        sound_input(&mut command, sound, &sound_file);
    }
    picture_times(&mut command, recipe);
    coders::picture(&mut command, recipe);
    if let Some(sound) = &recipe.sound {
        coders::sound(&mut command, sound);
    }
    layout(&mut command, recipe, &plain);
    let keep = |out: &mut dyn std::io::Read| -> Result<()> {
        // Only a recording comes this way; every other file is written by name.
        if recipe.layout == Layout::Recorded {
            std::io::copy(out, &mut File::create(&plain)?)?;
        }
        Ok(())
    };
    media_tool::pipe(&mut command, |out| write_frames(recipe, out), keep)?;
    finish(recipe, &plain, path)?;
    for left in [&plain, &sound_file] {
        if left.exists() {
            std::fs::remove_file(left)?;
        }
    }
    Ok(())
}

/// Samples of sound in a source.
pub(super) fn sample_count(recipe: &Recipe, sound: &Sound) -> i64 {
    let end = recipe.pace.instant(recipe.frame_count);
    end * sound.sample_rate / recipe.pace.rate + (sound.longer_ms - sound.late_ms) * sound.sample_rate / 1000
}

fn write_samples(recipe: &Recipe, sound: &Sound, file: &Path) -> Result<()> {
    let count = sample_count(recipe, sound);
    let middles = clicks::schedule(count, sound.sample_rate);
    let samples = clicks::draw(&middles, count, sound.sample_rate);
    let bytes: Vec<u8> =
        samples.iter().flat_map(|sample| std::iter::repeat_n(sample.to_le_bytes(), sound.channels)).flatten().collect();
    std::fs::write(file, bytes).with_context(|| format!("failed to write {}", file.display()))
}

fn write_frames(recipe: &Recipe, out: &mut dyn Write) -> std::io::Result<()> {
    let (width, height) = (recipe.width, recipe.height);
    let barcode = Barcode::fitting(width, height);
    for number in 0..recipe.frame_count {
        let number = u16::try_from(number).expect("a source has at most 2¹⁶ frames");
        let shown = barcode.draw(number, width, height);
        out.write_all(&turned_back(&shown, width, height, recipe.quarter_turns))?;
    }
    Ok(())
}

/// What must be coded so that `quarter_turns` clockwise give `shown`.
fn turned_back(shown: &[u8], width: usize, height: usize, quarter_turns: usize) -> Vec<u8> {
    match quarter_turns % 4 {
        0 => shown.to_vec(),
        1 => (0..width)
            .flat_map(|x| (0..height).map(move |y| (width - 1 - x, y)))
            .map(|(x, y)| shown[y * width + x])
            .collect(),
        2 => shown.iter().rev().copied().collect(),
        _ => (0..width)
            .flat_map(|x| (0..height).map(move |y| (x, height - 1 - y)))
            .map(|(x, y)| shown[y * width + x])
            .collect(),
    }
}

fn picture_input(command: &mut Command, recipe: &Recipe) {
    let (mut width, mut height) = (recipe.width, recipe.height);
    if recipe.quarter_turns % 2 == 1 {
        std::mem::swap(&mut width, &mut height);
    }
    let rate = format!("{}/{}", recipe.pace.rate, recipe.pace.step);
    command.args(["-f", "rawvideo", "-pix_fmt", "gray", "-s", &format!("{width}x{height}")]);
    command.args(["-framerate", &rate, "-i", "pipe:0"]);
}

fn sound_input(command: &mut Command, sound: &Sound, file: &Path) {
    command.args(["-itsoffset", &format!("{}ms", sound.late_ms)]);
    command.args(["-f", "f32le", "-ar", &sound.sample_rate.to_string(), "-ac", &sound.channels.to_string(), "-i"]);
    command.arg(file);
}

fn picture_times(command: &mut Command, recipe: &Recipe) {
    let pace = &recipe.pace;
    let (wider, higher) = recipe.pixel_aspect;
    let fields = if recipe.interlaced { "setfield=tff," } else { "" };
    let filters = format!(
        "settb=1/{},setpts='{}+{}*N+{}*mod(7*N*N+3*N,5)+{}*floor(N/37)',{fields}format={},setsar={wider}/{higher}",
        pace.rate, pace.first, pace.step, pace.jitter, pace.gap, recipe.pixels
    );
    command.args(["-vf", &filters, "-fps_mode", "passthrough", "-enc_time_base:v", &format!("1:{}", pace.rate)]);
}

fn layout(command: &mut Command, recipe: &Recipe, plain: &Path) {
    if !recipe.container.is_matroska() {
        command.args(["-video_track_timescale", &recipe.pace.rate.to_string()]);
    }
    match recipe.layout {
        Layout::Plain => command.arg(plain),
        Layout::Fragmented => command.args(["-movflags", "frag_keyframe+delay_moov"]).arg(plain),
        // A recorder lists its sound first.
        Layout::Recorded => command.args(["-map", "1:a", "-map", "0:v", "-f", "webm", "pipe:1"]),
    };
}

/// What can only be done to a finished file: the display matrix, and an edit list that hides the head.
fn finish(recipe: &Recipe, plain: &Path, path: &Path) -> Result<()> {
    if recipe.quarter_turns == 0 && recipe.hidden_head_ms == 0 {
        return std::fs::rename(plain, path).context("failed to name the source");
    }
    let mut command = media_tool::ffmpeg();
    if recipe.hidden_head_ms > 0 {
        command.args(["-ss", &format!("{}ms", recipe.hidden_head_ms)]);
    }
    command.arg("-i").arg(plain).args(["-map", "0", "-c", "copy"]);
    if recipe.quarter_turns > 0 {
        command.args(["-metadata:s:v:0", &format!("rotate={}", 360 - 90 * recipe.quarter_turns)]);
    }
    if !recipe.container.is_matroska() {
        command.args(["-video_track_timescale", &recipe.pace.rate.to_string()]);
    }
    media_tool::run(command.arg(path)).map(|_| ())
}
