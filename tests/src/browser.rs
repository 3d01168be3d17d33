//! Chromium without a window, shown one page that plays and seeks films and reports what was on its screen.
//! Judges nothing of what it saw.

mod page;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use page::Page;

/// For all films of a call; a few seconds each.
const REPORTED_WITHIN: Duration = Duration::from_mins(2);
/// Debian's name for it.
const PROGRAM: &str = "chromium";

/// What the page shall do.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    /// Width of the pictures it sends back.
    pub width: usize,
    /// Height of the pictures it sends back.
    pub height: usize,
    /// One after the other.
    pub films: Vec<Film>,
}

/// A film to be played from its beginning for a while, looked at in places, and played to its end.
#[derive(Clone, Debug, Serialize)]
pub struct Film {
    /// Where it is.
    pub url: String,
    /// The type to append it as to a `MediaSource`; without one it is the `src` of a plain `<video>`.
    pub appended_as: Option<String>,
    /// Places to seek to, in seconds.
    pub seeks: Vec<f64>,
}

/// What was seen of a film.
#[derive(Clone, Debug, Deserialize)]
pub struct Seen {
    /// What went wrong, if anything did; the rest is then what was seen before.
    pub error: Option<String>,
    /// The element's `duration`.
    pub duration: Option<f64>,
    /// Width of the picture.
    pub width: Option<usize>,
    /// Height of the picture.
    pub height: Option<usize>,
    /// Times of the frames that came to the screen while it played from the beginning.
    pub played: Vec<f64>,
    /// What each seek brought to the screen.
    pub seeks: Vec<Shown>,
    /// What was on the screen when it had ended.
    pub ended: Option<Shown>,
    /// Bytes of sound that were decoded.
    pub sound_bytes: u64,
}

/// A frame on the screen.
#[derive(Clone, Debug, Deserialize)]
pub struct Shown {
    /// Its time in the film, seconds.
    pub seconds: f64,
    /// The picture in grey, row by row, in the size of the task.
    pub grey: Vec<u8>,
}

/// Shows Chromium the films and returns what it saw of each.
///
/// # Panics
/// When Chromium is missing or reports nothing.
#[must_use]
pub fn watch(task: &Task) -> Vec<Seen> {
    let folder = tempfile::tempdir().expect("a folder for the browser");
    let page = Page::open(serde_json::to_string(task).expect("a task is JSON"));
    let said = folder.path().join("said");
    let mut browser = start(&page.url(), folder.path(), &said);
    let report = page.report(REPORTED_WITHIN);
    browser.kill().expect("the browser can be killed");
    browser.wait().expect("the browser has ended");
    let report = report.unwrap_or_else(|| {
        panic!("the browser reported nothing:\n{}", fs::read_to_string(&said).unwrap_or_default());
    });
    serde_json::from_str(&report).unwrap_or_else(|cause| panic!("{cause} in {report}"))
}

fn start(url: &str, folder: &Path, said: &Path) -> Child {
    let mut command = Command::new(PROGRAM);
    // It loads nothing but our page and our files, and tests often run as root, where its sandbox refuses to work.
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
    command.args(["--no-first-run", "--disable-background-networking", "--disable-component-update"]);
    command.args(["--autoplay-policy=no-user-gesture-required", "--mute-audio"]);
    // The page reads the pictures of films that come from another server.
    command.arg("--disable-web-security");
    command.arg(format!("--user-data-dir={}", folder.join("profile").display())).arg(url);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(said).expect("a file for what it says"));
    command.spawn().unwrap_or_else(|cause| panic!("{PROGRAM} does not start ({cause}): `make setup` installs it"))
}
