//! Decodes everything by an installed ffmpeg and counts what comes out. Looks at no picture.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::{Path, absolute};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::Context as _;
use verify::Looked;

use crate::failure::Failure;

/// Samples in the largest packet of the finished files: 1024 in AAC-LC, 960 in Opus.
const PACKET_SAMPLES_MAX: u64 = 1024;
/// The most of ffmpeg's complaints that is kept.
const COMPLAINTS_BYTES_MAX: u64 = 4096;

/// What came of decoding.
pub(super) enum Decoded {
    /// Everything was decoded; how it differs from the report.
    All(Vec<String>),
    /// There is no ffmpeg on this machine.
    NoFfmpeg,
}

/// What ffmpeg made of a file.
#[derive(Debug, Default)]
struct Counted {
    frames: u64,
    samples: u64,
    /// What it said that is wrong.
    complaint: Option<String>,
}

/// Decodes every file that was looked at, each in its stretch of `file`.
pub(super) fn decode(file: &Path, looked: &[Looked]) -> Result<Decoded, Failure> {
    let mut differences = Vec::new();
    for looked in looked {
        let output = looked.output;
        let Some(counted) = count(file, looked)? else { return Ok(Decoded::NoFfmpeg) };
        let mut differ = |what: String| differences.push(format!("{}: {what}", output.filename));
        if let Some(complaint) = counted.complaint {
            differ(format!("ffmpeg does not decode it: {complaint}"));
        }
        if counted.frames != output.frame_count {
            differ(format!("{} frames can be decoded, not {}", counted.frames, output.frame_count));
        }
        let samples = output.sound.as_ref().map_or(0, |sound| sound.sample_count);
        // Some decoders hand out the last packet whole, whatever its duration says.
        if counted.samples < samples || counted.samples >= samples + PACKET_SAMPLES_MAX {
            differ(format!("{} samples of sound can be decoded, not {samples}", counted.samples));
        }
    }
    Ok(Decoded::All(differences))
}

/// Runs ffmpeg over one file; `None` where there is none.
fn count(file: &Path, looked: &Looked) -> Result<Option<Counted>, Failure> {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-nostats", "-v", "error", "-xerror", "-i"]);
    command.arg(input(file, looked)?).args(["-map", "0:v:0", "-map", "0:a:0?", "-fps_mode", "passthrough"]);
    // One line for each decoded frame: stream, times, length, size, hash.
    command.args(["-c:a", "pcm_s16le", "-f", "framecrc", "-"]);
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    match started {
        Ok(child) => Ok(Some(listen(child)?)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(anyhow::Error::from(cause).context("failed to start ffmpeg").into()),
    }
}

/// The file, or its stretch of the archive it is stored in.
fn input(file: &Path, looked: &Looked) -> Result<OsString, Failure> {
    let path = absolute(file).context("failed to find the file")?;
    let mut input = match &looked.stretch {
        Some(range) => OsString::from(format!("subfile,,start,{},end,{},,:", range.start, range.end)),
        None => OsString::from("file:"),
    };
    input.push(path);
    Ok(input)
}

fn listen(mut child: Child) -> Result<Counted, Failure> {
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let complaints = thread::spawn(move || {
        let mut said = Vec::new();
        let mut stderr = stderr;
        // What is beyond the first few lines is read all the same, so that ffmpeg never waits.
        let _ = stderr.by_ref().take(COMPLAINTS_BYTES_MAX).read_to_end(&mut said);
        let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let mut counted = Counted::default();
    for line in BufReader::new(stdout).lines() {
        counted.take(&line.context("failed to read what ffmpeg says")?);
    }
    let status = child.wait().context("failed to wait for ffmpeg")?;
    let said = complaints.join().unwrap_or_default();
    if !status.success() || !said.is_empty() {
        counted.complaint = Some(if said.is_empty() { format!("it ended with {status}") } else { said });
    }
    Ok(counted)
}

impl Counted {
    fn take(&mut self, line: &str) {
        let mut fields = line.split(',').map(str::trim);
        match fields.next() {
            Some("0") => self.frames += 1,
            Some("1") => self.samples += fields.nth(2).and_then(|length| length.parse::<u64>().ok()).unwrap_or(0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_frames_and_of_samples_are_told_apart() {
        let mut counted = Counted::default();
        for line in [
            "#tb 1: 1/48000",
            "0,          0,          0,        1,   115200, 0x0f76c68f",
            "1,          0,          0,     1024,     4096, 0x00000000",
            "1,       1024,       1024,      512,     2048, 0x00000000",
        ] {
            counted.take(line);
        }
        assert_eq!((counted.frames, counted.samples), (1, 1536));
    }
}
