//! Programs that others wrote to read and check media files, each asked what it has against one.
//! They judge the file as a file; whether it is the right one, they cannot know.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::judge;

/// What mediainfo calls what it finds wrong.
const MEDIAINFO_FAULTS: [&str; 4] = ["ConformanceErrors", "ConformanceWarnings", "ConformanceInfos", "IsTruncated"];

/// Every complaint of every checker, with its name; a good file has none.
///
/// # Panics
/// When a checker is not installed.
#[must_use]
pub fn complaints(file: &Path) -> Vec<String> {
    let checks: [(&str, Check); 4] = [
        ("ffprobe", ffprobe),
        ("ffmpeg", |file| Ok(judge::decode_complaint(file))),
        ("mkvmerge", mkvmerge),
        ("mediainfo", mediainfo),
    ];
    let said = checks.into_iter().filter_map(|(name, check)| {
        let said = check(file).unwrap_or_else(|cause| panic!("{name}: {cause:#}; `make setup` installs it"));
        said.map(|said| format!("{name}: {said}"))
    });
    said.collect()
}

type Check = fn(&Path) -> Result<Option<String>>;

/// Reads every packet; also what it only warns of counts.
fn ffprobe(file: &Path) -> Result<Option<String>> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "warning", "-count_packets", "-show_streams", "-show_format", "-of", "json"]).arg(file);
    let (succeeded, _, said) = run(&mut command)?;
    Ok((!succeeded || !said.trim().is_empty()).then_some(said))
}

/// Reads everything in order to write it as Matroska.
fn mkvmerge(file: &Path) -> Result<Option<String>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new("mkvmerge");
    command.arg("--quiet").arg("--output").arg(folder.path().join("copy.mkv")).arg(file);
    let (succeeded, printed, said) = run(&mut command)?;
    Ok((!succeeded).then(|| printed + &said))
}

fn mediainfo(file: &Path) -> Result<Option<String>> {
    let mut command = Command::new("mediainfo");
    let (succeeded, printed, said) = run(command.arg("--Output=JSON").arg(file))?;
    if !succeeded {
        return Ok(Some(said));
    }
    let report: Value = serde_json::from_str(&printed).context("mediainfo printed no JSON")?;
    let mut found = Vec::new();
    faults_in(&report, &mut found);
    Ok((!found.is_empty()).then(|| found.join("; ")))
}

/// What stands anywhere below `report` under a name of [`MEDIAINFO_FAULTS`].
fn faults_in(report: &Value, found: &mut Vec<String>) {
    match report {
        Value::Object(fields) => {
            for (name, value) in fields {
                if MEDIAINFO_FAULTS.contains(&name.as_str()) {
                    found.push(format!("{name} {value}"));
                } else {
                    faults_in(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| faults_in(value, found)),
        _ => {}
    }
}

/// Whether a program succeeded, and what it printed on stdout and stderr.
fn run(command: &mut Command) -> Result<(bool, String, String)> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
}
