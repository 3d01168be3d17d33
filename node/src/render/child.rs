//! The media child: takes one task from the socket, does it, and says how it went.
//! No tokio here, no network, no files; plain threads and GStreamer.

pub mod boxes;
pub mod bus;
pub mod causes;
pub mod chain;
pub mod check;
pub mod codecs;
pub mod colour;
pub mod cut;
pub mod edit;
pub mod element;
pub mod encode;
pub mod identity;
pub mod index;
pub mod line;
pub mod matroska;
pub mod output;
pub mod picture;
pub mod plane;
pub mod poster;
pub mod preview;
pub mod probe;
pub mod reader;
pub mod sandbox;
pub mod scaling;
pub mod sound;
pub mod source;
pub mod still;
pub mod stream_config;
pub mod track;
pub mod vp9;

use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use gstreamer as gst;
use wire::v1::Work;

use super::failure::RenderFailure;
use super::protocol::{self, ChildTask, Ready, RenderTask, TASK_BYTES_MAX};
use output::Output;
use reader::SourceReader;
use source::Source;

/// The child's `main`. Exit code 0 means that the last message, good or bad, was sent.
#[must_use]
pub fn main() -> ExitCode {
    let sandbox_layers = sandbox::lock_down();
    let Some((socket, mut output)) = take_pipes() else { return ExitCode::FAILURE };
    let outcome = attend(socket, &mut output, sandbox_layers);
    let said = match outcome {
        Ok(()) => output.done(),
        Err(failure) => output.failed(failure),
    };
    if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The socket behind standard input and the pipe behind standard output, which from here on is standard error:
/// a library that prints must not write into our messages.
fn take_pipes() -> Option<(UnixStream, Output)> {
    let socket = std::io::stdin().as_fd().try_clone_to_owned().ok()?;
    let pipe = std::io::stdout().as_fd().try_clone_to_owned().ok()?;
    rustix::stdio::dup2_stdout(std::io::stderr()).ok()?;
    Some((UnixStream::from(socket), Output::new(pipe)))
}

fn attend(mut socket: UnixStream, output: &mut Output, mut sandbox_layers: Vec<String>) -> Result<(), RenderFailure> {
    let task = read_task(&mut socket)?;
    if let ChildTask::Render(task) = &task
        && matches!(task.work, Work::Preview(_))
    {
        sandbox::step_back();
    }
    gst::init()
        .map_err(|error| RenderFailure::node("The media library on this node does not start.").because(error))?;
    identity::read_libraries(&task);
    sandbox_layers.extend(sandbox::lock_down_further(task.memory_bytes()));
    output.ready(Ready { media_library: gst::version_string().to_string(), sandbox_layers })?;
    match task {
        ChildTask::Probe(_) => probe::run(output),
        ChildTask::Render(task) => {
            let RenderTask { work, source_bytes, .. } = *task;
            let source = Source::open(SourceReader::new(socket, source_bytes))?;
            render(&source, work, output)
        }
    }
}

fn render(source: &Source, work: Work, output: &mut Output) -> Result<(), RenderFailure> {
    match work {
        Work::Index => index::run(source, output),
        Work::Picture(work) => picture::run(source, &work, output),
        Work::Sound(work) => sound::run(source, &work, output),
        Work::Preview(work) => preview::run(source, &work, output),
        Work::Poster(work) => poster::run(source, &work, output),
    }
}

fn read_task(socket: &mut UnixStream) -> Result<ChildTask, RenderFailure> {
    let broken = || RenderFailure::node("The media process was given no task it understands.");
    let mut length = [0; 4];
    socket.read_exact(&mut length).map_err(|error| broken().because(error))?;
    let length = u32::from_le_bytes(length) as usize;
    if length > TASK_BYTES_MAX {
        return Err(broken());
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).map_err(|error| broken().because(error))?;
    protocol::read_task(&body).ok_or_else(broken)
}
