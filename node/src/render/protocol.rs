//! What parent and child say to each other: the task and source bytes over the socket, messages over the pipe.
//! Knows neither sockets nor processes: bytes in, values out.

use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;
use rkyv::{Archive, Deserialize, Serialize};
use wire::v1::{CodecConfig, EncoderFact, Index, PartFrame, SegmentLevel, Work};

use super::failure::RenderFailure;

/// The largest task: frame times of very long parts.
pub const TASK_BYTES_MAX: usize = 64 << 20;
/// The largest message of a child: the index of ten hours at 120 frames a second.
pub const MESSAGE_BYTES_MAX: usize = 256 << 20;
/// The largest access unit: far above a 4k intra frame of any preset.
pub const ACCESS_UNIT_BYTES_MAX: usize = 64 << 20;
/// The most bytes a child may ask for at once.
pub const SOURCE_READ_BYTES_MAX: u32 = 64 << 20;

/// What a child is started for; the first thing on the socket, behind its length as `u32`.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum ChildTask {
    /// Try every row of the encoder table.
    Probe(ProbeTask),
    /// Work on a source.
    Render(Box<RenderTask>),
}

impl ChildTask {
    /// What the child may hold in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        match self {
            ChildTask::Probe(task) => task.memory_bytes,
            ChildTask::Render(task) => task.memory_bytes,
        }
    }
}

/// A trial of what this machine can encode with.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ProbeTask {
    /// What the child may hold in memory.
    pub memory_bytes: u64,
}

/// Work on a source.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RenderTask {
    /// What to do.
    pub work: Work,
    /// Size of the source.
    pub source_bytes: u64,
    /// What the child may hold in memory.
    pub memory_bytes: u64,
}

/// A child's request for source bytes: `offset u64 | length u32`, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceRequest {
    /// First byte.
    pub offset: u64,
    /// How many bytes, at most [`SOURCE_READ_BYTES_MAX`].
    pub length: u32,
}

/// Bytes of a [`SourceRequest`].
pub const SOURCE_REQUEST_BYTES: usize = 12;

impl SourceRequest {
    /// The bytes on the socket.
    #[must_use]
    pub fn to_bytes(self) -> [u8; SOURCE_REQUEST_BYTES] {
        let mut bytes = [0; SOURCE_REQUEST_BYTES];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..].copy_from_slice(&self.length.to_le_bytes());
        bytes
    }

    /// Reads what [`SourceRequest::to_bytes`] wrote.
    #[must_use]
    pub fn read(bytes: [u8; SOURCE_REQUEST_BYTES]) -> SourceRequest {
        let [o0, o1, o2, o3, o4, o5, o6, o7, l0, l1, l2, l3] = bytes;
        SourceRequest {
            offset: u64::from_le_bytes([o0, o1, o2, o3, o4, o5, o6, o7]),
            length: u32::from_le_bytes([l0, l1, l2, l3]),
        }
    }
}

/// The head of the parent's answer: `length u32`, little-endian, and so many bytes behind it.
/// [`SOURCE_REFUSED`] instead of a length means that the bytes cannot be had; the attempt is over.
pub const SOURCE_ANSWER_BYTES: usize = 4;
/// The answer when the bytes cannot be had.
pub const SOURCE_REFUSED: u32 = u32::MAX;

/// What a child says.
#[derive(Clone, Debug, PartialEq)]
pub enum ChildMessage {
    /// Locked down and about to begin.
    Ready(Ready),
    /// Frames, or milliseconds of sound, done so far; also a sign of life.
    Progress(u64),
    /// Track-level facts of the part.
    Codec(PartCodec),
    /// One access unit of the part, in decode order.
    AccessUnit(PartFrame, Vec<u8>),
    /// The finished index.
    Index(Box<Index>),
    /// What the probe found.
    Encoders(Vec<ProbedEncoder>),
    /// The attempt failed; the last message.
    Failed(RenderFailure),
    /// Everything was said; the last message.
    Done,
}

/// A child's first message.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ready {
    /// The media library and its version.
    pub media_library: String,
    /// Sandbox layers that are active.
    pub sandbox_layers: Vec<String>,
}

/// Codec configuration of a part and the rate its times count on.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PartCodec {
    /// The configuration.
    pub codec: CodecConfig,
    /// Ticks per second: numerator.
    pub rate_num: u32,
    /// Ticks per second: denominator.
    pub rate_den: u32,
    /// What levelling did to each segment of sound.
    pub levels: Vec<SegmentLevel>,
}

