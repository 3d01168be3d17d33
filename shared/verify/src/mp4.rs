//! Reads an MP4 or MOV file: its tracks and where every frame lies. The boxes are mp4parse's to understand; reads no frame.

mod boxes;
mod edits;
mod tables;

use std::io;
use std::ops::Range;

use mp4parse::{AudioCodecSpecific, CodecType, SampleEntry, TrackType, VideoCodecSpecific};

use crate::content::Content;
use crate::found::{Clock, Found, ReadError, Track, malformed};
use boxes::top_level;
use edits::Edits;

/// No front of a file is larger: two hours at 60 frames a second take 7 MB.
const FRONT_BYTES_MAX: u64 = 1 << 30;

/// Takes an MP4 or MOV file apart.
pub(crate) fn read(content: &dyn Content) -> Result<Found, ReadError> {
    let top = top_level(content)?;
    let mut front = Vec::new();
    let mut movie = 0..0;
    for kind in [*b"ftyp", *b"moov"] {
        let mut of_kind = top.iter().filter(|found| found.kind == kind);
        let (Some(found), None) = (of_kind.next(), of_kind.next()) else {
            return Err(malformed(format!("it has not one {}", String::from_utf8_lossy(&kind))));
        };
        movie = front.len()..append(content, found.whole.clone(), &mut front)?;
    }
    let parsed = mp4parse::read_mp4(&mut io::Cursor::new(&front)).map_err(|cause| malformed(reason(&cause)))?;
    let edits = Edits::read(&front[movie])?;
    let mut found = Found { picture: Vec::new(), sound: Vec::new(), payload: None };
    for (place, track) in parsed.tracks.iter().enumerate() {
        let read = || track_of(track, &edits, place);
        match track.track_type {
            TrackType::Video => found.picture.push(read()?),
            TrackType::Audio => found.sound.push(read()?),
            _ => {}
        }
    }
    found.payload = Some(top.iter().filter(|found| found.kind == *b"mdat").map(|found| found.data.clone()).collect());
    Ok(found)
}

/// Appends a stretch of the file; returns the new length.
fn append(content: &dyn Content, range: Range<u64>, to: &mut Vec<u8>) -> Result<usize, ReadError> {
    let start = to.len();
    let length = range.end - range.start;
    if length > FRONT_BYTES_MAX {
        return Err(malformed("its front is larger than any"));
    }
    to.resize(start + usize::try_from(length).expect("bounded"), 0);
    content.read_at(range.start, &mut to[start..])?;
    Ok(to.len())
}

fn reason(cause: &mp4parse::Error) -> String {
    match cause {
        mp4parse::Error::UnexpectedEOF => "a box ends in the middle".to_owned(),
        other => format!("its boxes cannot be read ({other})"),
    }
}

fn track_of(track: &mp4parse::Track, edits: &Edits, place: usize) -> Result<Track, ReadError> {
    let time_scale = track.timescale.map(|scale| scale.0).and_then(|scale| u32::try_from(scale).ok());
    let time_scale = time_scale.filter(|&scale| scale > 0).ok_or_else(|| malformed("a track's clock does not run"))?;
    let entries = track.stsd.as_ref().map(|stsd| &stsd.descriptions[..]).unwrap_or_default();
    let [entry] = entries else { return Err(malformed("a track has not one sample entry")) };
    let shown = edits.of(place, time_scale)?;
    let (samples, end) = tables::samples(track, shown.start)?;
    let end = end.min(shown.length.unwrap_or(i64::MAX));
    let mut read = Track {
        codec: String::new(),
        config: Vec::new(),
        size: None,
        sound: None,
        clock: Clock::Exact(time_scale),
        samples,
        end: Some(end),
        priming_samples: None,
        heard_samples: None,
    };
    match entry {
        SampleEntry::Video(video) => {
            read.codec = codec_name(video.codec_type);
            read.size = Some((video.width.into(), video.height.into()));
            if let VideoCodecSpecific::AVCConfig(config) = &video.codec_specific {
                read.config = config.to_vec();
            }
        }
        SampleEntry::Audio(audio) => {
            read.codec = codec_name(audio.codec_type);
            // The track's clock counts samples; the sample entry's field is too narrow for some rates.
            read.sound = Some((audio.channelcount, time_scale));
            read.priming_samples = u64::try_from(shown.start).ok();
            read.heard_samples = u64::try_from(end).ok();
            if let AudioCodecSpecific::ES_Descriptor(descriptor) = &audio.codec_specific {
                read.config = descriptor.decoder_specific_data.to_vec();
            }
        }
        SampleEntry::Unknown => return Err(malformed("a track's sample entry is unknown")),
    }
    Ok(read)
}

/// By the report's names.
fn codec_name(codec: CodecType) -> String {
    match codec {
        CodecType::H264 => "h264".to_owned(),
        CodecType::AAC => "aac".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
