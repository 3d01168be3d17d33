//! Runs ffmpeg and ffprobe, the judges that are not our own code. Knows how to call them, not what to make of the answer.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Most that a tool may print beside the media itself.
const MESSAGES_BYTES_MAX: u64 = 64 << 20;

/// A call of ffmpeg without banner, questions or colours, that says only what is wrong.
#[must_use]
pub fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-nostats", "-y", "-v", "error"]);
    command
}

/// Runs a tool to its end and returns what it printed on stderr; fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
    Ok(said)
}

/// Runs a tool to its end and returns what it printed on stdout; fails unless it succeeds.
pub fn stdout(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {command:?}"))?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a tool, feeds it from `write` on stdin and gives its stdout to `read`; returns what it printed on stderr.
/// The three run side by side, so that no full pipe can hold another up.
pub fn pipe<T>(
    command: &mut Command,
    write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()> + Send,
    read: impl FnOnce(&mut dyn std::io::Read) -> Result<T> + Send,
) -> Result<(T, String)>
where
    T: Send,
{
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to start {command:?}"))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    thread::scope(|scope| {
        let writer = scope.spawn(move || write(&mut stdin).and_then(|()| stdin.flush()));
        let messages = scope.spawn(move || {
            let mut text = Vec::new();
            stderr.take(MESSAGES_BYTES_MAX).read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
        });
        let made = read(&mut stdout);
        drop(stdout);
        let fed = writer.join().expect("the writer does not panic");
        let said = messages.join().expect("the reader of messages does not panic")?;
        let status = child.wait()?;
        ensure!(status.success(), "{command:?} ended with {status}: {said}");
        fed.with_context(|| format!("failed to feed {command:?}"))?;
        Ok((made?, said))
    })
}

/// What ffprobe says about a file, as JSON; `arguments` choose the sections.
pub fn probe<A: AsRef<OsStr>>(file: &Path, arguments: impl IntoIterator<Item = A>) -> Result<Value> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json"]).args(arguments).arg(file).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("failed to start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?} printed no JSON"))
}
