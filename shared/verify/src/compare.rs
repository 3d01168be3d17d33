//! Holds what a reader found against the report: the file as a whole, tracks, times, parts, and that no byte is left over.

mod parts;
mod times;

use std::io;
use std::ops::Range;

use report::{Output, Picture, Sound};

use crate::content::Content;
use crate::difference::{Difference, Kind};
use crate::found::{Clock, Found, Track};
use times::Times;

/// Holds size and hash of the whole file against what they should be.
pub(crate) fn whole(
    content: &dyn Content,
    size_bytes: u64,
    sha256: &str,
    differences: &mut Vec<Difference>,
) -> io::Result<()> {
    if content.size_bytes() != size_bytes {
        differences.push(Difference::Size { expected: size_bytes, found: content.size_bytes() });
    }
    let found = hex::encode(content.sha256()?);
    if !found.eq_ignore_ascii_case(sha256) {
        differences.push(Difference::Sha256 { expected: sha256.to_owned(), found });
    }
    Ok(())
}

/// Holds everything inside the file against the report.
pub(crate) fn tracks(
    content: &dyn Content,
    found: &Found,
    expected: &Output,
    differences: &mut Vec<Difference>,
) -> io::Result<()> {
    if let Some(track) = only(&found.picture, Kind::Picture, 1, differences) {
        picture(content, track, expected, differences)?;
    }
    let sounds = usize::from(expected.sound.is_some());
    let track = only(&found.sound, Kind::Sound, sounds, differences);
    if let (Some(track), Some(expected)) = (track, &expected.sound) {
        sound(content, track, expected, differences)?;
    }
    differences.extend(stray(found));
    Ok(())
}

/// The one track there should be.
fn only<'a>(tracks: &'a [Track], kind: Kind, expected: usize, differences: &mut Vec<Difference>) -> Option<&'a Track> {
    if tracks.len() != expected {
        differences.push(Difference::Tracks { kind, expected, found: tracks.len() });
    }
    tracks.first()
}

fn picture(content: &dyn Content, track: &Track, output: &Output, differences: &mut Vec<Difference>) -> io::Result<()> {
    let kind = Kind::Picture;
    let expected: &Picture = &output.picture;
    let mut properties = Properties { kind, differences };
    properties.equal("codec", &expected.codec, &track.codec);
    properties.equal("codec configuration", &expected.codec_config_blake3, &hash(&track.config));
    let size = track.size.unwrap_or_default();
    properties.equal("size", &format!("{}×{}", expected.width, expected.height), &format!("{}×{}", size.0, size.1));
    if let Clock::Exact(time_scale) = track.clock {
        properties.equal("time scale", &output.time_scale, &time_scale);
    }
    let times = match Times::of_picture(output) {
        Ok(times) => times,
        Err(what) => {
            differences.push(Difference::Report { what });
            return Ok(());
        }
    };
    let missing = times.compare(kind, track, differences);
    times.compare_end(kind, track, output.duration_ticks, differences);
    decode_order(kind, track, differences);
    parts::compare(content, kind, track, &expected.parts, &missing, differences)
}

fn sound(content: &dyn Content, track: &Track, expected: &Sound, differences: &mut Vec<Difference>) -> io::Result<()> {
    let kind = Kind::Sound;
    let mut properties = Properties { kind, differences };
    properties.equal("codec", &expected.codec, &track.codec);
    properties.equal("codec configuration", &expected.codec_config_blake3, &hash(&track.config));
    let (channels, sample_rate) = track.sound.unwrap_or_default();
    properties.equal("number of channels", &expected.channels, &channels);
    properties.equal("sample rate", &expected.sample_rate, &sample_rate);
    properties.equal("priming", &expected.priming_samples, &track.priming_samples.unwrap_or_default());
    properties.equal("number of samples", &expected.sample_count, &track.heard_samples.unwrap_or_default());
    let times = match Times::of_sound(expected) {
        Ok(times) => times,
        Err(what) => {
            differences.push(Difference::Report { what });
            return Ok(());
        }
    };
    let missing = times.compare(kind, track, differences);
    decode_order(kind, track, differences);
    parts::compare(content, kind, track, std::slice::from_ref(&expected.part), &missing, differences)
}

/// Compares one property after another.
struct Properties<'a> {
    kind: Kind,
    differences: &'a mut Vec<Difference>,
}

impl Properties<'_> {
    fn equal<T: PartialEq + ToString>(&mut self, what: &'static str, expected: &T, found: &T) {
        if expected != found {
            let (expected, found) = (expected.to_string(), found.to_string());
            self.differences.push(Difference::Property { kind: self.kind, what, expected, found });
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Decoding goes forward, and nothing is shown before it is decoded.
fn decode_order(kind: Kind, track: &Track, differences: &mut Vec<Difference>) {
    let mut before = None;
    for (frame, sample) in (0..).zip(&track.samples) {
        let Some(decoded) = sample.decoded else { return };
        if decoded > sample.shown || before.is_some_and(|before| decoded <= before) {
            differences.push(Difference::DecodeOrder { kind, frame });
            return;
        }
        before = Some(decoded);
    }
}

/// The first byte that is in two frames, or that should be in one and is not.
fn stray(found: &Found) -> Option<Difference> {
    let samples = found.picture.iter().chain(&found.sound).flat_map(|track| &track.samples);
    let mut covered: Vec<Range<u64>> =
        samples.filter(|sample| sample.size > 0).map(|sample| sample.offset..sample.offset + sample.size).collect();
    covered.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in covered {
        match joined.last_mut() {
            Some(last) if range.start < last.end => return Some(Difference::Stray { offset: range.start }),
            Some(last) if range.start == last.end => last.end = range.end,
            _ => joined.push(range),
        }
    }
    let payload = found.payload.as_ref()?;
    let payload: Vec<Range<u64>> = payload.iter().filter(|range| !range.is_empty()).cloned().collect();
    if joined == payload {
        return None;
    }
    let differing = joined.iter().zip(&payload).find(|(frames, payload)| frames != payload);
    let offset = match differing {
        Some((frames, payload)) if frames.start != payload.start => frames.start.min(payload.start),
        Some((frames, payload)) => frames.end.min(payload.end),
        None => joined.get(payload.len()).or(payload.get(joined.len())).map_or(0, |range| range.start),
    };
    Some(Difference::Stray { offset })
}
