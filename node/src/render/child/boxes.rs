//! The few facts of an MP4's `moov` that the demuxer does not tell: time scales, sample counts, creation time, encryption.
//! Reads headers and small boxes only, within bounds; a file it cannot follow has no facts, and that is no error.

use super::reader::SourceReader;

/// Boxes looked at; a hostile file may hold millions.
const BOXES_MAX: usize = 20_000;
/// The largest box whose body is read.
const BODY_BYTES_MAX: u64 = 4096;
/// Seconds from 1904, where MP4 begins to count, to 1970.
const MP4_EPOCH_SECONDS: i64 = 2_082_844_800;

/// What `moov` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovieFacts {
    /// Creation time, seconds since 1970.
    pub created_at: Option<i64>,
    /// Ticks per second of edit lists.
    pub time_scale: u32,
    /// Whether the samples are in fragments, so that the tables in `moov` do not count them.
    pub fragmented: bool,
    /// Its tracks in file order.
    pub tracks: Vec<TrackFacts>,
    /// Whether a sound track is among those that were taken away.
    pub hides_sound: bool,
}

/// What a `trak` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackFacts {
    /// Handler type: `vide`, `soun`, ….
    pub handler: [u8; 4],
    /// Ticks per second of the track's media time.
    pub time_scale: u32,
    /// Samples in its table.
    pub sample_count: u64,
    /// Its edit list; empty without one.
    pub edits: Vec<Edit>,
    /// Type of its first sample entry: `avc1`, `encv`, …; zeros when it has none.
    pub sample_entry: [u8; 4],
    /// Where in the file the type of its own box stands.
    pub kind_at: u64,
}

/// One row of an edit list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// How long it is presented, in ticks of the movie.
    pub duration: u64,
    /// Whether nothing is presented for so long.
    pub is_empty: bool,
    /// Where in the file the duration stands.
    pub duration_at: u64,
    /// How many bytes it has there.
    pub duration_bytes: usize,
}

impl TrackFacts {
    /// What its edit list presents, in ticks of the movie; `None` without an edit list.
    #[must_use]
    pub fn edited_ticks(&self) -> Option<u64> {
        self.edits.iter().map(|edit| edit.duration).reduce(u64::saturating_add)
    }

    /// The only edit that presents anything, if it is the last.
    #[must_use]
    pub fn only_edit(&self) -> Option<&Edit> {
        let (last, before) = self.edits.split_last()?;
        (!last.is_empty && before.iter().all(|edit| edit.is_empty)).then_some(last)
    }
}

impl MovieFacts {
    /// The `ordinal`-th track with this handler.
    #[must_use]
    pub fn track(&self, handler: &[u8; 4], ordinal: u32) -> Option<&TrackFacts> {
        self.tracks.iter().filter(|track| track.handler == *handler).nth(ordinal as usize)
    }

    /// Takes away the tracks that do not say what their samples are. The demuxer refuses a whole file for the sake of one such
    /// track, so it must not be shown them.
    pub fn take_nameless(&mut self) -> Vec<TrackFacts> {
        let (named, nameless) =
            std::mem::take(&mut self.tracks).into_iter().partition(|track| track.sample_entry != [0; 4]);
        self.tracks = named;
        let nameless: Vec<TrackFacts> = nameless;
        self.hides_sound = nameless.iter().any(|track| track.handler == *b"soun");
        nameless
    }
}

/// Reads what it can.
#[must_use]
pub fn read(reader: &SourceReader) -> MovieFacts {
    let mut walk = Walk { reader, boxes_left: BOXES_MAX };
    let mut facts = MovieFacts::default();
    let file = BoxAt { kind: *b"file", kind_at: 0, start: 0, end: reader.size() };
    // A walk that ends early keeps what it found.
    let _whole = walk.children(file, &mut |walk, found| match &found.kind {
        b"moov" => walk.movie(found, &mut facts),
        _ => Some(()),
    });
    facts
}

/// A box: its type and where its body lies.
#[derive(Clone, Copy, Debug)]
struct BoxAt {
    kind: [u8; 4],
    kind_at: u64,
    start: u64,
    end: u64,
}

struct Walk<'a> {
    reader: &'a SourceReader,
    boxes_left: usize,
}

type Visit<'a> = dyn FnMut(&mut Walk<'_>, BoxAt) -> Option<()> + 'a;

