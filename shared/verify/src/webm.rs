//! Reads a WebM file: its tracks and where every frame lies. Strict about sizes; reads no frame.

mod ebml;
mod opus;

use std::ops::Range;

use crate::content::Content;
use crate::found::{Clock, Found, ReadError, Sample, Track, malformed};
use ebml::{Element, bytes, children, float, signed, text, unsigned};

const EBML: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63A2;
const CODEC_DELAY: u32 = 0x56AA;
const VIDEO: u32 = 0xE0;
const PIXEL_WIDTH: u32 = 0xB0;
const PIXEL_HEIGHT: u32 = 0xBA;
const AUDIO: u32 = 0xE1;
const SAMPLING_FREQUENCY: u32 = 0xB5;
const CHANNELS: u32 = 0x9F;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const REFERENCE_BLOCK: u32 = 0xFB;
const DISCARD_PADDING: u32 = 0x75A2;

const TYPE_PICTURE: u64 = 1;
const TYPE_SOUND: u64 = 2;
/// Nanoseconds in a tick when the file does not say.
const TIMESTAMP_SCALE_DEFAULT: u64 = 1_000_000;
/// The most that is read of a codec configuration or a name.
const FIELD_BYTES_MAX: u64 = 64 * 1024;

/// Takes a WebM file apart.
pub(crate) fn read(content: &dyn Content) -> Result<Found, ReadError> {
    let mut top = children(content, 0..content.size_bytes());
    let head = top.next().ok_or_else(|| malformed("it is empty"))??;
    if head.id != EBML {
        return Err(malformed("it does not begin as one"));
    }
    let doc_type = find(content, &head.data, DOC_TYPE)?.ok_or_else(|| malformed("it does not say what it is"))?;
    if text(content, &doc_type)? != "webm" {
        return Err(malformed("it says that it is something else"));
    }
    let segment = top.next().ok_or_else(|| malformed("it ends after its head"))??;
    if segment.id != SEGMENT || top.next().is_some() {
        return Err(malformed("it is not one segment"));
    }
    let mut file = File { content, scale: TIMESTAMP_SCALE_DEFAULT, entries: Vec::new() };
    for element in children(content, segment.data) {
        let element = element?;
        match element.id {
            INFO => file.info(&element)?,
            TRACKS => file.tracks(&element)?,
            CLUSTER => file.cluster(&element)?,
            _ => {}
        }
    }
    file.found()
}

/// The data of the first child with an id.
fn find(content: &dyn Content, within: &Range<u64>, id: u32) -> Result<Option<Range<u64>>, ReadError> {
    for element in children(content, within.clone()) {
        let element = element?;
        if element.id == id {
            return Ok(Some(element.data));
        }
    }
    Ok(None)
}

/// A file while it is read.
struct File<'a> {
    content: &'a dyn Content,
    /// Nanoseconds in a tick.
    scale: u64,
    entries: Vec<Entry>,
}

/// A track while its frames are gathered.
struct Entry {
    number: u64,
    kind: u64,
    delay_ns: u64,
    discard_ns: i64,
    track: Track,
}

