//! Reads a `WebM` layout back from its first byte to its last. Forgives nothing: every size, time and place is held against
//! what is there.

use farm_core::content_key::ContentKey;
use farm_core::plan::PlannedOutput;
use timeline::{Rate, Rounding, Ticks};

use super::super::{Headers, Layout, Piece};
use super::{CheckError, Wanted, samples, wanted_picture, wanted_sound};

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const CUES: u32 = 0x1C53_BB6B;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const DISCARD_PADDING: u32 = 0x75A2;

/// A frame or packet as the file has it.
struct Found {
    track: u8,
    time_ms: i64,
    key: bool,
    payload: (ContentKey, u64, u64),
    discard_ns: i64,
}

/// Where a cluster begins, in the segment, and its first block.
struct Entrance {
    place: u64,
    time_ms: i64,
}

/// Holds the file against plan and headers.
pub(super) fn check(layout: &Layout, output: &PlannedOutput, headers: &Headers) -> Result<(), CheckError> {
    let torn = CheckError::Malformed { what: "an element is torn" };
    let (blocks, cues, entrances) = read(layout).ok_or(torn)?;
    let same = cues.len() == entrances.len()
        && cues.iter().zip(&entrances).all(|(cue, there)| (cue.place, cue.time_ms) == (there.place, there.time_ms));
    if !same {
        return Err(CheckError::Malformed { what: "the cues do not lead to the key frames" });
    }
    let ordered = blocks.windows(2).all(|pair| pair[0].time_ms <= pair[1].time_ms);
    if !ordered || blocks.iter().any(|block| !matches!(block.track, 1 | 2)) {
        return Err(CheckError::Malformed { what: "blocks do not follow one another" });
    }
    let of_track = |track| blocks.iter().filter(move |block| block.track == track);
    compare("picture", of_track(1), picture(output, headers))?;
    compare("sound", of_track(2), output.sound.into_iter().flat_map(|part| sound(part, headers)))
}

/// What must be there: payload, time, key mark, unheard end.
fn compare<'a>(
    track: &'static str,
    mut found: impl Iterator<Item = &'a Found>,
    wanted: impl Iterator<Item = (Wanted, i64, i64)>,
) -> Result<(), CheckError> {
    let mut ordinal = 0;
    for (wanted, time_ms, discard_ns) in wanted {
        let wrong = |what| CheckError::Frame { track, ordinal, what };
        let block = found.next().ok_or_else(|| wrong("the existence"))?;
        if block.payload != (wanted.part, wanted.offset, wanted.size) {
            return Err(wrong("the place"));
        }
        if block.time_ms != time_ms {
            return Err(wrong("the time"));
        }
        if block.key != wanted.key {
            return Err(wrong("the key mark"));
        }
        if block.discard_ns != discard_ns {
            return Err(wrong("the end"));
        }
        ordinal += 1;
    }
    match found.next() {
        None => Ok(()),
        Some(_) => Err(CheckError::Frame { track, ordinal, what: "the absence" }),
    }
}

/// Each frame at the nearest millisecond, or at the next one when that is taken.
fn picture<'a>(output: &'a PlannedOutput, headers: &'a Headers) -> impl Iterator<Item = (Wanted, i64, i64)> {
    let rate = Rate::hz(output.rate.num()).expect("a rate is not zero");
    wanted_picture(output, headers).scan(-1, move |last, frame| {
        let nearest = rate.convert(Ticks(frame.shown), Rate::MILLISECONDS, Rounding::Nearest).0;
        *last = nearest.max(*last + 1);
        Some((frame, *last, 0))
    })
}

