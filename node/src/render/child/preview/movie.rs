//! The tables of a proxy as they grow, and the head of the file they make: `ftyp moov` and the beginning of `mdat`.
//! Sees sizes and times, never a frame.

use timeline::{Rate, Rounding, Ticks};
use wire::v1::AacConfig;

use super::boxes::Boxes;
use super::entries::{PictureEntry, picture_entry, sound_entry};
use crate::render::child::sound::OUTPUT_RATE;
use crate::render::child::sound::aac::UNIT_SAMPLES;

/// Larger files need wide offsets; the head is counted in generously.
const NARROW_BYTES_MAX: u64 = (4 << 30) - (256 << 20);
/// No turn, no shift: `a b u c d v x y w` in the container's fixed point.
const UNITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// `und` in three times five bits.
const LANGUAGE_UNKNOWN: u16 = 0x55c4;
/// Enabled, and part of the presentation.
const TRACK_FLAGS: u32 = 3;
/// 1 in the container's fixed point.
const ONE: u32 = 0x1_0000;

/// Which track something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Picture.
    Picture,
    /// Sound.
    Sound,
}

/// What is known of a file so far.
#[derive(Debug)]
pub struct Movie {
    rate: Rate,
    frames: Vec<Frame>,
    packet_sizes: Vec<u32>,
    pieces: Vec<Piece>,
    payload_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    tick: i64,
    size: u32,
    key: bool,
}

/// Frames of one track that lie together.
#[derive(Clone, Copy, Debug)]
struct Piece {
    kind: Kind,
    count: u32,
    /// From the beginning of the payload.
    offset: u64,
}

/// What header boxes say of a track.
struct TrackHead<'a> {
    number: u32,
    handler: &'a [u8; 4],
    /// Ticks per second of its media.
    time_scale: u32,
    /// What is presented, in those ticks.
    duration: u64,
    /// Ticks of the media before the presentation begins.
    media_time: u64,
    /// How long nothing is presented first, in ticks of the movie.
    empty: u64,
    /// All of it, in ticks of the movie.
    movie_duration: u64,
    size: (u16, u16),
}

impl Movie {
    /// An empty one on the source's clock.
    pub fn new(rate: Rate) -> Movie {
        Movie { rate, frames: Vec::new(), packet_sizes: Vec::new(), pieces: Vec::new(), payload_bytes: 0 }
    }

    /// The next frame; `None` when it is not shown after the one before it.
    #[must_use]
    pub fn add_frame(&mut self, tick: i64, bytes: usize, key: bool) -> Option<()> {
        if self.frames.last().is_some_and(|last| last.tick >= tick) {
            return None;
        }
        self.frames.push(Frame { tick, size: narrow(bytes), key });
        Some(())
    }

    /// The next packet of sound.
    pub fn add_packet(&mut self, bytes: usize) {
        self.packet_sizes.push(narrow(bytes));
    }

    /// The last `count` frames or packets lie together behind everything before.
    pub fn add_piece(&mut self, kind: Kind, count: u32, bytes: usize) {
        self.pieces.push(Piece { kind, count, offset: self.payload_bytes });
        self.payload_bytes += bytes as u64;
    }

    /// Everything in front of the payload. The last frame is shown until `end`.
    pub fn head(&self, end: i64, picture: &PictureEntry, sound: Option<&AacConfig>) -> Vec<u8> {
        let length = self.head_at(0, end, picture, sound).len() as u64;
        self.head_at(length, end, picture, sound)
    }

    fn head_at(&self, payload_at: u64, end: i64, picture: &PictureEntry, sound: Option<&AacConfig>) -> Vec<u8> {
        let mut out = Boxes::default();
        out.around(*b"ftyp", |out| {
            out.raw(b"isom");
            out.u32(0x200);
            out.raw(b"isomiso2avc1mp41");
        });
        out.around(*b"moov", |out| {
            let time_scale = self.time_scale(sound.is_some());
            let pictured = self.picture_head(end, time_scale, picture);
            let sounding = sound.map(|sound| sound_head(sound, time_scale));
            let longest = sounding.as_ref().map_or(0, |head| head.movie_duration).max(pictured.movie_duration);
            movie_header(out, time_scale, longest);
            track(out, &pictured, |out| self.picture_tables(out, end, payload_at, picture));
            if let Some((head, sound)) = sounding.zip(sound) {
                track(out, &head, |out| self.sound_tables(out, payload_at, sound));
            }
        });
        if self.is_wide() {
            out.u32(1);
            out.raw(b"mdat");
            out.u64(self.payload_bytes + 16);
        } else {
            out.u32(u32::try_from(self.payload_bytes + 8).expect("larger payloads are wide"));
            out.raw(b"mdat");
        }
        out.into_bytes()
    }

