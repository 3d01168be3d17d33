//! Files made by ffmpeg and their reports, written from ffprobe's words alone. Judges nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use report::{Archive, Colour, Output, Part, Picture, Report, Sound, Source, Tools};

/// A file.
pub(super) struct Made {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

/// A packet by ffprobe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) pts: i64,
    pub(super) duration: i64,
    pub(super) size: usize,
    pub(super) position: usize,
    pub(super) key: bool,
}

const X264: [&str; 8] = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "3"];
const X264_MORE: [&str; 4] = ["-x264-params", "scenecut=0:b-adapt=0:open-gop=0", "-movflags", "+faststart"];

fn run(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output().expect("the tool is installed");
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {arguments:?}: {complaint}");
    String::from_utf8(done.stdout).unwrap()
}

/// Two seconds of VP9, and what more there shall be.
pub(super) fn webm(dir: &Path, more: &[&str]) -> Made {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=2"];
    let vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25"];
    Made::by_ffmpeg(dir, &format!("made {}.webm", more.len()), &[&picture[..], more, &vp9].concat())
}

/// The report of an export of these files.
pub(super) fn whole(outputs: Vec<Output>, archive: Option<&[u8]>) -> Report {
    Report {
        report: report::VERSION,
        export_id: String::new(),
        export_type: "clips".to_owned(),
        resolution: "720p".to_owned(),
        quality_preset: "medium".to_owned(),
        normalize_audio: false,
        source: Source {
            video_id: String::new(),
            blake3: String::new(),
            picture_codec: "h264".to_owned(),
            sound_codec: None,
            frame_count: 0,
            warnings: Vec::new(),
        },
        outputs,
        archive: archive.map(|bytes| Archive {
            filename: "clips.zip".to_owned(),
            size_bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        }),
        tools: Tools { coordinator: String::new(), nodes: Vec::new() },
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

impl Made {
    /// Three seconds of picture with reordered frames, and of stereo sound.
    pub(super) fn with_sound(dir: &Path, container: &str) -> Made {
        let picture = "testsrc2=size=192x108:rate=25:duration=3";
        let sound = "aevalsrc='random(0)*0.1+sin(440*t*(1+t))*0.3|sin(220*t*t)*0.4':s=48000:d=3";
        let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
        Made::by_ffmpeg(dir, &format!("both.{container}"), &[&inputs[..], &X264, &X264_MORE, &["-c:a", "aac"]].concat())
    }

    /// Picture alone, through a filter.
    pub(super) fn picture(dir: &Path, name: &str, filter: &str) -> Made {
        let picture = format!("testsrc2=size=64x64:rate=25:duration=3,{filter}");
        let more = ["-fps_mode", "passthrough"];
        Made::by_ffmpeg(dir, name, &[&["-f", "lavfi", "-i", &picture], &X264[..], &X264_MORE, &more].concat())
    }

    fn by_ffmpeg(dir: &Path, name: &str, arguments: &[&str]) -> Made {
        let path = dir.join(name);
        run("ffmpeg", &[&["-v", "error", "-y"], arguments, &[path.to_str().unwrap()]].concat());
        Made { bytes: fs::read(&path).unwrap(), path }
    }

    /// The same frames in a new file, but for what an option changes.
    pub(super) fn remuxed(&self, name: &str, options: &[&str]) -> Made {
        let same = ["-c", "copy", "-video_track_timescale", "12800", "-movflags", "+faststart"];
        let input = ["-i", self.path.to_str().unwrap()];
        Made::by_ffmpeg(self.path.parent().unwrap(), name, &[&input[..], &same, options].concat())
    }

    fn probe(&self, stream: &str, more: &[&str]) -> String {
        let path = self.path.to_str().unwrap();
        run("ffprobe", &[&["-v", "error", "-select_streams", stream], more, &["-of", "default=nw=1", path]].concat())
    }

    fn entry(&self, stream: &str, entry: &str) -> String {
        let said = self.probe(stream, &["-show_entries", &format!("stream={entry}")]);
        said.trim().rsplit_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default()
    }

    fn number<T: std::str::FromStr>(&self, stream: &str, entry: &str) -> T {
        self.entry(stream, entry).parse().ok().unwrap_or_else(|| panic!("{entry} is no number"))
    }

    /// In decode order.
    pub(super) fn packets(&self, stream: &str) -> Vec<Packet> {
        let said = self.probe(stream, &["-show_entries", "packet=pts,duration,size,pos,flags"]);
        let lines: Vec<(&str, &str)> = said.lines().filter_map(|line| line.split_once('=')).collect();
        let field = |packet: &[(&str, &str)], name| packet.iter().find(|(key, _)| *key == name).unwrap().1.to_owned();
        let packets = lines.chunk_by(|_, (next, _)| *next != "pts");
        let packet = |packet: &[(&str, &str)]| Packet {
            pts: field(packet, "pts").parse().unwrap(),
            duration: field(packet, "duration").parse().unwrap_or(0),
            size: field(packet, "size").parse().unwrap(),
            position: field(packet, "pos").parse().unwrap(),
            key: field(packet, "flags").contains('K'),
        };
        packets.map(packet).collect()
    }

    /// The codec configuration.
    fn config(&self, stream: &str) -> Vec<u8> {
        let dump = self.probe(stream, &["-show_data", "-show_entries", "stream=extradata"]);
        let digits =
            dump.lines().filter_map(|line| line.split_once(": ")).map(|(_, rest)| rest.get(..40).unwrap_or(rest));
        let digits: String = digits.flat_map(str::chars).filter(|sign| !sign.is_whitespace()).collect();
        hex::decode(digits).unwrap()
    }

    /// The bytes of a packet. In WebM `pos` is where its block begins, with a head of four bytes.
    fn frame(&self, packet: &Packet) -> &[u8] {
        let position = packet.position + if self.container() == "webm" { 4 } else { 0 };
        &self.bytes[position..position + packet.size]
    }

    fn container(&self) -> String {
        self.path.extension().unwrap().to_str().unwrap().to_owned()
    }

    fn part(&self, packets: &[Packet], number: usize, first_frame: usize) -> Part {
        let payload: Vec<u8> = packets.iter().flat_map(|packet| self.frame(packet).to_vec()).collect();
        let mut table = blake3::Hasher::new();
        for packet in packets {
            let place = packets.iter().filter(|other| other.pts < packet.pts).count();
            let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
            table.update(&number(place)).update(&number(packet.size)).update(&[u8::from(packet.key)]);
        }
        Part {
            content_key: format!("{number:064x}").chars().rev().collect(),
            kind: "picture".to_owned(),
            first_frame: first_frame as u64,
            frame_count: packets.len() as u64,
            start_ticks: 0,
            size_bytes: payload.len() as u64,
            payload_blake3: blake3::hash(&payload).to_hex().to_string(),
            frames_blake3: table.finalize().to_hex().to_string(),
            encoder: String::new(),
            node_id: String::new(),
            attempt: 1,
            render_seconds: 0.0,
            reused: false,
        }
    }

    fn sound(&self) -> Option<Sound> {
        let packets = self.packets("a");
        let first = packets.first()?;
        let opus = self.entry("a", "codec_name") == "opus";
        let sample_rate: u32 = self.number("a", "sample_rate");
        // ffprobe tells Opus packets of WebM in milliseconds, and its priming as the first packet's time.
        let priming_samples = if opus { 312 } else { u64::try_from(-first.pts).unwrap() };
        let sample_count = if opus { 96_000 } else { 144_000 };
        Some(Sound {
            codec: self.entry("a", "codec_name"),
            codec_config_blake3: blake3::hash(&self.config("a")).to_hex().to_string(),
            channels: self.number("a", "channels"),
            sample_rate,
            sample_count,
            priming_samples,
            packet_samples: if opus { 960 } else { 1024 },
            part: Part { kind: "sound".to_owned(), ..self.part(&packets, 900, 0) },
        })
    }

    /// What the report of the file must say; parts begin at key frames.
    pub(super) fn report(&self) -> Output {
        let packets = self.packets("v");
        let starts: Vec<usize> =
            packets.iter().enumerate().filter(|(_, packet)| packet.key).map(|(place, _)| place).collect();
        let ends = starts.iter().skip(1).copied().chain([packets.len()]);
        let parts = starts.iter().zip(ends).enumerate();
        let parts = parts.map(|(number, (&start, end))| self.part(&packets[start..end], number, start)).collect();
        let mut shown: Vec<(i64, i64)> = packets.iter().map(|packet| (packet.pts, packet.duration)).collect();
        shown.sort_unstable();
        // A report begins at 0, wherever ffmpeg lets the picture begin.
        let first = shown[0].0;
        for (pts, _) in &mut shown {
            *pts -= first;
        }
        let end = shown.last().map(|(pts, duration)| pts + duration).unwrap();
        let ends = shown.iter().skip(1).map(|(pts, _)| *pts).chain([end]);
        let ticks = |ticks: i64| u64::try_from(ticks).unwrap();
        let frame_times = shown.iter().zip(ends).map(|((pts, _), end)| [1, ticks(end - pts)]).collect();
        let (_, time_scale) =
            self.entry("v", "time_base").split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        Output {
            number: if self.path.ends_with("other.mp4") { 2 } else { 1 },
            filename: self.path.file_name().unwrap().to_str().unwrap().to_owned(),
            size_bytes: self.bytes.len() as u64,
            sha256: sha256(&self.bytes),
            container: self.container(),
            time_scale: time_scale.parse().unwrap(),
            frame_count: packets.len() as u64,
            duration_ticks: ticks(end),
            duration_seconds: 0.0,
            picture: Picture {
                codec: self.entry("v", "codec_name"),
                codec_config_blake3: blake3::hash(&self.config("v")).to_hex().to_string(),
                width: self.number("v", "width"),
                height: self.number("v", "height"),
                colour: Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false },
                frame_times,
                frame_map: Vec::new(),
                parts,
            },
            sound: self.sound(),
            segments: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
