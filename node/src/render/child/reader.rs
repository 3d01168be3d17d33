//! Source bytes inside the child: asks the parent over the socket and keeps a few windows of what came.
//! Knows nothing of containers; it is a file without a name.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use gstreamer as gst;

use crate::render::protocol::{SOURCE_ANSWER_BYTES, SOURCE_READ_BYTES_MAX, SOURCE_REFUSED, SourceRequest};

/// What a jump to a new place reads: small, because tables are walked in small steps.
const WINDOW_BYTES_MIN: u64 = 64 << 10;
/// What reading on and on grows to. Measured: 9,240 socket reads become 821 at 1 MiB.
const WINDOW_BYTES_MAX: u64 = 1 << 20;
/// Of what was read on, a part of this size is read ahead: what is read in vain stays below a quarter of what is not.
const READ_ON_PART: u64 = 4;
/// Windows kept: the sound and the picture of an interleaved file at the two places a crossfade reads, and its tables.
const WINDOWS_MAX: usize = 6;

/// The source, readable at any place from any thread.
#[derive(Debug)]
pub struct SourceReader {
    size: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    socket: UnixStream,
    windows: VecDeque<Window>,
    amendments: Vec<Amendment>,
}

/// Bytes that readers shall see instead of the source's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Where they lie.
    pub offset: u64,
    /// What is read there.
    pub bytes: Vec<u8>,
}

impl Amendment {
    /// Writes what lies within `bytes`, which begin at `start` of the source.
    fn apply(&self, start: u64, bytes: &mut [u8]) {
        for (place, byte) in (self.offset..).zip(&self.bytes) {
            let within = place.checked_sub(start).and_then(|place| usize::try_from(place).ok());
            if let Some(read) = within.and_then(|place| bytes.get_mut(place)) {
                *read = *byte;
            }
        }
    }
}

/// A stretch of the source in memory; regions of it are handed out without copying.
#[derive(Debug)]
struct Window {
    start: u64,
    buffer: gst::Buffer,
    /// How much was read up to its end without a jump.
    read_on: u64,
}

impl Window {
    fn end(&self) -> u64 {
        self.start + self.buffer.size() as u64
    }

    fn holds(&self, offset: u64, length: u64) -> bool {
        self.start <= offset && offset + length <= self.end()
    }

    /// Whether a read at `offset` goes on about where this window stops: samples of another track, a key frame for one, may lie
    /// between.
    fn is_continued_by(&self, offset: u64) -> bool {
        let may_lie_between = self.buffer.size() as u64;
        self.start < offset && offset <= self.end() + may_lie_between
    }

    fn region(&self, offset: u64, length: u64) -> io::Result<gst::Buffer> {
        let from = usize::try_from(offset - self.start).map_err(io::Error::other)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        self.buffer.copy_region(gst::BufferCopyFlags::MEMORY, from..from + length).map_err(io::Error::other)
    }
}

impl SourceReader {
    /// A reader of a source of `size` bytes that the parent serves on `socket`.
    #[must_use]
    pub fn new(socket: UnixStream, size: u64) -> SourceReader {
        SourceReader { size, state: Mutex::new(State { socket, windows: VecDeque::new(), amendments: Vec::new() }) }
    }

    /// Bytes of the source.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The same source without its last `bytes`.
    #[must_use]
    pub fn shortened_by(mut self, bytes: u64) -> SourceReader {
        self.size = self.size.saturating_sub(bytes);
        self
    }

    /// The same source, read as if these bytes stood in it.
    #[must_use]
    pub fn amended(mut self, amendments: Vec<Amendment>) -> SourceReader {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.amendments = amendments;
        state.windows.clear();
        self
    }

    /// `length` bytes at `offset`, or fewer where the source ends; shares memory with its neighbours.
    pub fn region(&self, offset: u64, length: u64) -> io::Result<gst::Buffer> {
        let length = length.min(self.size.saturating_sub(offset));
        if length == 0 {
            return Ok(gst::Buffer::new());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = state.windows.iter().find(|window| window.holds(offset, length)) {
            return window.region(offset, length);
        }
        state.read_window(offset, length, self.size)?.region(offset, length)
    }

    /// A copy of `length` bytes at `offset`; an error when the source ends before.
    pub fn bytes(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let buffer = self.region(offset, length as u64)?;
        let map = buffer.map_readable().map_err(io::Error::other)?;
        if map.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(map.to_vec())
    }
}

impl State {
    /// Asks for a new window that begins at `offset`, larger when it continues an earlier one.
    fn read_window(&mut self, offset: u64, length: u64, size: u64) -> io::Result<&Window> {
        // It is kept: another who reads the same stretch may be behind.
        let continued = self.windows.iter().filter(|window| window.is_continued_by(offset));
        let read_on = continued.map(|window| window.read_on).max().unwrap_or(0);
        let ahead = (read_on / READ_ON_PART).clamp(WINDOW_BYTES_MIN, WINDOW_BYTES_MAX);
        let wanted = length.max(ahead).min(size - offset);
        let mut bytes = self.ask(offset, wanted)?;
        if (bytes.len() as u64) < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for amendment in &self.amendments {
            amendment.apply(offset, &mut bytes);
        }
        self.windows.truncate(WINDOWS_MAX - 1);
        let read_on = read_on + bytes.len() as u64;
        self.windows.push_front(Window { start: offset, buffer: gst::Buffer::from_slice(bytes), read_on });
        Ok(&self.windows[0])
    }

