//! Runs the sound task in this process on a file's bytes, and lets ffmpeg decode what comes out.
//! Judges nothing itself.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread;

use reelfarm_node::render::child::output::Output;
use reelfarm_node::render::child::reader::SourceReader;
use reelfarm_node::render::child::sound;
use reelfarm_node::render::child::source::Source;
use reelfarm_node::render::failure::RenderFailure;
use reelfarm_node::render::protocol::{self, ChildMessage, SourceRequest};
use wire::v1::{AacConfig, CodecConfig, OpusConfig, PartFrame, SoundCodec, SoundSegment, SoundWork};

use super::ogg;
use super::source::SourceFile;

/// What the task handed over.
#[derive(Default)]
pub struct Rendered {
    pub frames: Vec<PartFrame>,
    pub units: Vec<Vec<u8>>,
    pub codec: Option<CodecConfig>,
    pub rate: (u32, u32),
    pub progress_ms: Vec<u64>,
    /// What the task read of the source.
    pub read_bytes: u64,
}

impl Rendered {
    /// 1 or 2.
    pub fn channels(&self) -> u32 {
        match &self.codec {
            Some(CodecConfig::Aac(config)) => config.channels,
            Some(CodecConfig::Opus(config)) => config.channels,
            other => panic!("the part has no sound but {other:?}"),
        }
    }

    /// The codec configuration of an Opus part.
    pub fn opus(&self) -> &OpusConfig {
        match &self.codec {
            Some(CodecConfig::Opus(config)) => config,
            other => panic!("the part has no Opus configuration but {other:?}"),
        }
    }

    /// The codec configuration.
    pub fn config(&self) -> &AacConfig {
        match &self.codec {
            Some(CodecConfig::Aac(config)) => config,
            other => panic!("the part has no AAC configuration but {other:?}"),
        }
    }

    /// What a player would play: decoded by ffmpeg, priming and padding cut away, interleaved.
    pub fn sound(&self) -> Vec<f32> {
        let channels = self.channels() as usize;
        if let Some(CodecConfig::Opus(config)) = &self.codec {
            return decode("ogg", ogg::stream(config, &self.units), channels);
        }
        let all = decode("aac", self.adts(), channels);
        assert_eq!(all.len(), self.units.len() * 1_024 * channels, "ffmpeg decodes every access unit");
        let priming = self.config().priming_samples as usize * channels;
        let count = usize::try_from(self.config().sample_count).unwrap() * channels;
        all[priming..priming + count].to_vec()
    }

    /// Every access unit behind a header of its own.
    fn adts(&self) -> Vec<u8> {
        const SAMPLING_48_KHZ: u8 = 3;
        let channels = u8::try_from(self.config().channels).unwrap();
        self.units
            .iter()
            .flat_map(|unit| {
                let length = u16::try_from(unit.len() + 7).unwrap();
                let [high, low] = length.to_be_bytes();
                let mut framed = vec![0xff, 0xf1, 1 << 6 | SAMPLING_48_KHZ << 2, channels << 6 | high >> 3];
                framed.extend([high << 5 | low >> 3, low << 5 | 0x1f, 0xfc]);
                framed.extend(unit);
                framed
            })
            .collect()
    }
}

/// A segment from one time to another.
pub fn cut(from_s: f64, to_s: f64) -> SoundSegment {
    let (from, to) = ((from_s * 48_000.0).round() as i64, (to_s * 48_000.0).round() as i64);
    SoundSegment { start_sample: from, sample_count: u64::try_from(to - from).unwrap(), overlap_samples: 0 }
}

/// Renders segments of a source to AAC.
pub fn render(file: &SourceFile, segments: Vec<SoundSegment>, normalize: bool) -> Result<Rendered, RenderFailure> {
    render_as(SoundCodec::Aac, 192_000, file, segments, normalize)
}

/// Renders segments of a source.
pub fn render_as(
    codec: SoundCodec,
    bitrate_bps: u32,
    file: &SourceFile,
    segments: Vec<SoundSegment>,
    normalize: bool,
) -> Result<Rendered, RenderFailure> {
    gstreamer::init().unwrap();
    let bytes = std::fs::read(&file.path).unwrap();
    let work =
        SoundWork { track: file.track(), segments, codec, channels: file.channels.min(2), bitrate_bps, normalize };
    let (child_end, parent_end) = UnixStream::pair().unwrap();
    let size = bytes.len() as u64;
    let server = thread::spawn(move || serve(parent_end, &bytes));
    let (pipe_out, pipe_in) = std::io::pipe().unwrap();
    let collector = thread::spawn(move || collect(pipe_out));
    let outcome = {
        let mut output = Output::new(OwnedFd::from(pipe_in));
        let source = Source::open(SourceReader::new(child_end, size)).unwrap();
        sound::run(&source, &work, &mut output)
    };
    let read_bytes = server.join().unwrap();
    let rendered = Rendered { read_bytes, ..collector.join().unwrap() };
    outcome.map(|()| rendered)
}

/// Answers source requests until the other end is closed; returns how many bytes that took.
fn serve(mut socket: UnixStream, bytes: &[u8]) -> u64 {
    let mut served = 0;
    let mut request = [0; protocol::SOURCE_REQUEST_BYTES];
    while socket.read_exact(&mut request).is_ok() {
        let SourceRequest { offset, length } = SourceRequest::read(request);
        let from = usize::try_from(offset).unwrap().min(bytes.len());
        let to = (from + length as usize).min(bytes.len());
        socket.write_all(&u32::try_from(to - from).unwrap().to_le_bytes()).unwrap();
        socket.write_all(&bytes[from..to]).unwrap();
        served += (to - from) as u64;
    }
    served
}

fn collect(mut pipe: std::io::PipeReader) -> Rendered {
    let mut rendered = Rendered::default();
    let mut head = [0; protocol::MESSAGE_HEAD_BYTES];
    while pipe.read_exact(&mut head).is_ok() {
        let (kind, length) = protocol::message_head(head).unwrap();
        let mut body = vec![0; length];
        pipe.read_exact(&mut body).unwrap();
        match protocol::read_message(kind, body).unwrap() {
            ChildMessage::Progress(done) => rendered.progress_ms.push(done),
            ChildMessage::AccessUnit(frame, unit) => {
                rendered.frames.push(frame);
                rendered.units.push(unit);
            }
            ChildMessage::Codec(codec) => {
                rendered.rate = (codec.rate_num, codec.rate_den);
                rendered.codec = Some(codec.codec);
            }
            other => panic!("a sound task says nothing like {other:?}"),
        }
    }
    rendered
}

fn decode(format: &str, stream: Vec<u8>, channels: usize) -> Vec<f32> {
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-f", format, "-i", "-", "-f", "f32le", "-ac", &channels.to_string(), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = ffmpeg.stdin.take().unwrap();
    let feeder = thread::spawn(move || input.write_all(&stream).unwrap());
    let done = ffmpeg.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(done.status.success());
    done.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
