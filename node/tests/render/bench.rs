//! Attempts as the node makes them: the real child, a server of the source, and parts laid out so that ffmpeg can judge them.
//! Judges nothing itself.

use std::path::{Path, PathBuf};

use reelfarm_node::render::{Attempt, RenderFailure, RenderLimits, Rendered, RenderedPart, render};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::v1::{CodecConfig, EncoderFact, H264Config, Index, PictureRecipe, PictureWork, Track, Vp9Config, Work};

use super::server::{Faults, Server};

/// A source on a server and a place to work.
#[derive(Debug)]
pub struct Bench {
    /// The server.
    pub server: Server,
    /// How attempts are run.
    pub limits: RenderLimits,
    folder: tempfile::TempDir,
}

impl Bench {
    /// Serves these bytes.
    pub fn serving(bytes: Vec<u8>, faults: Faults) -> Bench {
        let limits = RenderLimits {
            child_program: PathBuf::from(env!("CARGO_BIN_EXE_reelfarm-node")),
            registry: Path::new(env!("CARGO_TARGET_TMPDIR")).join("gst-registry.bin"),
            ..RenderLimits::default()
        };
        Bench { server: Server::start(bytes, faults), limits, folder: tempfile::tempdir().unwrap() }
    }

    /// Attempts some work on the source.
    pub async fn attempt(&self, work: Work) -> Result<Rendered, RenderFailure> {
        self.attempt_until(work, CancellationToken::new()).await
    }

    /// The same, to be stopped.
    pub async fn attempt_until(&self, work: Work, stop: CancellationToken) -> Result<Rendered, RenderFailure> {
        let scratch = self.folder.path().to_owned();
        let attempt = Attempt { work, source_url: self.server.url.clone(), source_bytes: self.server.size, scratch };
        let (progress, _) = watch::channel(0);
        render(attempt, &self.limits, progress, stop).await
    }

    /// Indexes the source.
    pub async fn index(&self) -> Result<Index, RenderFailure> {
        match self.attempt(Work::Index).await? {
            Rendered::Index(index) => Ok(index),
            Rendered::Part(_) => panic!("an index task yielded a part"),
        }
    }

    /// Renders frames of an indexed source.
    pub async fn picture(&self, work: PictureWork) -> Result<RenderedPart, RenderFailure> {
        match self.attempt(Work::Picture(work)).await? {
            Rendered::Part(part) => Ok(part),
            Rendered::Index(_) => panic!("a picture task yielded an index"),
        }
    }

    /// The part as a plain file of its standard: H.264 with start codes, VP9 as IVF.
    pub fn stream(&self, part: &RenderedPart) -> PathBuf {
        let payload = std::fs::read(&part.payload).unwrap();
        let (name, stream) = match &part.codec {
            CodecConfig::H264(config) => ("part.h264", annex_b(config, &payload)),
            CodecConfig::Vp9(config) => ("part.ivf", ivf(config, part, &payload)),
            other => panic!("the part holds no picture but {other:?}"),
        };
        let file = self.folder.path().join(name);
        std::fs::write(&file, stream).unwrap();
        file
    }
}

/// The task of rendering frames `from..to` of an index at the size of the made sources.
pub fn work(index: &Index, from: usize, to: usize, size: (u32, u32)) -> PictureWork {
    let picture = &index.picture;
    let seconds = picture.frame_rate_num.div_ceil(picture.frame_rate_den);
    PictureWork {
        track: Track { container: index.container.clone(), ordinal: picture.ordinal, codec: picture.codec.clone() },
        rate_num: picture.rate_num,
        rate_den: picture.rate_den,
        keep_pts: picture.frames[from..to].iter().map(|frame| frame.pts).collect(),
        end: picture.frames.get(to).map_or(picture.end, |frame| frame.pts),
        fade: None,
        recipe: PictureRecipe {
            orientation: picture.orientation.clone(),
            deinterlace: picture.interlaced,
            width: size.0,
            height: size.1,
            frame_rate_num: picture.frame_rate_num,
            frame_rate_den: picture.frame_rate_den,
            encoder_family: "x264".to_owned(),
            encoder_identity: identity("x264"),
            crf: 23,
            speed: "veryfast".to_owned(),
            max_bitrate_kbps: 4000,
            vbv_ms: 2000,
            key_interval_frames: 2 * seconds,
            threads: 2,
        },
    }
}

/// The same task, to be encoded as VP9.
pub fn as_vp9(work: PictureWork) -> PictureWork {
    let recipe = PictureRecipe {
        encoder_family: "vp9".to_owned(),
        encoder_identity: identity("vp9"),
        crf: 31,
        speed: "good-5".to_owned(),
        ..work.recipe
    };
    PictureWork { recipe, ..work }
}

/// The identity of a family's encoder here, as the probe finds it.
fn identity(family: &str) -> String {
    static FOUND: std::sync::OnceLock<Vec<EncoderFact>> = std::sync::OnceLock::new();
    let probed = || {
        let bench = Bench::serving(Vec::new(), Faults::default());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(reelfarm_node::render::probe(&bench.limits)).unwrap().encoders
    };
    let found = FOUND.get_or_init(|| std::thread::spawn(probed).join().unwrap());
    found.iter().find(|fact| fact.family == family).unwrap().identity.clone()
}

fn ivf(config: &Vp9Config, part: &RenderedPart, payload: &[u8]) -> Vec<u8> {
    let side = |pixels: u32| u16::try_from(pixels).unwrap().to_le_bytes();
    let mut file = [&b"DKIF\0\0\x20\0VP90"[..], &side(config.width), &side(config.height)].concat();
    file.extend(
        [part.rate_num, part.rate_den, u32::try_from(part.frames.len()).unwrap(), 0].map(u32::to_le_bytes).concat(),
    );
    let mut rest = payload;
    for frame in &part.frames {
        let (unit, after) = rest.split_at(frame.size_bytes as usize);
        file.extend([&frame.size_bytes.to_le_bytes()[..], &frame.pts.to_le_bytes(), unit].concat());
        rest = after;
    }
    file
}

fn annex_b(config: &H264Config, payload: &[u8]) -> Vec<u8> {
    const START: [u8; 4] = [0, 0, 0, 1];
    let mut stream = Vec::new();
    // avcC: five bytes, a count of SPS, then SPS and PPS, each behind its length of two bytes.
    let (sps, rest) = sized::<2>(&config.avcc[6..]);
    let (pps, _) = sized::<2>(&rest[1..]);
    for unit in [sps, pps] {
        stream.extend([&START, unit].concat());
    }
    let mut rest = payload;
    while !rest.is_empty() {
        let (unit, after) = sized::<4>(rest);
        stream.extend([&START, unit].concat());
        rest = after;
    }
    stream
}

/// Bytes behind a length of `WIDTH` bytes, and what follows.
fn sized<const WIDTH: usize>(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_at(WIDTH);
    let length = length.iter().fold(0, |value, byte| value << 8 | usize::from(*byte));
    rest.split_at(length)
}
