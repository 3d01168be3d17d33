//! Which encoder, in which version, is at work in this process.
//! Compares nothing: the probe tells it, and picture tasks hold it against their plan.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use gstreamer as gst;
use wire::v1::Work;

use super::source::element;
use crate::render::encoders::{self, ENCODERS, EncoderRow, VersionPlace};
use crate::render::protocol::ChildTask;

/// Versions that stand in libraries, by family.
static IN_LIBRARIES: OnceLock<HashMap<&'static str, String>> = OnceLock::new();

/// Loads the encoders that a task may use and whose versions stand in their libraries, and reads those; to be called once,
/// while files may still be opened.
pub fn read_libraries(task: &ChildTask) {
    let used = ENCODERS.iter().filter(|row| match task {
        ChildTask::Probe(_) => true,
        ChildTask::Render(task) => {
            matches!(&task.work, Work::Picture(work) if work.recipe.encoder_family == row.family)
        }
    });
    IN_LIBRARIES.get_or_init(|| used.filter_map(|row| Some((row.family, version_in_library(row)?))).collect());
}

/// The identity of a row's encoder here, which made this first access unit; `None` if it does not say its version.
#[must_use]
pub fn identity(row: &EncoderRow, first_unit: &[u8]) -> Option<String> {
    let mark = row.usage?.version;
    let version = match mark.place {
        VersionPlace::FirstUnit => mark.find(first_unit)?,
        VersionPlace::Library(_) => IN_LIBRARIES.get()?.get(row.family)?.clone(),
    };
    let (major, minor, micro, _) = gst::version();
    let media_library = format!("{major}.{minor}.{micro}");
    Some(encoders::identity(row.family, &version, &media_library, installed(row)?))
}

/// The best of a row's elements that is installed here.
#[must_use]
pub fn installed(row: &EncoderRow) -> Option<&'static str> {
    row.elements.iter().copied().find(|name| gst::ElementFactory::find(name).is_some())
}

fn version_in_library(row: &EncoderRow) -> Option<String> {
    let mark = row.usage?.version;
    let VersionPlace::Library(name) = mark.place else { return None };
    let _loads_the_library = element(installed(row)?).ok()?;
    let library = fs::read(loaded(name)?).ok()?;
    mark.find(&library)
}

/// The file of a library that this process has loaded, by the beginning of its name.
fn loaded(name: &str) -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let mut files = maps.lines().filter_map(|line| line.find('/').map(|at| PathBuf::from(&line[at..])));
    files.find(|file| file.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)))
}