/// Each packet at its time before the encoder's delay is taken off; the last one says what of it is not heard.
fn sound(part: ContentKey, headers: &Headers) -> impl Iterator<Item = (Wanted, i64, i64)> {
    let samples = samples(part, headers);
    let unheard = samples.end.next_multiple_of(960) - samples.end;
    let unheard = Rate::SOUND.convert(Ticks(signed(unheard)), Rate::NANOSECONDS, Rounding::Nearest).0;
    let first = signed(samples.start);
    let mut packets = wanted_sound(part, headers, &samples).peekable();
    std::iter::from_fn(move || {
        let packet = packets.next()?;
        let time_ms = Rate::SOUND.convert(Ticks(packet.shown + first), Rate::MILLISECONDS, Rounding::Nearest).0;
        let discard_ns = if packets.peek().is_none() { unheard } else { 0 };
        Some((packet, time_ms, discard_ns))
    })
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// All blocks in file order, the cues, and the clusters that begin with a key frame of picture.
fn read(layout: &Layout) -> Option<(Vec<Found>, Vec<Entrance>, Vec<Entrance>)> {
    let mut file = Cursor { pieces: layout.pieces(), bytes: &[], position: 0 };
    let (EBML, size) = file.element()? else { return None };
    file.bytes(size)?;
    let (SEGMENT, size) = file.element()? else { return None };
    let base = file.position;
    if base.checked_add(size)? != layout.size_bytes() {
        return None;
    }
    let (mut blocks, mut cues, mut entrances) = (Vec::new(), Vec::new(), Vec::new());
    while file.position < layout.size_bytes() {
        let place = file.position - base;
        match file.element()? {
            (CLUSTER, size) => {
                let first = blocks.len();
                let time_ms = cluster(&mut file, size, &mut blocks)?;
                let opening = blocks.get(first)?;
                if opening.track == 1 && opening.key {
                    (opening.time_ms == time_ms).then(|| entrances.push(Entrance { place, time_ms }))?;
                }
            }
            (CUES, size) if blocks.is_empty() => cues = read_cues(file.bytes(size)?)?,
            (_, size) if blocks.is_empty() => drop(file.bytes(size)?),
            _ => return None,
        }
    }
    Some((blocks, cues, entrances))
}

fn cluster(file: &mut Cursor, size: u64, blocks: &mut Vec<Found>) -> Option<i64> {
    let end = file.position.checked_add(size)?;
    let (TIMESTAMP, size) = file.element()? else { return None };
    let start = signed(number(file.bytes(size)?));
    while file.position < end {
        let block = match file.element()? {
            (SIMPLE_BLOCK, size) => block(file, size, start)?,
            (BLOCK_GROUP, size) => group(file, size, start)?,
            _ => return None,
        };
        blocks.push(block);
    }
    (file.position == end).then_some(start)
}

fn block(file: &mut Cursor, size: u64, start: i64) -> Option<Found> {
    let [track, high, low, flags] = *file.bytes(4)? else { return None };
    let time_ms = start + i64::from(i16::from_be_bytes([high, low]));
    let payload = file.slice(size.checked_sub(4)?)?;
    matches!(flags, 0 | 0x80).then_some(Found {
        track: track & 0x7F,
        time_ms,
        key: flags == 0x80,
        payload,
        discard_ns: 0,
    })
}

/// A block with more to say: a key frame, as it refers to no other.
fn group(file: &mut Cursor, size: u64, start: i64) -> Option<Found> {
    let end = file.position.checked_add(size)?;
    let (BLOCK, size) = file.element()? else { return None };
    let block = block(file, size, start)?;
    let (DISCARD_PADDING, size) = file.element()? else { return None };
    let discard = file.bytes(size)?;
    let negative = discard.first()? & 0x80 != 0;
    (file.position == end && !negative).then(|| Found { key: true, discard_ns: signed(number(discard)), ..block })
}

/// Times and places of all cues, each of the picture track.
fn read_cues(content: &[u8]) -> Option<Vec<Entrance>> {
    let mut inside = Cursor { pieces: &[], bytes: content, position: 0 };
    let mut cues = Vec::new();
    while !inside.bytes.is_empty() {
        let fields = [0xBB, 0xB3, 0xB7, 0xF7, 0xF1];
        let [_, time, _, track, place] = fields.map(|id| {
            let (found, size) = inside.element()?;
            // Points and positions hold the rest; numbers hold themselves.
            let content = if matches!(id, 0xBB | 0xB7) { &[] } else { inside.bytes(size)? };
            (found == id).then(|| number(content))
        });
        (track? == 1).then(|| cues.push(Entrance { place: place.unwrap_or(0), time_ms: signed(time.unwrap_or(0)) }))?;
        place.and(time)?;
    }
    Some(cues)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Where reading is: in made bytes, or before a piece.
struct Cursor<'a> {
    pieces: &'a [Piece],
    bytes: &'a [u8],
    position: u64,
}

impl<'a> Cursor<'a> {
    fn bytes(&mut self, count: u64) -> Option<&'a [u8]> {
        if let ([], [Piece::Bytes(made), rest @ ..]) = (self.bytes, self.pieces) {
            (self.bytes, self.pieces) = (made, rest);
        }
        let (taken, rest) = self.bytes.split_at_checked(usize::try_from(count).ok()?)?;
        self.bytes = rest;
        self.position += count;
        Some(taken)
    }

    fn slice(&mut self, count: u64) -> Option<(ContentKey, u64, u64)> {
        let [Piece::Slice { part, offset, length }, rest @ ..] = self.pieces else { return None };
        self.pieces = rest;
        self.position += length;
        (self.bytes.is_empty() && *length == count).then_some((*part, *offset, *length))
    }

    /// The id of an element and the size of its content; an unknown size is none.
    fn element(&mut self) -> Option<(u32, u64)> {
        let (id, _) = self.marked()?;
        let (size, unmarked) = self.marked()?;
        let largest = size ^ unmarked;
        (unmarked != largest - 1).then_some((u32::try_from(id).ok()?, unmarked))
    }

    /// A number that begins with its own length: with the mark of it, and without.
    fn marked(&mut self) -> Option<(u64, u64)> {
        let first = self.bytes(1)?[0];
        let more = first.leading_zeros();
        let mark = 1_u64.checked_shl(7 * (more + 1)).filter(|_| first != 0)?;
        let number = u64::from(first) << (8 * more) | number(self.bytes(more.into())?);
        Some((number, number ^ mark))
    }
}
