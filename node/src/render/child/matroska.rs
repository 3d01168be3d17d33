//! The few facts of a Matroska file's header that the demuxer does not tell, or uses in a way that loses frames.
//! Reads headers only, within bounds; a file it cannot follow has the facts of an ordinary one, and that is no error.

mod ebml;
pub mod pad;

use timeline::Rate;

use super::codecs::Kind;
use super::reader::{Amendment, SourceReader};
use ebml::{Element, Walk};

/// Nanoseconds in a tick where the file does not say.
const TICK_NS: u64 = 1_000_000;
const NS_PER_SECOND: u64 = 1_000_000_000;
/// Identifiers of elements, as they stand in the file.
const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const CODEC_DELAY: u32 = 0x56aa;
/// Track types.
const PICTURE: u64 = 1;
const SOUND: u64 = 2;

/// What the header says.
#[derive(Clone, Debug, PartialEq)]
pub struct MatroskaFacts {
    /// Nanoseconds in a tick of its clock.
    pub tick_ns: u64,
    duration: Option<Duration>,
    tracks: Vec<TrackFacts>,
}

/// How long the file says it is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Duration {
    ticks: f64,
    /// Where the number stands.
    at: u64,
    /// 4 or 8.
    bytes: usize,
}

/// What a track entry says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct TrackFacts {
    kind: u64,
    is_opus: bool,
    codec_delay_ns: u64,
}

impl Default for MatroskaFacts {
    fn default() -> MatroskaFacts {
        MatroskaFacts { tick_ns: TICK_NS, duration: None, tracks: Vec::new() }
    }
}

impl MatroskaFacts {
    /// What the file says it lasts, in nanoseconds.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a claim; nothing is cut by it")]
    pub fn declared_ns(&self) -> Option<i64> {
        self.duration.map(|duration| (duration.ticks * self.tick_ns as f64) as i64)
    }

    /// Ticks per second of frame times: the file's own clock, or one that holds all of its ticks; 0 where none does.
    #[must_use]
    pub fn time_scale(&self) -> u32 {
        let own = (NS_PER_SECOND.is_multiple_of(self.tick_ns)).then(|| NS_PER_SECOND / self.tick_ns);
        let fallback = u64::from(Rate::FALLBACK.num());
        // Milliseconds become ticks of 90 kHz, the clock that every player knows.
        let scale = own.map_or(0, |own| if fallback.is_multiple_of(own) { fallback } else { own });
        u32::try_from(scale).unwrap_or(0)
    }

    /// How much earlier than its block says the `ordinal`-th track of a kind is meant, in nanoseconds, as far as the demuxer
    /// leaves that to others: with Opus it does not.
    #[must_use]
    pub fn delay_ns(&self, kind: Kind, ordinal: u32) -> i64 {
        let kind = match kind {
            Kind::Picture => PICTURE,
            Kind::Sound => SOUND,
        };
        let track = self.tracks.iter().filter(|track| track.kind == kind).nth(ordinal as usize);
        let delay = track.filter(|track| !track.is_opus).map_or(0, |track| track.codec_delay_ns);
        i64::try_from(delay).unwrap_or(0)
    }

    /// The demuxer ends a track at its first key frame, and sound at once, where the declared duration ends, after a seek only
    /// (1.22). So the file is read as if it said a time that never comes.
    #[must_use]
    pub fn open_ended(&self) -> Option<Amendment> {
        /// A hundred days.
        const ENDLESS_NS: u64 = 100 * 24 * 3_600_000_000_000;
        let ticks = ENDLESS_NS / self.tick_ns;
        let Duration { at, bytes, .. } = self.duration?;
        #[expect(clippy::cast_precision_loss, reason = "any large number will do")]
        let bytes = match bytes {
            4 => (ticks as f32).to_be_bytes().to_vec(),
            _ => (ticks as f64).to_be_bytes().to_vec(),
        };
        Some(Amendment { offset: at, bytes })
    }
}

/// Reads what it can.
#[must_use]
pub fn read(reader: &SourceReader) -> MatroskaFacts {
    let mut facts = MatroskaFacts::default();
    let mut walk = Walk::new(reader);
    // A walk that ends early keeps what it found.
    let _whole = walk.children(Element::file(reader.size()), &mut |walk, found| match found.id {
        SEGMENT => walk.children(found, &mut |walk, found| match found.id {
            INFO => info(walk, found, &mut facts),
            TRACKS => tracks(walk, found, &mut facts.tracks),
            // The header ends here.
            CLUSTER => None,
            _ => Some(()),
        }),
        _ => Some(()),
    });
    facts
}

fn info(walk: &mut Walk<'_>, parent: Element, facts: &mut MatroskaFacts) -> Option<()> {
    walk.children(parent, &mut |walk, found| {
        match found.id {
            TIMESTAMP_SCALE => facts.tick_ns = walk.number(found).filter(|scale| *scale > 0).unwrap_or(TICK_NS),
            DURATION => {
                let bytes = walk.body(found)?;
                let ticks = ebml::float(&bytes).filter(|ticks| ticks.is_finite() && *ticks > 0.0);
                facts.duration = ticks.map(|ticks| Duration { ticks, at: found.start, bytes: bytes.len() });
            }
            _ => {}
        }
        Some(())
    })
}

fn tracks(walk: &mut Walk<'_>, parent: Element, tracks: &mut Vec<TrackFacts>) -> Option<()> {
    walk.children(parent, &mut |walk, found| {
        if found.id == TRACK_ENTRY {
            let mut track = TrackFacts::default();
            walk.children(found, &mut |walk, found| {
                match found.id {
                    TRACK_TYPE => track.kind = walk.number(found)?,
                    CODEC_ID => track.is_opus = walk.body(found)?.starts_with(b"A_OPUS"),
                    CODEC_DELAY => track.codec_delay_ns = walk.number(found)?,
                    _ => {}
                }
                Some(())
            })?;
            tracks.push(track);
        }
        Some(())
    })
}
