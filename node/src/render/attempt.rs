//! One attempt: a child is started, fed, watched, and what it says collected; whatever happens it is gone at the end.
//! Trusts nothing the child says beyond the bounds of the protocol.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout};
use tokio::sync::watch::Sender;
use tokio_util::sync::CancellationToken;
use wire::v1::Index;

use super::RenderLimits;
use super::bounds::{Bounds, Units};
use super::complaint::Complaint;
use super::failure::RenderFailure;
use super::process::MediaChild;
use super::protocol::{self, ChildMessage, ChildTask, PartCodec, ProbedEncoder, Ready, SourceRequest};
use super::source_reader::RangeReader;
use super::spool::{Spool, Spooled};
use super::watch::{self, Pulse};

/// What the allocators of our libraries say last when there is no memory left.
const OUT_OF_MEMORY_WORDS: [&str; 3] = ["failed to allocate", "memory allocation of", "bad_alloc"];
/// How long a child may take to end once it has closed its pipe.
const ENDING_MAX: Duration = Duration::from_secs(2);
/// The signal of those who kill without asking: here, the kernel that needs memory.
const SIGKILL: i32 = 9;

/// What a child is given besides its task.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Source bytes, where the task has a source.
    pub source: Option<RangeReader>,
    /// Where a part may be put, where the task may yield one.
    pub scratch: Option<&'a Path>,
    /// Hears how far the child is.
    pub progress: Sender<u64>,
    /// Ends the attempt at once.
    pub stop: CancellationToken,
}

/// Everything a child said in a good attempt.
#[derive(Debug, Default)]
pub struct Yield {
    /// What it ran with.
    pub ready: Option<Ready>,
    /// The codec configuration of the part.
    pub codec: Option<PartCodec>,
    /// The part.
    pub part: Option<Spooled>,
    /// The index.
    pub index: Option<Box<Index>>,
    /// What the probe found.
    pub encoders: Vec<ProbedEncoder>,
}

/// Why a child's messages ended.
enum Ending {
    Done(Yield),
    Failed(RenderFailure),
    /// Without a last word: it crashed or was killed.
    Silent,
}

/// Runs one child on one task.
pub async fn run(task: &ChildTask, around: Surroundings<'_>, limits: &RenderLimits) -> Result<Yield, RenderFailure> {
    let bounds = Bounds::of(task, limits);
    let Surroundings { source, scratch, progress, stop } = around;
    let for_plugins = matches!(task, ChildTask::Probe(_));
    let child = limits.spawner.spawn(&limits.child_program, &limits.registry, for_plugins).await?;
    let MediaChild { mut process, socket, stdout, stderr } = child;
    let pulse = Pulse::default();
    let mut complaint = Complaint::new(stderr, limits.stderr_bytes_max);
    let ending = tokio::select! {
        ending = collect(stdout, scratch, &progress, bounds.units, &pulse) => ending,
        failure = Box::pin(serve(socket, task, source, &pulse)) => Err(failure),
        failure = complaint.overflow() => Err(failure),
        failure = watch::silence(&pulse, bounds.stall) => Err(failure),
        failure = watch::time(bounds.wall_clock) => Err(failure),
        failure = watch::memory(process.id(), bounds.memory_bytes) => Err(failure),
        () = stop.cancelled() => Err(RenderFailure::node("The attempt was stopped.")),
    };
    let status = if matches!(ending, Ok(Ending::Silent)) { ended(&mut process).await } else { None };
    // A child that has ended by now cannot be killed, and need not be.
    let _ended = process.start_kill();
    let _gone = process.wait().await;
    match ending? {
        Ending::Done(yielded) => Ok(yielded),
        Ending::Failed(failure) => Err(failure),
        Ending::Silent => Err(crash(status, &complaint.last_words().await)),
    }
}

/// How a child ended that closed its pipe; `None` when it closed it and goes on.
async fn ended(process: &mut Child) -> Option<ExitStatus> {
    tokio::time::timeout(ENDING_MAX, process.wait()).await.ok()?.ok()
}

