//! Rendering: one media child per attempt, fed with source bytes, watched, and its frames collected.
//! Knows nothing of leases, the coordinator or QUIC.

pub mod attempt;
pub mod bounds;
pub mod child;
pub mod complaint;
pub mod encoders;
pub mod failure;
pub mod process;
pub mod protocol;
pub mod recipe;
pub mod source_reader;
pub mod spool;
pub mod watch;

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch::{Sender, channel};
use tokio_util::sync::CancellationToken;
use tracing::debug;
use wire::v1::{CodecConfig, EncoderFact, Index, PartFrame, SegmentLevel, Work};

use attempt::Surroundings;
pub use failure::RenderFailure;
use process::Spawner;
use protocol::{ChildTask, ProbeTask, ProbedEncoder, RenderTask};
use source_reader::{RangeReader, ReadBudget, source_client};

/// The hidden command under which the node's own program is a media child.
pub const CHILD_COMMAND: &str = "__child";

/// A preview decodes a whole video, and nobody waits for it: it may take longer than anything else, but not longer than the
/// address of its source is good for, which is an hour.
const PREVIEW_WALL_CLOCK: Duration = Duration::from_mins(55);

/// What a media child may hold in memory unless configured otherwise.
pub const MEMORY_BYTES: u64 = 4 << 30;

/// One attempt at a task.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What to do.
    pub work: Work,
    /// Presigned GET of the source, byte ranges allowed.
    pub source_url: String,
    /// Size of the source.
    pub source_bytes: u64,
    /// An existing folder of this attempt's own; the payload of a part is put there.
    pub scratch: PathBuf,
}

/// What an attempt yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Rendered {
    /// What was learnt of a source.
    Index(Index),
    /// Encoded frames.
    Part(RenderedPart),
}

/// A finished part.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderedPart {
    /// Track-level facts.
    pub codec: CodecConfig,
    /// Ticks per second of the frames' times: numerator.
    pub rate_num: u32,
    /// Ticks per second of the frames' times: denominator.
    pub rate_den: u32,
    /// Access units in payload order.
    pub frames: Vec<PartFrame>,
    /// The file that holds the payload.
    pub payload: PathBuf,
    /// Its size.
    pub payload_bytes: u64,
    /// Its BLAKE3.
    pub payload_hash: [u8; 32],
    /// What levelling did to each segment of sound.
    pub levels: Vec<SegmentLevel>,
}

/// What this node can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The media library and its version.
    pub media_library: String,
    /// Encoders that really encoded.
    pub encoders: Vec<EncoderFact>,
    /// Rows of the encoder table that cannot be used here: family and why, in words.
    pub refused: Vec<(String, String)>,
    /// Layers of the media sandbox that are active.
    pub sandbox_layers: Vec<String>,
}

/// Bounds and tools of every attempt on this node; made once.
#[derive(Clone, Debug)]
pub struct RenderLimits {
    /// The program whose `__child` command is the media child: this one.
    pub child_program: PathBuf,
    /// The media library's registry of plugins; made by the first child.
    pub registry: PathBuf,
    /// A child that is silent for so long is killed, one that only looks at a source sooner.
    pub stall: Duration,
    /// A child that is not done after so long is killed, one with little to do sooner.
    pub wall_clock: Duration,
    /// A child that holds more memory than this is killed.
    pub memory_bytes: u64,
    /// A child that complains more than this is killed.
    pub stderr_bytes_max: usize,
    /// Fetches source bytes.
    pub source_client: reqwest::Client,
    /// Starts children.
    pub spawner: Spawner,
}

impl Default for RenderLimits {
    fn default() -> RenderLimits {
        RenderLimits {
            child_program: PathBuf::from("/proc/self/exe"),
            registry: process::default_registry(),
            stall: Duration::from_secs(30),
            wall_clock: Duration::from_mins(30),
            memory_bytes: MEMORY_BYTES,
            stderr_bytes_max: 1 << 20,
            source_client: source_client(),
            spawner: Spawner::start(),
        }
    }
}