impl File<'_> {
    fn info(&mut self, info: &Element) -> Result<(), ReadError> {
        if let Some(scale) = find(self.content, &info.data, TIMESTAMP_SCALE)? {
            self.scale = unsigned(self.content, &scale)?;
        }
        if self.scale == 0 || self.scale > 1_000_000_000 {
            return Err(malformed("its clock does not run"));
        }
        Ok(())
    }

    fn tracks(&mut self, tracks: &Element) -> Result<(), ReadError> {
        for entry in children(self.content, tracks.data.clone()) {
            let entry = entry?;
            if entry.id == TRACK_ENTRY {
                let entry = self.entry(&entry)?;
                self.entries.push(entry);
            }
        }
        Ok(())
    }

    fn entry(&self, entry: &Element) -> Result<Entry, ReadError> {
        let content = self.content;
        let field = |id| find(content, &entry.data, id);
        let number = field(TRACK_NUMBER)?.ok_or_else(|| malformed("a track has no number"))?;
        let kind = field(TRACK_TYPE)?.ok_or_else(|| malformed("a track is of no type"))?;
        let codec = field(CODEC_ID)?.ok_or_else(|| malformed("a track has no codec"))?;
        let config = field(CODEC_PRIVATE)?.map(|range| bytes(content, &range, FIELD_BYTES_MAX)).transpose()?;
        let delay_ns = field(CODEC_DELAY)?.map_or(Ok(0), |range| unsigned(content, &range))?;
        let part = |id, field_id| -> Result<Option<Range<u64>>, ReadError> {
            field(id)?.map_or(Ok(None), |range| find(content, &range, field_id))
        };
        let number_in = |id, field_id| part(id, field_id)?.map(|range| unsigned(content, &range)).transpose();
        let small = |number: Option<u64>| u32::try_from(number.unwrap_or(0)).unwrap_or(u32::MAX);
        let size = (small(number_in(VIDEO, PIXEL_WIDTH)?), small(number_in(VIDEO, PIXEL_HEIGHT)?));
        let frequency = part(AUDIO, SAMPLING_FREQUENCY)?.map(|range| float(content, &range)).transpose()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "no sample rate is outside 32 bits"
        )]
        let sample_rate = frequency.unwrap_or(0.0).round() as u32;
        let sound = (small(number_in(AUDIO, CHANNELS)?), sample_rate);
        let codec = match text(content, &codec)?.as_str() {
            "V_VP9" => "vp9".to_owned(),
            "A_OPUS" => "opus".to_owned(),
            other => other.to_owned(),
        };
        Ok(Entry {
            number: unsigned(content, &number)?,
            kind: unsigned(content, &kind)?,
            delay_ns,
            discard_ns: 0,
            track: Track {
                codec,
                config: config.unwrap_or_default(),
                size: Some(size),
                sound: Some(sound),
                clock: Clock::Rounded(self.scale),
                samples: Vec::new(),
                end: None,
                priming_samples: None,
                heard_samples: None,
            },
        })
    }

    fn cluster(&mut self, cluster: &Element) -> Result<(), ReadError> {
        let mut start = 0;
        for element in children(self.content, cluster.data.clone()) {
            let element = element?;
            match element.id {
                TIMESTAMP => start = unsigned(self.content, &element.data)?,
                SIMPLE_BLOCK => self.block(start, &element.data, None, 0)?,
                BLOCK_GROUP => self.group(start, &element.data)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn group(&mut self, start: u64, group: &Range<u64>) -> Result<(), ReadError> {
        let block = find(self.content, group, BLOCK)?.ok_or_else(|| malformed("a group has no block"))?;
        let key = find(self.content, group, REFERENCE_BLOCK)?.is_none();
        let discard = find(self.content, group, DISCARD_PADDING)?;
        let discard = discard.map_or(Ok(0), |range| signed(self.content, &range))?;
        self.block(start, &block, Some(key), discard)
    }

    /// One frame. A simple block says itself whether it is a key frame.
    fn block(&mut self, start: u64, block: &Range<u64>, key: Option<bool>, discard_ns: i64) -> Result<(), ReadError> {
        let head = ebml::block(self.content, block)?;
        if head.laced {
            return Err(malformed("a block holds several frames"));
        }
        let entry = self.entries.iter_mut().find(|entry| entry.number == head.track);
        let entry = entry.ok_or_else(|| malformed("a block is of no track"))?;
        let ticks = i128::from(start) + i128::from(head.time);
        let shown = ticks * i128::from(self.scale) - i128::from(entry.delay_ns);
        entry.discard_ns = entry.discard_ns.saturating_add(discard_ns);
        entry.track.samples.push(Sample {
            offset: head.frame.start,
            size: head.frame.end - head.frame.start,
            shown: i64::try_from(shown).map_err(|_| malformed("a block is beyond all time"))?,
            decoded: None,
            key: key.unwrap_or(head.key),
        });
        Ok(())
    }

    fn found(self) -> Result<Found, ReadError> {
        let mut found = Found { picture: Vec::new(), sound: Vec::new(), payload: None };
        for mut entry in self.entries {
            match entry.kind {
                TYPE_PICTURE => found.picture.push(entry.track),
                TYPE_SOUND => {
                    let (_, sample_rate) = entry.track.sound.unwrap_or_default();
                    let samples = |ns: i64| to_samples(ns, sample_rate);
                    let priming = samples(i64::try_from(entry.delay_ns).unwrap_or(i64::MAX));
                    let all = opus::samples(self.content, &entry.track)?.unwrap_or(0);
                    let left = i64::try_from(all).unwrap_or(i64::MAX) - priming - samples(entry.discard_ns);
                    entry.track.priming_samples = u64::try_from(priming).ok();
                    entry.track.heard_samples = u64::try_from(left).ok();
                    found.sound.push(entry.track);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// The number of samples nearest to a time.
fn to_samples(ns: i64, sample_rate: u32) -> i64 {
    let doubled = i128::from(ns) * i128::from(sample_rate) * 2;
    i64::try_from((doubled + 1_000_000_000).div_euclid(2_000_000_000)).unwrap_or(i64::MAX)
}