    fn is_wide(&self) -> bool {
        self.payload_bytes > NARROW_BYTES_MAX
    }

    /// A clock that counts both tracks exactly where 32 bits allow it, else the picture's.
    fn time_scale(&self, has_sound: bool) -> u32 {
        let picture = self.rate.num();
        if !has_sound {
            return picture;
        }
        let (mut a, mut b) = (picture, OUTPUT_RATE);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (picture / a).checked_mul(OUTPUT_RATE).unwrap_or(picture)
    }

    /// A tick of the source in ticks of the picture's media.
    fn media(&self, ticks: i64) -> u64 {
        u64::try_from(ticks).unwrap_or(0) * u64::from(self.rate.den())
    }

    fn picture_head(&self, end: i64, time_scale: u32, picture: &PictureEntry) -> TrackHead<'static> {
        let begins = self.frames.first().map_or(0, |frame| frame.tick).max(0);
        let on_movie = |tick| on_clock(self.media(tick), self.rate.num(), time_scale);
        TrackHead {
            number: 1,
            handler: b"vide",
            time_scale: self.rate.num(),
            duration: self.media(end - begins),
            media_time: 0,
            empty: on_movie(begins),
            movie_duration: on_movie(end),
            size: (picture.width, picture.height),
        }
    }

    fn picture_tables(&self, out: &mut Boxes, end: i64, payload_at: u64, entry: &PictureEntry) {
        out.full(*b"stsd", 0, 0, |out| {
            out.u32(1);
            picture_entry(out, entry);
        });
        let next = self.frames.iter().skip(1).map(|frame| frame.tick).chain([end]);
        let deltas = self.frames.iter().zip(next).map(|(frame, next)| self.media(next - frame.tick));
        out.table(*b"stts", runs(deltas.map(|delta| u32::try_from(delta).unwrap_or(u32::MAX))));
        let keys: Vec<[u32; 1]> =
            self.frames.iter().zip(1..).filter(|(frame, _)| frame.key).map(|(_, number)| [number]).collect();
        out.table(*b"stss", keys.into_iter());
        self.places(out, Kind::Picture, payload_at);
        sizes(out, self.frames.iter().map(|frame| frame.size));
    }

    fn sound_tables(&self, out: &mut Boxes, payload_at: u64, sound: &AacConfig) {
        out.full(*b"stsd", 0, 0, |out| {
            out.u32(1);
            sound_entry(out, sound);
        });
        let mut left = u64::from(sound.priming_samples) + sound.sample_count;
        let lengths = self.packet_sizes.iter().map(|_| {
            let length = left.min(UNIT_SAMPLES as u64);
            left -= length;
            u32::try_from(length).expect("1024 at the most")
        });
        out.table(*b"stts", runs(lengths));
        self.places(out, Kind::Sound, payload_at);
        sizes(out, self.packet_sizes.iter().copied());
    }

    /// How many samples each piece of a track has, and where it lies.
    fn places(&self, out: &mut Boxes, kind: Kind, payload_at: u64) {
        let pieces = || self.pieces.iter().filter(move |piece| piece.kind == kind);
        let mut before = 0;
        let mut rows = Vec::new();
        for (number, piece) in (1..).zip(pieces()) {
            if piece.count != before {
                before = piece.count;
                rows.push([number, piece.count, 1]);
            }
        }
        out.table(*b"stsc", rows.into_iter());
        let offsets: Vec<u64> = pieces().map(|piece| payload_at + piece.offset).collect();
        if self.is_wide() {
            let halves = |offset: u64| [(offset >> 32) as u32, (offset & 0xffff_ffff) as u32];
            out.table(*b"co64", offsets.into_iter().map(halves));
        } else {
            let narrow = |offset| [u32::try_from(offset).expect("narrow files are below 4 GiB")];
            out.table(*b"stco", offsets.into_iter().map(narrow));
        }
    }
}