impl RenderLimits {
    /// These, as far as they hold for a task.
    fn of(&self, work: &Work) -> RenderLimits {
        let wall_clock = match work {
            Work::Preview(_) => self.wall_clock.max(PREVIEW_WALL_CLOCK),
            Work::Index | Work::Picture(_) | Work::Sound(_) | Work::Poster(_) => self.wall_clock,
        };
        RenderLimits { wall_clock, ..self.clone() }
    }
}

/// Renders one attempt in a child of its own. `progress` hears frames (picture) or milliseconds (sound, preview) done; `stop`
/// kills the child at once and the attempt fails as the node's.
pub async fn render(
    attempt: Attempt,
    limits: &RenderLimits,
    progress: Sender<u64>,
    stop: CancellationToken,
) -> Result<Rendered, RenderFailure> {
    let Attempt { work, source_url, source_bytes, scratch } = attempt;
    let budget = ReadBudget::new(source_bytes, cuts(&work));
    let source = RangeReader::new(limits.source_client.clone(), source_url, source_bytes, budget);
    let yields_part = !matches!(work, Work::Index);
    let limits = &limits.of(&work);
    let task = ChildTask::Render(Box::new(RenderTask { work, source_bytes, memory_bytes: limits.memory_bytes }));
    let scratch = yields_part.then_some(scratch.as_path());
    let around = Surroundings { source: Some(source), scratch, progress, stop };
    let yielded = attempt::run(&task, around, limits).await?;
    if let Some(index) = yielded.index {
        return Ok(Rendered::Index(*index));
    }
    let (codec, part) = yielded.codec.zip(yielded.part).ok_or_else(|| {
        RenderFailure::media("Not a single frame could be rendered.").because("the child ended well with nothing")
    })?;
    Ok(Rendered::Part(RenderedPart {
        codec: codec.codec,
        rate_num: codec.rate_num,
        rate_den: codec.rate_den,
        frames: part.frames,
        payload: part.path,
        payload_bytes: part.bytes,
        payload_hash: part.hash,
        levels: codec.levels,
    }))
}

/// Tries every row of the encoder table in a child, by encoding one second with it.
pub async fn probe(limits: &RenderLimits) -> Result<Probe, RenderFailure> {
    if let Some(folder) = limits.registry.parent() {
        // Without a registry every child looks at every plugin: slow, not wrong.
        let made = tokio::fs::create_dir_all(folder).await;
        debug!(registry = %limits.registry.display(), made = made.is_ok(), "The media registry's folder is there");
    }
    let (progress, _) = channel(0);
    let around = Surroundings { source: None, scratch: None, progress, stop: CancellationToken::new() };
    let yielded =
        attempt::run(&ChildTask::Probe(ProbeTask { memory_bytes: limits.memory_bytes }), around, limits).await?;
    let ready = yielded.ready.ok_or_else(|| RenderFailure::node("The media process did not say what it runs with."))?;
    let (passed, refused): (Vec<_>, Vec<_>) =
        yielded.encoders.into_iter().partition(|probed| probed.refusal.is_empty());
    Ok(Probe {
        media_library: ready.media_library,
        encoders: passed.into_iter().map(|ProbedEncoder { fact, .. }| fact).collect(),
        refused: refused.into_iter().map(|ProbedEncoder { fact, refusal }| (fact.family, refusal)).collect(),
        sandbox_layers: ready.sandbox_layers,
    })
}

/// How many separate stretches of the source a task cuts beyond the first.
fn cuts(work: &Work) -> u64 {
    match work {
        Work::Index | Work::Poster(_) => 0,
        Work::Preview(preview) => u64::from(preview.sound.is_some()),
        Work::Picture(picture) => u64::from(picture.fade.is_some()),
        Work::Sound(sound) => sound.segments.len().saturating_sub(1) as u64,
    }
}