impl Walk<'_> {
    /// Visits the boxes inside `parent`; `None` when the file or the bounds end the walk.
    fn children(&mut self, parent: BoxAt, visit: &mut Visit<'_>) -> Option<()> {
        let mut at = parent.start;
        while at + 8 <= parent.end {
            self.boxes_left = self.boxes_left.checked_sub(1)?;
            let found = self.header(at, parent.end)?;
            visit(self, found)?;
            at = found.end;
        }
        Some(())
    }

    fn header(&self, at: u64, limit: u64) -> Option<BoxAt> {
        let head = self.reader.bytes(at, 8).ok()?;
        let (size, kind) = (number(&head, 0, 4)?, head.get(4..8)?.try_into().ok()?);
        let (size, head_bytes) = match size {
            0 => (limit - at, 8),
            1 => (number(&self.reader.bytes(at + 8, 8).ok()?, 0, 8)?, 16),
            size => (size, 8),
        };
        // A box that claims more than its parent holds ends with it: truncated files are read as far as they go.
        let end = at.checked_add(size)?.min(limit);
        (size >= head_bytes).then_some(BoxAt {
            kind,
            kind_at: at + 4,
            start: at + head_bytes,
            end: end.max(at + head_bytes),
        })
    }

    fn body(&self, found: BoxAt) -> Option<Vec<u8>> {
        let length = (found.end - found.start).min(BODY_BYTES_MAX);
        self.reader.bytes(found.start, usize::try_from(length).ok()?).ok()
    }

    fn movie(&mut self, moov: BoxAt, facts: &mut MovieFacts) -> Option<()> {
        self.children(moov, &mut |walk, found| {
            match &found.kind {
                b"mvhd" => {
                    let body = walk.body(found)?;
                    facts.created_at = created_at(&body);
                    facts.time_scale = time_scale(&body).unwrap_or(0);
                }
                b"mvex" => facts.fragmented = true,
                b"trak" => {
                    let mut track = TrackFacts { kind_at: found.kind_at, ..TrackFacts::default() };
                    walk.track(found, &mut track)?;
                    facts.tracks.push(track);
                }
                _ => {}
            }
            Some(())
        })
    }

    fn track(&mut self, parent: BoxAt, track: &mut TrackFacts) -> Option<()> {
        self.children(parent, &mut |walk, found| {
            match &found.kind {
                b"mdia" | b"minf" | b"stbl" | b"edts" => walk.track(found, track)?,
                b"mdhd" => track.time_scale = time_scale(&walk.body(found)?).unwrap_or(0),
                // A handler inside `minf` is the data handler's and says nothing of the track.
                b"hdlr" if track.handler == [0; 4] => track.handler = fourcc(&walk.body(found)?, 8).unwrap_or_default(),
                b"stsd" => track.sample_entry = fourcc(&walk.body(found)?, 12).unwrap_or_default(),
                b"elst" => track.edits = edits(found.start, &walk.body(found)?).unwrap_or_default(),
                b"stsz" | b"stz2" => track.sample_count = number(&walk.body(found)?, 8, 4).unwrap_or(0),
                _ => {}
            }
            Some(())
        })
    }
}

/// A big-endian number of `width` bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at + width)?;
    Some(field.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn fourcc(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at + 4)?.try_into().ok()
}

fn created_at(mvhd: &[u8]) -> Option<i64> {
    let wide = *mvhd.first()? == 1;
    let since_1904 = i64::try_from(number(mvhd, 4, if wide { 8 } else { 4 })?).ok()?;
    let since_1970 = since_1904.checked_sub(MP4_EPOCH_SECONDS)?;
    (since_1970 > 0).then_some(since_1970)
}

/// The rows of an edit list whose body lies at `start`.
fn edits(start: u64, elst: &[u8]) -> Option<Vec<Edit>> {
    let (width, row_bytes) = if *elst.first()? == 1 { (8, 20) } else { (4, 12) };
    let count = usize::try_from(number(elst, 4, 4)?).ok()?;
    let rows = elst.get(8..)?.chunks_exact(row_bytes).take(count).zip(0_u64..);
    let edit = |(row, place): (&[u8], u64)| {
        let never = u64::MAX >> (64 - 8 * width);
        Some(Edit {
            duration: number(row, 0, width)?,
            is_empty: number(row, width, width)? == never,
            duration_at: start + 8 + place * row_bytes as u64,
            duration_bytes: width,
        })
    };
    rows.map(edit).collect()
}

/// `mvhd` and `mdhd` have it at the same place.
fn time_scale(mdhd: &[u8]) -> Option<u32> {
    let wide = *mdhd.first()? == 1;
    u32::try_from(number(mdhd, if wide { 20 } else { 12 }, 4)?).ok()
}