fn sound_head(sound: &AacConfig, time_scale: u32) -> TrackHead<'static> {
    TrackHead {
        number: 2,
        handler: b"soun",
        time_scale: OUTPUT_RATE,
        duration: sound.sample_count,
        media_time: sound.priming_samples.into(),
        empty: 0,
        movie_duration: on_clock(sound.sample_count, OUTPUT_RATE, time_scale),
        size: (0, 0),
    }
}

fn movie_header(out: &mut Boxes, time_scale: u32, duration: u64) {
    out.full(*b"mvhd", 1, 0, |out| {
        out.zeros(16);
        out.u32(time_scale);
        out.u64(duration);
        out.u32(ONE);
        out.u16(0x100);
        out.zeros(10);
        for value in UNITY {
            out.u32(value);
        }
        out.zeros(24);
        out.u32(3);
    });
}

/// `trak`; `tables` writes what is in `stbl`.
fn track(out: &mut Boxes, head: &TrackHead, tables: impl FnOnce(&mut Boxes)) {
    out.around(*b"trak", |out| {
        out.full(*b"tkhd", 1, TRACK_FLAGS, |out| {
            out.zeros(16);
            out.u32(head.number);
            out.zeros(4);
            out.u64(head.movie_duration);
            out.zeros(12);
            out.u16(if head.handler == b"soun" { 0x100 } else { 0 });
            out.zeros(2);
            for value in UNITY {
                out.u32(value);
            }
            out.u32(u32::from(head.size.0) << 16);
            out.u32(u32::from(head.size.1) << 16);
        });
        out.around(*b"edts", |out| edits(out, head));
        out.around(*b"mdia", |out| {
            out.full(*b"mdhd", 1, 0, |out| {
                out.zeros(16);
                out.u32(head.time_scale);
                out.u64(head.media_time + head.duration);
                out.u16(LANGUAGE_UNKNOWN);
                out.zeros(2);
            });
            out.full(*b"hdlr", 0, 0, |out| {
                out.zeros(4);
                out.raw(head.handler);
                out.zeros(12);
                out.raw(if head.handler == b"soun" { b"SoundHandler\0" } else { b"VideoHandler\0" });
            });
            out.around(*b"minf", |out| {
                match head.handler {
                    b"soun" => out.full(*b"smhd", 0, 0, |out| out.zeros(4)),
                    _ => out.full(*b"vmhd", 0, 1, |out| out.zeros(8)),
                }
                out.around(*b"dinf", |out| {
                    out.full(*b"dref", 0, 0, |out| {
                        out.u32(1);
                        out.full(*b"url ", 0, 1, |_| {});
                    });
                });
                out.around(*b"stbl", tables);
            });
        });
    });
}

/// Nothing until the first frame, then the media from where it counts.
fn edits(out: &mut Boxes, head: &TrackHead) {
    out.full(*b"elst", 1, 0, |out| {
        out.u32(if head.empty > 0 { 2 } else { 1 });
        if head.empty > 0 {
            out.u64(head.empty);
            out.u64(u64::MAX);
            out.u32(ONE);
        }
        out.u64(head.movie_duration - head.empty);
        out.u64(head.media_time);
        out.u32(ONE);
    });
}

fn sizes(out: &mut Boxes, sizes: impl ExactSizeIterator<Item = u32>) {
    out.full(*b"stsz", 0, 0, |out| {
        out.u32(0);
        out.u32(u32::try_from(sizes.len()).expect("fewer than 2³² frames"));
        sizes.for_each(|size| out.u32(size));
    });
}

/// Runs of equal values, each as how many and which.
fn runs(values: impl Iterator<Item = u32>) -> std::vec::IntoIter<[u32; 2]> {
    let mut rows: Vec<[u32; 2]> = Vec::new();
    for value in values {
        match rows.last_mut() {
            Some([count, before]) if *before == value => *count += 1,
            _ => rows.push([1, value]),
        }
    }
    rows.into_iter()
}

/// Ticks of one clock on another; rounded up, so that no player cuts the last frame off.
fn on_clock(ticks: u64, from: u32, to: u32) -> u64 {
    let (from, to) = Rate::hz(from).zip(Rate::hz(to)).expect("clocks run");
    let ticks = Ticks(i64::try_from(ticks).expect("times were ticks before"));
    u64::try_from(from.convert(ticks, to, Rounding::Ceil).0).unwrap_or(0)
}

fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("frames are far below 4 GiB")
}
