//! The files of a preview or a poster, taken out of their part, and what ffprobe and ffmpeg say of them.
//! Judges nothing itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use reelfarm_node::render::{RenderFailure, Rendered, RenderedPart};
use wire::v1::{CodecConfig, Index, PosterWork, PreviewSound, PreviewWork, Track, Work};

use crate::render::bench::Bench;
use crate::render::source::{HEIGHT, Source, WIDTH};

/// The files of a part.
#[derive(Debug)]
pub struct Made {
    /// What was asked for; of a poster it says nothing.
    pub work: PreviewWork,
    files: BTreeMap<String, PathBuf>,
    _folder: tempfile::TempDir,
}

impl Made {
    /// Attempts some work and takes its part apart.
    pub async fn of(bench: &Bench, work: impl Into<Asked>) -> Result<Made, RenderFailure> {
        let asked = work.into();
        let Rendered::Part(part) = bench.attempt(asked.work).await? else { panic!("files come as a part") };
        let folder = tempfile::tempdir().unwrap();
        let files = taken_apart(&part, folder.path());
        Ok(Made { work: asked.preview, files, _folder: folder })
    }

    /// Which files there are.
    pub fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    /// Where a file is.
    pub fn file(&self, name: &str) -> &Path {
        &self.files[name]
    }

    /// Width and height of a file's picture.
    pub fn size(&self, name: &str) -> (u32, u32) {
        let said = self.probed(name, &["-select_streams", "v:0", "-show_entries", "stream=width,height"]);
        let (width, height) = said.trim().split_once(',').unwrap();
        (width.parse().unwrap(), height.parse().unwrap())
    }

    /// When each frame of the proxy is shown, in seconds.
    pub fn times(&self) -> Vec<f64> {
        let said = self.probed("proxy", &["-select_streams", "v:0", "-show_entries", "frame=pts_time"]);
        seconds(&said)
    }

    /// When each key frame of the proxy is shown.
    pub fn key_times(&self) -> Vec<f64> {
        let entries = ["-select_streams", "v:0", "-show_entries", "packet=pts_time,flags"];
        let said = self.probed("proxy", &entries);
        let keys: Vec<&str> = said.lines().filter(|line| line.contains('K')).collect();
        seconds(&keys.join("\n"))
    }

