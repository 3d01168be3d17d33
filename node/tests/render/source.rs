//! Sources whose every frame bears its number, made by ffmpeg, and the reading of such numbers.
//! Knows nothing of the node.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Width of every made source.
pub const WIDTH: usize = 320;
/// Height of every made source.
pub const HEIGHT: usize = 192;
/// Bits of a frame's number, in squares of 40 × 48 pixels, eight a row.
const BITS: usize = 16;

/// A source on disk.
#[derive(Debug)]
pub struct Source {
    /// Where it was made, gone with the source.
    folder: Option<tempfile::TempDir>,
    file: PathBuf,
}

impl Source {
    /// `frame_count` numbered frames at `rate`, encoded with these arguments into `name`.
    pub fn make(name: &str, frame_count: usize, rate: &str, encode: &[&str]) -> Source {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut encoder = Command::new("ffmpeg");
        encoder.args(["-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", &format!("{WIDTH}x{HEIGHT}")]);
        encoder.args(["-r", rate, "-i", "-"]).args(encode).arg(&file).stdin(Stdio::piped());
        let mut running = encoder.spawn().unwrap();
        let mut pipe = running.stdin.take().unwrap();
        for number in 0..frame_count {
            pipe.write_all(&numbered_frame(number)).unwrap();
        }
        drop(pipe);
        assert!(running.wait().unwrap().success(), "ffmpeg makes {name}");
        Source { folder: Some(folder), file }
    }

    /// What an ffmpeg filter draws, encoded with these arguments into `name`.
    pub fn of(name: &str, filter: &str, encode: &[&str]) -> Source {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut encoder = Command::new("ffmpeg");
        encoder.args(["-v", "error", "-f", "lavfi", "-i", filter]).args(encode).arg(&file);
        assert!(encoder.status().unwrap().success(), "ffmpeg makes {name}");
        Source { folder: Some(folder), file }
    }

    /// A file that lies somewhere already.
    pub fn existing(file: &Path) -> Source {
        Source { folder: None, file: file.to_owned() }
    }

    /// The same stream copied into `name`, with arguments before and after the input.
    pub fn copied(&self, name: &str, before: &[&str], after: &[&str]) -> Source {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut copy = Command::new("ffmpeg");
        copy.args(["-v", "error"]).args(before).arg("-i").arg(&self.file).args(["-c", "copy"]).args(after).arg(&file);
        assert!(copy.status().unwrap().success(), "ffmpeg copies into {name}");
        Source { folder: Some(folder), file }
    }

    /// Puts other bytes behind the first place where `mark` stands.
    pub fn overwrite(&mut self, mark: &[u8], with: &[u8]) {
        let mut bytes = self.bytes();
        let at = bytes.windows(mark.len()).position(|window| window == mark).expect("the mark is there") + mark.len();
        bytes[at..at + with.len()].copy_from_slice(with);
        std::fs::write(&self.file, bytes).unwrap();
    }

    /// The same frames encoded anew into `name`.
    pub fn encoded(&self, name: &str, encode: &[&str]) -> Source {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut encoder = Command::new("ffmpeg");
        encoder.args(["-v", "error", "-i"]).arg(&self.file).args(encode).arg(&file);
        assert!(encoder.status().unwrap().success(), "ffmpeg encodes {name}");
        Source { folder: Some(folder), file }
    }

    /// The first input besides others, put into `name`.
    pub fn muxed(&self, name: &str, inputs: &[&str], after: &[&str]) -> Source {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut mux = Command::new("ffmpeg");
        mux.args(["-v", "error", "-i"]).arg(&self.file).args(inputs).args(after).arg(&file);
        assert!(mux.status().unwrap().success(), "ffmpeg puts {name} together");
        Source { folder: Some(folder), file }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// The whole file.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.file).unwrap()
    }

    /// The folder, gone with the source.
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().expect("a made source has a folder").path()
    }

    /// Every frame's time in seconds, as ffprobe sees it, in presentation order.
    pub fn times(&self) -> Vec<f64> {
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0"]);
        let said = probe.arg(&self.file).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let lines = said.lines().map(|line| line.trim_end_matches(',').trim());
        // Side data of a frame is a line of its own, without a time.
        lines.filter(|line| !line.is_empty()).map(|line| line.parse().unwrap()).collect()
    }
}

/// The numbers of the frames in a file, each decoded once by ffmpeg, in presentation order, after a filter.
pub fn numbers(file: &Path, filter: &str) -> Vec<usize> {
    let mut decode = Command::new("ffmpeg");
    let filter = format!("{filter},scale={WIDTH}:{HEIGHT},format=gray");
    decode.args(["-v", "error", "-noautorotate", "-i"]).arg(file);
    decode.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", &filter, "-f", "rawvideo", "-"]);
    let decoded = decode.output().unwrap();
    assert!(decoded.status.success() && decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
    decoded.stdout.chunks_exact(WIDTH * HEIGHT).map(number).collect()
}

fn numbered_frame(number: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let bit = y / 48 * 8 + x / 40;
            let moving = 60 + u8::try_from((x * 7 / 8 + y * 3 + number * 5) % 120).unwrap();
            frame.push(if bit >= BITS {
                moving
            } else if number >> bit & 1 == 1 {
                235
            } else {
                16
            });
        }
    }
    frame
}

fn number(frame: &[u8]) -> usize {
    let lit = |bit: usize| {
        let (x, y) = (bit % 8 * 40 + 20, bit / 8 * 48 + 24);
        frame[y * WIDTH + x] > 125
    };
    (0..BITS).filter(|bit| lit(*bit)).map(|bit| 1 << bit).sum()
}
