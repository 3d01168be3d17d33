//! Source files made by ffmpeg from samples made here, with a small picture track beside them.
//! Judges nothing.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wire::v1::{Container, Track};

/// What kind of file to make.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The codec's name on the wire.
    pub codec: &'static str,
    /// The file name's ending.
    pub extension: &'static str,
    /// ffmpeg's arguments for the sound.
    pub encode: &'static [&'static str],
    pub rate: u32,
    pub channels: u32,
}

impl Spec {
    /// The everyday case.
    pub const AAC_MP4: Spec =
        Spec { codec: "aac", extension: "mp4", encode: &["-c:a", "aac", "-b:a", "192k"], rate: 48_000, channels: 2 };
    /// Not a bit is lost on the way.
    pub const PCM_MOV: Spec =
        Spec { codec: "pcm", extension: "mov", encode: &["-c:a", "pcm_s16le"], rate: 48_000, channels: 2 };

    /// How far a click may be from where ffmpeg sees it. Matroska's stamps are rounded to 1 ms: what ffmpeg reads
    /// from them and what the task reads from them may each be half of that off.
    pub fn tolerance_ms(&self) -> f64 {
        if matches!(self.extension, "mkv" | "webm") { 1.0 } else { 0.05 }
    }
}

/// A file in a folder of its own, gone with this value.
pub struct SourceFile {
    pub path: PathBuf,
    pub channels: u32,
    pub rate: u32,
    codec: &'static str,
    _folder: Option<TempDir>,
}

impl SourceFile {
    /// Interleaved `samples` as sound beside `picture_s` seconds of picture.
    pub fn make(spec: Spec, samples: &[f32], picture_s: f64) -> SourceFile {
        Self::make_with(spec, samples, picture_s, &[])
    }

    /// The same with further arguments in front of the output.
    pub fn make_with(spec: Spec, samples: &[f32], picture_s: f64, arguments: &[&str]) -> SourceFile {
        Self::make_at(spec, samples, picture_s, "0", arguments)
    }

    /// The same with sound that begins later than the picture.
    pub fn make_late(spec: Spec, samples: &[f32], picture_s: f64, late_s: f64) -> SourceFile {
        Self::make_at(spec, samples, picture_s, &late_s.to_string(), &[])
    }

    fn make_at(spec: Spec, samples: &[f32], picture_s: f64, late_s: &str, arguments: &[&str]) -> SourceFile {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("source.{}", spec.extension));
        let picture = format!("testsrc=size=64x64:rate=25:duration={picture_s}");
        let picture_codec: &[&str] = match spec.extension {
            "webm" => &["-c:v", "libvpx", "-b:v", "100k", "-deadline", "realtime", "-g", "50"],
            _ => &["-c:v", "libx264", "-preset", "ultrafast", "-g", "50"],
        };
        let mut ffmpeg = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", &picture])
            .args([
                "-itsoffset",
                late_s,
                "-f",
                "f32le",
                "-ar",
                &spec.rate.to_string(),
                "-ac",
                &spec.channels.to_string(),
                "-i",
                "-",
            ])
            .args(["-map", "0:v", "-map", "1:a"])
            .args(picture_codec)
            .args(spec.encode)
            .args(arguments)
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        ffmpeg.stdin.take().unwrap().write_all(&bytes).unwrap();
        assert!(ffmpeg.wait().unwrap().success(), "ffmpeg makes {spec:?}");
        SourceFile { path, channels: spec.channels, rate: spec.rate, codec: spec.codec, _folder: Some(folder) }
    }

    /// A file that lies somewhere already.
    pub fn existing(path: PathBuf, spec: Spec) -> SourceFile {
        SourceFile { path, channels: spec.channels, rate: spec.rate, codec: spec.codec, _folder: None }
    }

    /// The sound track as an index would name it.
    pub fn track(&self) -> Track {
        let container = match self.path.extension().and_then(|extension| extension.to_str()) {
            Some("mp4" | "mov") => Container::IsoBmff,
            _ => Container::Matroska,
        };
        Track { container, ordinal: 0, codec: self.codec.to_owned() }
    }
}