    /// The first channel of the proxy's sound at 48 kHz.
    pub fn sound(&self) -> Vec<f32> {
        let mut decode = Command::new("ffmpeg");
        decode.args(["-v", "error", "-xerror", "-i"]).arg(self.file("proxy"));
        let done = decode.args(["-map", "0:a:0", "-ac", "1", "-f", "f32le", "-"]).output().unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    /// What ffmpeg says when it decodes all of a file.
    pub fn complaint(&self, name: &str) -> String {
        let mut decode = Command::new("ffmpeg");
        decode.args(["-v", "warning", "-xerror", "-i"]).arg(self.file(name));
        let done = decode.args(["-map", "0", "-fps_mode", "passthrough", "-f", "null", "-"]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stderr).unwrap()
    }

    fn probed(&self, name: &str, arguments: &[&str]) -> String {
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error"]).args(arguments).args(["-of", "csv=p=0"]).arg(self.file(name));
        String::from_utf8(probe.output().unwrap().stdout).unwrap()
    }
}

/// Work, and the preview it is, if it is one.
pub struct Asked {
    work: Work,
    preview: PreviewWork,
}

impl From<PreviewWork> for Asked {
    fn from(preview: PreviewWork) -> Asked {
        Asked { work: Work::Preview(preview.clone()), preview }
    }
}

impl From<Work> for Asked {
    fn from(work: Work) -> Asked {
        let Work::Poster(poster) = &work else { panic!("a preview has its own way in") };
        let preview = PreviewWork {
            picture: poster.track.clone(),
            rate_num: 0,
            rate_den: 0,
            start: 0,
            end: 0,
            frame_count: 0,
            frame_rate_num: 0,
            frame_rate_den: 0,
            orientation: poster.orientation.clone(),
            deinterlace: false,
            width: 0,
            height: 0,
            sound: None,
            sprite_count: 0,
            sprite_columns: 0,
            sprite_width: 0,
            sprite_height: 0,
            sprite_interval_ns: 0,
        };
        Asked { work, preview }
    }
}

/// A preview of an indexed source at its own size, with a thumbnail every half second.
pub fn preview_work(index: &Index) -> PreviewWork {
    const INTERVAL_NS: i64 = 500_000_000;
    let picture = &index.picture;
    let (width, height) = displayed(index);
    let end_ns = picture.end * 1_000_000_000 * i64::from(picture.rate_den) / i64::from(picture.rate_num);
    let sound = index.sound.as_ref().map(|sound| PreviewSound {
        track: Track { container: index.container.clone(), ordinal: sound.ordinal, codec: sound.codec.clone() },
        channels: sound.channels.min(2),
        bitrate_bps: 96_000,
        peaks_per_second: 100,
    });
    PreviewWork {
        picture: Track { container: index.container.clone(), ordinal: picture.ordinal, codec: picture.codec.clone() },
        rate_num: picture.rate_num,
        rate_den: picture.rate_den,
        start: picture.frames[0].pts,
        end: picture.end,
        frame_count: picture.frames.len() as u64,
        frame_rate_num: picture.frame_rate_num,
        frame_rate_den: picture.frame_rate_den,
        orientation: picture.orientation.clone(),
        deinterlace: picture.interlaced,
        width,
        height,
        sound,
        sprite_count: u32::try_from((end_ns - 1) / INTERVAL_NS + 1).unwrap(),
        sprite_columns: 4,
        sprite_width: width / 2,
        sprite_height: height / 2,
        sprite_interval_ns: INTERVAL_NS,
    }
}

/// A poster of one frame of an indexed source.
pub fn poster_work(index: &Index, ordinal: usize, (width, height): (u32, u32)) -> Work {
    let picture = &index.picture;
    Work::Poster(PosterWork {
        track: Track { container: index.container.clone(), ordinal: picture.ordinal, codec: picture.codec.clone() },
        rate_num: picture.rate_num,
        rate_den: picture.rate_den,
        pts: picture.frames[ordinal].pts,
        end: picture.frames.get(ordinal + 1).map_or(picture.end, |frame| frame.pts),
        orientation: picture.orientation.clone(),
        deinterlace: picture.interlaced,
        width,
        height,
    })
}

/// The same picture with sound beside it.
pub fn with_sound(source: &Source, sound: &str, encode: &[&str]) -> Source {
    let name = source.path().file_name().unwrap().to_str().unwrap();
    source.muxed(
        &format!("sounding_{name}"),
        &["-f", "lavfi", "-i", sound],
        &[&["-c:v", "copy", "-shortest"], encode].concat(),
    )
}

fn displayed(index: &Index) -> (u32, u32) {
    let (width, height) = (u32::try_from(WIDTH).unwrap(), u32::try_from(HEIGHT).unwrap());
    let sideways =
        matches!(index.picture.orientation, wire::v1::Orientation::Clockwise90 | wire::v1::Orientation::Clockwise270);
    if sideways { (height, width) } else { (width, height) }
}

/// Writes every file of a part: its runs of access units, one after the other.
fn taken_apart(part: &RenderedPart, folder: &Path) -> BTreeMap<String, PathBuf> {
    let CodecConfig::Files(config) = &part.codec else { panic!("the part holds no files") };
    let payload = std::fs::read(&part.payload).unwrap();
    assert_eq!(part.payload_hash, *blake3::hash(&payload).as_bytes());
    let mut units = Vec::new();
    let mut rest = payload.as_slice();
    for frame in &part.frames {
        let (unit, after) = rest.split_at(frame.size_bytes as usize);
        units.push(unit);
        rest = after;
    }
    assert!(rest.is_empty());
    let mut files = BTreeMap::new();
    for entry in &config.files {
        let runs = entry.runs.iter().map(|run| units[run.first as usize..][..run.count as usize].concat());
        let path = folder.join(format!("{}.{}", entry.name, entry.content_type.rsplit('/').next().unwrap()));
        std::fs::write(&path, runs.collect::<Vec<_>>().concat()).unwrap();
        files.insert(entry.name.clone(), path);
    }
    files
}

fn seconds(said: &str) -> Vec<f64> {
    let first = said.lines().map(|line| line.split(',').next().unwrap().trim());
    first.filter(|line| !line.is_empty()).map(|line| line.parse().unwrap()).collect()
}
