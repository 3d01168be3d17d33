//! The table of media: every file of a folder through a real farm, each outcome held against what ffmpeg makes of the same file.
//! Only measures and writes down; what is good enough, the tests say.

mod entry;
mod lag;
mod notes;
mod page;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::farm::Farm;
use crate::media_tool;
use entry::Entry;

/// The folder of files that no good can come of, inside the folder of media.
const BAD_FOLDER: &str = "bad";
/// Ends of names that are lists and explanations, not media.
const NO_MEDIA: [&str; 2] = ["tsv", "md"];

/// Runs every file below `media` through a farm and returns the page.
///
/// # Errors
/// When the folder cannot be read, or holds no file.
pub fn page(media: &Path) -> Result<String> {
    let farm = Farm::start();
    let good = entries(&farm, media)?;
    let bad = entries(&farm, &media.join(BAD_FOLDER))?;
    farm.stop();
    ensure!(!good.is_empty() && !bad.is_empty(), "{} holds no media", media.display());
    Ok(page::of(&good, &bad, &versions()?))
}

fn entries(farm: &Farm, folder: &Path) -> Result<Vec<Entry>> {
    files(folder)?.iter().map(|file| entry::of(farm, file)).collect()
}

/// The media right in a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).with_context(|| format!("failed to list {}", folder.display()))?;
    let paths = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_media = |path: &PathBuf| {
        path.is_file()
            && path.extension().is_some_and(|end| !NO_MEDIA.iter().any(|other| end.eq_ignore_ascii_case(other)))
    };
    let mut files: Vec<PathBuf> = paths.into_iter().filter(is_media).collect();
    files.sort();
    Ok(files)
}

/// The judges and the media library, as they name themselves.
fn versions() -> Result<String> {
    let ffmpeg = first_line("ffmpeg", "-version")?;
    let ffmpeg = ffmpeg.split(" Copyright").next().unwrap_or_default().to_owned();
    let library = first_line("gst-launch-1.0", "--gst-version")?;
    Ok(format!("{ffmpeg} · {library}"))
}

fn first_line(program: &str, argument: &str) -> Result<String> {
    let said = media_tool::stdout(std::process::Command::new(program).arg(argument))?;
    Ok(said.lines().next().unwrap_or_default().trim().to_owned())
}
