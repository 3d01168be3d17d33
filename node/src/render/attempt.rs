//! One attempt: a child is started, fed, watched, and what it says collected; whatever happens it is gone at the end.
//! Trusts nothing the child says beyond the bounds of the protocol.

use std::path::Path;
use std::process::ExitStatus;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use wire::v1::Index;

use super::RenderLimits;
use super::failure::RenderFailure;
use super::process::MediaChild;
use super::protocol::{self, ChildMessage, ChildTask, PartCodec, ProbedEncoder, Ready, SourceRequest};
use super::source_reader::RangeReader;
use super::spool::{Spool, Spooled};

/// The end of what a child wrote to standard error that goes into the log.
const STDERR_TAIL_BYTES: usize = 2000;

/// What a child is given besides its task.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Source bytes, where the task has a source.
    pub source: Option<RangeReader>,
    /// Where a part may be put, where the task may yield one.
    pub scratch: Option<&'a Path>,
    /// Hears how far the child is.
    pub progress: watch::Sender<u64>,
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
    let child = limits.spawner.spawn(&limits.child_program, &limits.registry).await?;
    let MediaChild { mut process, socket, stdout, stderr } = child;
    let alive = Notify::new();
    let mut complaint = Vec::new();
    let ending = tokio::select! {
        ending = collect(stdout, around.scratch, &around.progress, &alive) => ending,
        failure = serve(socket, task, around.source, &alive) => Err(failure),
        failure = read_stderr(stderr, &mut complaint, limits.stderr_bytes_max) => Err(failure),
        failure = watch_over(&alive, limits) => Err(failure),
        () = around.stop.cancelled() => Err(RenderFailure::node("The attempt was stopped.")),
    };
    let ended_itself = matches!(ending, Ok(Ending::Silent));
    if !ended_itself {
        // A child that has ended by now cannot be killed, and need not be.
        let _ended = process.start_kill();
    }
    let status = process.wait().await;
    let complaint = String::from_utf8_lossy(&complaint).into_owned();
    match ending? {
        Ending::Done(yielded) => Ok(yielded),
        Ending::Failed(failure) => Err(failure),
        Ending::Silent => Err(crash(status.ok(), &complaint)),
    }
}

/// Reads messages until the last one, or the end of the pipe.
async fn collect(
    stdout: ChildStdout,
    scratch: Option<&Path>,
    progress: &watch::Sender<u64>,
    alive: &Notify,
) -> Result<Ending, RenderFailure> {
    let mut pipe = BufReader::with_capacity(64 << 10, stdout);
    let mut yielded = Yield::default();
    let mut spool = None;
    while let Some(message) = next_message(&mut pipe).await? {
        alive.notify_one();
        match message {
            ChildMessage::Ready(ready) => yielded.ready = Some(ready),
            // Nobody may be listening to progress.
            ChildMessage::Progress(done) => drop(progress.send_replace(done)),
            ChildMessage::Codec(codec) => yielded.codec = Some(codec),
            ChildMessage::AccessUnit(frame, payload) => {
                let folder = scratch.ok_or_else(|| garbled("an access unit in a task that yields no part"))?;
                if spool.is_none() {
                    spool = Some(Spool::create(folder).await?);
                }
                spool.as_mut().expect("made a line above").append(frame, &payload).await?;
            }
            ChildMessage::Index(index) => yielded.index = Some(index),
            ChildMessage::Encoders(encoders) => yielded.encoders = encoders,
            ChildMessage::Failed(failure) => return Ok(Ending::Failed(failure)),
            ChildMessage::Done => {
                if let Some(spool) = spool {
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
    alive: &Notify,
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
            Some(source) => source.read(offset, length).await,
            None => Err(garbled("a request for source bytes in a task without a source")),
        };
        let pieces = match pieces {
            Ok(pieces) => pieces,
            Err(failure) => return failure,
        };
        alive.notify_one();
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

/// Keeps the end of what the child complains about. Returns only when it complains without end.
async fn read_stderr(mut stderr: ChildStderr, tail: &mut Vec<u8>, bytes_max: usize) -> RenderFailure {
    let mut piece = [0; 4096];
    let mut total = 0;
    while let Ok(count @ 1..) = stderr.read(&mut piece).await {
        total += count;
        if total > bytes_max {
            return RenderFailure::media("The video file is damaged: decoding it yields nothing but errors.")
                .because(String::from_utf8_lossy(tail));
        }
        tail.extend_from_slice(&piece[..count]);
        let surplus = tail.len().saturating_sub(STDERR_TAIL_BYTES);
        tail.drain(..surplus);
    }
    std::future::pending().await
}

/// Returns when the child has been silent or at work for too long.
async fn watch_over(alive: &Notify, limits: &RenderLimits) -> RenderFailure {
    let stalls = async { while tokio::time::timeout(limits.stall, alive.notified()).await.is_ok() {} };
    tokio::select! {
        () = stalls => RenderFailure::media("The video file makes its decoder stand still.")
            .because(format!("no sign of life for {:?}", limits.stall)),
        () = tokio::time::sleep(limits.wall_clock) => RenderFailure::media("Rendering took longer than it may.")
            .because(format!("not done after {:?}", limits.wall_clock)),
    }
}

fn crash(status: Option<ExitStatus>, complaint: &str) -> RenderFailure {
    let status = status.map_or_else(|| "unknown".to_owned(), |status| status.to_string());
    RenderFailure::media("The video file made the media process crash.").because(format!("{status}; {complaint}"))
}

fn garbled(detail: impl std::fmt::Display) -> RenderFailure {
    RenderFailure::media("The media process broke its protocol.").because(detail)
}
