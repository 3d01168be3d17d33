//! One file of the table: uploaded, exported whole where that can be done, and compared with its source frame by frame.
//! Does not write anything down.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::lag;
use crate::farm::Farm;
use crate::media_tool;
use crate::reading::thumbnails::{self, Thumbnail};

/// Sound compared: files of test media are shorter, and one that claims to be longer shall not fill the memory.
const SOUND_SECONDS_MAX: u32 = 300;

/// What became of one file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Its name.
    pub name: String,
    /// Frames that ffmpeg decodes from it.
    pub frames_by_ffmpeg: usize,
    /// Seconds it declares to last, by ffprobe.
    pub declared_seconds: Option<f64>,
    /// What the farm made of it.
    pub outcome: Outcome,
}

/// What the farm made of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// It cannot be exported from, with the sentence its owner reads.
    Refused(String),
    /// It was taken, but its whole-file export failed with this sentence.
    Failed(String),
    /// It was exported.
    Exported(Made),
}

/// A whole-file export, by ffmpeg's reading of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Made {
    /// Frames in it.
    pub frames: usize,
    /// The largest mean difference of luma between a frame and the source's frame of the same number, 0 to 255; `None` where
    /// the numbers of frames differ.
    pub difference: Option<f64>,
    /// How much later its sound is than the source's, both against their first pictures; `None` where there is none to compare.
    pub sound_late_ms: Option<f64>,
    /// Seconds of the source that the farm found.
    pub held_seconds: f64,
    /// Codes of things worth knowing.
    pub warnings: Vec<String>,
}

/// Sends a file through the farm.
pub(super) fn of(farm: &Farm, file: &Path) -> Result<Entry> {
    let name = file.file_name().context("a file has a name")?.to_string_lossy().into_owned();
    eprintln!("{name}");
    let source = thumbnails::read(file).unwrap_or_default();
    let declared_seconds = declared_seconds(file);
    let outcome = outcome(farm, file, &source)?;
    Ok(Entry { name, frames_by_ffmpeg: source.len(), declared_seconds, outcome })
}

fn outcome(farm: &Farm, file: &Path, source: &[Thumbnail]) -> Result<Outcome> {
    let video = farm.api().send(file);
    let indexed = farm.api().wait_until_indexed(&video);
    if indexed["status"] == "failed" {
        return Ok(Outcome::Refused(sentence(&indexed)));
    }
    let order = json!({
        "resolution": "720p", "quality": "low", "format": "mp4", "export_type": "single", "normalize_audio": false,
    });
    let export = farm.api().order(&video, &order);
    let ended = farm.api().wait(&export);
    if ended["status"] != "completed" {
        return Ok(Outcome::Failed(sentence(&ended)));
    }
    let output = farm.desk().join("whole.mp4");
    farm.api().fetch(&export, None, &output);
    let frames = thumbnails::read(&output)?;
    let warnings = indexed["warnings"].as_array().into_iter().flatten();
    Ok(Outcome::Exported(Made {
        frames: frames.len(),
        difference: difference(source, &frames),
        sound_late_ms: sound_late_ms((file, source), (&output, &frames)),
        held_seconds: indexed["duration_seconds"].as_f64().unwrap_or(0.0),
        warnings: warnings.filter_map(Value::as_str).map(str::to_owned).collect(),
    }))
}

fn sentence(failed: &Value) -> String {
    failed["error_message"].as_str().unwrap_or("(without a word)").to_owned()
}

fn difference(source: &[Thumbnail], made: &[Thumbnail]) -> Option<f64> {
    if source.len() != made.len() {
        return None;
    }
    source.iter().zip(made).map(|(a, b)| a.distance(b)).max_by(f64::total_cmp)
}

/// Both recordings begin where their first picture is shown; then sound that lies the same to its picture has no lag.
fn sound_late_ms(
    (source, pictures): (&Path, &[Thumbnail]),
    (made, made_pictures): (&Path, &[Thumbnail]),
) -> Option<f64> {
    let from = |file, pictures: &[Thumbnail]| sound_from(file, pictures.first()?.seconds).ok();
    lag::milliseconds(&from(source, pictures)?, &from(made, made_pictures)?)
}

/// One channel of a file's sound by its time stamps, from a time on.
fn sound_from(file: &Path, seconds: f64) -> Result<Vec<f32>> {
    let mut command = media_tool::ffmpeg();
    // async=1 with first_pts=0 fills or trims the beginning only, so that sample 0 is time 0.
    let filters = format!("aresample={}:async=1:first_pts=0", lag::RATE);
    command.args(["-copyts", "-i"]).arg(file).args(["-map", "0:a:0", "-af", &filters, "-ac", "1"]);
    command.args(["-t", &SOUND_SECONDS_MAX.to_string(), "-f", "f32le", "pipe:1"]);
    let (bytes, _) = media_tool::pipe(
        &mut command,
        |_| Ok(()),
        |out| {
            let mut bytes = Vec::new();
            out.read_to_end(&mut bytes)?;
            Ok(bytes)
        },
    )?;
    let (samples, _) = bytes.as_chunks::<4>();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within the file")]
    #[expect(clippy::cast_precision_loss, reason = "a sample rate")]
    let skipped = (seconds.max(0.0) * lag::RATE as f64).round() as usize;
    Ok(samples.iter().skip(skipped).map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn declared_seconds(file: &Path) -> Option<f64> {
    let said = media_tool::probe(file, ["-show_entries", "format=duration"]).ok()?;
    said["format"]["duration"].as_str()?.parse().ok()
}