/// One row of the encoder table after its trial.
#[derive(Archive, Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ProbedEncoder {
    /// Family and, when it encoded, the identity.
    pub fact: EncoderFact,
    /// Why it cannot be used here; empty when it can.
    pub refusal: String,
}

/// Bytes in front of a child's message: `kind u8 | length u32`.
pub const MESSAGE_HEAD_BYTES: usize = 5;
/// Bytes of times and flags in front of an access unit's payload: `pts i64 | dts i64 | duration u32 | key u8`.
pub const ACCESS_UNIT_HEAD_BYTES: usize = 21;

const READY: u8 = 1;
const PROGRESS: u8 = 2;
const CODEC: u8 = 3;
const ACCESS_UNIT: u8 = 4;
const INDEX: u8 = 5;
const ENCODERS: u8 = 6;
const FAILED: u8 = 7;
const DONE: u8 = 8;

/// A message that breaks the protocol: the child is broken or taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a child's message of kind {kind} and {length} bytes")]
pub struct ProtocolError {
    /// The announced kind.
    pub kind: u8,
    /// The announced length.
    pub length: usize,
}

/// The head of a message: its kind and the length of its body, within bounds.
pub fn message_head(head: [u8; MESSAGE_HEAD_BYTES]) -> Result<(u8, usize), ProtocolError> {
    let [kind, l0, l1, l2, l3] = head;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let limit = if kind == ACCESS_UNIT { ACCESS_UNIT_BYTES_MAX } else { MESSAGE_BYTES_MAX };
    if length > limit { Err(ProtocolError { kind, length }) } else { Ok((kind, length)) }
}

/// A message from its kind and body.
pub fn read_message(kind: u8, mut body: Vec<u8>) -> Result<ChildMessage, ProtocolError> {
    let length = body.len();
    let message = match kind {
        READY => unarchive(&body).map(ChildMessage::Ready),
        PROGRESS => body.try_into().ok().map(|bytes| ChildMessage::Progress(u64::from_le_bytes(bytes))),
        CODEC => unarchive(&body).map(ChildMessage::Codec),
        ACCESS_UNIT => access_unit_head(&body).map(|frame| {
            body.drain(..ACCESS_UNIT_HEAD_BYTES);
            ChildMessage::AccessUnit(frame, body)
        }),
        INDEX => unarchive(&body).map(|index| ChildMessage::Index(Box::new(index))),
        ENCODERS => unarchive(&body).map(ChildMessage::Encoders),
        FAILED => unarchive(&body).map(ChildMessage::Failed),
        DONE => Some(ChildMessage::Done),
        _ => None,
    };
    message.ok_or(ProtocolError { kind, length })
}

/// The bytes of every message but an access unit.
#[must_use]
pub fn write_message(message: &ChildMessage) -> Vec<u8> {
    let (kind, body) = match message {
        ChildMessage::Ready(ready) => (READY, archive(ready)),
        ChildMessage::Progress(done) => (PROGRESS, done.to_le_bytes().to_vec()),
        ChildMessage::Codec(codec) => (CODEC, archive(codec)),
        ChildMessage::AccessUnit(frame, payload) => {
            return [&access_unit_head_bytes(frame, payload.len())[..], payload].concat();
        }
        ChildMessage::Index(index) => (INDEX, archive(index.as_ref())),
        ChildMessage::Encoders(encoders) => (ENCODERS, archive(encoders)),
        ChildMessage::Failed(failure) => (FAILED, archive(failure)),
        ChildMessage::Done => (DONE, Vec::new()),
    };
    let mut bytes = Vec::with_capacity(MESSAGE_HEAD_BYTES + body.len());
    bytes.extend_from_slice(&message_head_bytes(kind, body.len()));
    bytes.extend_from_slice(&body);
    bytes
}

/// Everything of an access unit's message in front of its payload, so that the payload need not be copied.
#[must_use]
pub fn access_unit_head_bytes(
    frame: &PartFrame,
    payload_len: usize,
) -> [u8; MESSAGE_HEAD_BYTES + ACCESS_UNIT_HEAD_BYTES] {
    let mut bytes = [0; MESSAGE_HEAD_BYTES + ACCESS_UNIT_HEAD_BYTES];
    bytes[..5].copy_from_slice(&message_head_bytes(ACCESS_UNIT, ACCESS_UNIT_HEAD_BYTES + payload_len));
    bytes[5..13].copy_from_slice(&frame.pts.to_le_bytes());
    bytes[13..21].copy_from_slice(&frame.dts.to_le_bytes());
    bytes[21..25].copy_from_slice(&frame.duration.to_le_bytes());
    bytes[25] = u8::from(frame.key);
    bytes
}