/// Reads messages until the last one, or the end of the pipe.
async fn collect(
    stdout: ChildStdout,
    scratch: Option<&Path>,
    progress: &Sender<u64>,
    units: Units,
    pulse: &Pulse,
) -> Result<Ending, RenderFailure> {
    let mut pipe = BufReader::with_capacity(64 << 10, stdout);
    let mut yielded = Yield::default();
    let mut spool: Option<Spool> = None;
    while let Some(message) = next_message(&mut pipe).await? {
        pulse.beat();
        match message {
            ChildMessage::Ready(ready) => yielded.ready = Some(ready),
            // Nobody may be listening to progress.
            ChildMessage::Progress(done) => drop(progress.send_replace(done)),
            ChildMessage::Codec(codec) => yielded.codec = Some(codec),
            ChildMessage::AccessUnit(frame, payload) => {
                let folder = scratch.ok_or_else(|| garbled("an access unit in a task that yields no part"))?;
                let spool = match &mut spool {
                    Some(spool) => spool,
                    none => none.insert(Spool::create(folder).await?),
                };
                spool.append(frame, &payload).await?;
                units.check_most(spool.unit_count())?;
            }
            ChildMessage::Index(index) => yielded.index = Some(index),
            ChildMessage::Encoders(encoders) => yielded.encoders = encoders,
            ChildMessage::Failed(failure) => return Ok(Ending::Failed(failure)),
            ChildMessage::Done => {
                if let Some(spool) = spool {
                    units.check_least(spool.unit_count())?;
                    yielded.part = Some(spool.finish().await?);
                }
                return Ok(Ending::Done(yielded));
            }
        }
    }
    Ok(Ending::Silent)
}

/// The next message; `None` when the child closed the pipe, even within a message.
async fn next_message(pipe: &mut BufReader<ChildStdout>) -> Result<Option<ChildMessage>, RenderFailure> {
    let mut head = [0; protocol::MESSAGE_HEAD_BYTES];
    if pipe.read_exact(&mut head).await.is_err() {
        return Ok(None);
    }
    let (kind, length) = protocol::message_head(head).map_err(garbled)?;
    let mut body = Vec::with_capacity(length);
    let read = pipe.take(length as u64).read_to_end(&mut body).await;
    if read.ok() != Some(length) {
        return Ok(None);
    }
    protocol::read_message(kind, body).map(Some).map_err(garbled)
}

/// Hands over the task, then answers every request for source bytes. Returns only with a failure.
async fn serve(
    mut socket: UnixStream,
    task: &ChildTask,
    mut source: Option<RangeReader>,
    pulse: &Pulse,
) -> RenderFailure {
    // When the socket breaks the child has ended: what it said, or its exit status, tells why.
    if socket.write_all(&protocol::write_task(task)).await.is_err() {
        return std::future::pending().await;
    }
    let mut request = [0; protocol::SOURCE_REQUEST_BYTES];
    while socket.read_exact(&mut request).await.is_ok() {
        let SourceRequest { offset, length } = SourceRequest::read(request);
        if length > protocol::SOURCE_READ_BYTES_MAX {
            return garbled("a request for too many source bytes");
        }
        let pieces = match source.as_mut() {
            Some(source) => pulse.while_fed(source.read(offset, length)).await,
            None => Err(garbled("a request for source bytes in a task without a source")),
        };
        let pieces = match pieces {
            Ok(pieces) => pieces,
            Err(failure) => return failure,
        };
        if answer(&mut socket, &pieces).await.is_err() {
            break;
        }
    }
    std::future::pending().await
}

async fn answer(socket: &mut UnixStream, pieces: &[bytes::Bytes]) -> std::io::Result<()> {
    let length: usize = pieces.iter().map(bytes::Bytes::len).sum();
    let length = u32::try_from(length).map_err(std::io::Error::other)?;
    socket.write_all(&length.to_le_bytes()).await?;
    for piece in pieces {
        socket.write_all(piece).await?;
    }
    Ok(())
}

/// Why a child ended without a last word.
fn crash(status: Option<ExitStatus>, complaint: &str) -> RenderFailure {
    let failure = if OUT_OF_MEMORY_WORDS.iter().any(|words| complaint.contains(words)) {
        RenderFailure::media("The video needs more memory than a media process may use.")
    } else if status.is_some_and(|status| status.signal() == Some(SIGKILL)) {
        RenderFailure::node("The media process was killed from outside; this node may be short of memory.")
    } else {
        RenderFailure::media("The video file made the media process crash.")
    };
    let status = status.map_or_else(|| "unknown".to_owned(), |status| status.to_string());
    failure.because(format!("{status}; {complaint}"))
}

fn garbled(detail: impl std::fmt::Display) -> RenderFailure {
    RenderFailure::media("The media process broke its protocol.").because(detail)
}