    fn ask(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let length = u32::try_from(length).ok().filter(|length| *length <= SOURCE_READ_BYTES_MAX);
        let length = length.ok_or_else(|| io::Error::other("a single read of the source is too large"))?;
        self.socket.write_all(&SourceRequest { offset, length }.to_bytes())?;
        let mut head = [0; SOURCE_ANSWER_BYTES];
        self.socket.read_exact(&mut head)?;
        let answered = u32::from_le_bytes(head);
        if answered == SOURCE_REFUSED || answered > length {
            return Err(io::Error::other("the parent has no such bytes"));
        }
        let mut bytes = Vec::with_capacity(answered as usize);
        Read::by_ref(&mut self.socket).take(u64::from(answered)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers requests with bytes that are the low byte of their offset, until the other end hangs up.
    fn source(size: u64) -> (SourceReader, std::thread::JoinHandle<usize>) {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let parent = std::thread::spawn(move || {
            let mut request = [0; crate::render::protocol::SOURCE_REQUEST_BYTES];
            let mut requests = 0;
            while theirs.read_exact(&mut request).is_ok() {
                requests += 1;
                let SourceRequest { offset, length } = SourceRequest::read(request);
                theirs.write_all(&length.to_le_bytes()).unwrap();
                let bytes: Vec<u8> = (offset..offset + u64::from(length)).map(|at| at.to_le_bytes()[0]).collect();
                theirs.write_all(&bytes).unwrap();
            }
            requests
        });
        (SourceReader::new(ours, size), parent)
    }

    #[test]
    fn reading_on_asks_for_more_each_time() {
        gst::init().unwrap();
        let (reader, parent) = source(1 << 20);
        for at in (0..1 << 20).step_by(4096) {
            assert_eq!(reader.bytes(at, 4096).unwrap()[255], 255);
        }
        assert_eq!(reader.region((1 << 20) - 10, 50).unwrap().size(), 10);
        assert!(reader.bytes(1 << 20, 1).is_err());
        drop(reader);
        assert_eq!(parent.join().unwrap(), 11, "64 KiB four times, then a quarter of it all");
    }

    #[test]
    fn reading_on_may_leave_something_out() {
        gst::init().unwrap();
        let (reader, parent) = source(1 << 20);
        for at in (0..1 << 20).step_by(50_000) {
            reader.bytes(at, 10_000).unwrap();
        }
        drop(reader);
        assert!(parent.join().unwrap() <= 13, "what lies between two reads of 10,000 bytes is no jump");
    }

    #[test]
    fn whoever_reads_the_same_a_little_behind_does_not_begin_anew() {
        const STEP: u64 = 4096;
        gst::init().unwrap();
        let (reader, parent) = source(1 << 20);
        for at in (0..1 << 20).step_by(4096) {
            reader.bytes(at, 4096).unwrap();
            reader.bytes(at.saturating_sub(12 * STEP), 4096).unwrap();
        }
        drop(reader);
        assert_eq!(parent.join().unwrap(), 11, "no more than the first one alone");
    }

    #[test]
    fn amendments_are_read_wherever_a_window_begins() {
        gst::init().unwrap();
        let (reader, parent) = source(1000);
        let reader = reader.amended(vec![Amendment { offset: 10, bytes: vec![0xaa, 0xbb] }]);
        assert_eq!(reader.bytes(9, 4).unwrap(), [9, 0xaa, 0xbb, 12]);
        let reader = reader.amended(vec![Amendment { offset: 10, bytes: vec![0xaa, 0xbb] }]);
        assert_eq!(reader.bytes(11, 2).unwrap(), [0xbb, 12]);
        drop(reader);
        assert_eq!(parent.join().unwrap(), 2);
    }
}