/// The bytes of a task, behind their length.
#[must_use]
pub fn write_task(task: &ChildTask) -> Vec<u8> {
    let body = archive(task);
    let length = u32::try_from(body.len()).expect("a task is far below 4 GiB");
    [&length.to_le_bytes()[..], &body].concat()
}

/// A task from its bytes; `None` when they are not one.
#[must_use]
pub fn read_task(body: &[u8]) -> Option<ChildTask> {
    unarchive(body)
}

fn message_head_bytes(kind: u8, length: usize) -> [u8; MESSAGE_HEAD_BYTES] {
    let [l0, l1, l2, l3] = u32::try_from(length).expect("a message is far below 4 GiB").to_le_bytes();
    [kind, l0, l1, l2, l3]
}

fn access_unit_head(body: &[u8]) -> Option<PartFrame> {
    let (pts, rest) = body.split_first_chunk()?;
    let (dts, rest) = rest.split_first_chunk()?;
    let (duration, rest) = rest.split_first_chunk()?;
    let (&key, payload) = rest.split_first()?;
    Some(PartFrame {
        pts: i64::from_le_bytes(*pts),
        dts: i64::from_le_bytes(*dts),
        duration: u32::from_le_bytes(*duration),
        size_bytes: u32::try_from(payload.len()).ok()?,
        key: key == 1,
    })
}

fn archive<T>(value: &T) -> Vec<u8>
where
    T: for<'a> Serialize<HighSerializer<AlignedVec, ArenaHandle<'a>, rancor::Error>>,
{
    rkyv::to_bytes::<rancor::Error>(value).expect("messages hold nothing that cannot be archived").into_vec()
}

fn unarchive<T>(bytes: &[u8]) -> Option<T>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, rancor::Error>> + Deserialize<T, HighDeserializer<rancor::Error>>,
{
    let mut aligned = AlignedVec::<16>::with_capacity(bytes.len());
    aligned.extend_from_slice(bytes);
    rkyv::from_bytes::<T, rancor::Error>(&aligned).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through_the_pipe(message: &ChildMessage) -> Result<ChildMessage, ProtocolError> {
        let bytes = write_message(message);
        let (head, body) = bytes.split_first_chunk().unwrap();
        let (kind, length) = message_head(*head)?;
        assert_eq!(length, body.len());
        read_message(kind, body.to_vec())
    }

    #[test]
    fn messages_arrive_as_sent() {
        let frame = PartFrame { pts: 7, dts: -3, duration: 512, size_bytes: 4, key: true };
        let ready = Ready { media_library: "GStreamer 1.22".into(), sandbox_layers: vec!["no_core".into()] };
        for message in [
            ChildMessage::Ready(ready),
            ChildMessage::Progress(u64::MAX),
            ChildMessage::AccessUnit(frame, vec![1, 2, 3, 4]),
            ChildMessage::Failed(RenderFailure::media("broken").because("bits")),
            ChildMessage::Done,
        ] {
            assert_eq!(through_the_pipe(&message), Ok(message));
        }
    }

    #[test]
    fn stray_messages_are_refused() {
        assert_eq!(read_message(99, vec![]), Err(ProtocolError { kind: 99, length: 0 }));
        assert_eq!(read_message(PROGRESS, vec![1]), Err(ProtocolError { kind: PROGRESS, length: 1 }));
        assert_eq!(read_message(ACCESS_UNIT, vec![0; 20]), Err(ProtocolError { kind: ACCESS_UNIT, length: 20 }));
        assert!(message_head([ACCESS_UNIT, 0, 0, 0, 0x7f]).is_err());
        assert_eq!(read_message(CODEC, vec![0xff; 3]), Err(ProtocolError { kind: CODEC, length: 3 }));
    }

    #[test]
    fn tasks_and_requests_arrive_as_sent() {
        let task =
            ChildTask::Render(Box::new(RenderTask { work: Work::Index, source_bytes: 99, memory_bytes: 1 << 30 }));
        let bytes = write_task(&task);
        assert_eq!(read_task(&bytes[4..]), Some(task));
        assert_eq!(read_task(&[0; 3]), None);
        let request = SourceRequest { offset: 1 << 40, length: 65_536 };
        assert_eq!(SourceRequest::read(request.to_bytes()), request);
    }
}
