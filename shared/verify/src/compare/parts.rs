//! The parts of a track at their places: their bytes, and what the container says of their frames.

use std::io;
use std::ops::Range;

use report::Part;

use crate::content::Content;
use crate::difference::{Difference, Kind, PartName};
use crate::found::{Sample, Track};

/// Places at which is looked for which other part lies there.
const LOOKED_AT_MAX: usize = 32;

/// Holds every part against the bytes at its place. `missing` are frames that are known not to be there.
pub(super) fn compare(
    content: &dyn Content,
    kind: Kind,
    track: &Track,
    parts: &[Part],
    missing: &[u64],
    differences: &mut Vec<Difference>,
) -> io::Result<()> {
    let counts: Vec<u64> = parts.iter().map(|part| part.frame_count - lost(part, missing)).collect();
    let mut tried = Tried { content, samples: &track.samples, parts, kind, looked_at: 0 };
    let mut at = 0;
    for (number, (part, &count)) in parts.iter().zip(&counts).enumerate() {
        let name = || tried.name(number);
        if count != part.frame_count {
            differences.push(Difference::PartCount { part: name(), expected: part.frame_count, found: count });
            at += count;
            continue;
        }
        let place = at..at + count;
        if tried.holds(&place, part)? {
            if frames_hash(tried.at(&place)) != part.frames_blake3 {
                differences.push(Difference::Frames { part: name() });
            }
        } else if let Some(other) = tried.other(number, at)? {
            differences.push(Difference::Swapped { part: tried.name(number), found: tried.name(other) });
            at += parts[other].frame_count;
            continue;
        } else {
            differences.push(Difference::Payload { part: tried.name(number) });
        }
        at = place.end;
    }
    Ok(())
}

/// How many of the missing frames are a part's.
fn lost(part: &Part, missing: &[u64]) -> u64 {
    let before = |frame: u64| missing.partition_point(|&missing| missing < frame);
    (before(part.first_frame.saturating_add(part.frame_count)) - before(part.first_frame)) as u64
}

/// What lies where.
struct Tried<'a> {
    content: &'a dyn Content,
    samples: &'a [Sample],
    parts: &'a [Part],
    kind: Kind,
    looked_at: usize,
}

impl Tried<'_> {
    fn name(&self, number: usize) -> PartName {
        let part = &self.parts[number];
        PartName {
            kind: self.kind,
            number: number + 1,
            first_frame: part.first_frame,
            frame_count: part.frame_count,
            content_key: part.content_key.clone(),
        }
    }

    /// The frames at a place in decode order; none when the track ends before.
    fn at(&self, place: &Range<u64>) -> &[Sample] {
        let position = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        self.samples.get(position(place.start)..position(place.end)).unwrap_or_default()
    }

    /// Whether the bytes of a part lie at a place.
    fn holds(&self, place: &Range<u64>, part: &Part) -> io::Result<bool> {
        let samples = self.at(place);
        let size_bytes: u64 = samples.iter().map(|sample| sample.size).sum();
        let there = samples.iter().all(|sample| sample.offset + sample.size <= self.content.size_bytes());
        if samples.is_empty() || size_bytes != part.size_bytes || !there {
            return Ok(false);
        }
        let mut stretches: Vec<Range<u64>> = Vec::new();
        for sample in samples {
            match stretches.last_mut() {
                Some(last) if last.end == sample.offset => last.end += sample.size,
                _ => stretches.push(sample.offset..sample.offset + sample.size),
            }
        }
        Ok(hex::encode(self.content.blake3(&stretches)?).eq_ignore_ascii_case(&part.payload_blake3))
    }

    /// Which other part lies where part `number` should begin.
    fn other(&mut self, number: usize, at: u64) -> io::Result<Option<usize>> {
        self.looked_at += 1;
        if self.looked_at > LOOKED_AT_MAX {
            return Ok(None);
        }
        for (other, part) in self.parts.iter().enumerate().filter(|&(other, _)| other != number) {
            if self.holds(&(at..at.saturating_add(part.frame_count)), part)? {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }
}

/// See `report::Part::frames_blake3`.
fn frames_hash(samples: &[Sample]) -> String {
    let mut shown: Vec<i64> = samples.iter().map(|sample| sample.shown).collect();
    shown.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for sample in samples {
        let place = shown.partition_point(|&earlier| earlier < sample.shown);
        let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        hasher.update(&number(place as u64)).update(&number(sample.size)).update(&[u8::from(sample.key)]);
    }
    hasher.finalize().to_hex().to_string()
}
